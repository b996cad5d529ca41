"""What a candidate that scores in silence writes down, and that nothing follows from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from leads import invariants
from leads.facts import refresh
from leads.handoffs.reconcile import handoffs_reconcile
from leads.handoffs.services import handoff_accept
from leads.models import (
    Activity,
    Handoff,
    Lead,
    Outcome,
    Run,
    Score,
    ShadowLead,
    StageChange,
)
from leads.scoring.clock import look_at_the_clock
from leads.scoring.runs import run_request
from leads.selectors.shadows import leads_behind, result_of
from leads.shadows.ending import shadows_end_due
from portal.common.models import Notification, OutgoingMail
from tests.builders import (
    NOW,
    a_criterion,
    a_document,
    a_version,
    an_active_version,
    mona,
    sam,
)
from tests.leads.handoffs.stories import open_handoff
from tests.leads.runs.stories import computed, drain_all, scores, work
from tests.leads.shadows.stories import (
    SIDES,
    a_candidate,
    a_lead_of,
    a_running_shadow,
    fresh,
    instants,
    totals,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SILENT = {"silence_days": 5}


# -- what is written down ------------------------------------------------------------------------------------


def test_it_begins_when_every_lead_has_a_score_and_keeps_apart_who_qualified_before() -> None:
    shadow = a_running_shadow()
    assert (shadow.status, shadow.began_at) == ("running", NOW)
    assert scores(shadow.version) == computed(shadow.version)
    result = result_of(shadow, NOW)
    assert result is not None
    assert result.from_start == {"start-both": 1, "start-active": 1, "start-candidate": 1}
    assert totals(shadow) == {"both": 0, "active": 0, "candidate": 0, "neither": 1}
    assert invariants.breaches() == []


def test_each_lead_is_written_down_when_it_first_qualifies_and_stays_so(clock: Any) -> None:
    shadow = a_running_shadow()
    clock.shift(timedelta(hours=3))
    first = timezone.now()
    leads = {side: a_lead_of(side) for side in SIDES}
    drain_all()
    assert instants(shadow, leads["both"]) == (first, first)
    assert instants(shadow, leads["active"]) == (None, first)
    assert instants(shadow, leads["candidate"]) == (first, None)
    clock.shift(timedelta(hours=1))
    Activity.objects.filter(lead=leads["both"]).delete()
    leads["active"].country = "Germany"
    leads["active"].save()
    refresh([leads["both"].pk, leads["active"].pk])
    drain_all()
    assert instants(shadow, leads["both"]) == (first, first)
    assert instants(shadow, leads["active"]) == (timezone.now(), first)
    assert totals(shadow) == {"both": 2, "active": 0, "candidate": 1, "neither": 2}
    assert invariants.breaches() == []


def test_whoever_qualifies_by_the_clock_alone_is_written_down(clock: Any) -> None:
    document = a_document(a_criterion("c-silent", SILENT, half="behaviour"), threshold=50)
    shadow = a_running_shadow(a_version(document, "rejected"))
    lead = a_lead_of("neither")
    drain_all()
    assert not ShadowLead.objects.filter(lead=lead).exists()
    clock.shift(timedelta(days=6))
    assert look_at_the_clock() > 0
    drain_all()
    assert instants(shadow, lead) == (timezone.now(), None)
    assert scores(shadow.version) == computed(shadow.version)
    assert invariants.breaches() == []


def test_everybody_of_the_account_is_written_down(clock: Any) -> None:
    mates = {
        "account_people": 2,
        "meet": {"attribute": "lead.country", "is": "one_of", "values": ["Germany"]},
    }
    document = a_document(a_criterion("c-mates", mates), threshold=50)
    shadow = a_running_shadow(a_version(document, "rejected"))
    lead = a_lead_of("both")
    drain_all()
    assert not ShadowLead.objects.filter(lead=lead, candidate_at__isnull=False).exists()
    clock.shift(timedelta(hours=1))
    mate = Lead.objects.get(pk=a_lead_of("both").pk)
    Lead.objects.filter(pk=mate.pk).update(account=lead.account)
    refresh([mate.pk])
    drain_all()
    assert instants(shadow, lead)[0] == instants(shadow, mate)[0] == timezone.now()


def test_a_rescore_of_all_writes_down_whom_it_finds(clock: Any) -> None:
    shadow = a_running_shadow()
    lead = a_lead_of("both")
    drain_all()
    ShadowLead.objects.filter(lead=lead).update(active_at=None)
    clock.shift(timedelta(hours=1))
    run_request(version=shadow.against, kind=Run.Kind.REFRESH, actor=mona())
    work()
    assert instants(shadow, lead) == (NOW, timezone.now())


def test_what_became_of_them_and_who_stands_behind_each_number(clock: Any) -> None:
    shadow = a_running_shadow()
    clock.shift(timedelta(hours=1))
    leads = {side: a_lead_of(side) for side in SIDES}
    drain_all()
    handoffs_reconcile()
    clock.shift(timedelta(hours=1))
    handoff_accept(handoff=open_handoff(leads["both"]), actor=sam())
    source = leads["candidate"].source
    for side in ("candidate", "neither"):
        Outcome.objects.create(
            lead=leads[side], kind="won", at=timezone.now(), source=source, external_id=side
        )
    clock.shift(timedelta(hours=1))
    result = result_of(fresh(shadow), timezone.now())
    assert result is not None
    both, active, candidate, neither = (result.groups[name].counts for name in SIDES)
    assert (both["accepted"], both["early"], active["accepted"], active["early"]) == (1, 1, 0, 1)
    assert (candidate["won"], candidate["early"], neither["won"], neither["early"]) == (1, 0, 1, 1)
    for name, group in result.groups.items():
        for fate, count in group.counts.items():
            behind = leads_behind(mona(), shadow, name, fate, timezone.now())
            assert behind.count() == count, (name, fate)
        assert leads_behind(mona(), shadow, name, "all", timezone.now()).count() == group.total
    assert list(leads_behind(mona(), shadow, "candidate", "won", timezone.now())) == [leads["candidate"]]
    clock.shift(timedelta(days=91))
    later = result_of(fresh(shadow), timezone.now())
    assert later is not None
    assert later.groups["candidate"].counts["won-settled"] == 1
    assert later.groups["neither"].counts["settled"] == later.groups["neither"].total == 2
    assert later.groups["both"].counts["early"] == 0


# -- nothing follows from it ---------------------------------------------------------------------------------


def _life(clock: Any) -> list[Any]:
    """A month of a workspace; what anybody could see of it. The day it ends in no lead is new."""
    for day in range(4):
        clock.move_to(NOW + timedelta(days=day, hours=1))
        for side in SIDES:
            a_lead_of(side)
        look_at_the_clock()
        drain_all()
        handoffs_reconcile()
    clock.move_to(NOW + timedelta(days=40))
    look_at_the_clock()
    drain_all()
    shadows_end_due()
    handoffs_reconcile()
    names = {lead.pk: number for number, lead in enumerate(Lead.objects.order_by("pk"))}
    return [
        [
            (names[row.lead_id], row.version.number, row.points, row.status, row.offered_at, row.ended_at)
            for row in Handoff.objects.order_by("pk").select_related("version")
        ],
        [(names[row.lead_id], row.before, row.after) for row in StageChange.objects.order_by("pk")],
        [(names[row.pk], row.stage) for row in Lead.objects.order_by("pk")],
        Notification.objects.count(),
        OutgoingMail.objects.count(),
        [
            (names[row.lead_id], row.points, row.is_qualified)
            for row in Score.objects.filter(version__status="active").order_by("lead_id")
        ],
    ]


def test_a_life_with_a_shadow_is_the_life_without_it(clock: Any) -> None:
    with transaction.atomic():
        a_running_shadow()
        candidate_only = ShadowLead.objects.filter(active_at=None)
        with_it = _life(clock)
        assert candidate_only.count() == 5
        assert not Handoff.objects.filter(lead__in=candidate_only.values("lead")).exists()
        assert not Handoff.objects.filter(version__is_shadow=True).exists()
        transaction.set_rollback(True)
    clock.move_to(NOW)
    an_active_version()
    a_candidate()
    for side in SIDES:
        a_lead_of(side)
    drain_all()
    assert _life(clock) == with_it
