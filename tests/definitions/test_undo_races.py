"""An undo and somebody else's edit at the same instant: one of them is done, the other is told.

The broken twin is an undo that looks before it holds the draft; the same count must catch it.
`ACCORD_RACE_ROUNDS` sets how many rounds (20).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from definitions.models import Criterion, DraftStep
from definitions.services.criteria import criterion_edit
from definitions.services.numbers import StaleValue, points_set
from definitions.services.undoing import step_undo
from portal.common.errors import Conflict
from portal.common.models import AuditEntry
from tests.builders import maya, sam
from tests.definitions.drafting import a_clause, a_draft

ROUNDS = int(os.environ.get("ACCORD_RACE_ROUNDS", "20"))

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[bool]:
    """Whether each act was done; those that were not have been told so."""
    start = threading.Barrier(len(acts))
    done = [False] * len(acts)

    def run(number: int) -> None:
        try:
            start.wait(30)
            acts[number]()
            done[number] = True
        except Conflict:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return done


def last_step() -> DraftStep:
    return DraftStep.objects.select_related("version__definition", "entry", "actor").earliest("-pk")


def test_an_undo_never_takes_what_somebody_saved_at_the_same_instant() -> None:
    clause, mayas, sams = a_clause(a_draft(), wording="Before"), maya(), sam()
    for number in range(ROUNDS):
        now = Criterion.objects.select_related("version__definition").get(pk=clause.pk)
        before = f"Before {number}"
        now = criterion_edit(criterion=now, actor=sams, edit_number=now.edit_number, wording=before)
        now = criterion_edit(criterion=now, actor=mayas, edit_number=now.edit_number, wording="Maya's words")
        step = last_step()

        def edit(now: Criterion = now, number: int = number) -> None:
            words = f"Sam's words {number}"
            criterion_edit(criterion=now, actor=sams, edit_number=now.edit_number, wording=words)

        def undo(step: DraftStep = step) -> None:
            step_undo(step=step, actor=mayas)

        has_edited, has_undone = at_once(edit, undo)
        assert has_edited != has_undone
        wording = Criterion.objects.get(pk=clause.pk).wording
        assert wording == (f"Sam's words {number}" if has_edited else before)
        assert DraftStep.objects.get(pk=step.pk).undone_at is None or has_undone


def test_two_tabs_undo_one_step_once() -> None:
    clause, mayas = a_clause(a_draft(), wording="Before"), maya()
    for _number in range(ROUNDS):
        now = Criterion.objects.select_related("version__definition").get(pk=clause.pk)
        criterion_edit(criterion=now, actor=mayas, edit_number=now.edit_number, wording="After")
        step = last_step()
        done = at_once(*[lambda step=step: step_undo(step=step, actor=mayas)] * 2)
        assert sorted(done) == [False, True]
        assert Criterion.objects.get(pk=clause.pk).wording == "Before"
    notes = AuditEntry.objects.filter(verb="criterion.edited").exclude(note="")
    assert notes.count() == ROUNDS


def test_of_two_who_move_one_number_at_the_same_instant_one_is_stored() -> None:
    clause, people = a_clause(a_draft()), [maya(), sam()]
    was = 20
    for number in range(ROUNDS):
        wanted = [100 + number, 500 + number]
        done = at_once(
            *(
                lambda person=person, points=points, was=was: points_set(
                    criterion=Criterion.objects.select_related("version__definition").get(pk=clause.pk),
                    actor=person,
                    points=points,
                    was=was,
                )
                for person, points in zip(people, wanted, strict=True)
            )
        )
        assert sorted(done) == [False, True]
        was = wanted[done.index(True)]
        assert Criterion.objects.get(pk=clause.pk).effect["points"] == was


def test_the_broken_twin_is_caught() -> None:
    clause, people = a_clause(a_draft()), [maya(), sam()]
    looked = threading.Barrier(2)

    def look_then_save(points: int) -> None:
        if Criterion.objects.get(pk=clause.pk).effect["points"] != 20:
            raise StaleValue(people[0], 0, points)
        looked.wait(30)
        Criterion.objects.filter(pk=clause.pk).update(effect={**clause.effect, "points": points})

    done = at_once(lambda: look_then_save(25), lambda: look_then_save(30))
    with pytest.raises(AssertionError):
        assert sorted(done) == [False, True]
