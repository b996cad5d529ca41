"""The doors of the room: in step, on the wall, part by part, voting, and what is answered to bad input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from definitions.models import Ballot, Vote
from portal.common.models import Notification
from reviews.models import Action, AgendaItem, ItemOutcome, Meeting
from reviews.services.actions import action_add
from reviews.services.items import item_decide, item_note
from reviews.services.presence import confidence_say
from tests.builders import NOW, marco, maya, mona, olga, rita, sam, signed_in, sofia
from tests.definitions.ballot_stories import fresh, vote
from tests.reviews.room_stories import a_meeting_with_a_ballot, as_it_stands, closed, item_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
HTMX = {"HX-Request": "true"}


def get(client: Client, name: str, pk: int, query: str = "", **headers: str) -> Any:
    return client.get(reverse(f"reviews:{name}", args=[pk]) + query, headers=headers)


def post(client: Client, name: str, pk: int, headers: dict[str, str] | None = None, **data: Any) -> Any:
    return client.post(reverse(f"reviews:{name}", args=[pk]), data, headers=headers)


# -- the wall ----------------------------------------------------------------------------------------------


def test_the_wall_shows_one_item_and_goes_on_and_back(meeting: Meeting) -> None:
    client = signed_in(rita())
    first, second = meeting.items.order_by("position")[:2]
    page = get(client, "wall", meeting.pk).content.decode()
    assert f"<h1>{first.title}</h1>" in page
    assert 'data-key="ArrowRight"' in page
    assert 'data-key="ArrowLeft"' not in page
    answer = post(client, "item_leave", first.pk, HTMX, how="finish", screen="wall").content.decode()
    assert answer.lstrip().startswith("{#") is False
    assert f"<h1>{second.title}</h1>" in answer
    assert "<html" not in answer
    back = post(client, "item_take_up", first.pk, screen="wall")
    assert back.url == reverse("reviews:wall", args=[meeting.pk])
    assert as_it_stands(meeting).current_item_id == first.pk


def test_the_wall_shows_what_is_decided_and_then_who_has_still_to_speak(meeting: Meeting) -> None:
    client = signed_in(maya())
    assert 'data-key="Arrow' not in get(client, "wall", meeting.pk).content.decode()
    item_decide(item=item_of(meeting), actor=rita(), verdict="keep")
    meeting.items.exclude(source_key="clause:c-software").update(status="done")
    Meeting.objects.filter(pk=meeting.pk).update(current_item=None, current_since=None)
    page = get(client, "wall", meeting.pk).content.decode()
    assert "How sure are you that we decided rightly?" in page
    assert "Still to say it" in page
    assert "Clause c-software" in page.split("wall-decided-title")[2]
    confidence_say(meeting=as_it_stands(meeting), actor=rita(), score=4)
    assert "Everybody here has said how sure they are." in get(client, "wall", meeting.pk).content.decode()


def test_screens_are_told_when_the_meeting_is_over(meeting: Meeting) -> None:
    client = signed_in(maya())
    closed(meeting)
    for name in ("room_state", "wall"):
        response = get(client, name, meeting.pk, "?stamp=x", **HTMX)
        assert (response.status_code, response["HX-Refresh"]) == (204, "true")
    for name in ("wall", "room_now", "room_work"):
        assert get(client, name, meeting.pk).url == meeting.get_absolute_url()


def test_the_wall_answers_204_until_something_changes(meeting: Meeting) -> None:
    client = signed_in(maya())
    stamp = get(client, "wall", meeting.pk).content.decode().split('data-stamp="')[1].split('"')[0]
    assert get(client, "wall", meeting.pk, f"?stamp={stamp}", **HTMX).status_code == 204
    item_note(item=item_of(meeting, "results"), actor=sam(), text="New.", edit_number=1)
    response = get(client, "wall", meeting.pk, f"?stamp={stamp}", **HTMX)
    assert "New." in response.content.decode()


# -- part by part ------------------------------------------------------------------------------------------


def test_a_saved_part_comes_back_alone_and_rings_for_the_rest(meeting: Meeting) -> None:
    client, item = signed_in(rita()), item_of(meeting)
    notes = {"notes-text": "Agencies.", "notes-edit_number": "1"}
    response = post(client, "item_note", item.pk, HTMX, **notes)
    page = response.content.decode()
    assert 'id="room-notes"' in page
    assert 'name="notes-edit_number" value="2"' in page
    assert "<html" not in page
    assert json.loads(response["HX-Trigger"]) == {"room-changed": None}
    stale = post(client, "item_note", item.pk, HTMX, **{**notes, "notes-text": "Bought lists."})
    assert stale.status_code == 409
    page = stale.content.decode()
    for words in ("Saved meanwhile by Rita Novak", "Agencies.", "Bought lists.", "<section"):
        assert words in page, words


def test_a_stale_outcome_keeps_what_was_typed_beside_the_one_that_stands(meeting: Meeting) -> None:
    item = item_of(meeting)
    item_decide(item=item, actor=mona(), verdict="keep", reason="It works.")
    typed = {"outcome-verdict": "defer", "outcome-reason": "No time today.", "outcome-edit_number": "0"}
    for headers in (None, HTMX):
        response = post(signed_in(rita()), "item_decide", item.pk, headers, **typed)
        page = response.content.decode()
        assert response.status_code == 409
        for words in ("Mona Haddad recorded an outcome", "No time today.", "It works."):
            assert words in page, words
        assert 'name="outcome-edit_number" value="1"' in page
    assert ItemOutcome.objects.get().verdict == "keep"
    response = post(signed_in(rita()), "item_decide", item.pk, **{**typed, "outcome-edit_number": "1"})
    assert response.status_code == 302
    assert ItemOutcome.objects.get().verdict == "defer"


def test_who_saved_notes_goes_on_following_the_room(meeting: Meeting) -> None:
    client, current, other = signed_in(maya()), meeting.current_item, item_of(meeting)
    notes = {"notes-text": "x", "notes-edit_number": "1"}
    assert post(client, "item_note", current.pk, **notes).url == meeting.get_absolute_url()
    assert post(client, "item_note", other.pk, **notes).url.endswith(f"?item={other.pk}")


def test_people_mark_themselves_and_defer_and_speak_part_by_part(meeting: Meeting) -> None:
    client = signed_in(maya())
    state = post(client, "attendance_set", meeting.pk, HTMX, present=str(maya().pk))
    assert "2 of 4 here" in state.content.decode()
    assert "room-changed" not in state["HX-Trigger"]
    assert post(client, "attendance_set", meeting.pk, HTMX, present=str(sam().pk)).status_code == 403
    deferred = post(client, "item_add_deferred", meeting.pk, HTMX, **{"deferred-title": "Guests of the fair"})
    assert 'id="room-add"' in deferred.content.decode()
    assert "Guests of the fair" in get(client, "room_state", meeting.pk, "?stamp=x").content.decode()
    assert post(client, "item_add_deferred", meeting.pk, HTMX, **{"deferred-title": ""}).status_code == 422
    assert post(client, "item_add_deferred", meeting.pk, **{"deferred-title": ""}).status_code == 422
    said = post(client, "confidence_say", meeting.pk, HTMX, **{"confidence-score": "4"})
    assert "You said 4 of 5." in said.content.decode()
    assert "still asks Rita Novak." in get(client, "room_state", meeting.pk, "?stamp=x").content.decode()


def test_two_close_one_after_the_other_and_the_second_sees_the_minutes(meeting: Meeting) -> None:
    closed(meeting)
    response = post(signed_in(mona()), "meeting_close", meeting.pk)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Rita Novak closed this meeting on Monday 4 May 2026, 12:00" in page
    assert "What was decided" in page


def test_the_wrong_people_get_a_sentence(meeting: Meeting) -> None:
    item = item_of(meeting)
    for name, pk in (("wall", meeting.pk), ("room_now", meeting.pk), ("minutes_pdf", meeting.pk)):
        response = get(signed_in(olga()), name, pk)
        assert response.status_code == 403
        assert "You are in no team" in response.content.decode()
    assert get(signed_in(rita()), "minutes_pdf", meeting.pk).status_code == 409
    response = post(signed_in(marco()), "item_add_deferred", meeting.pk, HTMX, **{"deferred-title": "x"})
    assert response.status_code == 403
    assert "You are not invited to this review." in response.content.decode()
    assert post(signed_in(maya()), "item_decide", item.pk, **{"outcome-verdict": "keep"}).status_code == 403


# -- the vote ----------------------------------------------------------------------------------------------


def cast(person: Any, item: AgendaItem, ballot: Ballot, choice: str = "agree", **more: str) -> Any:
    data = {"choice": choice, "fingerprint": ballot.fingerprint, "round": str(ballot.round), **more}
    return post(signed_in(person), "item_vote", item.pk, HTMX, **data)


def page_of(person: Any, meeting: Meeting, item: AgendaItem) -> str:
    return signed_in(person).get(f"{meeting.get_absolute_url()}?item={item.pk}").content.decode()


def test_a_ballot_is_voted_on_from_the_room_and_the_last_key_ratifies_it(version: Any) -> None:
    meeting, item, ballot = a_meeting_with_a_ballot()
    page = page_of(sam(), meeting, item)
    assert "How they voted shows once you have." in page
    assert "Cast my vote" in page
    answer = cast(sam(), item, ballot)
    assert "Change my vote" in answer.content.decode()
    # Sam sees how it stands; Sofia, who has not voted, and the wall do not.
    assert "Two thirds must agree" in page_of(sam(), meeting, item) or "more vote" in page_of(
        sam(), meeting, item
    )
    assert "How they voted shows once you have." in page_of(sofia(), meeting, item)
    post(signed_in(rita()), "item_take_up", item.pk)
    wall = get(signed_in(sam()), "wall", meeting.pk).content.decode()
    assert "How they voted shows once you have." in wall
    assert "Key turned" not in wall
    for person in (sofia(), maya(), marco()):
        assert cast(person, item, ballot).status_code == 200
    assert fresh(ballot).status == "ratified"
    assert wall.count("Ballot on MQL v2") == 1
    page = page_of(sofia(), meeting, item)
    assert page.count("Key turned") == 2
    assert "Cast my vote" not in page


def test_a_vote_in_the_room_is_asked_as_strictly_as_on_the_ballot_s_page(version: Any) -> None:
    meeting, item, ballot = a_meeting_with_a_ballot()
    response = cast(sam(), item, ballot, "disagree")
    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    response = cast(sam(), item, ballot, "disagree", reason="Too wide.", round="7")
    assert response.status_code == 409
    assert "Too wide." in response.content.decode()
    assert post(signed_in(sam()), "item_vote", item.pk, choice="agree").status_code == 422
    assert cast(olga(), item, ballot).status_code in (403, 404)
    assert (
        post(signed_in(sam()), "item_vote", item_of(meeting, "results").pk, choice="agree").status_code == 409
    )
    assert not Vote.objects.exists()


def test_others_votes_change_the_stamp_and_not_what_is_seen(version: Any) -> None:
    meeting, item, ballot = a_meeting_with_a_ballot()
    client = signed_in(maya())
    state = get(client, "room_state", meeting.pk, "?stamp=x").content.decode()
    stamp = state.split('data-stamp="')[1].split('"')[0]
    vote(ballot, sam())
    assert get(client, "room_state", meeting.pk, f"?stamp={stamp}").status_code == 200
    now = get(client, "room_now", meeting.pk, f"?item={item.pk}").content.decode()
    assert "1 of 3 have voted" in now


def test_a_draft_is_proposed_from_the_room_and_leads_back_to_it(meeting: Meeting) -> None:
    item = item_of(meeting)
    draft = item_decide(item=item, actor=rita(), verdict="amend", reason="So.").draft
    page = page_of(maya(), meeting, item)
    address = reverse("leads:version_propose", args=[draft.pk])
    assert f'href="{address}?next={meeting.get_absolute_url()}"' in page
    response = signed_in(maya()).get(f"{address}?next={meeting.get_absolute_url()}")
    assert f'name="next" value="{meeting.get_absolute_url()}"' in response.content.decode()


def test_the_slip_that_was_voted_on_is_frozen_with_the_minutes(version: Any) -> None:
    meeting, _item, _ballot = a_meeting_with_a_ballot()
    post(signed_in(rita()), "meeting_close", meeting.pk)
    Ballot.objects.update(slip={})
    page = signed_in(sam()).get(meeting.get_absolute_url()).content.decode()
    assert "What MQL v2 would do, as it was voted on" in page
    assert "Would qualify" in page
    assert "- Would qualify: **12** (of 80 leads)" in as_it_stands(meeting).minutes


# -- afterwards --------------------------------------------------------------------------------------------


def test_the_minutes_as_a_pdf(meeting: Meeting) -> None:
    closed(meeting)
    response = get(signed_in(maya()), "minutes_pdf", meeting.pk)
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == 'attachment; filename="minutes-2026-05-12.pdf"'


def test_an_action_is_ended_from_home(meeting: Meeting) -> None:
    action = action_add(meeting=meeting, actor=rita(), text="Ask legal", owner=sam(), due_on=NOW.date())
    client = signed_in(sam())
    page = client.get("/").content.decode()
    assert "Ask legal" in page
    assert reverse("reviews:action_settle", args=[action.pk]) in page
    response = post(client, "action_settle", action.pk, how="dropped", next="/")
    assert response.url == "/"
    assert Action.objects.get().status == "dropped"
    assert reverse("reviews:action_settle", args=[action.pk]) not in client.get("/").content.decode()
    away = post(client, "action_settle", action.pk, how="open", next="https://elsewhere.example/")
    assert away.url.endswith(f"/reviews/meetings/{meeting.pk}#actions")
    assert Notification.objects.filter(person=sam(), key=f"review-action:{action.pk}").count() == 1


def test_the_room_asks_the_database_no_more_for_more_of_everything(version: Any) -> None:
    meeting, item, ballot = a_meeting_with_a_ballot()
    client = signed_in(rita())

    def count(name: str, query: str = "", **headers: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert get(client, name, meeting.pk, query, **headers).status_code in (200, 204)
        return len(queries)

    stamp = get(client, "wall", meeting.pk).content.decode().split('data-stamp="')[1].split('"')[0]
    names = ("meeting_page", "room_state", "room_now", "room_work", "wall")
    before = [count(name, f"?item={item.pk}") for name in names]
    asks = count("room_state", f"?stamp={stamp}")
    for number in range(20):
        AgendaItem.objects.create(meeting=meeting, source_key=f"free:{number}", kind="free", title="x")
        Action.objects.create(meeting=meeting, text="y", owner=sam(), due_on=NOW.date(), created_by=rita())
    vote(ballot, sam())
    assert [count(name, f"?item={item.pk}") for name in names] == before
    # What every screen asks every two seconds: who it is, the meeting, and the stamp.
    assert asks <= 9
    assert max(before) <= 36
