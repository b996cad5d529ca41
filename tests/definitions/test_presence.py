"""Who has a draft open, and which clause: seen by the others within seconds, gone after fifteen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import DraftVisit, Version
from definitions.services.criteria import criterion_edit
from definitions.services.presence import visit_mark, visits_forget_old
from portal.common.models import AuditEntry, User
from tests.builders import NOW, maya, olga, sam, signed_in
from tests.definitions.drafting import HTMX, a_clause, a_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


class Tab:
    """A draft's page, open in somebody's browser: it asks every three seconds, with the stamp it shows."""

    def __init__(self, draft: Version, person: User) -> None:
        self.draft, self.client = draft, signed_in(person)
        page = self.client.get(f"/definitions/drafts/{draft.pk}/")
        self.stamp, self.text = page.context["stamp"], page.content.decode()

    def asks(self) -> Any:
        address = f"/definitions/drafts/{self.draft.pk}/clauses/"
        answer = self.client.post(f"{address}?stamp={self.stamp}", **HTMX)
        if answer.status_code == 200:
            self.stamp, self.text = answer.context["stamp"], answer.content.decode()
        return answer


def open_form(draft: Version, key: str, person: User, query: str = "") -> Any:
    """The form of a clause says that it is open."""
    return signed_in(person).post(f"/definitions/drafts/{draft.pk}/criteria/{key}/watch/{query}", **HTMX)


def test_others_see_who_comes_and_goes(clock: Any) -> None:
    draft = a_draft()
    mayas, sams = Tab(draft, maya()), Tab(draft, sam())
    assert "Also here" not in mayas.text
    sams.asks()
    told = mayas.asks()
    assert "Also here" in mayas.text
    assert "Sam Okafor" in mayas.text
    # Nothing of the draft has changed: nobody counts or loads anything anew.
    assert "HX-Trigger" not in told
    assert mayas.asks().status_code == 204
    clock.shift(timedelta(seconds=14))
    assert mayas.asks().status_code == 204
    clock.shift(timedelta(seconds=1))
    assert mayas.asks().status_code == 200
    assert "Also here" not in mayas.text


def test_others_see_which_clause_somebody_is_editing_and_within_five_seconds_what_they_saved(
    clock: Any,
) -> None:
    draft = a_draft()
    clause = a_clause(draft, wording="Works in software")
    mayas = Tab(draft, maya())
    open_form(draft, clause.key, sam())
    mayas.asks()
    assert "Sam Okafor is editing this" in mayas.text
    open_form(draft, "new", sam())
    mayas.asks()
    assert "Sam Okafor is writing a new clause." in mayas.text
    clock.shift(timedelta(seconds=3))
    criterion_edit(criterion=clause, actor=sam(), edit_number=1, wording="Sells software")
    told = mayas.asks()
    assert "Sells software" in mayas.text
    assert told["HX-Trigger"] == "accord:draft-changed"


def test_the_form_says_who_else_is_at_the_clause_and_who_saved_it() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    open_form(draft, clause.key, sam())
    page = signed_in(maya()).get(f"/definitions/drafts/{draft.pk}/criteria/{clause.key}/")
    assert "Sam Okafor" in page.content.decode()
    assert "at this clause" in page.content.decode()
    seen = page.context["seen"]
    assert open_form(draft, clause.key, maya(), f"?edit_number=1&seen={seen}").status_code == 204
    criterion_edit(criterion=clause, actor=sam(), edit_number=1, wording="Another wording")
    told = open_form(draft, clause.key, maya(), f"?edit_number=1&seen={seen}")
    assert "Sam Okafor saved this clause" in told.content.decode()
    # It goes on asking, and does not say the same again.
    seen = told.context["seen"]
    assert open_form(draft, clause.key, maya(), f"?edit_number=1&seen={seen}").status_code == 204


def test_whoever_only_reads_is_here_too_and_a_look_alone_marks_nobody() -> None:
    draft = a_draft()
    Tab(draft, olga())
    signed_in(olga()).get(f"/definitions/drafts/{draft.pk}/clauses/?stamp=1", **HTMX)
    assert not DraftVisit.objects.exists()
    Tab(draft, olga()).asks()
    assert "Olga Brandt" in Tab(draft, maya()).text


def test_a_visit_is_no_act_is_one_row_and_is_forgotten_after_a_day(clock: Any) -> None:
    draft = a_draft()
    acts = AuditEntry.objects.count()
    for _ in range(3):
        visit_mark(version=draft, actor=sam())
        clock.shift(timedelta(seconds=3))
    assert (DraftVisit.objects.count(), AuditEntry.objects.count()) == (1, acts)
    clock.shift(timedelta(days=1) - timedelta(seconds=4))
    assert visits_forget_old() == 0
    clock.shift(timedelta(seconds=4))
    assert visits_forget_old() == 1
