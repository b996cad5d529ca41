"""Forms about people: personas, and the two questions."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from definitions.models import Persona, Version


class PersonaForm(forms.ModelForm):
    """Everything of a persona but its rule."""

    class Meta:
        model = Persona
        fields = ("name", "role", "industry", "company_size", "pains", "buying_cycle")
        labels = {
            "name": _("Name"),
            "role": _("Role"),
            "industry": _("Industry"),
            "company_size": _("Company size"),
            "pains": _("Pains"),
            "buying_cycle": _("How they buy"),
        }
        widgets = {
            "pains": forms.Textarea(attrs={"rows": 3}),
            "buying_cycle": forms.Textarea(attrs={"rows": 3}),
        }


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Your answer"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)
    question = forms.CharField(widget=forms.HiddenInput)


class ReflectionForm(forms.Form):
    """Through which clause a draft reflects an answer: a clause's key, "whole", or "no" with the reason."""

    through = forms.ChoiceField(label=_("In the draft"))
    reason = forms.CharField(label=_("Why not"), required=False, max_length=1000)

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clauses = [(criterion.key, criterion.wording) for criterion in version.criteria.all()]
        through = cast(forms.ChoiceField, self.fields["through"])
        through.choices = [
            ("", _("Not decided yet")),
            ("whole", _("Reflected by the whole draft")),
            ("no", _("Not reflected, because…")),
            *clauses,
        ]

    def values(self) -> dict[str, Any]:
        through = self.cleaned_data["through"]
        return {
            "is_reflected": through != "no",
            "criterion_key": "" if through in ("whole", "no") else through,
            "reason": self.cleaned_data["reason"],
        }
