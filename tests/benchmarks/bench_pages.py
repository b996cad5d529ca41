"""How long the server takes over each page, and with how many queries.

Twice: in the sample workspace, and in one of 20,000 leads. The time is that of the whole request, from the
first middleware to the last byte of the answer, in one process; the browser and the network are not in it.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.models import Handoff, Lead
from portal.common.models import User
from portal.seed.people import DOMAIN
from portal.seed.workspace import SAMPLE_SIZE, Size, workspace_seed
from tests.builders import ada
from tests.pages import BUDGET, PAGES, Listed

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db]

LARGE = Size(leads=20_000, accounts=6_000, activities=200_000)
ROUNDS = 11
LIMIT_MS = 100.0


@dataclass(frozen=True)
class Seen:
    page: Listed
    queries: int
    median_ms: float
    kilobytes: float


@pytest.mark.parametrize("size", [SAMPLE_SIZE, LARGE], ids=["sample", "large"])
def test_pages(size: Size) -> None:
    administrator = ada()
    workspace_seed(size=size, seed=1, actor=administrator)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seen = [_look(page, administrator) for page in PAGES]
    _say(seen)
    over = [f"{one.page}: {one.queries} queries" for one in seen if one.page.is_list and one.queries > BUDGET]
    if size == SAMPLE_SIZE:
        over += [f"{one.page}: {one.median_ms:.0f} ms" for one in seen if one.median_ms > LIMIT_MS]
    assert over == []


def _look(page: Listed, administrator: User) -> Seen:
    client = Client()
    person = administrator if page.who == "ada" else User.objects.get(email=f"{page.who}@{DOMAIN}")
    client.force_login(person)
    address = page.address()
    # The first look compiles templates and is not counted.
    answer = client.get(address)
    assert answer.status_code == 200, (page.name, address, answer.status_code)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    count = len(queries)  # the next request empties the log
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = client.get(address)
        answer.content  # noqa: B018
        times.append((time.perf_counter() - started) * 1000)
    return Seen(page, count, statistics.median(times), len(answer.content) / 1024)


def _say(seen: list[Seen]) -> None:
    # Each statement is sent to another machine in the field; on SQLite it is a call.
    print(
        f"\n{connection.vendor}, {Lead.objects.count():,} leads, {Handoff.objects.count():,} handoffs, "
        f"median of {ROUNDS}, DEBUG={settings.DEBUG}"
    )
    print(f"{'page':<32}{'queries':>8}{'median ms':>11}{'kB':>8}")
    for one in seen:
        print(f"{one.page.name:<32}{one.queries:>8}{one.median_ms:>11.1f}{one.kilobytes:>8.1f}")
    slowest = max(seen, key=lambda one: one.median_ms)
    print(f"slowest: {slowest.page.name}, {slowest.median_ms:.1f} ms")
