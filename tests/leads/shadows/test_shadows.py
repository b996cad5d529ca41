"""A candidate scores in silence: what is written down, what ends it, and that nothing follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from definitions.models import Criterion, Definition, Version
from definitions.services.drafts import draft_create, version_edit
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
    Shadow,
    ShadowLead,
    StageChange,
)
from leads.scoring import marks
from leads.scoring.clock import look_at_the_clock
from leads.scoring.old_scores import delete_batch
from leads.scoring.runs import run_request, run_retry
from leads.selectors.shadows import leads_behind, result_of
from leads.shadows.ending import shadow_end, shadows_end_due
from leads.shadows.services import shadow_stop
from portal.common import owed
from portal.common.errors import Conflict, Invalid, PortalError, Refused
from portal.common.models import AuditEntry, Notification, OutgoingMail
from tests.builders import (
    NOW,
    a_criterion,
    a_document,
    a_version,
    ada,
    an_active_version,
    maya,
    mona,
    olga,
    rita,
    sam,
)
from tests.leads.handoffs.stories import open_handoff
from tests.leads.runs.poison import SENTENCE, poisoned
from tests.leads.runs.stories import computed, drain_all, scores, work
from tests.leads.shadows.stories import (
    LAST_DAY,
    SIDES,
    a_candidate,
    a_lead_of,
    a_running_shadow,
    a_shadow,
    fresh,
    instants,
)

pytestmark = pytest.mark.django_db
SILENT = {"silence_days": 5}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def totals(shadow: Shadow) -> dict[str, int]:
    result = result_of(fresh(shadow), timezone.now())
    assert result is not None
    return {name: group.total for name, group in result.groups.items()}


# -- the text is frozen --------------------------------------------------------------------------------------


def test_a_draft_is_frozen_as_it_stands(clock: Any) -> None:
    an_active_version()
    draft = draft_create(
        definition=Definition.objects.get(stage="mql"),
        actor=maya(),
        document=a_candidate("rejected").document,
    )
    shadow = a_shadow(draft)
    version_edit(version=draft, actor=maya(), edit_number=draft.edit_number, threshold=7)
    frozen = fresh(shadow).version
    assert (frozen.status, frozen.is_shadow, frozen.threshold, frozen.document["threshold"]) == (
        "withdrawn", True, 50, 50,
    )  # fmt: skip
    assert str(shadow) == "MQL v3 as it stood on 4 May 2026"
    assert not Criterion.objects.filter(version=frozen).exists()
    assert AuditEntry.objects.get(verb="shadow.started").after["fingerprint"] == frozen.fingerprint


def test_the_database_keeps_a_shadow_frozen_and_withdrawn() -> None:
    an_active_version()
    frozen = a_shadow().version
    for damage in ({"status": "ratified", "ratified_at": NOW}, {"document": None}):
        with pytest.raises(IntegrityError, match="a_shadow_is_frozen_and_withdrawn"), transaction.atomic():
            Version.objects.filter(pk=frozen.pk).update(**damage)


# -- who may, and when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "fields", "error", "sentence"),
    [
        ("a marketer", {"actor": maya}, Refused, "Only a manager"),
        ("a rep", {"actor": sam}, Refused, "Only a manager"),
        ("in no team", {"actor": olga}, Refused, "Only a manager"),
        ("no reason", {"reason": " "}, Invalid, "what you want to find out"),
        ("today", {"ends_on": NOW.date()}, Invalid, "after today"),
        ("too long", {"ends_on": date(2026, 8, 5)}, Invalid, "within three months"),
    ],
)
def test_what_cannot_be_started(
    case: str, fields: dict[str, Any], error: type[PortalError], sentence: str
) -> None:
    an_active_version()
    candidate = a_candidate()
    with pytest.raises(error, match=sentence):
        a_shadow(candidate, **fields)
    assert (Shadow.objects.count(), Version.objects.count(), Run.objects.count()) == (0, 2, 0)


@pytest.mark.parametrize("who", [mona, rita, ada])
def test_managers_start_and_stop_it(who: Callable[[], Any]) -> None:
    an_active_version()
    shadow = a_shadow(actor=who)
    with pytest.raises(Refused, match="Only a manager"):
        shadow_stop(shadow=shadow, actor=sam())
    shadow_stop(shadow=shadow, actor=who())
    assert (fresh(shadow).ending, fresh(shadow).ended_by) == ("stopped", who())
    with pytest.raises(Conflict, match="ended meanwhile"):
        shadow_stop(shadow=shadow, actor=who())
    assert AuditEntry.objects.filter(verb="shadow.ended").count() == 1


def test_it_needs_a_version_in_force_that_says_something_else() -> None:
    with pytest.raises(Conflict, match="No version is in force"):
        a_shadow()
    active = an_active_version()
    with pytest.raises(Conflict, match="nothing to compare"):
        a_shadow(a_version(active.document, "rejected"))


def test_a_draft_that_cannot_be_read_yet_is_refused_with_its_problems() -> None:
    an_active_version()
    draft = draft_create(definition=Definition.objects.get(stage="mql"), actor=maya())
    Version.objects.filter(pk=draft.pk).update(threshold=-1)
    draft.refresh_from_db()
    with pytest.raises(Invalid, match="threshold"):
        a_shadow(draft)


def test_two_at_most_and_one_prepared_at_a_time() -> None:
    shadow = a_running_shadow()
    a_shadow(a_candidate(grades=[1, 2, 3, 4]))
    with pytest.raises(Conflict, match="2 candidates are scored in silence already"):
        a_shadow(a_candidate(grades=[2, 3, 4, 5]))
    shadow_stop(shadow=shadow, actor=mona())
    with pytest.raises(Conflict, match="getting its first scores"):
        a_shadow(a_candidate(grades=[2, 3, 4, 5]))
    work()
    a_shadow(a_candidate(grades=[2, 3, 4, 5]))


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


# -- its end -------------------------------------------------------------------------------------------------


def test_it_ends_by_itself_its_scores_go_and_its_result_stays(clock: Any) -> None:
    shadow = a_running_shadow()
    clock.shift(timedelta(days=1))
    lead = a_lead_of("both")
    drain_all()
    found = totals(shadow)
    clock.move_to("2026-05-31T23:59:59Z")
    assert (shadows_end_due(), owed.lag_by_kind().get("shadows")) == (0, None)
    clock.move_to("2026-06-01T00:10:00Z")
    assert owed.lag_by_kind()["shadows"] == 600.0
    late = a_lead_of("both")
    drain_all()
    assert not ShadowLead.objects.filter(lead=late).exists()
    assert (shadows_end_due(), shadows_end_due()) == (1, 0)
    shadow = fresh(shadow)
    assert (shadow.ending, shadow.ended_at, shadow.ended_by) == ("due", shadow.ends_at, None)
    assert marks.versions_to_score() == [shadow.against]
    assert Score.objects.filter(version=shadow.version).exists()
    while delete_batch():
        pass
    assert not Score.objects.filter(version=shadow.version).exists()
    assert Score.objects.filter(version=shadow.against).count() == Lead.objects.count()
    # By its end the late lead, captured two days before, had qualified under neither.
    assert totals(shadow) == {**found, "neither": found["neither"] + 1}
    assert list(leads_behind(mona(), shadow, "both", "all", timezone.now())) == [lead]
    assert invariants.breaches() == []


def test_another_version_in_force_ends_it(clock: Any) -> None:
    shadow = a_running_shadow()
    preparing = a_shadow(a_candidate(grades=[1, 2, 3, 4]))
    version = a_version(a_document(threshold=40), "ratified")
    run_request(version=version, kind=Run.Kind.ACTIVATION, actor=mona())
    work()
    assert (fresh(shadow).ending, fresh(preparing).ending) == ("overtaken", "overtaken")
    assert {run.status for run in Run.objects.filter(version=preparing.version)} == {"superseded"}
    assert marks.versions_to_score() == [version]
    assert result_of(fresh(preparing), timezone.now()) is None
    assert invariants.breaches() == []


def test_a_shadow_that_cannot_be_scored_ends_and_nobody_waits_for_it() -> None:
    shadow = a_running_shadow()
    with poisoned(version_id=shadow.version_id):
        lead = a_lead_of("both")
        drain_all()
    assert Score.objects.get(version=shadow.against, lead=lead).is_qualified
    assert (marks.waiting(), fresh(shadow).ending) == (0, "failed")
    assert SENTENCE in AuditEntry.objects.get(verb="shadow.ended").note


def test_a_run_that_ends_after_its_shadow_begins_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    an_active_version()
    a_lead_of("both")
    drain_all()
    shadow = a_shadow()
    run = Run.objects.get(version=shadow.version)
    Run.objects.filter(pk=run.pk).update(status="failed", finished_at=NOW)
    run_retry(run=Run.objects.get(pk=run.pk), actor=mona())
    shadow_end(shadow, Shadow.Ending.STOPPED, ended_at=NOW)
    Run.objects.filter(version=shadow.version, status="superseded").update(status="running")
    assert [found.version_id for found in work()] == [shadow.version_id]
    assert (fresh(shadow).began_at, ShadowLead.objects.count()) == (None, 0)
    with pytest.raises(Conflict, match="has ended"):
        run_retry(run=Run.objects.get(pk=run.pk), actor=mona())


# -- what must always hold -----------------------------------------------------------------------------------


def _unrecorded() -> None:
    ShadowLead.objects.filter(active_at=None).delete()


def _unscored() -> None:
    Score.objects.filter(version__is_shadow=True, is_qualified=False).delete()


def _rewritten() -> None:
    Version.objects.filter(is_shadow=True).update(document=a_document(threshold=3))


def _offered() -> None:
    Handoff.objects.update(version=Version.objects.get(is_shadow=True))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_unrecorded, "leads that qualify and are not recorded: 1"),
        (_unscored, "leads with neither a score under it nor a mark: 2"),
        (_rewritten, "The text of MQL v2 as it stood on 4 May 2026 is not the one that was frozen"),
        (_offered, "Handoffs that follow from a version that only scores in silence: 2"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_breach_is_found(damage: Callable[[], None], sentence: str) -> None:
    a_running_shadow()
    handoffs_reconcile()
    assert invariants.breaches() == []
    damage()
    assert any(sentence in breach for breach in invariants.breaches()), invariants.breaches()


def test_the_last_day_counts_to_its_end() -> None:
    an_active_version()
    assert a_shadow().ends_at.date() == LAST_DAY + timedelta(days=1)
