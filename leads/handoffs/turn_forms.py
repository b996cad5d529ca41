"""The forms of whose turn it is. What a rule asks of facts is the rule builder's, beside these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.models import Pool, TurnRule
from portal.common.models import User

ALL, SOME = "all", "some"


class TurnRuleForm(forms.Form):
    """`goes_to` is "pool:<id>" or "person:<id>"; `which` says whether facts are asked at all."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Stands on every offer that it makes: “North”.")
    )
    kind = forms.ChoiceField(label=_("Whose turn"), choices=TurnRule.Kind.choices, widget=forms.RadioSelect)
    goes_to = forms.ChoiceField(label=_("Goes to"), required=False)
    which = forms.ChoiceField(
        label=_("Which leads"),
        choices=((ALL, _("Every lead")), (SOME, _("Those that meet the conditions below"))),
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, pools: Iterable[Pool], people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pools = {f"pool:{pool.pk}": pool for pool in pools}
        self._people = {f"person:{person.pk}": person for person in people}
        cast(forms.ChoiceField, self.fields["goes_to"]).choices = [
            ("", _("Choose")),
            (_("A pool, in turns"), [(key, pool.name) for key, pool in self._pools.items()]),
            (_("One rep"), [(key, str(person)) for key, person in self._people.items()]),
        ]

    @classmethod
    def initial_of(cls, rule: TurnRule | None) -> dict[str, Any]:
        if rule is None:
            return {"kind": TurnRule.Kind.FACTS, "which": SOME}
        goes_to = f"pool:{rule.pool_id}" if rule.pool_id else f"person:{rule.person_id}"
        which = SOME if rule.rule else ALL
        return {"name": rule.name, "kind": rule.kind, "goes_to": goes_to, "which": which}

    def values(self) -> dict[str, Any]:
        """What the services take, but for `rule`."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "kind": data["kind"],
            "pool": self._pools.get(data["goes_to"]),
            "person": self._people.get(data["goes_to"]),
        }


class PoolForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    people = forms.MultipleChoiceField(
        label=_("Who takes turns"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one rep.")},
    )

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person in people}
        cast(forms.MultipleChoiceField, self.fields["people"]).choices = [
            (key, str(person)) for key, person in self._people.items()
        ]

    @classmethod
    def initial_of(cls, pool: Pool | None) -> dict[str, Any]:
        if pool is None:
            return {}
        return {"name": pool.name, "people": [str(member.person_id) for member in pool.members.all()]}

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"name": data["name"], "people": [self._people[key] for key in data["people"]]}


class CapacityForm(forms.Form):
    weekly = forms.IntegerField(
        label=_("Offers a week, at most"),
        required=False,
        min_value=0,
        max_value=1_000,
        help_text=_("From Monday on, where the rep lives. Empty: no limit."),
    )


class AbsenceForm(forms.Form):
    first_on = forms.DateField(label=_("First day away"), widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label=_("Last day away"), widget=forms.DateInput(attrs={"type": "date"}))


class HandOnForm(forms.Form):
    """To whom, and why; with `may_go_by_rules` also back to the rules."""

    to = forms.ChoiceField(label=_("To"), error_messages={"required": _("Choose who gets it.")})
    reason = forms.CharField(
        label=_("Why"),
        max_length=140,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Whoever gets it reads this."),
        error_messages={"required": _("Say in a sentence why.")},
    )

    def __init__(
        self, *args: Any, people: Iterable[User], may_go_by_rules: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person in people}
        by_rules = [("rules", _("Whoever the rules name"))] if may_go_by_rules else []
        cast(forms.ChoiceField, self.fields["to"]).choices = [
            ("", _("Choose")),
            *by_rules,
            *((key, str(person)) for key, person in self._people.items()),
        ]

    def values(self) -> dict[str, Any]:
        """`to` is None where the rules decide."""
        return {"to": self._people.get(self.cleaned_data["to"]), "reason": self.cleaned_data["reason"]}
