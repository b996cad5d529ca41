"""Taking back an accept, a return or a disqualification; what followed stands, and proves that it does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from definitions.models import Version
from leads import invariants
from leads.care.returned import return_pick_up
from leads.handoffs import services
from leads.handoffs.passing_on import handoff_reassign, leads_hand_on
from leads.handoffs.undoing import handoff_undo, seconds_to_undo
from leads.models import Clock, DealtTurn, Handoff, Lead, PickUp, PoolMember, StageChange
from portal.common.errors import Conflict, Refused
from portal.common.models import AuditEntry
from tests.builders import NOW, maya, rita, sam, signed_in, sofia
from tests.leads.handoffs.stories import a_pool, a_rule, an_offer, open_handoff, reason

HTMX = {"HX-Request": "true"}
SOON, TOO_LATE = NOW + timedelta(seconds=30), NOW + timedelta(seconds=30, microseconds=1)
HANDOFF_FIELDS = [
    field.attname for field in Handoff._meta.concrete_fields if field.attname not in ("id", "receipt")
]
CLOCK_FIELDS = ("kind", "started_at", "due_at", "next_at", "paused_at", "left_seconds", "stopped_at")
LEAD_FIELDS = ("stage", "owner_id", "nurture_until", "is_recycled")


def _stands(handoff: Handoff) -> tuple[Any, ...]:
    """All that an act may change: the row of the handoff, the lead's place, its clocks and turns."""
    row = Handoff.objects.values_list(*HANDOFF_FIELDS).get(pk=handoff.pk)
    return (
        *row,
        *Lead.objects.values_list(*LEAD_FIELDS).get(pk=handoff.lead_id),
        *Clock.objects.filter(handoff=handoff).order_by("kind").values_list(*CLOCK_FIELDS),
        *DealtTurn.objects.filter(handoff=handoff).order_by("pk").values_list("person", "is_given_back"),
        *PoolMember.objects.order_by("pk").values_list("last_turn", "credits"),
    )


def _everything(handoff: Handoff) -> tuple[Any, ...]:
    return (
        *_stands(handoff),
        AuditEntry.objects.count(),
        StageChange.objects.count(),
        Handoff.objects.count(),
    )


def _accept(handoff: Handoff) -> None:
    services.handoff_accept(handoff=handoff, actor=sam())


def _challenge(handoff: Handoff) -> None:
    services.handoff_return(
        handoff=handoff, actor=sam(), reason=reason("wrong-company"), challenged_key="c-software", note="Two."
    )


def _pass_on(handoff: Handoff) -> None:
    services.handoff_return(handoff=handoff, actor=sam(), reason=reason("wrong-territory"))


def _rule_out(handoff: Handoff) -> None:
    services.handoff_disqualify(handoff=handoff, actor=sam(), reason=reason("no-budget"), note="None.")


ACTS = [
    ("accept", [], _accept),
    ("return an offer", [], _challenge),
    ("return what was accepted", [_accept], _challenge),
    ("pass on an offer", [], _pass_on),
    ("pass on what was accepted", [_accept], _pass_on),
    ("rule out", [_accept], _rule_out),
]
each_act = pytest.mark.parametrize(("case", "first", "act"), ACTS, ids=[case for case, *_ in ACTS])


def test_a_turn_that_a_return_gave_back_is_had_again(version: Version) -> None:
    a_rule(pool=a_pool(sam(), sofia()))
    handoff = an_offer(version)
    assert handoff.owner == sam()
    before = _stands(handoff)
    _challenge(handoff)
    assert PoolMember.objects.get(person=sam()).credits == 1
    handoff_undo(handoff=handoff, actor=sam())
    assert _stands(handoff) == before


def test_undoing_a_return_leaves_the_turn_of_whoever_had_the_lead_before(version: Version) -> None:
    a_rule(pool=a_pool(sam(), sofia()))
    handoff = an_offer(version)
    handoff_reassign(handoff=handoff, to=rita(), reason="She knows them.", actor=rita())
    before = _stands(handoff)
    services.handoff_return(handoff=handoff, actor=rita(), reason=reason("wrong-territory"))
    handoff_undo(handoff=handoff, actor=rita())
    assert _stands(handoff) == before


def test_what_marketing_has_picked_up_is_not_taken_back(version: Version) -> None:
    handoff = an_offer(version, seller=sam())
    _challenge(handoff)
    return_pick_up(handoff=handoff, actor=maya())
    before = _everything(handoff)
    with pytest.raises(Conflict, match="Maya Lindqvist has picked this return up since"):
        handoff_undo(handoff=handoff, actor=sam())
    assert _everything(handoff) == before
    assert PickUp.objects.count() == 1


@each_act
def test_everything_stands_as_before(
    version: Version, clock: time_machine.Traveller, case: str, first: list[Any], act: Any
) -> None:
    handoff = an_offer(version, seller=sam())
    for before in first:
        before(handoff)
    stood = _stands(handoff)
    act(handoff)
    assert _stands(handoff) != stood
    clock.move_to(SOON)
    handoff_undo(handoff=handoff, actor=sam())
    assert _stands(handoff) == stood
    verb, undone = AuditEntry.objects.filter(subject_id=str(handoff.pk)).order_by("-id")[:2][::-1]
    assert (undone.verb, undone.after["undone"], undone.actor) == ("handoff.undone", verb.verb, sam())
    assert StageChange.objects.filter(lead=handoff.lead_id).latest("pk").after == stood[len(HANDOFF_FIELDS)]
    assert invariants.breaches() == []


@each_act
def test_after_half_a_minute_it_stays(
    version: Version, clock: time_machine.Traveller, case: str, first: list[Any], act: Any
) -> None:
    handoff = an_offer(version)
    for before in first:
        before(handoff)
    act(handoff)
    left = _everything(handoff)
    clock.move_to(TOO_LATE)
    with pytest.raises(Conflict, match="can be taken back for 30 seconds only"):
        handoff_undo(handoff=handoff, actor=sam())
    assert _everything(handoff) == left
    assert seconds_to_undo(Handoff.objects.get(pk=handoff.pk), sam()) == 0


def test_nobody_takes_back_what_another_did(version: Version) -> None:
    handoff = an_offer(version)
    _accept(handoff)
    left = _everything(handoff)
    for person in (sofia(), rita()):
        with pytest.raises(Refused, match="Sam Okafor did this, and can take it back"):
            handoff_undo(handoff=handoff, actor=person)
    assert _everything(handoff) == left
    fresh = Handoff.objects.get(pk=handoff.pk)
    assert (seconds_to_undo(fresh, sam()), seconds_to_undo(fresh, sofia())) == (30, 0)


def test_what_was_offered_again_and_accepted_stays(version: Version) -> None:
    handoff = an_offer(version)
    _pass_on(handoff)
    services.handoff_accept(handoff=open_handoff(handoff.lead), actor=sofia())
    left = _everything(handoff)
    with pytest.raises(Conflict, match=r"offered again since\. Sofia accepted this lead just now\."):
        handoff_undo(handoff=handoff, actor=sam())
    assert _everything(handoff) == left


def test_the_offer_that_a_return_made_is_withdrawn(version: Version) -> None:
    handoff = an_offer(version)
    _pass_on(handoff)
    again = open_handoff(handoff.lead)
    handoff_undo(handoff=handoff, actor=sam())
    again.refresh_from_db()
    assert (again.status, again.note) == ("withdrawn", "Sam Okafor took the return back.")
    assert open_handoff(handoff.lead) == handoff


def test_a_follow_up_keeps_the_lead(version: Version) -> None:
    handoff = an_offer(version)
    _accept(handoff)
    services.follow_up_add(handoff=handoff, actor=sam(), has_reached=False)
    left = _everything(handoff)
    with pytest.raises(Conflict, match="A follow-up or a check was noted since"):
        handoff_undo(handoff=handoff, actor=sam())
    assert _everything(handoff) == left


@pytest.mark.parametrize(
    "hand_on",
    [
        lambda row: handoff_reassign(handoff=row, to=sofia(), reason="Hers.", actor=sam()),
        lambda row: leads_hand_on(person=sam(), to=sofia(), reason="Hers.", actor=rita()),
    ],
    ids=["one", "all"],
)
def test_whoever_was_given_the_lead_keeps_it(version: Version, hand_on: Any) -> None:
    """Within the half minute: Sofia was told that it is hers."""
    handoff = an_offer(version, seller=sam())
    _accept(handoff)
    hand_on(open_handoff(handoff.lead))
    left = _everything(handoff)
    with pytest.raises(Conflict, match="Sofia Petrova was given this lead since"):
        handoff_undo(handoff=handoff, actor=sam())
    assert _everything(handoff) == left
    assert invariants.breaches() == []


def test_a_lead_that_moved_on_stays_where_it_is(version: Version) -> None:
    handoff = an_offer(version)
    _challenge(handoff)
    Lead.objects.filter(pk=handoff.lead_id).update(stage="customer")
    with pytest.raises(Conflict, match="moved on to “Customer” since"):
        handoff_undo(handoff=handoff, actor=sam())
    assert Lead.objects.get().nurture_until == date(2026, 8, 2)


def test_twice_is_once(version: Version) -> None:
    handoff = an_offer(version)
    _accept(handoff)
    handoff_undo(handoff=handoff, actor=sam())
    left = _everything(handoff)
    with pytest.raises(Conflict, match="nothing left to take back"):
        handoff_undo(handoff=handoff, actor=sam())
    assert _everything(handoff) == left
    # And what was done anew can be taken back anew.
    _accept(handoff)
    handoff_undo(handoff=handoff, actor=sam())
    assert open_handoff(handoff.lead).status == "offered"


# -- through the door --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "first", "name", "answers"),
    [
        ("accept", None, "handoff_accept", {}),
        ("return", None, "handoff_return", {"reason": "wrong-company", "criterion": "c-software"}),
        ("disqualify", _accept, "handoff_disqualify", {"reason": "no-need"}),
    ],
)
def test_the_message_offers_the_undo(
    version: Version, clock: time_machine.Traveller, case: str, first: Any, name: str, answers: dict[str, Any]
) -> None:
    handoff, client = an_offer(version), signed_in(sam())
    if first:
        first(handoff)
        clock.move_to(NOW + timedelta(minutes=5))
    stood = _stands(handoff)
    if "reason" in answers:
        answers = {**answers, "reason": reason(answers["reason"]).pk}
    undo = reverse("leads:handoff_undo", args=[handoff.pk])
    page = client.post(reverse(f"leads:{name}", args=[handoff.pk]), answers, follow=True)
    assert f'action="{undo}"' in page.content.decode()
    # The handoff's own page offers it as well, as a button that needs no script.
    assert f'action="{undo}"' in client.get(handoff.get_absolute_url()).content.decode()
    response = client.post(undo, {"next": "/leads/"}, follow=True)
    assert "Taken back." in response.content.decode()
    assert _stands(handoff) == stood
    assert client.post(undo).status_code == 409
    assert f'action="{undo}"' not in client.get(handoff.get_absolute_url()).content.decode()


def test_the_row_of_the_queue_brings_a_toast(version: Version) -> None:
    handoff, client = an_offer(version), signed_in(sam())
    undo = reverse("leads:handoff_undo", args=[handoff.pk])
    row = client.post(reverse("leads:handoff_accept", args=[handoff.pk]), headers=HTMX).content.decode()
    assert f'hx-post="{undo}"' in row
    assert 'hx-swap-oob="afterbegin:#toasts"' in row
    assert signed_in(sofia()).post(undo, headers=HTMX).status_code == 403
    answer = client.post(undo, headers=HTMX)
    assert (answer.status_code, answer["HX-Refresh"]) == (200, "true")
    assert Client().post(undo).status_code == 302
    assert client.get(undo).status_code == 405
