"""Every address, asked by everybody: no error page, no data for strangers, and no GET that writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from definitions.models import Version
from leads.evidence.back_tests import back_test_at_once
from leads.handoffs.overriding import override_make
from leads.leaks.nightly import night_count
from leads.models import Account, Lead
from leads.tasting.services import tasting_start
from portal.common.models import Invitation, OutgoingCall, OutgoingMail, User, Webhook
from portal.seed.workspace import Size, workspace_seed
from tests.addresses import addresses
from tests.builders import ada, maya, mona, olga, rita, sam
from tests.garbage import FIELDS, GARBAGE, POSTED

pytestmark = pytest.mark.walk

SMALL = Size(leads=120, accounts=40, activities=1_200)
# 409 on a GET: minutes that are not written yet. 422: a question to history that makes no sense.
FINE = {200, 204, 286, 301, 302, 403, 404, 405, 409, 422}
# What anybody may open: they say who one is, or ask it.
OPEN_TO_STRANGERS = ("accounts/", "welcome", "join/", "mail/stop/", "reviews/feed/")


@pytest.fixture
def world(db: None) -> dict[str, User | None]:
    """The sample company, and one person of every kind."""
    workspace_seed(size=SMALL, seed=1, actor=None)
    for version in Version.objects.filter(status__in=("draft", "active")):
        back_test_at_once(version=version, actor=maya())
    resting = Lead.objects.filter(stage="nurture").earliest("pk")
    tomorrow = timezone.localdate() + timedelta(days=1)
    override_make(lead=resting, kind="hold", reason="Not now.", ends_on=tomorrow, actor=maya())
    tasting_start(version=Version.objects.get(status="active", definition__stage="mql"), actor=maya())
    # A night that finds something.
    Lead.objects.filter(pk=Lead.objects.filter(stage="sal").earliest("pk").pk).update(stage="lead")
    night_count(day=date(2026, 5, 4), now=timezone.now())
    people: dict[str, User | None] = {
        person.email.split("@")[0]: person for person in (olga(), maya(), sam(), mona(), rita(), ada())
    }
    Invitation.objects.create(
        email="new@example.com",
        token_hash="0" * 64,
        invited_by=people["ada"],  # type: ignore[misc]
        expires_at="2099-01-01T00:00Z",
    )
    parked: dict[str, Any] = {"status": "parked", "error": "No route to host", "due_at": "2026-05-04T10:00Z"}
    OutgoingMail.objects.create(key="parked", to_email="a@example.com", subject="Time", text="", **parked)
    hook = Webhook.objects.create(url="https://example.com/in", secret="whsec_AAAA", created_by=ada())
    OutgoingCall.objects.create(webhook=hook, key="parked", event="clock.due", body="{}", **parked)
    return {"a stranger": None, **people}


# What a preview keeps is a cache, and so is no change that a look at it makes.
WRITES = re.compile(
    r"^\s*(INSERT|UPDATE|DELETE)\b(?!.*(django_session|last_login|leads_preview))", re.I | re.S
)


@contextmanager
def no_writes(said: list[str]) -> Iterator[None]:
    """Collects every statement that changes a row, sessions apart."""

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.match(sql):
            said.append(sql[:200])
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(watch))
        yield


def _client(person: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    return client


def _secrets() -> list[str]:
    """Words that only the workspace's own people may read."""
    leads = Lead.objects.exclude(email="").order_by("pk")[:5]
    accounts = Account.objects.order_by("pk")[:5]
    people = User.objects.filter(email__endswith="@sample.example")
    return [
        *[lead.email for lead in leads],
        *[account.name for account in accounts],
        *[person.name for person in people],
    ]


def test_every_address_answers_everybody(world: dict[str, User | None]) -> None:
    everything, secrets = addresses(), _secrets()
    assert len(everything) > 150
    wrong, written = [], []
    for who, person in world.items():
        client = _client(person)
        # The states of a row change what it shows; who asks changes the same on each: one row will do.
        asked = everything if who in ("a stranger", "ada") else dict(everything[::-1]).items()
        for route, address in asked:
            if route.startswith("accounts/logout") and person:
                continue
            said: list[str] = []
            with no_writes(said):
                response = client.get(address)
            if response.status_code not in FINE:
                wrong.append(f"{who}: {response.status_code} {address[:120]}")
            if said:
                written.append(f"{who}: {address}: {said[0]}")
            if person is None:
                is_open = route.startswith(OPEN_TO_STRANGERS)
                # 404: no such address at all, which is no secret.
                if not is_open and response.status_code not in (302, 404):
                    wrong.append(f"{who}: opened {address}: {response.status_code}")
                text = b"".join(response).decode(errors="replace")
                wrong += [f"{who}: reads {word!r} at {address}" for word in secrets if word in text]
    assert not wrong + written, "\n".join(wrong + written)


def test_garbage_in_the_query_is_never_an_error(world: dict[str, User | None]) -> None:
    """A page is given what it reads: what it never asks for cannot hurt it."""
    client = _client(world["ada"])
    wrong, sent = [], 0
    seen: set[str] = set()
    for route, address in addresses():
        # One row of each route is enough here, and it must be one that is there.
        if route in seen or route.startswith("accounts/logout"):
            continue
        with names_read() as names:
            if client.get(address).status_code != 200:
                continue
            seen.add(route)
            waiting = dict(enumerate(GARBAGE))
            # An answer to one name may make it read another: until nothing new is read.
            while due := [number for number, words in waiting.items() if _names_in(words) & names]:
                for number in due:
                    garbage = waiting.pop(number)
                    headers = {"HX-Request": "true"} if number % 2 else {}
                    response = client.get(f"{address}?{garbage}", headers=headers)
                    sent += 1
                    if response.status_code not in FINE:
                        wrong.append(f"{response.status_code} {address}?{garbage[:80]}")
    assert len(seen) > 40
    assert sent > 10 * len(GARBAGE)
    assert not wrong, "\n".join(wrong)


def _names_in(garbage: str) -> set[str]:
    return set(parse_qs(garbage, keep_blank_values=True))


@contextmanager
def names_read() -> Iterator[set[str]]:
    """Collects every name that is looked for in a query, found or not."""
    names = {"\0"}  # No page asks for it, and each gets it once.
    with pytest.MonkeyPatch.context() as patch:
        for method in ("__getitem__", "__contains__", "get", "getlist", "pop"):
            plain = getattr(QueryDict, method)

            def noting(self: Any, name: Any, *more: Any, plain: Any = plain, **named: Any) -> Any:
                if isinstance(name, str):
                    names.add(name)
                return plain(self, name, *more, **named)

            patch.setattr(QueryDict, method, noting)
        yield names


def test_garbage_in_a_form_is_never_an_error(world: dict[str, User | None]) -> None:
    wrong = []
    one_of_each = dict(addresses()[::-1])
    for who in ("a stranger", "olga", "ada"):
        client = _client(world[who])
        for route, address in one_of_each.items():
            if route.startswith(("accounts/", "welcome", "people/look")) or address.endswith("/look-as"):
                continue
            for value in POSTED if who == "ada" else POSTED[:1]:
                response = client.post(address, dict.fromkeys(FIELDS, value))
                if response.status_code >= 500:
                    wrong.append(f"{who}: {response.status_code} {address} {value[:20]!r}")
                if who == "a stranger" and response.status_code == 200:
                    wrong.append(f"{who}: let in at {address}")
    assert not wrong, "\n".join(wrong)
