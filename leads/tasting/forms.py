"""The form under each tasted lead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

TAKE, LEAVE = "take", "leave"


class TasteForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Would you take this lead?"),
        choices=((TAKE, _("Take it")), (LEAVE, _("Leave it"))),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether you would take it.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "reasons", "autocomplete": "off"}),
        error_messages={"required": _("Say why, in a few words.")},
    )

    def values(self) -> dict[str, Any]:
        return {"takes": self.cleaned_data["verdict"] == TAKE, "reason": self.cleaned_data["reason"]}
