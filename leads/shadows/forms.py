"""The form by which a version is scored in silence."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ShadowForm(forms.Form):
    reason = forms.CharField(
        label=_("What you want to find out"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most three months from now. It then ends by itself; four weeks is usual."),
    )
