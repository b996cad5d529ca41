"""One fact of a lead or its account put right by hand, with where it came from and what it was."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads import facts
from leads.models import Account, FieldChange, Lead
from leads.selectors.handoffs import MISSING_FACTS
from portal.common.errors import Invalid
from portal.common.models import User
from portal.common.whole_numbers import whole_number

OF_LEAD = ("phone", "email", "job_title", "company", "country")
OF_ACCOUNT = ("industry", "employees")
NAME = "name"
# What can be put right here; the others of `MISSING_FACTS` need a file or another system.
FIXABLE = {key: words for key, words in MISSING_FACTS.items() if key in (*OF_LEAD, *OF_ACCOUNT, NAME)}
MOST_EMPLOYEES = 100_000_000


def fact_put_right(*, lead: Lead, field: str, value: str, actor: User) -> None:
    """Write one of `FIXABLE`, and owe new scores; in the caller's transaction, which holds the lead.

    Raises `Invalid` with the field to mend. A fact of the account is put right for all its people.
    """
    said = " ".join(value.replace("\0", "").split())
    if field not in FIXABLE:
        raise Invalid(_("Choose the fact from the list."), field="field")
    if not said:
        raise Invalid(_("Say what it really is."), field="value")
    if field in OF_ACCOUNT:
        _of_account(lead, field, said, actor)
    elif field == NAME:
        first, _space, last = said.partition(" ")
        _of_lead(lead, {"first_name": first, "last_name": last}, actor)
    else:
        if field == "email":
            said = _email(lead, said)
        _of_lead(lead, {field: said}, actor)


def _of_lead(lead: Lead, values: dict[str, str], actor: User) -> None:
    changed = {name: value for name, value in values.items() if getattr(lead, name) != value}
    _check_length(Lead, changed)
    if not changed:
        raise Invalid(_("That is what it says already."), field="value")
    before = {name: str(getattr(lead, name) or "") for name in changed}
    origin = dict.fromkeys(changed, f"person:{actor.pk}")
    try:
        with transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(
                **changed, provenance={**lead.provenance, **origin}, changed_at=timezone.now()
            )
    except IntegrityError as error:
        # Two people gave two leads the same address in the same instant.
        raise Invalid(_("Another lead has this address already."), field="value") from error
    _remember(lead, before, changed, actor)
    facts.refresh([lead.pk])


def _of_account(lead: Lead, field: str, said: str, actor: User) -> None:
    if lead.account_id is None:
        raise Invalid(_("This lead belongs to no account yet, so it has no such fact."), field="field")
    account = Account.objects.select_for_update().get(pk=lead.account_id)
    value: Any = said
    if field == "employees":
        value = whole_number(said)
        if value is None or value > MOST_EMPLOYEES:
            raise Invalid(_("Give the number of employees in digits."), field="value")
    before = getattr(account, field)
    if before == value:
        raise Invalid(_("That is what it says already."), field="value")
    _check_length(Account, {field: value})
    Account.objects.filter(pk=account.pk).update(
        **{field: value}, provenance={**account.provenance, field: f"person:{actor.pk}"}
    )
    _remember(lead, {field: "" if before is None else str(before)}, {field: str(value)}, actor)
    facts.refresh(list(Lead.objects.filter(account=account, merged_into=None).values_list("pk", flat=True)))


def _email(lead: Lead, said: str) -> str:
    try:
        validate_email(said)
    except ValidationError as error:
        raise Invalid(_("This is no e-mail address."), field="value") from error
    other = Lead.objects.filter(email__iexact=said, merged_into=None).exclude(pk=lead.pk).first()
    if other is not None:
        raise Invalid(_("%(lead)s has this address already.") % {"lead": other}, field="value")
    return said.lower()


def _check_length(model: type[Lead] | type[Account], values: dict[str, Any]) -> None:
    for name, value in values.items():
        longest = getattr(model._meta.get_field(name), "max_length", None)
        if isinstance(value, str) and longest and len(value) > longest:
            raise Invalid(_("At most %(n)d characters.") % {"n": longest}, field="value")


def _remember(lead: Lead, before: dict[str, str], after: dict[str, Any], actor: User) -> None:
    """What a fact was: for the lead's page, and the change that ends the rest after a clerical return."""
    FieldChange.objects.bulk_create(
        FieldChange(
            lead=lead,
            field=name,
            before=before[name][:500],
            after=str(after[name])[:500],
            changed_at=timezone.now(),
            changed_by=actor,
        )
        for name in after
    )
