"""The forms of marketing's side, and of deciding otherwise. The services decide what is complete."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.care.facts import FIXABLE
from leads.care.pulling import LONGEST_REASON
from leads.handoffs.forms import ReasonField
from leads.models import Handoff, Override, Reason
from leads.selectors.reasons import disqualify_reasons


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **options)


def _sentence(label: Any, longest: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": 2}), **options
    )


class FixForm(forms.Form):
    field = forms.ChoiceField(label=_("Which fact"), choices=list(FIXABLE.items()))
    value = forms.CharField(label=_("What it really is"), max_length=250)

    @classmethod
    def of(cls, handoff: Handoff) -> FixForm:
        return cls(initial={"field": handoff.missing_field})


class RestForm(forms.Form):
    until = _day(
        _("Until"),
        required=False,
        help_text=_("Empty: until it does something itself. That ends every rest, whatever its day."),
    )
    note = _sentence(_("Why"), 300, required=False)


class NurtureForm(forms.Form):
    """`seen` is the day that the page showed; empty for none."""

    until = _day(_("Until"), required=False)
    seen = forms.DateField(required=False, widget=forms.HiddenInput)


class RuleOutForm(forms.Form):
    reason = ReasonField(
        Reason._default_manager.none(),
        label=_("Why is it ruled out?"),
        empty_label=_("Choose a reason"),
        error_messages={"required": _("Choose why this lead is ruled out.")},
    )
    note = _sentence(_("In your own words"), 200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = disqualify_reasons()  # type: ignore[attr-defined]


class PullForm(forms.Form):
    reason = _sentence(
        _("What do you see in this lead?"),
        LONGEST_REASON,
        help_text=_("Marketing reads it: it may become a clause."),
        error_messages={"required": _("Say in a sentence what you see in this lead.")},
    )


class OverrideForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What shall hold"), choices=Override.Kind.choices, widget=forms.RadioSelect
    )
    ends_on = _day(_("Up to and including"))
    reason = _sentence(_("Why"), 300, error_messages={"required": _("Say in a sentence why.")})
