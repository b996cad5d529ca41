"""The forms in which sales says why. The services decide whether an answer is complete."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.handoffs.outcomes import HIGHEST_VALUE
from leads.models import OutcomeKind, Reason, ReasonFamily
from leads.selectors.handoffs import MISSING_FACTS
from leads.selectors.reasons import disqualify_reasons, return_reasons


class ReturnForm(forms.Form):
    """`criterion` is a key of the receipt; an empty choice says that something is missing."""

    reason = forms.ModelChoiceField(
        Reason._default_manager.none(), error_messages={"required": _("Choose why you return this lead.")}
    )
    criterion = forms.SlugField(required=False)
    missing_field = forms.ChoiceField(
        label=_("Which fact is missing or wrong?"),
        choices=[("", _("Choose a fact")), *MISSING_FACTS.items()],
        required=False,
    )
    note = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Marketing reads this, and it comes up at the review."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = return_reasons()  # type: ignore[attr-defined]
        self.fields["missing_field"].widget.attrs["class"] = "form-select"
        self.fields["note"].widget.attrs["class"] = "form-control"

    @property
    def criterion_value(self) -> str | None:
        """What was chosen on the receipt, here or on the page before; None when nothing was."""
        return self.data.get("criterion") if self.is_bound else self.initial.get("criterion")

    @property
    def families(self) -> list[tuple[str, str, list[Reason]]]:
        """(family, its words, its reasons), the definition first: that is what the review lives on."""
        rows = list(self.fields["reason"].queryset)  # type: ignore[attr-defined]
        order = (ReasonFamily.DEFINITIONAL, ReasonFamily.CLERICAL, ReasonFamily.PROCEDURAL)
        return [
            (family.value, str(family.label), [row for row in rows if row.family == family])
            for family in order
        ]

    def answers(self) -> dict[str, Any]:
        """What `handoff_return` takes."""
        chosen = self.criterion_value
        return {
            "reason": self.cleaned_data["reason"],
            "note": self.cleaned_data["note"],
            "missing_field": self.cleaned_data["missing_field"],
            "challenged_key": self.cleaned_data["criterion"],
            "is_something_missing": chosen == "",
        }


class ReasonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Says beside a reason that it needs a sentence, before somebody is told so."""

    def label_from_instance(self, obj: Reason) -> str:
        return str(_("%(reason)s (needs a sentence)") % {"reason": obj}) if obj.needs_text else str(obj)


class DisqualifyForm(forms.Form):
    reason = ReasonField(
        Reason._default_manager.none(),
        label=_("Why is it ruled out?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose why this lead is ruled out.")},
    )
    note = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = disqualify_reasons()  # type: ignore[attr-defined]


class FollowUpForm(forms.Form):
    has_reached = forms.BooleanField(label=_("I reached them"), required=False)
    note = forms.CharField(
        label=_("What happened?"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class QualifyForm(forms.Form):
    note = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, is_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_override:
            self.fields["note"].label = _("Why, in your own words")
            self.fields["note"].help_text = _(
                "The definition says no as it stands, so this is kept with its answer."
            )


class OutcomeForm(forms.Form):
    """`stage` is the stage that the page showed: whoever comes second is told."""

    kind = forms.ChoiceField(
        label=_("Where does it stand?"),
        choices=[*OutcomeKind.choices, ("back", _("None of these yet: sales-qualified"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what became of this lead.")},
    )
    value = forms.IntegerField(label=_("Value"), required=False, min_value=0, max_value=HIGHEST_VALUE)
    stage = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].help_text = _("Whole %(currency)s. May stay empty.") % {"currency": currency}

    def answers(self) -> dict[str, Any]:
        """What `outcome_say` takes."""
        kind = self.cleaned_data["kind"]
        return {
            "kind": "" if kind == "back" else kind,
            "value": self.cleaned_data["value"] if kind != "back" else None,
            "seen_stage": self.cleaned_data["stage"],
        }
