"""Who the customers are: the share of won leads per value of a field, beside the share of all leads."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from definitions.criteria.catalogue import Catalogue, Field
from definitions.criteria.matching import key_form
from leads.evidence.intervals import Contrast
from leads.models import AccountValue, Lead, LeadFit, LeadValue, Outcome, OutcomeKind
from leads.selectors.choices import choices_of
from leads.selectors.leads import leads_visible_to
from portal.common.models import User

VALUES_SHOWN = 20


class ProfileRow(NamedTuple):
    """A value (`key` None where nothing is known): the leads that have it, the won among them, the others."""

    key: str | None
    label: str
    contrast: Contrast


class Profile(NamedTuple):
    leads: int
    won: int
    rows: list[ProfileRow]


def fields_to_profile(catalogue: Catalogue) -> list[Field]:
    """Fields whose values many leads share, by name."""
    fields = [one for one in catalogue.fields.values() if one.value_type in ("choice", "yes_no")]
    return sorted(fields, key=lambda one: one.label)


def profile_of(field: Field, catalogue: Catalogue) -> Profile:
    """The values of a field that most won leads have, as they are known today."""
    counted: Any = (
        _with_value(field)
        .values("value")
        .annotate(leads=Count("pk"), won=Count("pk", filter=Q(has_won=True)))
    )
    found = [(row["value"], row["leads"], row["won"]) for row in counted.order_by("-won", "-leads", "value")]
    leads, won = sum(row[1] for row in found), sum(row[2] for row in found)
    labels = {key_form(choice.value): choice.value for choice in choices_of(field.key, catalogue)}
    rows = [
        ProfileRow(
            None if value is None else str(value),
            _label(field, value, labels),
            Contrast(of_value, of_won, leads - of_value, won - of_won),
        )
        for value, of_value, of_won in found[:VALUES_SHOWN]
    ]
    return Profile(leads, won, rows)


def leads_with_value(user: User, field: Field, key: str, *, is_won: bool) -> QuerySet[Lead]:
    """The leads behind a number of the profile; `key` "" is “nothing is known”."""
    rows = _with_value(field)
    if field.value_type == "yes_no":
        answers = {"True": True, "1.0": True, "False": False, "0.0": False}
        rows = rows.filter(value=answers[key]) if key in answers else rows.filter(value=None)
    else:
        rows = rows.filter(value=key) if key else rows.filter(value=None)
    if is_won:
        rows = rows.filter(has_won=True)
    return leads_visible_to(user).filter(pk__in=rows.values("lead_id"))


def _with_value(field: Field) -> Any:
    """All leads with `value`, in matching form, and `has_won`."""
    won = Outcome.objects.filter(lead=OuterRef("lead_id"), kind=OutcomeKind.WON)
    rows = LeadFit.objects.order_by().annotate(has_won=Exists(won))
    if field.attribute_id is None:
        return rows.annotate(value=F(field.column))
    column = "number" if field.value_type == "yes_no" else "text_key"
    values: Any = (
        LeadValue.objects.filter(lead=OuterRef("lead_id"))
        if field.holder == "lead"
        else AccountValue.objects.filter(account=OuterRef("account_id"))
    )
    one = values.filter(attribute=field.attribute_id).values(column)[:1]
    return rows.annotate(value=Subquery(one))


def _label(field: Field, value: Any, labels: dict[str, str]) -> str:
    if value is None:
        return _("Not known")
    if field.value_type == "yes_no":
        return _("Yes") if value else _("No")
    return labels.get(value, value)
