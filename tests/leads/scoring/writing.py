"""How a drawn history gets into the database, in few statements and through the product's own forms."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction

from definitions.criteria.matching import key_form, words_form
from definitions.models import ActivityKind, Attribute
from leads import bulk
from leads.facts import fit_values
from leads.intake.writers.activities import Terms
from leads.models import Account, AccountValue, Activity, Lead, LeadFit, LeadValue
from portal.common.fields import to_microseconds
from tests.builders import NOW, a_source
from tests.leads.scoring.documents import CUSTOM, FIELDS, OWN_KINDS
from tests.leads.scoring.oracle import Deed, Json, Person

_messages = itertools.count(1)
_VALUES = ("attribute_id", "text", "text_key", "text_words", "number", "day")
_DEED = (
    "lead_id", "kind_id", "occurred_at", "subject_id", "campaign_id", "channel_id", "seconds", "source_id",
    "message_id", "properties",
)  # fmt: skip


def make_attributes() -> None:
    """The workspace's own attributes and kinds of activity, which drawn definitions may name."""
    for key, (holder, value_type) in CUSTOM.items():
        slug = key.removeprefix("custom.")
        Attribute.objects.get_or_create(
            key=slug, defaults={"holder": holder, "value_type": value_type, "label": slug}
        )
    for key, is_by_lead in OWN_KINDS.items():
        ActivityKind.objects.get_or_create(key=key, defaults={"label": key, "is_by_lead": is_by_lead})


@contextmanager
def laid_down(world: list[Person]) -> Iterator[list[int]]:
    """The ids of the leads, in the order of the people; afterwards nothing of it is left."""
    with transaction.atomic():
        yield write(world)
        transaction.set_rollback(True)


def write(world: list[Person]) -> list[int]:
    """The ids of the leads, in the order of the people."""
    source = a_source()
    accounts: dict[int, Account] = {}
    for person in world:
        if person.account is not None and person.account not in accounts:
            accounts[person.account] = Account(source=source, created_at=NOW, **_of_account(person.facts))
    Account.objects.bulk_create(accounts.values())
    leads = Lead.objects.bulk_create(
        Lead(
            source=source,
            captured_at=person.captured_at,
            account=None if person.account is None else accounts[person.account],
            **_of_lead(person.facts),
        )
        for person in world
    )
    fits = [
        fit_values(vars(lead) | {"pk": lead.pk}, vars(lead.account) if lead.account else {}) for lead in leads
    ]
    if fits:
        bulk.insert(LeadFit, tuple(fits[0]), (tuple(fit.values()) for fit in fits))
    ids = [lead.pk for lead in leads]
    _write_values(ids, world, {number: account.pk for number, account in accounts.items()})
    write_deeds((pk, deed) for pk, person in zip(ids, world, strict=True) for deed in person.deeds)
    return ids


def _of_lead(facts: Json) -> Json:
    """The columns of a lead of whom this is known."""
    columns = {_COLUMNS.get(key, key.partition(".")[2]): facts.get(key) or "" for key in _LEAD_TEXTS}
    if domain := facts.get("lead.email_domain"):
        columns["email"] = f"lead-{next(_messages)}@{domain}"
    columns["website"] = "https://www.acme.example/about" if facts.get("lead.has_business_website") else ""
    columns["phone"] = "+49 30 1234" if facts.get("lead.has_phone") else ""
    return columns


def _of_account(facts: Json) -> Json:
    columns = {key.partition(".")[2]: value for key, value in facts.items() if key.startswith("account.")}
    return {column: value for column, value in columns.items() if value is not None}


_COLUMNS = {"lead.source": "lead_source"}
_LEAD_TEXTS = [
    key
    for key, field in FIELDS.items()
    if key.startswith("lead.") and field.value_type in ("text", "choice") and key != "lead.email_domain"
]


def _write_values(ids: list[int], world: list[Person], accounts: dict[int, int]) -> None:
    if not any(key in CUSTOM for person in world for key in person.facts):
        return
    attributes = {f"custom.{key}": pk for key, pk in Attribute.objects.values_list("key", "pk")}
    of_leads: list[tuple[Any, ...]] = []
    of_accounts: dict[tuple[int, int], tuple[Any, ...]] = {}
    for pk, person in zip(ids, world, strict=True):
        for key, value in person.facts.items():
            # Blanks are no value to those who enter facts.
            if key not in CUSTOM or value is None or value == " ":
                continue
            row = (attributes[key], *_columns_of(value))
            if CUSTOM[key][0] == "lead":
                of_leads.append((pk, *row))
            else:
                account = accounts[person.account]  # type: ignore[index]
                of_accounts[account, row[0]] = (account, *row)
    bulk.insert(LeadValue, ("lead_id", *_VALUES), of_leads)
    bulk.insert(AccountValue, ("account_id", *_VALUES), of_accounts.values())


def _columns_of(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        return value, key_form(value), words_form(value), None, None
    if isinstance(value, date):
        return "", None, None, None, bulk.day_value(value)
    return "", None, None, float(value), None


def write_deeds(pairs: Iterable[tuple[int, Deed]]) -> None:
    """Activities by lead id; a deed that stands twice happened twice."""
    pairs = list(pairs)
    if not pairs:
        return
    kinds, terms, source = dict(ActivityKind.objects.values_list("key", "pk")), Terms(), a_source().pk
    texts = {text for _pk, deed in pairs for text in (deed.subject, deed.campaign, deed.channel)}
    terms.learn(text for text in texts if text)
    bulk.insert(
        Activity,
        _DEED,
        (
            (
                pk, kinds[deed.kind], to_microseconds(deed.at), terms.id_of(deed.subject),
                terms.id_of(deed.campaign), terms.id_of(deed.channel), deed.seconds, source,
                f"world-{next(_messages)}",
                bulk.json_value({name: key_form(text) for name, text in deed.properties.items()} or None),
            )
            for pk, deed in pairs
        ),
    )  # fmt: skip
