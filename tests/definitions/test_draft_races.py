"""Two people save the same clause at the same instant: one is stored, the other is told, nobody is lost.

The broken twin is an edit that looks at the number first and saves afterwards; the same count must
catch it. `ACCORD_RACE_ROUNDS` sets how many rounds (20).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from definitions.models import Criterion, Version
from definitions.selectors import the_definition
from definitions.services.criteria import criterion_add, criterion_edit
from definitions.services.drafts import StaleEdit, draft_create
from portal.common.models import AuditEntry, User
from tests.builders import maya, sam

ROUNDS = int(os.environ.get("ACCORD_RACE_ROUNDS", "20"))
SOFTWARE = {"attribute": "account.industry", "is": "one_of", "values": ["Software"]}
TWENTY = {"kind": "points", "points": 20, "count": "once"}
Edit = Callable[[Criterion, User, int, str], object]

pytestmark = pytest.mark.django_db(transaction=True)


def real_edit(criterion: Criterion, actor: User, number: int, wording: str) -> object:
    return criterion_edit(criterion=criterion, actor=actor, edit_number=number, wording=wording)


def race(criterion_pk: int, people: list[User], number: int, edit: Edit) -> tuple[list[str], list[str]]:
    """The names of those whose save went through, and the sentences of those who were refused."""
    start = threading.Barrier(len(people))
    saved: list[str] = []
    refused: list[str] = []

    def run(person: User) -> None:
        try:
            criterion = Criterion.objects.select_related("version__definition").get(pk=criterion_pk)
            start.wait(30)
            edit(criterion, person, number, f"As {person.name} says")
            saved.append(person.name)
        except StaleEdit as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return saved, refused


def a_clause() -> Criterion:
    draft: Version = draft_create(definition=the_definition("mql"), actor=maya())
    return criterion_add(version=draft, actor=maya(), half="fit", rule=SOFTWARE, effect=TWENTY)


def test_of_those_who_save_at_the_same_instant_exactly_one_is_stored() -> None:
    clause, people = a_clause(), [maya(), sam()]
    for number in range(1, ROUNDS + 1):
        saved, refused = race(clause.pk, people, number, real_edit)
        assert (len(saved), len(refused)) == (1, 1)
        clause = Criterion.objects.get(pk=clause.pk)
        assert (clause.wording, clause.edit_number) == (f"As {saved[0]} says", number + 1)
        assert all(saved[0] in sentence for sentence in refused)
    edits = AuditEntry.objects.filter(verb="criterion.edited", subject_id=str(clause.pk))
    assert edits.count() == ROUNDS


def test_the_broken_twin_is_caught() -> None:
    clause, people = a_clause(), [maya(), sam()]
    looked = threading.Barrier(len(people))

    def look_then_save(criterion: Criterion, actor: User, number: int, wording: str) -> object:
        if Criterion.objects.get(pk=criterion.pk).edit_number != number:
            raise StaleEdit("too late", criterion)
        looked.wait(30)
        return Criterion.objects.filter(pk=criterion.pk).update(wording=wording, edit_number=number + 1)

    saved, refused = race(clause.pk, people, 1, look_then_save)
    with pytest.raises(AssertionError):
        assert (len(saved), len(refused)) == (1, 1)
