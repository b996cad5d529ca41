"""What would give a shadow away to reps, or make a real score wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from definitions.models import Version
from definitions.services.drafts import draft_create
from leads import invariants
from leads.models import Chunk, Run, Score, Tasting, TouchedLead
from leads.scoring import chunks, flip
from leads.scoring.runs import run_request
from leads.selectors.runs import scoring_health
from leads.tasting.services import tasting_start
from portal.common.errors import Conflict
from portal.common.models import Notification
from tests.builders import NOW, an_active_version, maya, mona, sam
from tests.leads.runs.poison import poisoned
from tests.leads.runs.stories import drain_all, work
from tests.leads.shadows.stories import a_candidate, a_lead_of, a_running_shadow, a_shadow, fresh


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.mark.django_db
def test_it_leaves_no_gap_in_the_numbers_that_reps_read() -> None:
    candidate = a_candidate()
    an_active_version()
    highest = Version.objects.order_by("-number").values_list("number", flat=True)[0]
    copies = [a_shadow(candidate).version]
    work()
    following = draft_create(definition=candidate.definition, actor=sam())
    copies.append(a_shadow(following_with(candidate)).version)
    again = draft_create(definition=candidate.definition, actor=sam())
    numbers = Version.objects.filter(is_shadow=False).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, highest + 4))
    assert (following.number, again.number) == (highest + 1, highest + 3)
    assert len({copy.number for copy in copies}) == 2
    assert str(copies[0]) == copies[0].title


def following_with(candidate: Version) -> Version:
    """A draft of the same text, which goes further."""
    return draft_create(
        definition=candidate.definition,
        actor=mona(),
        document={**(candidate.document or {}), "threshold": 49},
    )


@pytest.mark.django_db
def test_a_draft_from_its_text_names_what_was_frozen() -> None:
    shadow = a_running_shadow()
    draft = draft_create(definition=shadow.version.definition, actor=maya(), based_on=shadow.version)
    assert draft.based_on == shadow.candidate
    assert "as it stood" not in draft.title
    assert draft.criteria.count() == 2


@pytest.mark.django_db
def test_its_text_is_not_tasted() -> None:
    shadow = a_running_shadow()
    with pytest.raises(Conflict, match="only scored in silence"):
        tasting_start(version=shadow.version, actor=maya())
    assert not Tasting.objects.exists()
    assert not Notification.objects.filter(person=sam()).exists()


@pytest.mark.django_db
def test_reps_are_not_told_that_its_run_stands_still() -> None:
    an_active_version()
    a_lead_of("both")
    drain_all()
    a_shadow()
    Run.objects.filter(kind=Run.Kind.SHADOW).update(requested_at=timezone.now() - timedelta(minutes=5))
    seen = {person.name: scoring_health(person) for person in (sam(), mona())}
    assert (seen[sam().name].is_stale, seen[sam().name].open_runs) == (False, 0)
    assert (seen[mona().name].is_stale, seen[mona().name].open_runs) == (True, 1)


@pytest.mark.django_db
def test_a_lead_that_only_it_cannot_score_is_parked_for_nobody() -> None:
    an_active_version()
    first, second = a_lead_of("both"), a_lead_of("candidate")
    drain_all()
    shadow = a_shadow()
    with poisoned(second.pk, version_id=shadow.version_id):
        while chunks.count_free():
            work()
    assert fresh(shadow).ending == "failed"
    assert not TouchedLead.objects.exists()
    assert Run.objects.get(version=shadow.version).status == "superseded"
    assert Score.objects.filter(version=shadow.against, lead__in=[first, second]).count() == 2
    assert invariants.breaches() == []


@pytest.mark.django_db(transaction=True)
def test_it_begins_with_what_a_rescore_beside_it_has_just_found() -> None:
    active = an_active_version()
    lead = a_lead_of("both")
    drain_all()
    shadow = a_shadow()
    chunks.work_chunks(has_time=lambda: True)
    # The score that only the rescore brings: whoever begins too early never hears of it.
    Score.objects.filter(version=active, lead=lead).delete()
    refresh = run_request(version=active, kind=Run.Kind.REFRESH, actor=None)
    has_scored, may_commit, has_begun = threading.Event(), threading.Event(), threading.Event()

    def rescore() -> None:
        chunk = chunks.claim_chunk(refresh)
        assert isinstance(chunk, Chunk)
        with transaction.atomic():
            chunks.work_chunk(chunk)
            has_scored.set()
            may_commit.wait(30)

    def begin() -> None:
        flip.finish_runs(Run.objects.get(version=shadow.version))
        has_begun.set()

    threads = [threading.Thread(target=alone, args=(what,)) for what in (rescore, begin)]
    threads[0].start()
    assert has_scored.wait(30)
    threads[1].start()
    has_begun.wait(1)
    may_commit.set()
    for thread in threads:
        thread.join(60)
    assert fresh(shadow).status == "running"
    assert invariants.breaches() == []


def alone(what: Callable[[], None]) -> None:
    try:
        what()
    finally:
        connection.close()
