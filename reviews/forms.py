"""The forms of reviews. They read people and values; what may be done with these is the services' to say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.selectors.funnel import Period, quarter_of
from portal.common.models import Role, Team, User
from portal.common.selectors import active_people, workspace_zone
from reviews.cadence import instant_of
from reviews.models import Action, AgendaItem, Attendee, Cadence, Meeting, Series, Trigger, Verdict
from reviews.models.agenda import LONGEST_ITEM_MINUTES
from reviews.selectors.checkpoints import Assumptions
from reviews.words import nth_choices, pulse_question, pulse_words, weekday_choices

LONGEST_PERIOD_DAYS = 1100


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class HourInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%H:%M")


def people_of_reviews() -> Any:
    return active_people().exclude(team=Team.NONE)


def people_who_run() -> Any:
    return (
        people_of_reviews().filter(role__in=(Role.MANAGER, Role.ADMINISTRATOR))
        | people_of_reviews().filter(team=Team.REVENUE_OPERATIONS)
    ).distinct()


class SeriesForm(forms.Form):
    """Schedule a review, or change one; `values` are what the services take."""

    title = forms.CharField(label=_("Name"), max_length=160, initial=_("Quarterly review of the definition"))
    cadence = forms.ChoiceField(
        label=_("How often"),
        choices=Cadence.choices,
        widget=forms.RadioSelect,
        initial=Cadence.NTH_WEEKDAY,
    )
    nth = forms.TypedChoiceField(
        label=_("Which one in the month"), coerce=int, choices=nth_choices, initial=2
    )
    weekday = forms.TypedChoiceField(label=_("Weekday"), coerce=int, choices=weekday_choices, initial=1)
    every_months = forms.IntegerField(label=_("Every so many months"), min_value=1, max_value=12, initial=3)
    every_days = forms.IntegerField(
        label=_("Every so many days"),
        min_value=1,
        max_value=730,
        initial=90,
        help_text=_("30, 60 or 90, say."),
    )
    starts_on = forms.DateField(
        label=_("From"),
        widget=DayInput(),
        help_text=_("The first meeting is on the first fitting day from then on."),
    )
    local_time = forms.TimeField(label=_("Local time"), widget=HourInput(), initial="10:00")
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("The wall time stays the same across daylight saving.")
    )
    duration_minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=480, initial=90)
    place = forms.CharField(
        label=_("Place"), max_length=300, required=False, help_text=_("A room, or the address of a call.")
    )
    facilitator = forms.ModelChoiceField(
        label=_("Run by"), queryset=User.objects.none(), help_text=_("Is invited as well.")
    )
    attendees = forms.ModelMultipleChoiceField(
        label=_("Invited"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("People of both houses. Everyone gets an invitation for their calendar by mail."),
        error_messages={"required": _("Invite at least one person.")},
    )
    consulted = forms.ModelMultipleChoiceField(
        label=_("Consulted"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Product marketing, say: invited, and free to stay away."),
    )
    with_checkpoints = forms.BooleanField(
        label=_("Look at the assumptions after 30 and after 60 days"), required=False
    )
    # What only a new series is asked.
    FIRST = ("attendees", "consulted", "with_checkpoints")

    def __init__(
        self,
        *args: Any,
        user: User,
        series: Series | None = None,
        assumed: Assumptions | None = None,
        every_months: int | None = None,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = {
            "time_zone": str(workspace_zone()),
            "starts_on": timezone.localdate(),
            "facilitator": user.pk,
            "with_checkpoints": True,
        }
        if every_months:
            initial["every_months"] = every_months
        if series is not None:
            initial = {name: getattr(series, name) for name in self.base_fields if name not in self.FIRST}
            initial["facilitator"] = series.facilitator_id
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.fields["time_zone"].choices = [(name, name) for name in sorted(available_timezones())]  # type: ignore[attr-defined]
        self.fields["facilitator"].queryset = people_who_run()  # type: ignore[attr-defined]
        if series is not None:
            for name in self.FIRST:
                del self.fields[name]
            return
        for name in ("attendees", "consulted"):
            self.fields[name].queryset = people_of_reviews()  # type: ignore[attr-defined]
        if assumed is None:
            del self.fields["with_checkpoints"]
        else:
            self.fields["with_checkpoints"].help_text = assumed.sentence

    def values(self) -> dict[str, Any]:
        """Keyword arguments for the services."""
        return dict(self.cleaned_data)


class AttendeeForm(forms.Form):
    person = forms.ModelChoiceField(label=_("Invite"), queryset=User.objects.none(), empty_label=_("Choose"))
    part = forms.ChoiceField(
        label=_("As"), choices=Attendee.Part.choices, initial=Attendee.Part.REQUIRED, required=False
    )

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seated = series.attendees.filter(removed_at=None).values("person")
        self.fields["person"].queryset = people_of_reviews().exclude(pk__in=seated)  # type: ignore[attr-defined]

    def clean_part(self) -> str:
        return self.cleaned_data["part"] or Attendee.Part.REQUIRED


class MeetingTimeForm(forms.Form):
    """When and where one meeting is held, in the wall time of its series."""

    day = forms.DateField(label=_("Day"), widget=DayInput())
    hour = forms.TimeField(label=_("Local time"), widget=HourInput())
    duration_minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=480)
    place = forms.CharField(label=_("Place"), max_length=300, required=False)

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = ZoneInfo(zone)
        super().__init__(*args, **kwargs)
        self.fields["hour"].help_text = zone

    def values(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {
            "starts_at": instant_of(found["day"], found["hour"], self.zone),
            "duration_minutes": found["duration_minutes"],
            "place": found["place"],
        }


class MoveForm(MeetingTimeForm):
    """Another time for one meeting."""

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        zone = meeting.series.time_zone
        local = meeting.starts_at.astimezone(ZoneInfo(zone))
        initial = {
            "day": local.date(),
            "hour": local.time(),
            "duration_minutes": meeting.duration_minutes,
            "place": meeting.place,
        }
        super().__init__(*args, zone=zone, **{**kwargs, "initial": initial})


class CallForm(MeetingTimeForm):
    """A meeting out of the cadence, in the wall time of the series."""

    trigger_kind = forms.ChoiceField(label=_("What sets it off"), choices=Trigger.choices)
    trigger = forms.CharField(
        label=_("In a sentence"), max_length=300, required=False, help_text=_("Stands in the invitation.")
    )
    field_order = ("trigger_kind", "trigger", "day", "hour", "duration_minutes", "place")

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        initial = {
            "hour": series.local_time,
            "duration_minutes": series.duration_minutes,
            "place": series.place,
        }
        super().__init__(*args, zone=series.time_zone, **{**kwargs, "initial": initial, "prefix": "call"})

    def values(self) -> dict[str, Any]:
        found = self.cleaned_data
        return super().values() | {"trigger_kind": found["trigger_kind"], "trigger": found["trigger"]}


class ReplyFileForm(forms.Form):
    file = forms.FileField(
        label=_("Reply"),
        help_text=_("The mail that a calendar program sent (.eml), or the calendar file in it (.ics)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".eml,.ics,message/rfc822,text/calendar"}),
    )


class ItemForm(forms.Form):
    title = forms.CharField(label=_("What should be talked about"), max_length=250)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=LONGEST_ITEM_MINUTES, initial=5)


class NotesForm(forms.Form):
    text = forms.CharField(
        label=_("Notes"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    edit_number = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, item: AgendaItem) -> NotesForm:
        return cls(initial={"text": item.notes, "edit_number": item.notes_edit_number}, prefix="notes")


class ParkForm(forms.Form):
    title = forms.CharField(label=_("Park for the next meeting"), max_length=250)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "prefix": "park"})


class OutcomeForm(forms.Form):
    """`edit_number` names the outcome that the decider has before them: 0 while there is none."""

    verdict = forms.ChoiceField(label=_("Outcome"), choices=Verdict.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for everything but keep. Amend and replace open a draft with this reason on it."),
    )
    owner = forms.ModelChoiceField(
        label=_("Owner"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Whoever records it"),
        help_text=_("Who sees to it. They are told."),
    )
    review_on = forms.DateField(label=_("Look at it again by"), required=False, widget=DayInput())
    edit_number = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        outcome = item.decision
        initial: dict[str, Any] = {"edit_number": outcome.edit_number if outcome else 0}
        if outcome:
            initial |= {name: getattr(outcome, name) for name in ("verdict", "reason", "review_on")}
            initial["owner"] = outcome.owner_id
        super().__init__(*args, **{**kwargs, "initial": initial, "prefix": "outcome"})
        self.fields["owner"].queryset = people_of_reviews()  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Keyword arguments for the services. A form that names no number has seen no outcome."""
        return {**self.cleaned_data, "edit_number": self.cleaned_data["edit_number"] or 0}


def _why() -> forms.CharField:
    return forms.CharField(
        label=_("What was wrong"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands beside the minutes with your name. Everyone who was invited is told."),
    )


class OutcomeCorrectionForm(OutcomeForm):
    why = _why()


class NotesCorrectionForm(NotesForm):
    why = _why()


class MinutesCorrectionForm(forms.Form):
    text = forms.CharField(
        label=_("What was wrong, and how it was"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ActionForm(forms.Form):
    text = forms.CharField(label=_("What"), max_length=300)
    owner = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none(), empty_label=_("Choose"))
    due_on = forms.DateField(label=_("By"), widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"due_on": timezone.localdate() + timedelta(days=14)}
        super().__init__(*args, **{**kwargs, "initial": initial, "prefix": "action"})
        self.fields["owner"].queryset = people_of_reviews()  # type: ignore[attr-defined]


class ActionEndForm(forms.Form):
    how = forms.ChoiceField(
        choices=[(Action.Status.DONE, ""), (Action.Status.DROPPED, ""), (Action.Status.OPEN, "")]
    )


class ConfidenceForm(forms.Form):
    score = forms.TypedChoiceField(
        label=_("How sure are you that we decided rightly?"),
        coerce=int,
        choices=[(1, _("1: not at all")), (2, "2"), (3, "3"), (4, "4"), (5, _("5: quite sure"))],
        widget=forms.RadioSelect,
    )
    sentence = forms.CharField(label=_("In a sentence"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "prefix": "confidence"})


class PeriodForm(forms.Form):
    """The period of the insights; this quarter unless both ends are given and make sense.

    `is_replaced` says that another one was asked for, which made no sense.
    """

    is_replaced = False

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="period-%s")
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = forms.DateField(label=label, required=False, widget=DayInput())

    @property
    def period(self) -> Period:
        self.is_valid()
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last:
            period = Period(first, last)
            if period.is_countable and period.days <= LONGEST_PERIOD_DAYS + 1:
                return period
        return quarter_of(datetime.now(workspace_zone()).date())

    @classmethod
    def of(cls, data: Any) -> PeriodForm:
        """Shows the period that is used, also when none was asked for."""
        asked = cls(data)
        period = asked.period
        shown = cls({"from": period.first, "to": period.last})
        ends = asked.cleaned_data.get("from"), asked.cleaned_data.get("to")
        shown.is_replaced = bool(data.get("from") or data.get("to")) and ends != (period.first, period.last)
        return shown


class PulseForm(forms.Form):
    """How well the agreement serves one, from 1 to 5."""

    score = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect)
    sentence = forms.CharField(label=_("In a sentence, if you like"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        score: Any = self.fields["score"]
        score.label = pulse_question()
        score.choices = [(number, f"{number}: {words}") for number, words in pulse_words().items()]
