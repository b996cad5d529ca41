"""What surrounds the rule of a clause: its half, effect, words, reasons."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from definitions.models import Basis, Criterion, Half, Persona, Version
from definitions.selectors import personas
from portal.common.models import User
from portal.common.selectors import active_people

EFFECTS = (
    ("points", _("Gives points")),
    ("required", _("Is required: without it no lead qualifies")),
    ("alone", _("Qualifies alone, whatever the points")),
    ("disqualifies", _("Disqualifies, whatever the points")),
)
COUNTS = (("once", _("once")), ("each", _("each time it happens")))


class CriterionForm(forms.Form):
    """Everything of a clause but its rule. `fields_of` gives the values for the service."""

    half = forms.ChoiceField(label=_("Half"), choices=Half.choices)
    effect_kind = forms.ChoiceField(label=_("What it does"), choices=EFFECTS, initial="points")
    points = forms.IntegerField(
        label=_("Points"),
        required=False,
        min_value=-1000,
        max_value=1000,
        help_text=_("Whole points; below zero takes points away."),
    )
    count = forms.ChoiceField(label=_("Counted"), choices=COUNTS, required=False, initial="once")
    times = forms.IntegerField(label=_("At most, times"), required=False, min_value=1)
    per_days = forms.IntegerField(label=_("Within days"), required=False, min_value=1)
    fade_days = forms.IntegerField(
        label=_("Fades away over days"),
        required=False,
        min_value=1,
        help_text=_("Points fall evenly from the day it happened. Empty: they stay."),
    )
    auto_wording = forms.BooleanField(label=_("Make the wording from the rule"), required=False, initial=True)
    wording = forms.CharField(
        label=_("Wording"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What people read on receipts and vote on."),
    )
    group = forms.ChoiceField(label=_("Group with a cap"), required=False)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why it should hold. Voters and the next review read this."),
    )
    basis = forms.ChoiceField(
        label=_("What it rests on"), choices=Basis.choices, initial="assumption", widget=forms.RadioSelect
    )
    review_on = forms.DateField(
        label=_("Review on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    personas = forms.ModelMultipleChoiceField(
        label=_("Serves the personas"),
        queryset=Persona.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(group["key"], group["label"]) for group in version.groups]
        cast(forms.ChoiceField, self.fields["group"]).choices = [("", _("No group")), *groups]
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = active_people()
        cast(forms.ModelChoiceField, self.fields["personas"]).queryset = personas()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("effect_kind") == "points" and not cleaned.get("points"):
            self.add_error("points", _("How many points? Zero would change nothing."))
        if not cleaned.get("auto_wording") and not (cleaned.get("wording") or "").strip():
            self.add_error("wording", _("Write the wording, or let it be made from the rule."))
        return cleaned

    def effect(self) -> dict[str, Any]:
        return effect_of(self.cleaned_data)

    def fields_of(self) -> dict[str, Any]:
        """Keyword arguments of `criterion_add` and `criterion_edit`, but for the rule."""
        data = self.cleaned_data
        return {
            "half": data["half"],
            "effect": self.effect(),
            "wording": "" if data["auto_wording"] else data["wording"],
            "group": data["group"],
            "owner": data["owner"],
            "reason": data["reason"],
            "basis": data["basis"],
            "review_on": data["review_on"],
            "personas": list(data["personas"]),
        }


def effect_of(data: dict[str, Any]) -> dict[str, Any]:
    """The effect document of the form's values. Times, days and fading are left out where empty."""
    if data["effect_kind"] != "points":
        return {"kind": data["effect_kind"]}
    effect: dict[str, Any] = {
        "kind": "points",
        "points": data["points"],
        "count": data.get("count") or "once",
    }
    if effect["count"] == "each":
        effect |= {"times": data.get("times"), "per_days": data.get("per_days")}
    if data.get("fade_days") or effect["count"] == "each":
        effect["fade_days"] = data.get("fade_days")
    return effect


def initial_of(criterion: Criterion, automatic: str) -> dict[str, Any]:
    """The form's values for a clause; `automatic` is the wording that its rule makes by itself."""
    effect = criterion.effect
    return {
        "half": criterion.half,
        "effect_kind": effect.get("kind", "points"),
        **{name: effect.get(name) for name in ("points", "count", "times", "per_days", "fade_days")},
        "wording": criterion.wording,
        "auto_wording": criterion.wording == automatic,
        "group": criterion.group,
        "owner": criterion.owner_id,
        "reason": criterion.reason,
        "basis": criterion.basis,
        "review_on": criterion.review_on,
        "personas": [persona.pk for persona in criterion.personas.all()],
    }
