"""The form by which the agreement is relaxed for a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from definitions.criteria.relaxing import relaxable_clauses

Json = dict[str, Any]


class RelaxForm(forms.Form):
    """Of `document` only what can let nobody drop out may be chosen."""

    left_out = forms.MultipleChoiceField(
        label=_("Clauses to leave out meanwhile"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only clauses that a lead must meet, that rule out, or that take points away."),
    )
    threshold = forms.IntegerField(label=_("Threshold meanwhile"), min_value=1)
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("At most 90 days from now. It then ends by itself."),
    )
    statement = forms.CharField(
        label=_("Why"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is slow, and what you hope for. The voters read it."),
    )

    def __init__(self, *args: Any, document: Json, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clauses = relaxable_clauses(document)
        if clauses:
            self.fields["left_out"].choices = [(item["key"], item["wording"]) for item in clauses]  # type: ignore[attr-defined]
        else:
            del self.fields["left_out"]
        threshold = self.fields["threshold"]
        threshold.initial = threshold.max_value = document["threshold"]  # type: ignore[attr-defined]
        threshold.widget.attrs["max"] = document["threshold"]

    def clean_threshold(self) -> int:
        threshold = int(self.cleaned_data["threshold"])
        if threshold > self.fields["threshold"].max_value:  # type: ignore[attr-defined]
            raise forms.ValidationError(_("A relaxation can only lower the threshold."))
        return threshold
