"""A history that others made, imported as handoffs: every case is accounted for, and a lost one is named.

The made log always; the real one as well where ACCORD_BPI_2012 names its file of events (csv.gz).
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from definitions.models import Version
from leads.leaks import places
from leads.leaks.nightly import night_count
from leads.models import Handoff, Incident, IncidentLead, Lead, LeakKind
from tests.leads.leaks.bank_log import Case, cases_of, events_of, handoffs_import, made_events

pytestmark = pytest.mark.django_db
AFTER_ALL = datetime(2012, 4, 2, 3, 0, tzinfo=UTC)
REAL = os.environ.get("ACCORD_BPI_2012", "")


def made() -> list[Case]:
    return cases_of(made_events(400, seed=1))


def real() -> list[Case]:
    return cases_of(events_of(Path(REAL)))


@pytest.fixture(params=[made, *([real] if REAL else [])], ids=lambda read: read.__name__)
def cases(request: pytest.FixtureRequest, version: Version) -> list[Case]:
    Version.objects.filter(pk=version.pk).update(activated_at=datetime(2011, 9, 1, tzinfo=UTC))
    version.refresh_from_db()
    found: list[Case] = request.param()
    with time_machine.travel(AFTER_ALL, tick=False):
        handoffs_import(found, version)
    return found


def test_every_case_is_accounted_for(cases: list[Case]) -> None:
    """Counted a second time from the lines of the log, which know nothing of the portal."""
    statuses = Counter(case.status for case in cases if case.status)
    with time_machine.travel(AFTER_ALL, tick=False):
        night = night_count(day=AFTER_ALL.date(), now=AFTER_ALL)
        standings = {each.place.value: each.count for each in places.standings(AFTER_ALL) if each.count}
    print(f"\n{len(cases)} cases, {night.entered} offered: {dict(sorted(statuses.items()))}")
    assert night.numbers == dict(statuses)
    assert night.entered == night.accounted_for == sum(statuses.values())
    assert list(Incident.objects.all()) == []
    assert standings == dict(Counter(case.place for case in cases))
    assert sum(standings.values()) == len(cases) == Lead.objects.count()


def test_cases_that_get_lost_are_named(cases: list[Case]) -> None:
    """The broken twin: two leads fall out of their handoffs, and one handoff is written past the trail."""
    first, second, third = list(Handoff.objects.filter(status="accepted").order_by("pk")[:3])
    Handoff.objects.filter(pk=first.pk).update(status="withdrawn", ended_at=AFTER_ALL)
    Lead.objects.filter(pk=second.lead_id).update(stage="lead")
    third.pk, third.status, third.ended_at = None, "withdrawn", AFTER_ALL
    third.save()
    with time_machine.travel(AFTER_ALL + timedelta(days=1), tick=False):
        night_count(day=AFTER_ALL.date(), now=AFTER_ALL + timedelta(days=1))
        nowhere = {each.place: each.count for each in places.standings(AFTER_ALL)}[places.Place.NOWHERE]
    named = {
        (row.incident.kind, row.lead_id) for row in IncidentLead.objects.select_related("incident").all()
    }
    assert named == {
        (LeakKind.STAGE_HANDOFF, first.lead_id),
        (LeakKind.STAGE_HANDOFF, second.lead_id),
        (LeakKind.STAGE_JOURNAL, second.lead_id),
        (LeakKind.OFFER_UNRECORDED, third.lead_id),
    }
    assert nowhere == 1
