"""The filter bars of the lead lists. Values that make no sense are left out, never an error page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.models import HandoffStatus, LeadStage, ReasonFamily
from leads.selectors.funnel import Period

Choices = Iterable[tuple[str, str | Promise]]
ANY: tuple[str, str | Promise] = ("", _("Any"))


class FilterForm(forms.Form):
    """A GET form. `chosen` holds what selectors take: every field, empty where nothing was chosen."""

    q = forms.CharField(
        label=_("Name, company or e-mail"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": " "}),
    )

    def __init__(self, data: Any, **choices: Choices) -> None:
        super().__init__(data, auto_id="filter-%s")
        for name, offered in choices.items():
            self.fields[name].choices = [ANY, *offered]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: str(self.cleaned_data.get(name) or "").replace("\0", "") for name in self.fields}

    @property
    def is_filtering(self) -> bool:
        return any(value for name, value in self.chosen.items() if name != "tab")


def _choice(label: Any, choices: Choices = ()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[ANY, *choices])


AT_LEAST_GRADE = (("5", _("5")), ("4", _("4 or more")), ("3", _("3 or more")), ("2", _("2 or more")))


SEGMENT_LABELS = {
    "source": _("Lead source"),
    "channel": _("Channel"),
    "industry": _("Industry"),
    "size": _("Company size"),
    "country": _("Country"),
}


class QueueFilter(FilterForm):
    """The filters of the queue. Those of the segment take any text: what is offered has only some values.

    `choices` are the values to choose from; without them each offers what is chosen already.
    """

    tab = forms.ChoiceField(
        required=False,
        choices=[("all", ""), ("unclaimed", ""), ("team", ""), ("mine", "")],
        widget=forms.HiddenInput,
    )
    grade = _choice(_("Grade"), AT_LEAST_GRADE)
    due = _choice(_("Due"), (("overdue", _("Overdue")), ("soon", _("Within 24 hours"))))
    kind = _choice(_("Only"), (("contact", _("Asked for contact")), ("recycled", _("Recycled"))))

    def __init__(self, data: Any, choices: Mapping[str, Iterable[str]] | None = None) -> None:
        super().__init__(data)
        self.fields["q"].widget.attrs |= {"data-key": "/", "data-key-label": _("Search the queue")}
        for name, label in SEGMENT_LABELS.items():
            chosen = str(data.get(name, ""))
            values = dict.fromkeys([*(choices or {}).get(name, ()), *([chosen] if chosen else [])])
            widget = forms.Select(choices=[ANY, *((value, value) for value in values)])
            self.fields[name] = forms.CharField(label=label, required=False, max_length=200, widget=widget)

    def query(self, **changes: str) -> str:
        """What is chosen, with these changes, as it stands in an address behind the “?”."""
        values = {**self.chosen, **changes}
        if values["tab"] == "all":
            values["tab"] = ""
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def of_segment(self) -> list[forms.BoundField]:
        return [self[name] for name in SEGMENT_LABELS]

    @property
    def of_offer(self) -> list[forms.BoundField]:
        return [self[name] for name in ("q", "grade", "due", "kind")]

    @property
    def segment_chosen(self) -> dict[str, str]:
        """The values of the segment that are chosen, by name."""
        return {name: value for name, value in self.chosen.items() if name in SEGMENT_LABELS and value}


class LeadFilter(FilterForm):
    stage = _choice(_("Stage"), LeadStage.choices)
    grade = _choice(_("Grade"), tuple((str(n), str(n)) for n in (5, 4, 3, 2, 1)))
    source = _choice(_("System"))


# What the numbers of a period count beyond the statuses themselves; see leads.selectors.funnel.
WIDER = (
    ("ever_accepted", _("Accepted at any time")),
    ("decided", _("Decided")),
    ("in_time", _("Decided in time")),
    ("late", _("Decided late, or expired")),
    ("challenged", _("Returned with a challenged clause")),
    ("something_missing", _("Returned: something is missing")),
    ("definitional", _("Returned because of the definition")),
    ("clerical", _("Returned because of a fact")),
    ("procedural", _("Returned for somebody else")),
    ("straight", _("Offered by the definition alone, the first time")),
    ("won", _("Won")),
    ("pulled", _("Pulled by a rep")),
)


# The id of a term, or that none is known; see leads.selectors.funnel.
TERM = r"^(-|\d{1,9})$"


def period_in(cleaned: dict[str, Any]) -> Period | None:
    """The days from `from` to `to`, if both are given and there are such instants."""
    first, last = cleaned.get("from"), cleaned.get("to")
    if first and last and (period := Period(first, last)).is_countable:
        return period
    return None


class WatchFilter(FilterForm):
    status = _choice(_("Became"), (*HandoffStatus.choices, *WIDER))
    reason = _choice(_("Reason"))
    version = _choice(_("Version"))
    since = _choice(
        _("Offered"), (("7", _("Last 7 days")), ("30", _("Last 30 days")), ("92", _("Last 92 days")))
    )
    criterion = forms.SlugField(required=False, widget=forms.HiddenInput)
    carried = forms.SlugField(required=False, widget=forms.HiddenInput)
    uncarried = forms.SlugField(required=False, widget=forms.HiddenInput)
    channel = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    campaign = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    last_channel = forms.RegexField(TERM, required=False, widget=forms.HiddenInput)
    last_campaign = forms.RegexField(TERM, required=False, widget=forms.HiddenInput)
    last_content = forms.RegexField(TERM, required=False, widget=forms.HiddenInput)
    persona = forms.SlugField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, **choices: Choices) -> None:
        super().__init__(data, **choices)
        # The days of a number's period; “from” cannot be the name of an attribute.
        for name in ("from", "to"):
            self.fields[name] = forms.DateField(required=False, widget=forms.HiddenInput)

    @property
    def chosen(self) -> dict[str, Any]:
        values: dict[str, Any] = super().chosen
        del values["from"], values["to"]
        if period := period_in(self.cleaned_data):
            values["period"] = period
        return values


FAMILIES = (
    (ReasonFamily.DEFINITIONAL, _("The definition")),
    (ReasonFamily.CLERICAL, _("A missing or wrong fact")),
    (ReasonFamily.PROCEDURAL, _("The wrong rep")),
)


class ReturnedFilter(FilterForm):
    family = _choice(_("Returned for"), FAMILIES)
    whose = _choice(_("Whose"), (("nobody", _("Picked up by nobody")), ("mine", _("Yours"))))


class NurtureFilter(FilterForm):
    family = _choice(_("Returned for"), FAMILIES)


class PlaceFilter(forms.Form):
    """What narrows the list of a place. What makes no sense is left out."""

    late = forms.BooleanField(required=False)
    person = forms.IntegerField(required=False, min_value=1, max_value=2**31)

    @property
    def narrowing(self) -> dict[str, Any]:
        self.is_valid()
        return {
            "is_late": bool(self.cleaned_data.get("late")),
            "person": self.cleaned_data.get("person"),
        }


class LedgerFilter(forms.Form):
    """Which of an entry's handoffs: those of one week or period, those that kept the promise or did not."""

    week_of = forms.DateField(required=False)
    promise = forms.ChoiceField(required=False, choices=[("kept", ""), ("broken", "")])

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        for name in ("from", "to"):
            self.fields[name] = forms.DateField(required=False)

    @property
    def period(self) -> Period | None:
        self.is_valid()
        return period_in(self.cleaned_data)

    @property
    def week(self) -> date | None:
        self.is_valid()
        return self.cleaned_data.get("week_of")

    @property
    def kept(self) -> bool | None:
        self.is_valid()
        return {"kept": True, "broken": False}.get(self.cleaned_data.get("promise", ""))
