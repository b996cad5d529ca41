"""The forms in which sales says why. The services decide whether an answer is complete."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import Reason, ReasonFamily
from leads.selectors.handoffs import MISSING_FACTS, disqualify_reasons, return_reasons


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
        """What was chosen on the receipt; None when nothing was."""
        return self.data.get("criterion") if self.is_bound else None

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


class DisqualifyForm(forms.Form):
    reason = forms.ModelChoiceField(
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
