"""The numbers beside a draft: what they are, what they cost, and when they are made anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from definitions.models import Version
from definitions.services.criteria import criterion_edit
from definitions.services.personas import persona_create, persona_edit
from leads import tasks
from leads.facts import refresh
from leads.models import Lead, PreviewColumn, PreviewSnapshot, PreviewWish
from leads.scoring import clock
from leads.scoring.preview import building, looks
from leads.scoring.preview.numbers import GradeNumbers, preview_of
from portal.common import owed
from tests.builders import NOW, a_criterion, a_document, an_activity, maya
from tests.definitions.drafting import a_clause, a_draft
from tests.leads.preview.stories import (
    PRICING,
    a_draft_beside,
    asked_of_facts,
    fresh,
    numbers_of,
    some_leads,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few there are, they count as so many that nobody waits for them."""
    monkeypatch.setattr(looks, "FEW_LEADS", -1)


def has_time() -> bool:
    return True


def change_points(version: Version, place: int, points: int) -> None:
    clause = list(version.criteria.order_by("pk"))[place]
    effect = {**clause.effect, "points": points}
    criterion_edit(criterion=clause, actor=maya(), edit_number=clause.edit_number, effect=effect)


# -- what they say -----------------------------------------------------------------------------------------


def test_a_draft_is_told_beside_the_version_in_force() -> None:
    some_leads(software=3, retail=2)
    shown = numbers_of(a_draft_beside())
    # In force: both clauses, 100 points. The draft: the pages alone are enough, the industry is not.
    assert (shown.population, shown.qualified, shown.as_of, shown.has_moved) == (5, 2, NOW, False)
    assert shown.active is not None
    assert (shown.active.qualified, shown.active.entering, shown.active.leaving) == (1, 1, 0)
    assert shown.grades == [
        GradeNumbers(5, 1, 1),
        GradeNumbers(4, 1, 0),
        GradeNumbers(3, 2, 3),
        GradeNumbers(2, 0, 0),
        GradeNumbers(1, 1, 1),
    ]
    assert [(clause.met, clause.without) for clause in shown.clauses] == [(3, 0), (2, -2)]


def test_who_would_leave_is_told() -> None:
    some_leads(software=3, retail=2)
    shown = numbers_of(a_draft_beside(threshold=111))
    assert shown.active is not None
    assert (shown.qualified, shown.active.entering, shown.active.leaving) == (0, 0, 1)


def test_a_draft_without_a_version_in_force_stands_alone() -> None:
    some_leads(software=1, retail=1)
    draft = a_draft_beside()
    definition = draft.definition
    definition.active_version = None
    definition.save()
    shown = numbers_of(draft)
    assert shown.active is None
    assert {line.active for line in shown.grades} == {None}


# -- what they cost ----------------------------------------------------------------------------------------


def test_a_change_of_numbers_asks_nothing_of_the_facts() -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    assert asked_of_facts(draft) != []
    assert asked_of_facts(draft) == []
    change_points(draft, 1, 59)
    Version.objects.filter(pk=draft.pk).update(threshold=40, cap_fit=45, grade_bounds=[1, 2, 3, 45])
    assert asked_of_facts(draft) == []
    shown = numbers_of(draft)
    assert (shown.qualified, shown.grades[0].draft) == (4, 4)


def test_a_changed_rule_asks_for_its_own_column_alone() -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    numbers_of(draft)
    a_clause(draft, half="behaviour", rule={**PRICING, "within_days": 31})
    before = PreviewColumn.objects.count()
    (statement,) = asked_of_facts(draft)
    assert statement.count("leads_activity") == 1
    assert PreviewColumn.objects.count() == before + 1
    assert asked_of_facts(draft) == []


def test_columns_are_shared_by_versions_that_ask_the_same() -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    numbers_of(draft)
    # The version in force has the same two rules with other points. The third says who was captured when.
    assert PreviewColumn.objects.count() == 3


def test_the_queries_of_a_look_are_few() -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    numbers_of(draft)
    version = fresh(draft)
    with CaptureQueriesContext(connection) as queries:
        preview_of(version)
    assert len(queries) <= 8, "\n".join(query["sql"] for query in queries)


# -- when they are made anew -------------------------------------------------------------------------------


def test_few_leads_are_counted_anew_when_facts_change(now: Any) -> None:
    *_rest, last = some_leads(software=3, retail=2)
    draft = a_draft_beside()
    assert numbers_of(draft).qualified == 2
    now.shift(timedelta(seconds=5))
    an_activity(last, at=NOW - timedelta(days=2), subject="Pricing")
    refresh([last.pk])
    shown = numbers_of(draft)
    assert (shown.qualified, shown.has_moved, shown.as_of) == (3, False, NOW + timedelta(seconds=5))
    assert PreviewSnapshot.objects.count() == 1


def test_the_clocks_own_marks_change_no_facts(now: Any) -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    clock.look_at_the_clock()
    numbers_of(draft)
    now.shift(timedelta(minutes=50))
    clock.look_at_the_clock()
    assert asked_of_facts(draft) == []


def test_a_count_of_an_hour_ago_no_longer_speaks_of_now(now: Any) -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    numbers_of(draft)
    now.shift(timedelta(days=29, minutes=1))
    assert numbers_of(draft).qualified == 0


def test_a_persona_that_means_something_else_is_another_question() -> None:
    leads = some_leads(software=3, retail=2)
    Lead.objects.filter(pk=leads[0].pk).update(job_title="CTO")
    refresh([leads[0].pk])
    known = {"attribute": "lead.job_title", "is": "known"}
    persona = persona_create(actor=maya(), name="Buyer", rule=known)
    draft = a_draft_beside(threshold=1)
    a_clause(draft, rule={"persona": persona.key})
    assert numbers_of(draft).clauses[1].met == 1
    unknown = {"attribute": "lead.job_title", "is": "unknown"}
    persona_edit(persona=persona, actor=maya(), edit_number=persona.edit_number, rule=unknown)
    assert numbers_of(draft).clauses[1].met == 4


# -- many leads: a worker makes them -----------------------------------------------------------------------


def test_many_leads_are_left_to_a_worker(many: None) -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    preview = preview_of(fresh(draft))
    assert (preview.numbers, preview.is_owed, len(preview.missing)) == (None, True, 2)
    assert building.work_wishes(has_time) == 1
    assert not PreviewWish.objects.exists()
    preview = preview_of(fresh(draft))
    assert preview.numbers is not None
    assert (preview.numbers.qualified, preview.is_owed) == (2, False)


def test_old_numbers_stand_while_facts_change_and_say_so(many: None, now: Any) -> None:
    *_rest, last = some_leads(software=3, retail=2)
    draft = a_draft_beside()
    preview_of(fresh(draft))
    building.work_wishes(has_time)
    an_activity(last, at=NOW - timedelta(days=2), subject="Pricing")
    refresh([last.pk])
    now.shift(timedelta(seconds=59))
    preview = preview_of(fresh(draft))
    assert preview.numbers is not None
    assert (preview.numbers.qualified, preview.numbers.has_moved, preview.is_owed) == (2, True, False)
    now.shift(timedelta(seconds=2))
    preview = preview_of(fresh(draft))
    assert preview.numbers is not None
    assert (preview.numbers.qualified, preview.numbers.has_moved, preview.is_owed) == (2, True, True)
    building.work_wishes(has_time)
    preview = preview_of(fresh(draft))
    assert preview.numbers is not None
    assert (preview.numbers.qualified, preview.numbers.has_moved, preview.is_owed) == (3, False, False)


def test_a_column_by_other_facts_is_shown_and_not_kept(many: None) -> None:
    *_rest, last = some_leads(software=3, retail=2)
    draft = a_draft_beside()
    preview_of(fresh(draft))
    building.work_wishes(has_time)
    a_clause(draft, half="behaviour", rule={**PRICING, "within_days": 31})
    refresh([last.pk])
    before = PreviewColumn.objects.count()
    assert numbers_of(draft).has_moved
    assert PreviewColumn.objects.count() == before


def test_several_new_rules_over_many_leads_are_left_to_a_worker(
    many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_leads(software=3, retail=2)
    draft = a_draft_beside()
    preview_of(fresh(draft))
    building.work_wishes(has_time)
    monkeypatch.setattr(looks, "SOME_LEADS", 4)
    for days in (31, 32, 33):
        a_clause(draft, half="behaviour", rule={**PRICING, "within_days": days})
    snapshot = PreviewSnapshot.objects.get()
    preview = preview_of(fresh(draft))
    assert (preview.numbers, preview.is_owed) == (None, True)
    assert len(preview.missing) == 3
    # The facts are the same: what is lacking is added, and nothing counted twice.
    building.work_wishes(has_time)
    assert PreviewSnapshot.objects.get() == snapshot
    assert preview_of(fresh(draft)).numbers is not None


def test_a_wish_is_worked_on_by_one_at_a_time(many: None) -> None:
    some_leads(software=1, retail=1)
    draft = a_draft_beside()
    preview_of(fresh(draft))
    PreviewWish.objects.update(lease_until=timezone.now() + timedelta(seconds=1), lease_token="theirs")
    assert building.work_wishes(has_time) == 0
    assert building.oldest_due(timezone.now()) is None
    # Whoever had it is gone: the lease runs out, and the wish is due again.
    later = timezone.now() + timedelta(seconds=1)
    assert building.oldest_due(later) == later
    with time_machine.travel(later, tick=False):
        assert building.work_wishes(has_time) == 1


def test_the_doorbell_of_previews_fulfils_what_is_owed(many: None, now: Any) -> None:
    some_leads(software=1, retail=1)
    preview_of(fresh(a_draft_beside()))
    now.shift(timedelta(seconds=20))
    assert owed.lag_by_kind()["previews"] == 20
    tasks.build_preview()
    assert "previews" not in owed.lag_by_kind()
    assert PreviewSnapshot.objects.exists()


def test_a_wish_that_fails_says_why_and_is_tried_again(many: None, now: Any) -> None:
    some_leads(software=1, retail=1)
    draft = a_draft_beside()
    preview_of(fresh(draft))

    def full_disk(execute: Any, sql: str, params: Any, is_many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "leads_previewsnapshot"'):
            raise DatabaseError("No space left on device")
        return execute(sql, params, is_many, context)

    with connection.execute_wrapper(full_disk):
        assert building.work_wishes(has_time) == 0
    assert preview_of(fresh(draft)).error == "DatabaseError: No space left on device"
    assert building.work_wishes(has_time) == 0
    now.shift(timedelta(seconds=building.LEASE_SECONDS))
    assert building.work_wishes(has_time) == 1


def test_a_worker_without_time_leaves_what_it_has(many: None) -> None:
    some_leads(software=1, retail=1)
    draft = a_draft_beside()
    preview_of(fresh(draft))
    assert building.work_wishes(lambda: False) == 1
    assert (PreviewSnapshot.objects.count(), PreviewColumn.objects.count()) == (1, 0)
    # The page asks for the rest itself.
    assert numbers_of(draft).qualified == 2


def test_the_worker_makes_the_columns_of_what_is_in_force(many: None) -> None:
    some_leads(software=1, retail=1)
    document = a_document(a_criterion("c-cto", {"attribute": "lead.job_title", "is": "known"}))
    draft = a_draft_beside(document=document)
    preview_of(fresh(draft))
    building.work_wishes(has_time)
    # Two clauses and one in force, the weeks in which leads were captured, and of whom the industry is known.
    assert PreviewColumn.objects.count() == 5
    assert asked_of_facts(draft) == []


def test_a_draft_that_cannot_be_read_keeps_nobody_from_their_numbers(many: None) -> None:
    some_leads(software=1, retail=1)
    draft = a_draft_beside()
    other = a_draft()
    a_clause(other)
    other.criteria.update(rule={"attribute": "custom.gone", "is": "known"})
    preview_of(fresh(draft))
    assert building.work_wishes(has_time) == 1
    assert preview_of(fresh(draft)).numbers is not None
