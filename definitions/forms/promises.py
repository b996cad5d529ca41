"""The forms of what the two sides promise each other, and of what sales needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from definitions.models import Definition
from definitions.services.promises import LONGEST_PERIOD, MOST_A_WEEK, SHORTEST_PERIOD
from portal.common.models import Team

MOST_LETTERS = 2000
HELP = {
    Team.MARKETING: _("For example: eight leads a week, each with a company and a way to reach them."),
    Team.SALES: _("For example: a decision within a working day, and a reason for every return."),
}


class PromisesForm(forms.Form):
    """One field for each house that the reader speaks for, named as the house."""

    def __init__(self, *args: Any, definition: Definition, houses: Iterable[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for house in houses:
            self.fields[house.value] = forms.CharField(
                label=house.label,
                help_text=HELP[house],
                required=False,
                max_length=MOST_LETTERS,
                initial=getattr(definition, f"{house.value}_promise"),
                widget=forms.Textarea(attrs={"rows": 3}),
            )


class NeedForm(forms.Form):
    weekly_need = forms.IntegerField(
        label=_("Leads a week that sales needs"),
        help_text=_("Qualified leads that it takes to reach sales’ own aims. Empty: not stated."),
        required=False,
        min_value=0,
        max_value=MOST_A_WEEK,
    )


class PeriodForm(forms.Form):
    review_every_days = forms.IntegerField(
        label=_("Days from one review to the next"),
        help_text=_(
            "A quarter has 92. After two such periods without a review, the definition and every lead say so."
        ),
        min_value=SHORTEST_PERIOD,
        max_value=LONGEST_PERIOD,
    )
