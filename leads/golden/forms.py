"""The forms in which people say why a lead must always, or must never, qualify."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import GoldenLead

SENTENCE_LENGTH = 300
DEMANDS = (
    ("always", _("It must always qualify")),
    ("never", _("It must never qualify")),
)


def _sentence() -> forms.CharField:
    return forms.CharField(
        label=_("Why, in a sentence"),
        max_length=SENTENCE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Whoever breaks it reads this: “Bought twice, and nobody had seen them coming.”"),
    )


class GoldenForm(forms.Form):
    demand = forms.ChoiceField(label=_("What must hold"), choices=DEMANDS, widget=forms.RadioSelect)
    sentence = _sentence()

    def values(self) -> dict[str, Any]:
        """What `golden_lay` takes."""
        data = self.cleaned_data
        return {"must_qualify": data["demand"] == "always", "sentence": data["sentence"]}


class RewordForm(forms.Form):
    """`seen` is the sentence as it was when the form was opened."""

    sentence = _sentence()
    seen = forms.CharField(widget=forms.HiddenInput, strip=False)

    @classmethod
    def of(cls, golden: GoldenLead, data: Any = None) -> RewordForm:
        return cls(data, initial={"sentence": golden.sentence, "seen": golden.sentence})
