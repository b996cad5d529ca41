"""What a person asks of history. A GET form: a search changes nothing and can be sent to a colleague."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from leads.suggest.question import (
    ENDED_WITHIN_DAYS,
    JUDGED_AFTER_DAYS,
    OUTCOMES,
    OutcomeCount,
    Question,
    best_outcome,
)

BALANCE, CAPACITY = "balance", "capacity"
PERIODS = (
    ("", lazy("All there is")),
    ("730", lazy("Two years")),
    ("365", lazy("One year")),
    ("183", lazy("Half a year")),
)


class SuggestForm(forms.Form):
    """`kept` are keys of columns to be used although they look like leaks."""

    outcome = forms.ChoiceField(
        label=lazy("What should be told"), help_text=lazy("The outcome that a qualified lead is to have.")
    )
    period = forms.ChoiceField(label=lazy("Leads of the last"), required=False, choices=PERIODS)
    judged_after_days = forms.IntegerField(
        label=lazy("Judge a lead after days"),
        min_value=0,
        max_value=365,
        initial=JUDGED_AFTER_DAYS,
        required=False,
        help_text=lazy("For “won”: only what is known so many days after the capture counts."),
    )
    within_days = forms.IntegerField(
        label=lazy("Won within days"),
        min_value=7,
        max_value=1500,
        initial=ENDED_WITHIN_DAYS,
        required=False,
        help_text=lazy("For “won”: how long a lead then has time. Younger leads are not used."),
    )
    aim = forms.ChoiceField(
        label=lazy("Threshold"),
        required=False,
        choices=((BALANCE, lazy("As many qualify as had the outcome")),),
    )

    def __init__(self, data: QueryDict | None, *, counts: list[OutcomeCount], capacity: int | None) -> None:
        if data is not None:
            # What an address leaves out is the default, and shows as such.
            data = data.copy()
            data.setdefault("judged_after_days", str(JUDGED_AFTER_DAYS))
            data.setdefault("within_days", str(ENDED_WITHIN_DAYS))
        super().__init__(data)
        self.kept = [key[:120] for key in data.getlist("keep")[:50]] if data is not None else []
        outcome = cast(forms.ChoiceField, self.fields["outcome"])
        outcome.choices = [(each.outcome, _counted(each)) for each in counts]
        outcome.initial = best_outcome(counts)
        if capacity is not None:
            fits = _("At most %(n)d a week, as sales can work") % {"n": capacity}
            aim = cast(forms.ChoiceField, self.fields["aim"])
            aim.choices = [*cast(Any, aim.choices), (CAPACITY, fits)]

    @property
    def wants_capacity(self) -> bool:
        return self.cleaned_data["aim"] == CAPACITY

    def question(self, now: datetime) -> Question:
        values = self.cleaned_data
        days = int(values["period"] or 0)

        def given(name: str, default: int) -> int:
            return default if values[name] is None else values[name]

        return Question(
            values["outcome"],
            now - timedelta(days=days) if days else None,
            given("judged_after_days", JUDGED_AFTER_DAYS),
            given("within_days", ENDED_WITHIN_DAYS),
        )


def _counted(each: OutcomeCount) -> str:
    """“Won (212 of 4,000 leads)”."""
    return _("%(outcome)s (%(reached)s of %(leads)s leads)") % {
        "outcome": OUTCOMES[each.outcome],
        "reached": formats.number_format(each.reached, force_grouping=True),
        "leads": formats.number_format(each.leads, force_grouping=True),
    }
