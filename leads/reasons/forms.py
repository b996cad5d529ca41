"""The form of one reason."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import Reason, ReasonFamily


class ReasonForm(forms.Form):
    label = forms.CharField(label=_("Reason, in a few words"), max_length=160)
    family = forms.ChoiceField(
        label=_("Family"),
        choices=ReasonFamily.choices,
        help_text=_("The family decides what else is asked, and where the lead goes."),
    )
    needs_text = forms.BooleanField(label=_("Needs a sentence of its own"), required=False)

    @classmethod
    def initial_of(cls, reason: Reason) -> dict[str, object]:
        return {"label": reason.label, "family": reason.family, "needs_text": reason.needs_text}
