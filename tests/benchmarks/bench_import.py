"""How fast files come in: 9,240 leads with 37 columns, and 130,000 activities of 5,000 leads in three files.

The files are made here, of the shape and size of the public ones. The floor, measured in the same run:
csv.reader reads the same file and one bare INSERT with many rows writes as many rows of as many columns
into a table without indexes.
"""

from __future__ import annotations

import csv
import random
import resource
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from leads.intake import advance, services
from leads.models import Import
from tests.leads.intake.bringing import counts

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

LEADS_SECONDS, ACTIVITIES_SECONDS, MEGABYTES = 10.0, 60.0, 300
ROUNDS = 3


def test_leads_of_many_columns(tmp_path: Path) -> None:
    path = _written(tmp_path / "leads.csv", _wide_leads(9_240))
    floor = statistics.median(_floor(path) for _ in range(ROUNDS))
    seconds = _import(path, "leads")
    _say("9,240 leads of 37 columns", 9_240, seconds, floor)
    assert seconds < LEADS_SECONDS


def test_activities_of_three_files(tmp_path: Path) -> None:
    leads = _written(
        tmp_path / "leads.csv", [["id", "email"], *([f"l{n}", f"l{n}@x.example"] for n in range(5000))]
    )
    _import(leads, "leads")
    files = [
        _written(tmp_path / "touches.csv", _touches(54_803)),
        _written(tmp_path / "sessions.csv", _sessions(14_565)),
        _written(tmp_path / "sales.csv", _sales(60_739)),
    ]
    floor = sum(statistics.median(_floor(path) for _ in range(ROUNDS)) for path in files)
    seconds = sum(_import(path, "activities") for path in files)
    _say("130,107 activities in three files", 130_107, seconds, floor)
    assert seconds < ACTIVITIES_SECONDS


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = _written(tmp_path / "leads.csv", _wide_leads(9_240))
    _import(path, "leads")
    before = _peak()
    _import(_written(tmp_path / "more.csv", _wide_leads(60_000)), "leads")
    print(f"\npeak memory {before} MB after 9,240 lines, {_peak()} MB after 60,000 more")
    assert _peak() < MEGABYTES


def _import(path: Path, kind: str) -> float:
    """Seconds from opening the file to the last count."""
    started = time.perf_counter()
    batch = services.import_open(path=path, name=path.name, kind=kind, source="crm", actor=None)
    batch = services.import_start(batch=batch, mapping=batch.mapping, actor=None)
    advance.advance_due(has_time=lambda: True, batch=batch)
    seconds = time.perf_counter() - started
    batch = Import.objects.get(pk=batch.pk)
    assert counts(batch)[4] == 0
    return seconds


def _floor(path: Path) -> float:
    """Seconds to read the file and to write its rows without looking at them."""
    started = time.perf_counter()
    with path.open(newline="") as file, transaction.atomic(), connection.cursor() as cursor:
        rows = csv.reader(file)
        width = len(next(rows))
        columns = ", ".join(f"c{number} text" for number in range(width))
        cursor.execute(f"CREATE TEMPORARY TABLE floor ({columns})")
        cursor.executemany(f"INSERT INTO floor VALUES ({', '.join(['%s'] * width)})", list(rows))
        cursor.execute("DROP TABLE floor")
    return time.perf_counter() - started


def _say(what: str, lines: int, seconds: float, floor: float) -> None:
    print(
        f"\n{connection.vendor}: {what}: {seconds:.1f} s, {lines / seconds:,.0f} lines a second, "
        f"peak memory {_peak()} MB; floor {floor:.2f} s; {seconds / floor:.0f} times the floor"
    )


def _peak() -> int:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _written(path: Path, rows: Any) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _wide_leads(count: int) -> Iterator[list[str]]:
    """Of the shape of a course vendor's export: 37 columns, half of them the same in every line."""
    rng = random.Random(7)
    yield ["Prospect ID", "Lead Origin", "Lead Source", "Country", "City"] + [
        f"Answer {n}" for n in range(32)
    ]
    for number in range(count):
        answers = ["No"] * 17 + [rng.choice(("Select", "Yes", "No", "")) for _ in range(6)]
        figures = [str(rng.randrange(2000)) for _ in range(4)]
        words = [rng.choice(("Unemployed", "Student", "Working Professional", "Select")) for _ in range(5)]
        source = rng.choice(("Google", "google", "Direct Traffic", "Olark Chat"))
        yield [f"{count}-{number}", "API", source, "India", "Mumbai", *answers, *figures, *words]


def _touches(count: int) -> Iterator[list[str]]:
    rng = random.Random(1)
    yield [
        "touch_id",
        "lead_id",
        "touch_timestamp",
        "touch_type",
        "touch_channel",
        "touch_direction",
        "campaign_id",
    ]
    for number in range(count):
        kind = rng.choice(("call", "content_download", "email", "webinar", "linkedin_message"))
        direction = rng.choice(("inbound", "outbound"))
        yield [
            f"t{number}",
            _lead(rng),
            _day(rng),
            kind,
            "inbound_marketing",
            direction,
            f"c{rng.randrange(20)}",
        ]


def _sessions(count: int) -> Iterator[list[str]]:
    rng = random.Random(2)
    yield [
        *["session_id", "lead_id", "session_timestamp", "session_type", "page_views"],
        *["pricing_page_views", "demo_page_views", "session_duration_seconds"],
    ]
    for number in range(count):
        views = [str(rng.randrange(10)), str(rng.randrange(3)), str(rng.randrange(3))]
        yield [f"s{number}", _lead(rng), _day(rng), "website", *views, str(rng.randrange(900))]


def _sales(count: int) -> Iterator[list[str]]:
    rng = random.Random(3)
    yield ["activity_id", "lead_id", "rep_id", "activity_timestamp", "activity_type", "activity_outcome"]
    for number in range(count):
        kind = rng.choice(("call", "email", "demo", "meeting"))
        yield [f"a{number}", _lead(rng), f"rep{rng.randrange(10)}", _day(rng), kind, "no_answer"]


def _lead(rng: random.Random) -> str:
    return f"l{rng.randrange(5000)}"


def _day(rng: random.Random) -> str:
    return f"2024-{rng.randrange(1, 7):02d}-{rng.randrange(1, 28):02d}"
