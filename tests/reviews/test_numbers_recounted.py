"""Every number of every insight page, counted a second time from the raw rows; and opened, lead by lead.

On the seeded workspace, on a made history of a bank, and on the real one where ACCORD_BPI_2012 names its
file of events (see tests/leads/leaks/bank_log.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.http import QueryDict

from definitions.models import Version
from leads.filters import WatchFilter
from leads.models import Handoff
from leads.selectors.funnel import Period
from leads.selectors.handoffs import versions_handed_over, watch_list
from leads.selectors.reasons import reasons_used
from portal.common.models import User
from portal.seed.workspace import Size, workspace_seed
from reviews.selectors.insights import REPORTS
from reviews.selectors.insights.tables import Cell, spreadsheet
from tests.builders import an_active_version, sam
from tests.leads.leaks.bank_log import Case, cases_of, events_of, handoffs_import, made_events
from tests.reviews.recount import PAGES, Raw, Told, differences

pytestmark = pytest.mark.django_db
REAL = os.environ.get("ACCORD_BPI_2012", "")
SEEDED_AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
AFTER_ALL = datetime(2012, 4, 2, 3, tzinfo=UTC)
# Numbers that say how long or how many of something else than leads: no list stands behind them.
NO_LEADS = {
    "median",
    "most",
    "forecast",
    "came",
    "of_forecast",
    "weeks",
    "mean",
    "answers",
    *map(str, range(1, 6)),
}

History = tuple[Period, datetime]


def seeded() -> History:
    workspace_seed(size=Size(leads=500, accounts=160, activities=5_000), seed=1, actor=None, now=SEEDED_AT)
    return Period(date(2025, 12, 15), date(2026, 5, 10)), SEEDED_AT


def bank(cases: list[Case]) -> History:
    version = an_active_version()
    Version.objects.filter(pk=version.pk).update(activated_at=datetime(2011, 9, 1, tzinfo=UTC))
    version.refresh_from_db()
    handoffs_import(cases, version)
    return Period(date(2011, 9, 1), date(2012, 3, 31)), AFTER_ALL


def made() -> History:
    return bank(cases_of(made_events(300, seed=2)))


def real() -> History:
    return bank(cases_of(events_of(Path(REAL))))


NOWS = {"seeded": SEEDED_AT, "made": AFTER_ALL, "real": AFTER_ALL}


@pytest.fixture(params=[seeded, made, *([real] if REAL else [])], ids=lambda lay: lay.__name__)
def history(request: pytest.FixtureRequest) -> Iterator[History]:
    with time_machine.travel(NOWS[request.param.__name__], tick=False):
        yield request.param()


def told(name: str, period: Period) -> Told:
    """What the page says, as its spreadsheet has it."""
    lines: list[Any] = spreadsheet(REPORTS[name](period).tables)[1:]
    found = {(by, of, number): (value, low, high, whole) for by, of, number, value, low, high, whole in lines}
    assert len(found) == len(lines), "two lines of one name"
    return found


def test_every_number_of_every_page(history: History) -> None:
    period, now = history
    raw = Raw(period.first, period.last, now)
    assert len(raw.rows) > 100
    counted = {name: told(name, period) for name in PAGES}
    print(f"\n{len(raw.rows)} leads: " + ", ".join(f"{name} {len(found)}" for name, found in counted.items()))
    assert {name: differences(found, PAGES[name](raw)) for name, found in counted.items()} == {
        name: [] for name in REPORTS
    }


def test_a_quarter_that_begins_and_ends_within_weeks(history: History) -> None:
    """By weeks instead of months, and cut through the middle of both."""
    period, now = history
    quarter = Period(period.first + timedelta(days=40), period.first + timedelta(days=129))
    raw = Raw(quarter.first, quarter.last, now)
    assert {name: differences(told(name, quarter), count(raw)) for name, count in PAGES.items()} == {
        name: [] for name in REPORTS
    }


def test_a_single_lead_that_is_missed_is_seen(history: History) -> None:
    """The broken twin: whichever lead is left out of the second count, no page about leads agrees with it."""
    period, now = history
    for row in Raw(period.first, period.last, now).rows[::60]:
        raw = Raw(period.first, period.last, now, without=row.pk)
        found = [
            name
            for name in ("funnel", "returns", "channels")
            if not differences(told(name, period), PAGES[name](raw))
        ]
        assert found == []


def test_a_receipt_that_says_otherwise_is_seen() -> None:
    """The other twin: what a handoff carried no longer follows from its receipt."""
    with time_machine.travel(SEEDED_AT, tick=False):
        period, now = seeded()
        row = Raw(period.first, period.last, now).rows[0]
        Handoff.objects.filter(pk=row.pk).update(carried=" ")
        found = differences(told("clauses", period), PAGES["clauses"](Raw(period.first, period.last, now)))
    met = {line["key"] for line in row.receipt["lines"] if line["is_met"]}
    assert {line.split(" / ")[1] for line in found if "carried:" in line} == met


def opened(cell: Cell, person: User, filters: dict[str, Any]) -> int:
    """How many leads the address behind a number lists."""
    form = WatchFilter(QueryDict(cell.url.partition("?")[2]), **filters)
    return watch_list(person, **form.chosen).count()


def test_every_number_opens_as_many_leads(history: History) -> None:
    period, _now = history
    filters = {
        "reason": [(str(row.pk), str(row)) for row in reasons_used()],
        "version": [(str(pk), label) for pk, label in versions_handed_over()],
    }
    person, wrong, links = sam(), [], 0
    for name in REPORTS:
        for table in REPORTS[name](period).tables:
            for row in table.rows[:25]:
                for (number, _words), cell in zip(table.columns, row.cells, strict=True):
                    if number in NO_LEADS or cell.value is None:
                        continue
                    links += 1
                    # A share opens what it is a share of, or the part itself.
                    expected = (
                        {int(cell.value)}
                        if cell.whole is None
                        else {cell.whole, round(cell.value * cell.whole)}
                    )
                    if opened(cell, person, filters) not in expected:
                        wrong.append(f"{name}: {row.label}, {number} is {cell.value}, {cell.url}")
    print(f"\n{links} numbers opened")
    assert wrong == []
    assert links > 100
