"""People who go on working during the storm, and whose every answer is judged.

They read the queue, the list and leads, look at the rows, sign in and accept leads; and facts come in.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import psycopg
from allauth.core.internal import ratelimit
from django.db import DatabaseError, InterfaceError, connection

from tests.builders import PASSWORD
from tests.faults.storm_answers import (
    AWAY_SENTENCE,
    Answer,
    Reading,
    read_lead,
    read_list,
    read_queue,
    read_rows,
)
from tests.faults.storm_workspace import Truth, form_submitted

# A page that takes longer than this counts as an error.
PATIENCE_SECONDS = 60.0
ROWS_READ = 400
Do = Callable[[random.Random], Reading]
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_ACCEPT = re.compile(r'<form method="post" action="(/leads/handoffs/(\d+)/accept/)"')


class Wrong(Exception):
    """An answer that nobody may ever get, in a sentence."""


class Away(Exception):
    """A 503 with its sentence."""


class Browser:
    """Asks pages over real HTTP, and keeps cookies."""

    def __init__(self, port: int, session: str = "") -> None:
        self.port = port
        self.cookies = {"sessionid": session} if session else {}

    def get(self, path: str) -> str:
        return self._ask("GET", path)[1]

    def post(self, path: str, **values: str) -> int:
        return self._ask("POST", path, urlencode(values))[0]

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """(status, text). Raises Away for a 503 as it should be, Wrong for any other error."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            client.request(method, path, body, headers)
            response = client.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Wrong(f"{method} {path}: no answer: {error!r}") from error
        finally:
            client.close()
        for header in response.headers.get_all("Set-Cookie") or ():
            self.cookies.update((name, morsel.value) for name, morsel in SimpleCookie(header).items())
        if response.status == 503 and AWAY_SENTENCE in text and response.headers["Retry-After"]:
            raise Away
        # 409: somebody was faster, which is an answer.
        if response.status not in (200, 302, 409):
            raise Wrong(f"{method} {path}: {response.status}: {re.sub('<[^>]*>', ' ', text)[-300:]}")
        return response.status, text


class People:
    """One thread for each thing that is done over and over. Every answer is kept."""

    def __init__(self, port: int, session: str, email: str, dsn: str, leads: int, truth: Truth) -> None:
        self.port, self.session, self.email, self.dsn = port, session, email, dsn
        self.leads, self.truth = leads, truth
        self.answers: list[Answer] = []
        self.accepted: set[int] = set()  # handoffs, as the portal said
        self.learned: set[int] = set()  # leads whose form was committed
        self._stopped, self._facts_stopped = threading.Event(), threading.Event()
        self.reading: psycopg.Connection | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        each: list[tuple[tuple[Do, ...], float, threading.Event]] = [
            ((self._queue, self._list), 0.02, self._stopped),
            ((self._lead,), 0.02, self._stopped),
            ((self._rows,), 0.05, self._stopped),
            ((self._accept,), 0.8, self._stopped),
            ((self._sign_in,), 4.0, self._stopped),
            ((self._learn_a_fact,), 0.25, self._facts_stopped),
        ]
        threads = [
            threading.Thread(target=self._go_on, args=(*one, seed), daemon=True)
            for seed, one in enumerate(each)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop_facts()
            self._stopped.set()
            for thread in threads:
                thread.join()

    def stop_facts(self) -> None:
        self._facts_stopped.set()

    def _go_on(
        self, things: tuple[Do, ...], pause_seconds: float, is_over: threading.Event, seed: int
    ) -> None:
        chance = random.Random(seed)
        while not is_over.wait(pause_seconds):
            self._ask(chance.choice(things), chance)
        connection.close()

    def _ask(self, do: Do, chance: random.Random) -> None:
        name, began = do.__name__.strip("_").replace("_", " "), time.monotonic()
        under, wrong, is_away = "", (), False
        try:
            under, wrong = do(chance)
        except Away:
            is_away = True
        except (Wrong, AssertionError) as error:
            wrong = (str(error),)
        self.answers.append(Answer(name, began, time.monotonic(), is_away, under, wrong))

    def _queue(self, chance: random.Random) -> Reading:
        return read_queue(self._page(f"/leads/?page={chance.randint(1, 3)}"), self.truth)

    def _list(self, chance: random.Random) -> Reading:
        return read_list(self._page(f"/leads/all/?page={chance.randint(1, 20)}"), self.truth)

    def _lead(self, chance: random.Random) -> Reading:
        number = chance.randint(1, self.leads)
        return read_lead(self._page(f"/leads/{number}/"), number, self.truth)

    def _page(self, path: str) -> str:
        return Browser(self.port, self.session).get(path)

    def _rows(self, chance: random.Random) -> Reading:
        """One statement follows the pointer to the version in force and reads its scores."""
        first = chance.randint(1, self.leads - ROWS_READ + 1)
        try:
            if self.reading is None or self.reading.closed:
                self.reading = psycopg.connect(self.dsn, autocommit=True, connect_timeout=5)
            rows = self.reading.execute(_IN_FORCE, {"first": first, "last": first + ROWS_READ - 1}).fetchall()
        except psycopg.OperationalError as error:
            self.reading = None
            raise Away from error
        return read_rows(rows, ROWS_READ, self.truth)

    def _sign_in(self, chance: random.Random) -> Reading:
        browser = Browser(self.port)
        token = _first(_TOKEN, browser.get("/accounts/login/"))
        values = {"csrfmiddlewaretoken": token, "login": self.email, "password": PASSWORD}
        status = browser.post("/accounts/login/", **values)
        if status == 200:
            # Redis died with the lock under which attempts are counted, and came back with it: who comes next
            # is told of too many attempts until it lapses, and not a moment longer.
            self._stopped.wait(ratelimit.CACHE_LOCK_TIMEOUT)
            status = browser.post("/accounts/login/", **values)
        if status != 302 or "sessionid" not in browser.cookies:
            raise Wrong(f"signing in: {status}")
        return Reading("", ())

    def _accept(self, chance: random.Random) -> Reading:
        browser = Browser(self.port, self.session)
        page = browser.get("/leads/")
        offers = _ACCEPT.findall(page)
        if offers:
            path, handoff = chance.choice(offers)
            if browser.post(path, csrfmiddlewaretoken=_first(_TOKEN, page), next="/leads/") == 302:
                self.accepted.add(int(handoff))
        return read_queue(page, self.truth)

    def _learn_a_fact(self, chance: random.Random) -> Reading:
        number = chance.randint(1, self.leads)
        if number not in self.truth.touched:
            # Before the fact: from here on either score may be read, whatever becomes of the commit.
            self.truth.touched.add(number)
            try:
                form_submitted(number)
                self.learned.add(number)
            except (DatabaseError, InterfaceError) as error:
                connection.close()
                raise Away from error
        return Reading("", ())


_IN_FORCE = """
SELECT upper(d.stage) || ' v' || v.number, s.lead_id, s.points, s.grade
FROM definitions_definition d JOIN definitions_version v ON v.id = d.active_version_id
JOIN leads_score s ON s.version_id = d.active_version_id
WHERE d.stage = 'mql' AND s.lead_id BETWEEN %(first)s AND %(last)s
"""


def _first(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    if not found:
        raise Wrong(f"{pattern.pattern} is not on this page")
    return found[1]
