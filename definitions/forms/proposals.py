"""The forms by which a draft is proposed and a proposal is changed."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

Json = dict[str, Any]


class ProposeForm(forms.Form):
    """`fingerprint` names the text whose numbers the proposer has before them."""

    statement = forms.CharField(
        label=_("What do you say to the voters?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Why this, why now, and what you would look at in the next review."),
    )
    fingerprint = forms.CharField(widget=forms.HiddenInput)


class AmendForm(forms.Form):
    """Threshold, and each clause's wording, points and presence, of the document that is voted on.

    Whatever else should change needs a new draft: a rule is not rewritten in the middle of a vote.
    """

    threshold = forms.IntegerField(label=_("Threshold"), min_value=1, max_value=100_000)
    fingerprint = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, document: Json, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document
        self.fields["threshold"].initial = document["threshold"]
        for number, criterion in enumerate(document["criteria"]):
            self.fields[f"wording_{number}"] = forms.CharField(
                label=_("Wording"), max_length=400, initial=criterion["wording"]
            )
            if criterion["effect"]["kind"] == "points":
                self.fields[f"points_{number}"] = forms.IntegerField(
                    label=_("Points"), min_value=-1000, max_value=1000, initial=criterion["effect"]["points"]
                )
            self.fields[f"removed_{number}"] = forms.BooleanField(label=_("Leave it out"), required=False)

    def rows(self) -> list[dict[str, Any]]:
        """The fields of each clause together, for the page."""
        return [
            {
                "criterion": criterion,
                "wording": self[f"wording_{number}"],
                "points": self[f"points_{number}"] if f"points_{number}" in self.fields else None,
                "removed": self[f"removed_{number}"],
            }
            for number, criterion in enumerate(self.document["criteria"])
        ]

    def amended(self) -> Json:
        """The document as the valid form says it; the given one is left as it is."""
        said = self.cleaned_data
        document = copy.deepcopy(self.document)
        document["threshold"] = said["threshold"]
        kept = []
        for number, criterion in enumerate(document["criteria"]):
            if said[f"removed_{number}"]:
                continue
            criterion["wording"] = said[f"wording_{number}"].strip()
            if f"points_{number}" in said:
                criterion["effect"]["points"] = said[f"points_{number}"]
            kept.append(criterion)
        document["criteria"] = kept
        return document
