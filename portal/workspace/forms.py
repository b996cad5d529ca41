"""Forms about what everybody shares."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from holidays.registry import COUNTRIES

from portal.accounts.forms import TimeZoneField, time_zone_choices
from portal.common.models import HOUSES, TeamCalendar, Workspace

FROM_TO = (_("from"), _("to"))


def country_choices() -> list[tuple[str, str]]:
    """By name; the value is the code of two letters."""
    named = sorted((_in_words(name), code) for name, (_class, code, *_more) in COUNTRIES.items())
    return [("", str(_("No public holidays"))), *((code, f"{name} ({code})") for name, code in named)]


def _in_words(name: str) -> str:
    """united_states → United States, as the library spells it."""
    return " ".join(word if word in ("and", "of", "the") else word.capitalize() for word in name.split("_"))


class WorkspaceForm(forms.ModelForm):
    time_zone = TimeZoneField()
    holiday_country = forms.ChoiceField(
        label=_("Public holidays of"), choices=country_choices, required=False
    )

    class Meta:
        model = Workspace
        fields = (
            "name", "time_zone", "currency", "holiday_country", "holiday_region",
            "decide_hours", "follow_up_hours", "contact_request_hours", "pick_up_hours",
            "quorum_percent", "agree_numerator", "agree_denominator", "ballot_working_days",
            "drift_percent", "challenges_to_amend", "challenge_percent",
        )  # fmt: skip
        labels = {
            "name": _("Company"),
            "decide_hours": _("Working hours to decide on a lead"),
            "follow_up_hours": _("Working hours to follow up"),
            "contact_request_hours": _("Working hours to decide on a contact request"),
            "pick_up_hours": _("Working hours of marketing to pick up a returned lead"),
            "quorum_percent": _("Percent of a house that must vote"),
            "agree_numerator": _("Cast votes that must agree: this many"),
            "agree_denominator": _("… out of this many"),
            "ballot_working_days": _("Working days a ballot stays open"),
            "drift_percent": _("Percent by which the numbers shown to voters may drift"),
            "challenges_to_amend": _("Challenges of a clause until an amendment is drafted"),
            "challenge_percent": _("… or this percent of the leads that met it"),
            "holiday_region": _("Region of the public holidays"),
        }
        help_texts = {
            "challenge_percent": _(
                "Of the last 90 days, whichever comes first. The percent counts from 20 such leads on."
            ),
            "holiday_region": _(
                "Its code in the country’s calendar, such as BY for Bavaria. May stay empty."
            ),
            "agree_denominator": _("2 and 3: two thirds of the cast votes must agree, in each house."),
            "quorum_percent": _("Changes apply to ballots opened from now on; open ones keep their rules."),
        }

    # Far above any use, and far below what the columns hold or a calendar can reach.
    HIGHEST = {
        "decide_hours": 1_000,
        "follow_up_hours": 1_000,
        "contact_request_hours": 1_000,
        "pick_up_hours": 1_000,
        "agree_numerator": 100,
        "agree_denominator": 100,
        "ballot_working_days": 60,
        "challenges_to_amend": 1_000,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, highest in self.HIGHEST.items():
            field = self.fields[name]
            field.validators.append(MaxValueValidator(highest))
            field.widget.attrs["max"] = highest

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        top, bottom = data.get("agree_numerator"), data.get("agree_denominator")
        if top and bottom and top > bottom:
            self.add_error("agree_numerator", _("No more than all votes can agree."))
        if top and bottom and top * 2 <= bottom:
            self.add_error("agree_numerator", _("More than half must agree: a tie fails."))
        return data

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if len(currency) != 3 or not currency.isalpha():
            raise forms.ValidationError(_("A currency has three letters, such as EUR."))
        return currency


class HoursForm(forms.Form):
    """One team's working week: for each weekday stretches from when to when, all empty for a day off."""

    # There is room for a break at least, and for one stretch more than the fullest day has.
    FEWEST, MOST = 2, 4

    def __init__(self, *args: Any, rows: dict[int, list[tuple[time, time]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fullest = max((len(stretches) for stretches in rows.values()), default=0)
        self.columns = range(min(max(self.FEWEST, fullest + 1), self.MOST))
        for weekday, day in WEEKDAYS.items():
            for column in self.columns:
                stretches = rows.get(weekday, [])
                values = stretches[column] if column < len(stretches) else (None, None)
                for part, words, value in zip(self.names(weekday, column), FROM_TO, values, strict=True):
                    self.fields[part] = forms.TimeField(
                        label=_("%(day)s, stretch %(n)d, %(part)s")
                        % {"day": day, "n": column + 1, "part": words},
                        required=False,
                        initial=value,
                        widget=forms.TimeInput(
                            attrs={"type": "time", "class": "form-control"}, format="%H:%M"
                        ),
                    )

    @staticmethod
    def names(weekday: int, column: int) -> tuple[str, str]:
        suffix = f"_{column}" if column else ""
        return f"starts_{weekday}{suffix}", f"ends_{weekday}{suffix}"

    @property
    def days(self) -> list[tuple[str, list[tuple[forms.BoundField, forms.BoundField]]]]:
        """(day, its stretches as pairs of fields), Monday first."""
        return [
            (
                str(day),
                [
                    (self[starts], self[ends])
                    for starts, ends in (self.names(weekday, column) for column in self.columns)
                ],
            )
            for weekday, day in WEEKDAYS.items()
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for weekday in WEEKDAYS:
            last: time | None = None
            for column in self.columns:
                from_name, to_name = self.names(weekday, column)
                starts, ends = data.get(from_name), data.get(to_name)
                if (
                    bool(starts) != bool(ends)
                    and not self.has_error(from_name)
                    and not self.has_error(to_name)
                ):
                    self.add_error(to_name, _("Give both times, or neither for a day off."))
                elif starts and ends and ends <= starts:
                    self.add_error(to_name, _("Work must end after it starts."))
                elif starts and ends:
                    if last and starts < last:
                        self.add_error(
                            from_name, _("This stretch begins before the one before it has ended.")
                        )
                    last = ends
        if not self.errors and not self.stretches():
            raise forms.ValidationError(_("A team works on one day at least; its clocks would stand still."))
        return data

    def stretches(self) -> list[tuple[int, time, time]]:
        found = []
        for weekday in WEEKDAYS:
            for column in self.columns:
                starts, ends = (self.cleaned_data.get(name) for name in self.names(weekday, column))
                if starts and ends:
                    found.append((weekday, starts, ends))
        return found


class TeamCalendarForm(forms.ModelForm):
    """Where the team works; what is empty is as in the settings of the workspace."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    holiday_country = forms.ChoiceField(label=_("Public holidays of"), required=False)

    class Meta:
        model = TeamCalendar
        fields = ("time_zone", "holiday_country", "holiday_region")
        labels = {"holiday_region": _("Region of the public holidays")}

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = _("As in the workspace (%(value)s)")
        zone, country = self.fields["time_zone"], self.fields["holiday_country"]
        assert isinstance(zone, forms.ChoiceField)
        assert isinstance(country, forms.ChoiceField)
        zone.choices = [("", same % {"value": workspace.time_zone}), *time_zone_choices()]
        country.choices = [
            ("", same % {"value": workspace.holiday_country or _("none")}),
            *country_choices()[1:],
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("holiday_region") and not data.get("holiday_country"):
            self.add_error("holiday_region", _("Choose the country that the region is in."))
        return data


class OwnHolidayForm(forms.Form):
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(label=_("Name"), max_length=120)
    team = forms.ChoiceField(
        label=_("Off for"),
        choices=[("", _("Everybody")), *((house.value, house.label) for house in HOUSES)],
        required=False,
    )
