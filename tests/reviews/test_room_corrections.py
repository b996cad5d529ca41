"""After the close: what was wrong is put right beside the frozen minutes, late and never silently."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from definitions.models import ClauseReview, Comment
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, Notification, OutgoingMail
from reviews.invariants import breaches
from reviews.models import Correction, ItemOutcome, Meeting
from reviews.selectors.meetings import later_meeting
from reviews.services.correcting import minutes_correct, notes_correct, outcome_correct
from tests.builders import NOW, maya, mona, rita, sam, signed_in
from tests.reviews.room_stories import as_it_stands, closed, item_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def over(meeting: Meeting) -> Meeting:
    return closed(meeting)


def test_a_late_outcome_stands_beside_the_frozen_one(over: Meeting) -> None:
    frozen = over.minutes
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        outcome_correct(
            item=item_of(over),
            actor=rita(),
            verdict="amend",
            reason="Agencies slip in.",
            owner=maya(),
            review_on=date(2026, 8, 1),
            why="We had said amend; I noted the wrong one.",
            edit_number=1,
        )
        page = signed_in(sam()).get(over.get_absolute_url()).content.decode()
        text = signed_in(sam()).get(reverse("reviews:minutes_download", args=[over.pk])).content.decode()
    correction = Correction.objects.get()
    assert correction.before == "Keep. Works. Owner: Rita Novak."
    assert correction.after == (
        "Amend. Agencies slip in. Owner: Maya Lindqvist. To be looked at again by 1 Aug 2026."
    )
    assert as_it_stands(over).minutes == frozen
    outcome = ItemOutcome.objects.get()
    assert (outcome.verdict, outcome.is_late, outcome.draft.status) == ("amend", True, "draft")
    assert Comment.objects.filter(version=outcome.draft, criterion_key="c-software").count() == 1
    assert ClauseReview.objects.get().again_on == date(2026, 8, 1)
    for words in ("Corrected by Rita Novak", "The minutes said:", "Keep. Works.", "I noted the wrong one."):
        assert words in page, words
    assert text.startswith(frozen)
    assert "Late: corrected by Rita Novak on Wednesday 6 May 2026, 12:00 (Europe/Berlin)." in text
    assert "Before: Keep. Works. Owner: Rita Novak." in text
    assert breaches() == []


def test_what_is_deferred_late_goes_on_the_next_agenda(over: Meeting) -> None:
    item = item_of(over)
    outcome_correct(item=item, actor=rita(), verdict="defer", reason="No time.", why="We did.", edit_number=1)
    assert later_meeting(over).items.get(source_key=item.source_key).carried_from == item
    assert item_of(over).status == "deferred"


def test_those_who_were_invited_are_told_once_and_who_corrects_is_not(over: Meeting) -> None:
    correction = notes_correct(
        item=item_of(over, "results"), actor=rita(), text="Sales was content.", why="Nobody wrote it down.",
        edit_number=1,
    )  # fmt: skip
    told = Notification.objects.filter(key=f"review-correction:{correction.pk}")
    assert {each.person for each in told} == {maya(), mona(), sam()}
    assert told[0].sentence.startswith("Rita Novak corrected the minutes of Quarterly review 2026-05-12: ")
    assert OutgoingMail.objects.filter(key__startswith=f"review-correction:{correction.pk}").count() == 3
    assert (correction.before, correction.after) == ("", "Sales was content.")
    entry = AuditEntry.objects.get(verb="minutes.corrected")
    assert (entry.actor, entry.note) == (rita(), "Nobody wrote it down.")


def test_a_word_about_the_minutes_as_a_whole(over: Meeting) -> None:
    minutes_correct(meeting=over, actor=rita(), text="Sam was there from the start.")
    page = signed_in(sam()).get(over.get_absolute_url()).content.decode()
    assert "Sam was there from the start." in page


def test_corrections_need_a_reason_a_difference_and_the_text_as_it_stands(over: Meeting) -> None:
    item = item_of(over)
    same = {"verdict": "keep", "reason": "Works.", "owner": rita()}
    with pytest.raises(Invalid, match="Say what was wrong"):
        outcome_correct(item=item, actor=rita(), **{**same, "verdict": "defer"}, why=" ", edit_number=1)
    with pytest.raises(Invalid, match="what the minutes say already"):
        outcome_correct(item=item, actor=rita(), **same, why="x", edit_number=1)
    with pytest.raises(Invalid, match="what the minutes say already"):
        notes_correct(item=item, actor=rita(), text="", why="x", edit_number=1)
    with pytest.raises(Conflict):
        outcome_correct(item=item, actor=rita(), verdict="keep", reason="y", why="x", edit_number=0)
    with pytest.raises(Conflict):
        notes_correct(item=item, actor=rita(), text="y", why="x", edit_number=7)
    with pytest.raises(Invalid):
        minutes_correct(meeting=over, actor=rita(), text=" ")
    assert not Correction.objects.exists()
    assert ItemOutcome.objects.get().edit_number == 1


def test_nobody_corrects_before_the_close_and_members_do_not_after(meeting: Meeting) -> None:
    with pytest.raises(Refused, match="no minutes to correct"):
        minutes_correct(meeting=meeting, actor=rita(), text="x")
    over = closed(meeting)
    with pytest.raises(Refused):
        minutes_correct(meeting=over, actor=maya(), text="x")
    for name, pk in (("item_correct", item_of(over).pk), ("minutes_correct", over.pk)):
        response = signed_in(maya()).get(reverse(f"reviews:{name}", args=[pk]))
        assert response.status_code == 403
        assert "managers and by revenue operations" in response.content.decode()
    assert not Correction.objects.exists()


def test_the_pages_of_a_correction(over: Meeting) -> None:
    client, item = signed_in(rita()), item_of(over)

    def post(name: str, pk: int, **data: str) -> int:
        return client.post(reverse(f"reviews:{name}", args=[pk]), data).status_code

    assert client.get(reverse("reviews:item_correct", args=[item.pk])).status_code == 200
    assert client.get(reverse("reviews:minutes_correct", args=[over.pk])).status_code == 200
    good = {"outcome-verdict": "replace", "outcome-reason": "So.", "outcome-edit_number": "1"}
    assert post("outcome_correct", item.pk, **good) == 422
    assert post("outcome_correct", item.pk, **good, **{"outcome-why": "Misheard."}) == 302
    assert post("outcome_correct", item.pk, **good, **{"outcome-why": "Misheard."}) == 409
    notes = {"notes-text": "So it was.", "notes-edit_number": "1", "notes-why": "Left out."}
    assert post("notes_correct", item.pk, **{**notes, "notes-why": ""}) == 422
    assert post("notes_correct", item.pk, **notes) == 302
    assert post("notes_correct", item.pk, **notes) == 409
    assert post("minutes_correct", over.pk, text="") == 422
    assert post("minutes_correct", over.pk, text="Sam was there.") == 302
    assert Correction.objects.count() == 3


def test_breaches_are_found(over: Meeting) -> None:
    assert breaches() == []
    ItemOutcome.objects.update(is_late=True)
    assert "changed after the close without a correction" in "\n".join(breaches())
    ItemOutcome.objects.update(is_late=False, decided_at=NOW + timedelta(days=1))
    assert "changed after the close without a correction" in "\n".join(breaches())
