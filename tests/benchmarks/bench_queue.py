"""The queue at size, over HTTP: 25 people who look, page, filter and search, each page asking for news.

`ACCORD_BENCH_LEADS` leads (100,000 unless given; 1,000,000 is what the documentation quotes) and a handoff
for every twentieth, of which one in ten is open (`ACCORD_BENCH_OPEN` is another share in percent; 100 is more
than a team ever lets lie). The server is the one that `manage.py serve` starts; people, server and database
share the machine. A time is that of the whole request as a person's browser sees it, waiting for a free
thread included.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from definitions.models import Version
from leads.handoffs.offering import frozen
from leads.models import Handoff, HandoffStatus, Lead
from leads.scoring.receipt import receipts
from leads.selectors.queue import offered
from portal.common.models import Team, User
from portal.management.commands.serve import children, find_port
from portal.seed.database import create
from tests.benchmarks import scoring
from tests.builders import a_version
from tests.conftest import BASE, environment_of_children
from tests.leads.queue.stories import HTMX

pytestmark = [pytest.mark.benchmark, pytest.mark.servers, pytest.mark.django_db(transaction=True)]

LEADS = int(os.environ.get("ACCORD_BENCH_LEADS", "100000"))
SECONDS = int(os.environ.get("ACCORD_BENCH_SECONDS", "60"))
OPEN_PERCENT = int(os.environ.get("ACCORD_BENCH_OPEN", "10"))
PEOPLE = 25
PAUSE = 3.0  # seconds between two looks of one person, on average
# What people do: (name, share). Most look at the front of the queue, and take what stands there.
LOOKS = (
    ("front", 50),
    ("next page", 15),
    ("one's own", 10),
    ("filtered", 10),
    ("sorted", 5),
    ("searched", 10),
)
# These the page asks for by itself, and replaces its rows; the others are opened as a page.
IN_PLACE = {"next page", "filtered", "sorted", "searched"}
WORDS = ("krü", "anna", "logistics", "gmbh", "müller", "sofia software", "@nord", "zz", "example", "an")

Times = dict[str, list[float]]


def test_queue() -> None:
    scoring.lay_facts(LEADS, LEADS * 2)
    version = a_version(scoring.document(), "active")
    people = [_person(number) for number in range(PEOPLE)]
    _offer(version, people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    handoffs, still = Handoff.objects.count(), offered().count()
    print(f"\n{LEADS:,} leads, {handoffs:,} handoffs, {still:,} of them offered, {connection.vendor}")
    _queries(people[0])
    _searches(people[0])
    with _server() as port:
        for pause in (PAUSE, 0.0):
            _say(pause, _crowd(port, people, pause))


def _person(number: int) -> User:
    user = User(email=f"rep{number}@example.com", name=f"Rep Number{number}", team=Team.SALES)
    user.set_unusable_password()
    user.save()
    return user


def _offer(version: Version, people: list[User]) -> None:
    """Every twentieth lead, under a receipt of its shape; an open one in three to somebody by name."""
    now, chance = timezone.now(), random.Random(7)
    ids = list(Lead.objects.filter(pk__gt=0).order_by("pk").values_list("pk", flat=True)[::20])
    some = [frozen(each) for each in receipts(version, ids[:200], as_of=now).values()]
    rows = []
    for lead_id in ids:
        receipt, is_contact = chance.choice(some), chance.random() < 0.1
        is_open = chance.randrange(100) < OPEN_PERCENT
        owner = chance.choice(people) if not is_open or chance.random() < 0.3 else None
        offered_at = now - timedelta(minutes=chance.randrange(5_000 if is_open else 250_000))
        taken_at = None if is_open else offered_at + timedelta(hours=2)
        rows.append(
            Handoff(
                lead_id=lead_id,
                version=version,
                points=receipt["points"],
                grade=receipt["grade"],
                receipt=receipt,
                is_contact_request=is_contact,
                is_recycled=chance.random() < 0.1,
                status=HandoffStatus.OFFERED if is_open else HandoffStatus.ACCEPTED,
                owner=owner,
                offered_at=offered_at,
                accepted_at=taken_at,
                decided_at=taken_at,
                due_at=offered_at + timedelta(hours=1 if is_contact else 40),
            )
        )
    create(Handoff, rows)


def _addresses(chance: random.Random) -> dict[str, Callable[[], str]]:
    ids = list(offered().values_list("pk", flat=True)[:2_000])
    return {
        "front": lambda: "/leads/",
        "next page": lambda: f"/leads/?after={chance.choice(ids)}",
        "one's own": lambda: "/leads/?tab=mine",
        "filtered": lambda: chance.choice(
            (
                "/leads/?grade=4&due=overdue",
                "/leads/?kind=contact",
                "/leads/?country=Germany&industry=Software",
            )
        ),
        "sorted": lambda: chance.choice(("/leads/?sort=-grade", "/leads/?sort=age")),
        "searched": lambda: f"/leads/?q={quote(chance.choice(WORDS))}",
    }


def _queries(person: User) -> None:
    client = Client()
    client.force_login(person)
    for name, address in _addresses(random.Random(1)).items():
        client.get(address())
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address())
        assert response.status_code == 200
        in_database = sum(float(query["time"]) for query in queries.captured_queries) * 1000
        print(f"{name:<12}{len(queries):>4} queries {in_database:>7.0f} ms in the database")
        assert len(queries) <= 12, name
    with CaptureQueriesContext(connection) as queries:
        client.get(response.context["news_url"], headers=HTMX)
    print(f"{'news':<12}{len(queries):>4} queries")


def _searches(person: User) -> None:
    """One person, one search after the other, the whole answer: in the queue, in the header, in all leads."""
    client = Client()
    client.force_login(person)
    places = (("the queue", "leads:queue"), ("the header", "portal:search"), ("all leads", "leads:lead_list"))
    for name, route in places:
        times: Times = {word: [] for word in WORDS}
        for _ in range(3):
            for word in WORDS:
                started = time.perf_counter()
                assert client.get(reverse(route), {"q": word}).status_code == 200
                times[word].append((time.perf_counter() - started) * 1000)
        slowest = max(times, key=lambda word: statistics.median(times[word]))
        every = [each for found in times.values() for each in found]
        print(
            f"search in {name:<11} p50 {_percentile(every, 50):>5.0f} ms, "
            f"p95 {_percentile(every, 95):>5.0f}; "
            f"slowest “{slowest}” {statistics.median(times[slowest]):.0f} ms"
        )


@contextmanager
def _server() -> Iterator[int]:
    """The web server of `manage.py serve`, two processes, on this test's database."""
    port, environment = find_port("127.0.0.1", None), environment_of_children()
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        cwd=BASE,
        env=environment,
        check=True,
    )
    web = children("127.0.0.1", port, web=2, workers=1)[0]
    process = subprocess.Popen(web.command, cwd=BASE, env=environment)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            _get(HTTPConnection("127.0.0.1", port, timeout=5), "/accounts/login/", {})
            return
        except OSError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.2)


def _get(http: HTTPConnection, address: str, headers: dict[str, str]) -> tuple[int, bytes]:
    http.request("GET", address, headers=headers)
    response = http.getresponse()
    body = response.read()
    # The server closes a connection that is silent for two seconds: each look opens one anew.
    http.close()
    return response.status, body


def _crowd(port: int, people: list[User], pause: float) -> Times:
    """Milliseconds of each kind of look, of all people at once for a while; the first seconds warm up."""
    times: Times = defaultdict(list)
    starts = time.perf_counter() + 5
    cookies = []
    for person in people:
        client = Client()
        client.force_login(person)
        cookies.append(f"sessionid={client.cookies['sessionid'].value}")
    addresses = [_addresses(random.Random(number)) for number in range(len(people))]
    threads = [
        threading.Thread(target=_one, args=(port, cookie, looks, pause, starts, times))
        for cookie, looks in zip(cookies, addresses, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _one(
    port: int, cookie: str, looks: dict[str, Callable[[], str]], pause: float, starts: float, times: Times
) -> None:
    http, chance, headers = HTTPConnection("127.0.0.1", port), random.Random(cookie), {"Cookie": cookie}
    names, shares = zip(*LOOKS, strict=True)
    time.sleep(chance.random() * pause)
    while time.perf_counter() < starts + SECONDS:
        name = chance.choices(names, shares)[0]
        asked = {**headers, **HTMX} if name in IN_PLACE else headers
        page = _timed(http, looks[name](), asked, name, starts, times)
        time.sleep(chance.expovariate(1 / pause) if pause else 0)
        if pause:
            news = (
                page.partition(b'hx-get="/leads/news/')[2].partition(b'"')[0].decode().replace("&amp;", "&")
            )
            _timed(http, f"/leads/news/{news}", {**headers, **HTMX}, "news", starts, times)


def _timed(
    http: HTTPConnection, address: str, headers: dict[str, str], name: str, starts: float, times: Times
) -> bytes:
    started = time.perf_counter()
    status, body = _get(http, address, headers)
    assert status in (200, 204), (status, address)
    if started > starts:
        times[name].append((time.perf_counter() - started) * 1000)
    return body


def _say(pause: float, times: Times) -> None:
    how = f"{pause:g} s between two looks" if pause else "no pause at all"
    pages = [each for name, found in times.items() if name != "news" for each in found]
    print(f"\n{PEOPLE} people, {how}: {len(pages) / SECONDS:.1f} pages a second")
    for name, found in (*sorted(times.items()), ("all pages", pages)):
        print(
            f"{name:<12}{len(found):>6} times, p50 {_percentile(found, 50):>6.0f} ms, "
            f"p95 {_percentile(found, 95):>6.0f} ms"
        )


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
