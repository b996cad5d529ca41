"""Named people and plain builders that tell the tests' stories."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from definitions.criteria.fingerprint import fingerprint
from definitions.models import ActivityKind, Definition, Version
from leads.facts import refresh
from leads.models import Account, Activity, Lead, Source, Term
from portal.common.models import Role, Team, User

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)  # a Monday
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def _person(name: str, team: str, role: str = Role.MEMBER) -> User:
    email = f"{name.split()[0].lower()}@example.com"
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, PASSWORD, name=name, team=team, role=role)


def maya() -> User:
    return _person("Maya Lindqvist", Team.MARKETING)


def marco() -> User:
    return _person("Marco Ferri", Team.MARKETING)


def mona() -> User:
    return _person("Mona Haddad", Team.MARKETING, Role.MANAGER)


def sam() -> User:
    return _person("Sam Okafor", Team.SALES)


def sofia() -> User:
    return _person("Sofia Petrova", Team.SALES)


def rita() -> User:
    return _person("Rita Novak", Team.SALES, Role.MANAGER)


def olga() -> User:
    return _person("Olga Brandt", Team.NONE)


def ada() -> User:
    return _person("Ada Administrator", Team.REVENUE_OPERATIONS, Role.ADMINISTRATOR)


def a_source(key: str = "crm") -> Source:
    return Source.objects.get_or_create(key=key, defaults={"label": key.upper()})[0]


def an_account(**fields: Any) -> Account:
    number = next(_numbers)
    name = fields.pop("name", f"Account {number}")
    values = {"source": a_source(), "external_id": f"acc-{number}", "created_at": NOW, **fields}
    return Account.objects.create(name=name, name_key=name.casefold(), **values)


def a_lead(**fields: Any) -> Lead:
    """A lead with its fit row, marked as touched."""
    number = next(_numbers)
    values = {
        "source": a_source(),
        "external_id": f"lead-{number}",
        "email": f"lead{number}@company{number}.example",
        "first_name": "Lead",
        "last_name": f"Number {number}",
        "captured_at": NOW,
        **fields,
    }
    lead = Lead.objects.create(**values)
    refresh([lead.pk])
    return lead


def a_term(text: str) -> Term:
    words = " " + " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split()) + " "
    return Term.objects.get_or_create(key=text.casefold(), defaults={"text": text, "words": words})[0]


def an_activity(lead: Lead, kind: str = "page_viewed", at: datetime = NOW, **fields: Any) -> Activity:
    """`subject`, `campaign` and `channel` may be given as text."""
    for name in ("subject", "campaign", "channel"):
        if isinstance(fields.get(name), str):
            fields[name] = a_term(fields[name])
    values = {"source": a_source(), "message_id": f"m-{next(_numbers)}", **fields}
    return Activity.objects.create(
        lead=lead, kind=ActivityKind.objects.get(key=kind), occurred_at=at, **values
    )


def a_criterion(
    key: str, rule: dict[str, Any], effect: dict[str, Any] | None = None, **fields: Any
) -> dict[str, Any]:
    return {
        "key": key,
        "half": "fit",
        "wording": f"Clause {key}",
        "rule": rule,
        "effect": effect or {"kind": "points", "points": 50, "count": "once"},
        "group": "",
        "owner": "",
        "reason": "",
        "basis": "assumption",
        "review_on": None,
        "personas": [],
        **fields,
    }


def a_document(*criteria: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "format": "accord.definition/1",
        "stage": "mql",
        "title": "The first agreement",
        "threshold": 100,
        "minimums": {"fit": None, "behaviour": None},
        "caps": {"fit": None, "behaviour": None},
        "groups": [],
        "grades": [20, 40, 60, 80],
        "personas": {},
        "criteria": list(criteria)
        or [
            a_criterion(
                "c-software", {"attribute": "account.industry", "is": "one_of", "values": ["software"]}
            ),
            a_criterion(
                "c-pricing",
                {
                    "activity": "page_viewed",
                    "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
                    "within_days": 30,
                    "at_least": 1,
                },
                half="behaviour",
            ),
        ],
        **fields,
    }


def a_version(
    document: dict[str, Any] | None = None, status: str = "active", number: int | None = None
) -> Version:
    """A frozen version in `status`, written directly: the way there is what other tests are about."""
    document = document or a_document()
    definition = Definition.objects.get(stage=document["stage"])
    highest = definition.versions.order_by("-number").first()
    version = Version.objects.create(
        definition=definition,
        number=number or (highest.number + 1 if highest else 1),
        status=status,
        threshold=document["threshold"],
        grade_bounds=document["grades"],
        document=document,
        fingerprint=fingerprint(document),
        created_by=maya(),
        proposed_at=NOW,
        ratified_at=NOW if status in ("ratified", "active", "superseded") else None,
        activated_at=NOW if status == "active" else None,
    )
    if status == "active":
        definition.active_version = version
        definition.save(update_fields=["active_version"])
    return version


def an_active_version(document: dict[str, Any] | None = None) -> Version:
    return a_version(document, "active")


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client
