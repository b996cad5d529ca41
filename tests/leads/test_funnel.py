"""The numbers of a period, counted a second time from the raw rows; and each number against its list."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Handoff, Outcome, Reason
from leads.selectors.funnel import NOT_KNOWN, Period, funnel, narrowed, quarter_of, rate
from leads.selectors.handoffs import watch_list
from portal.common.models import Workspace
from tests.builders import NOW, a_document, a_lead, a_source, a_version, maya, sam

pytestmark = pytest.mark.django_db
PERIOD = Period(date(2026, 4, 1), date(2026, 6, 30))
CHANNELS = ("", "Webinar", "Search")
STATUSES = ("offered", "accepted", "returned", "expired", "withdrawn", "sales_qualified", "disqualified")


def a_receipt(*met: str) -> dict[str, Any]:
    keys = ("c-software", "c-pricing")
    return {"lines": [{"key": key, "points": 50, "is_met": key in met} for key in keys] + [{"key": None}]}


def lay(number: int = 240) -> None:
    """Handoffs of two versions over two quarters, in every state, drawn with a fixed seed."""
    draw = random.Random(7)
    Workspace.objects.filter(pk=1).update(time_zone="America/New_York")
    versions = [a_version(status="superseded"), a_version(a_document(threshold=90))]
    reasons = list(Reason.objects.exclude(family="disqualify"))
    ruled_out = Reason.objects.filter(family="disqualify").first()
    for _ in range(number):
        lead = a_lead(channel=draw.choice(CHANNELS))
        offered_at = datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=draw.randrange(110 * 24 * 60))
        status = draw.choice(STATUSES)
        was_accepted = status in ("accepted", "sales_qualified", "disqualified") or (
            status == "returned" and draw.random() < 0.3
        )
        is_decided = was_accepted or status == "returned"
        challenged = draw.choice(("c-software", "c-pricing", "")) if status == "returned" else ""
        decided_at = offered_at + timedelta(hours=draw.randrange(1, 20)) if is_decided else None
        Handoff.objects.create(
            lead=lead,
            version=draw.choice(versions),
            points=100,
            grade=5,
            receipt=a_receipt(*draw.sample(["c-software", "c-pricing"], draw.randrange(3))),
            status=status,
            owner=sam() if was_accepted else None,
            offered_at=offered_at,
            due_at=offered_at + timedelta(hours=8),
            decided_at=decided_at,
            accepted_at=decided_at if was_accepted else None,
            reason={"returned": draw.choice(reasons), "disqualified": ruled_out}.get(status),
            challenged_key=challenged,
            is_something_missing=status == "returned" and not challenged,
        )
        if draw.random() < 0.2:
            at = offered_at + timedelta(days=draw.randrange(-5, 30))
            for kind in ("won", draw.choice(("won", "lost"))):
                Outcome.objects.create(
                    lead=lead, kind=kind, at=at, source=a_source(), external_id=f"{lead.pk}-{kind}-{at}"
                ) if not lead.outcomes.filter(kind=kind).exists() else None


def expected() -> list[Handoff]:
    """The handoffs of the period by plain Python: days of New York."""
    zone = ZoneInfo("America/New_York")
    return [
        row
        for row in Handoff.objects.select_related("lead", "reason", "version__definition")
        if PERIOD.first <= row.offered_at.astimezone(zone).date() <= PERIOD.last
    ]


def totals(rows: list[Handoff]) -> dict[str, int]:
    decided = [row for row in rows if row.accepted_at or row.status == "returned"]
    return {
        "offered_in_all": len(rows),
        "ever_accepted": sum(1 for row in rows if row.accepted_at),
        "decided": len(decided),
        **{
            status: sum(1 for row in rows if row.status == status)
            for status in ("returned", "offered", "expired", "withdrawn", "sales_qualified", "disqualified")
        },
        "won": sum(
            1
            for row in rows
            if any(each.kind == "won" and each.at >= row.offered_at for each in row.lead.outcomes.all())
        ),
        "in_time": sum(1 for row in decided if row.decided_at <= row.due_at),
        "late": sum(1 for row in decided if row.decided_at > row.due_at)
        + sum(1 for row in rows if row.status == "expired"),
        "something_missing": sum(1 for row in rows if row.is_something_missing),
    }


def test_every_number_counted_again_from_the_rows() -> None:
    lay()
    found, rows = funnel(PERIOD), expected()
    assert 100 < len(rows) < 240
    assert found["totals"] == totals(rows)
    for version in found["by_version"]:
        mine = [row for row in rows if row.version_id == version["version"]]
        assert {name: version[name] for name in totals([])} == totals(mine)
        assert version["label"] == str(mine[0].version)
    for channel in found["by_channel"]:
        mine = [row for row in rows if row.lead.channel == channel["channel"]]
        assert {name: channel[name] for name in totals([])} == totals(mine)
    returned = [row for row in rows if row.status == "returned"]
    assert {row["reason"]: row["returned"] for row in found["by_reason"]} == {
        reason: sum(1 for row in returned if row.reason_id == reason)
        for reason in {row.reason_id for row in returned}
    }
    for row in found["by_criterion"]:
        assert row["returned"] == sum(1 for each in returned if each.challenged_key == row["key"])
        assert row["carried"] == sum(
            1
            for each in rows
            if any(line.get("is_met") and line["key"] == row["key"] for line in each.receipt["lines"])
        )
        assert row["label"] == f"Clause {row['key']}"
    assert len(found["by_criterion"]) == 2


def test_each_number_is_the_length_of_the_list_behind_it() -> None:
    lay(120)
    found, user = funnel(PERIOD), maya()
    for name, number in found["totals"].items():
        status = "" if name == "offered_in_all" else name
        assert watch_list(user, period=PERIOD, status=status).count() == number, name
    for row in found["by_version"]:
        assert (
            watch_list(user, period=PERIOD, version=str(row["version"]), status="returned").count()
            == row["returned"]
        )
    for row in found["by_reason"]:
        rows = watch_list(user, period=PERIOD, reason=str(row["reason"]), status="returned")
        assert rows.count() == row["returned"]
    for row in found["by_criterion"]:
        assert watch_list(user, period=PERIOD, criterion=row["key"]).count() == row["returned"]
    for row in found["by_channel"]:
        channel = row["channel"] or NOT_KNOWN
        assert watch_list(user, period=PERIOD, channel=channel).count() == row["offered_in_all"]


def test_queries_do_not_grow_with_the_leads() -> None:
    lay(30)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        funnel(PERIOD)
    assert len(queries) <= 9


def test_an_empty_period_is_all_zeros() -> None:
    found = funnel(PERIOD)
    assert set(found["totals"].values()) == {0}
    assert found["by_version"] == found["by_reason"] == found["by_criterion"] == found["by_channel"] == []


def test_a_period_filters_by_days_of_the_workspace() -> None:
    Workspace.objects.filter(pk=1).update(time_zone="Asia/Tokyo")
    version = a_version()
    late_on_the_31st = datetime(2026, 3, 31, 16, tzinfo=UTC)  # 1 April in Tokyo
    Handoff.objects.create(
        lead=a_lead(), version=version, points=1, grade=1, receipt={"lines": []},
        offered_at=late_on_the_31st, due_at=NOW,
    )  # fmt: skip
    assert narrowed(Handoff.objects.all(), period=PERIOD).count() == 1


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 5, 4), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 9, 30), date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_the_quarter_of_a_day(day: date, first: date, last: date) -> None:
    assert quarter_of(day) == Period(first, last)


@pytest.mark.parametrize(("part", "whole", "share"), [(3, 19, None), (10, 20, 0.5), (0, 0, None)])
def test_too_little_data_is_no_share(part: int, whole: int, share: float | None) -> None:
    assert rate(part, whole) == share
