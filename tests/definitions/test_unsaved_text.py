"""What is typed into the form of a clause: kept as it is, offered again, and never part of the draft."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from definitions.documents import draft_document
from definitions.models import Criterion, UnsavedClause, Version
from definitions.services.criteria import criterion_edit, criterion_remove
from definitions.services.drafts import draft_discard
from definitions.services.unsaved import MOST_LETTERS
from definitions.tasks import forget_old_drafting
from portal.common.models import AuditEntry
from tests.builders import NOW, maya, olga, sam, signed_in
from tests.definitions.drafting import a_clause, a_draft, posted

pytestmark = pytest.mark.django_db


def address(draft: Version, key: str = "new") -> str:
    return f"/definitions/drafts/{draft.pk}/criteria/{key}/"


def keep(draft: Version, key: str = "new", who: Any = None, **values: Any) -> Any:
    form = posted(do="", auto_wording="", **values)
    return signed_in(who or maya()).post(f"{address(draft, key)}keep/", form)


def test_what_is_typed_is_kept_as_it_is_and_is_no_part_of_the_draft() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    said, acts = draft_document(draft), AuditEntry.objects.count()
    unfinished = {"points": "many", "wording": "Half a sent\0ence ✂", "r0-values": "", "edit_number": "1"}
    assert keep(draft, clause.key, **unfinished).status_code == 204
    assert keep(draft, clause.key, **{**unfinished, "reason": "Later words"}).status_code == 204
    assert UnsavedClause.objects.count() == 1
    assert (draft_document(draft), AuditEntry.objects.count()) == (said, acts)


def test_it_is_offered_again_with_its_time_and_taken_up_where_it_was_left() -> None:
    draft = a_draft()
    clause = a_clause(draft, wording="As it is saved")
    with time_machine.travel(NOW, tick=False) as traveller:
        keep(
            draft,
            clause.key,
            wording="As I typed it",
            points="x7",
            edit_number="1",
            **{"r0-values": "Retail"},
        )
        traveller.shift(timedelta(minutes=5))
        # From another machine.
        client = signed_in(maya())
        page = client.get(address(draft, clause.key)).content.decode()
        assert "You typed something here and did not save it" in page
        assert "5 minutes ago" in page
        assert "As it is saved" in page
        assert "As I typed it" not in page
        draft_page = client.get(f"/definitions/drafts/{draft.pk}/").content.decode()
        assert "You changed “As it is saved” and did not save it (" in draft_page
        again = client.get(f"{address(draft, clause.key)}?unsaved={clause.key}").content.decode()
    for words in ("As I typed it", 'value="x7"', "Retail"):
        assert words in again
    assert "It is not part of the draft until you save it." in again
    # Nobody else sees it.
    assert "did not save" not in signed_in(sam()).get(address(draft, clause.key)).content.decode()
    assert (
        "As I typed it" not in signed_in(sam()).get(f"{address(draft, clause.key)}?unsaved=").content.decode()
    )


def test_saving_discards_what_was_kept_and_a_refused_save_does_not() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    client = signed_in(maya())
    keep(draft, clause.key, wording="Mine", edit_number="1")
    keep(draft, wording="A new one")
    assert client.post(address(draft, clause.key), posted(edit_number="1", points="x")).status_code == 422
    assert UnsavedClause.objects.count() == 2
    assert client.post(address(draft, clause.key), posted(edit_number="1")).status_code == 302
    assert UnsavedClause.objects.get().criterion_key == ""
    assert client.post(address(draft), posted()).status_code == 302
    assert not UnsavedClause.objects.exists()


def test_it_is_thrown_away_by_hand() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    keep(draft, clause.key, wording="Mine")
    keep(draft, wording="A new one")
    keep(draft, clause.key, who=sam(), wording="Sam's")
    client = signed_in(maya())
    assert client.post(f"{address(draft, clause.key)}forget/").url == address(draft, clause.key)
    assert client.post(f"{address(draft)}forget/").url == f"/definitions/drafts/{draft.pk}/"
    assert UnsavedClause.objects.get().person == sam()


def test_text_taken_up_after_somebody_else_saved_meets_both_texts() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    keep(draft, clause.key, wording="Mine", edit_number="1")
    criterion_edit(criterion=clause, actor=sam(), edit_number=1, wording="Sam's")
    client = signed_in(maya())
    form = client.get(f"{address(draft, clause.key)}?unsaved={clause.key}").content.decode()
    assert '<input type="hidden" name="edit_number" value="1">' in form
    mine = posted(edit_number="1", auto_wording="", wording="Mine")
    refused = client.post(address(draft, clause.key), mine)
    assert refused.status_code == 409
    assert "Sam&#x27;s" in refused.content.decode()


def test_text_of_a_clause_that_is_gone_can_be_made_a_new_one() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    keep(draft, clause.key, wording="Mine", edit_number="1")
    criterion_remove(criterion=clause, actor=sam(), edit_number=1)
    client = signed_in(maya())
    page = client.get(f"/definitions/drafts/{draft.pk}/").content.decode()
    assert "a clause that somebody removed meanwhile" in page
    again = f"{address(draft)}?unsaved={clause.key}"
    form = client.get(again).content.decode()
    assert "Mine" in form
    assert f'action="{again}"' in form
    assert client.post(again, posted(auto_wording="", wording="Mine")).status_code == 302
    assert Criterion.objects.get().wording == "Mine"
    assert not UnsavedClause.objects.exists()


def test_who_may_not_edit_keeps_nothing_and_nobody_keeps_a_book() -> None:
    draft = a_draft()
    assert keep(draft, who=olga(), wording="Mine").status_code == 403
    assert keep(draft, wording="x" * MOST_LETTERS).status_code == 422
    assert signed_in(maya()).get(f"{address(draft)}keep/").status_code == 405
    assert signed_in(maya()).get(f"{address(draft)}?unsaved=%00").status_code == 200
    assert not UnsavedClause.objects.exists()


def test_old_text_and_text_that_cannot_be_saved_any_more_is_cleared_away() -> None:
    draft, other = a_draft(), a_draft()
    with time_machine.travel(NOW, tick=False) as traveller:
        keep(draft, wording="A month old")
        traveller.shift(timedelta(days=30))
        keep(draft, who=sam(), wording="Young")
        keep(other, wording="Of a draft put away")
        forget_old_drafting()
        assert UnsavedClause.objects.count() == 3
        draft_discard(version=other, actor=maya())
        traveller.shift(timedelta(seconds=1))
        forget_old_drafting()
    assert UnsavedClause.objects.get().person == sam()
