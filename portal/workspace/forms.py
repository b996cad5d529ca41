"""Forms about what everybody shares."""

from __future__ import annotations

from typing import Any

import holidays
from django import forms
from django.core.validators import MaxValueValidator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from portal.accounts.forms import TimeZoneField
from portal.common.models import Workspace


def country_choices() -> list[tuple[str, str]]:
    return [
        ("", str(_("No public holidays"))),
        *((code, code) for code in sorted(holidays.list_supported_countries())),
    ]


class WorkspaceForm(forms.ModelForm):
    time_zone = TimeZoneField()
    holiday_country = forms.ChoiceField(
        label=_("Public holidays of"), choices=country_choices, required=False
    )

    class Meta:
        model = Workspace
        fields = (
            "name", "time_zone", "currency", "holiday_country", "holiday_region",
            "decide_hours", "follow_up_hours", "contact_request_hours",
            "quorum_percent", "agree_numerator", "agree_denominator", "ballot_working_days",
            "drift_percent", "challenges_to_amend", "challenge_percent",
        )  # fmt: skip
        labels = {
            "name": _("Company"),
            "decide_hours": _("Working hours to decide on a lead"),
            "follow_up_hours": _("Working hours to follow up"),
            "contact_request_hours": _("Working hours to decide on a contact request"),
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
    """One team's working week: for each weekday from when to when, both empty for a day off."""

    def __init__(self, *args: Any, rows: dict[int, tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday, name in WEEKDAYS.items():
            starts, ends = rows.get(weekday, (None, None))
            for part, label, value in (("starts", _("from"), starts), ("ends", _("to"), ends)):
                self.fields[f"{part}_{weekday}"] = forms.TimeField(
                    label=f"{name}, {label}",
                    required=False,
                    initial=value,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for weekday in range(7):
            starts, ends = data.get(f"starts_{weekday}"), data.get(f"ends_{weekday}")
            if bool(starts) != bool(ends):
                self.add_error(f"ends_{weekday}", _("Give both times, or neither for a day off."))
            elif starts and ends and ends <= starts:
                self.add_error(f"ends_{weekday}", _("Work must end after it starts."))
        if not any(data.get(f"starts_{weekday}") for weekday in range(7)):
            raise forms.ValidationError(_("A team works on one day at least; its clocks would stand still."))
        return data

    def stretches(self) -> list[tuple[int, Any, Any]]:
        data = self.cleaned_data
        return [
            (weekday, data[f"starts_{weekday}"], data[f"ends_{weekday}"])
            for weekday in range(7)
            if data[f"starts_{weekday}"]
        ]


class OwnHolidayForm(forms.Form):
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(label=_("Name"), max_length=120)
