"""The forms of the ballot page. What counts is decided in the services; these only carry it there."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from definitions.models import Ballot, Choice, Vote

CHOICES = (
    (Choice.AGREE, _("Agree: I stand by this.")),
    (Choice.DISAGREE, _("Disagree: I would not adopt it, and say why.")),
    (Choice.BLOCK, _("Block: it must not be adopted before this is answered.")),
    (Choice.ABSTAIN, _("Abstain: I leave it to the others.")),
)


SECONDING = ((Choice.AGREE, _("Yes, I second it: it comes back by this act.")),)


class VoteForm(forms.Form):
    """`fingerprint` and `round` name the text that the voter has before them."""

    choice = forms.ChoiceField(
        label=_("What do you say to this text?"), choices=CHOICES, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed for disagree and block. Others read it once they have voted."),
    )
    prediction = forms.CharField(
        label=_("What do you expect to happen?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For the next review: it will be read beside the numbers."),
    )
    fingerprint = forms.CharField(widget=forms.HiddenInput)
    round = forms.IntegerField(widget=forms.HiddenInput)

    @property
    def names_no_text(self) -> bool:
        """Whether the hidden fields are amiss: nobody can mend those by hand."""
        return bool({"fingerprint", "round"} & set(self.errors))

    @classmethod
    def of(cls, ballot: Ballot, vote: Vote | None, typed: dict[str, str] | None = None) -> VoteForm:
        """A fresh form on the text as it is now, with the standing vote or what was `typed` filled in."""
        said = {"choice": vote.choice, "reason": vote.reason, "prediction": vote.prediction} if vote else {}
        here = {"fingerprint": ballot.fingerprint, "round": ballot.round}
        form = cls(initial={**said, **(typed or {}), **here})
        if ballot.kind == Ballot.Kind.RESTORE:
            form.fields["choice"].choices = SECONDING  # type: ignore[attr-defined]
            form.fields["choice"].label = _("Shall it come back for 14 days?")
            form.fields["reason"].help_text = ""
        return form


class RestoreForm(forms.Form):
    reason = forms.CharField(
        label=_("What is the emergency?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class BlockAnswerForm(forms.Form):
    text = forms.CharField(label=_("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
