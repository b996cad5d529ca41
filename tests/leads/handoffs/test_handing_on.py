"""Open leads are handed on: one, all of one rep's, and those of somebody who has left sales."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.models import Version
from leads import invariants
from leads.handoffs import services
from leads.handoffs.passing_on import handoff_reassign, leads_hand_on
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Account, Clock, DealtTurn, Handoff, Lead, Score
from portal.accounts.services import person_edit
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, Notification, User
from tests.builders import ada, maya, mona, olga, rita, sam, sofia
from tests.leads.handoffs.stories import an_offer, open_handoff


def leave(person: User, **changes: Any) -> None:
    values = {"team": person.team, "is_active": False, **changes}
    person_edit(
        person=person, name=person.name, role=person.role, weekly_capacity=None, actor=ada(), **values
    )


# -- one lead ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_accepted", [False, True], ids=["offered", "accepted"])
@pytest.mark.parametrize("who", [sam, rita], ids=["whoever has it", "a manager"])
def test_a_lead_is_handed_on_and_the_clock_goes_on(version: Version, who: Any, is_accepted: bool) -> None:
    handoff = an_offer(version, seller=sam())
    if is_accepted:
        handoff = services.handoff_accept(handoff=handoff, actor=sam())
    clocks = (handoff.due_at, handoff.follow_up_due_at)
    handoff_reassign(handoff=handoff, to=sofia(), reason="She speaks Norwegian.", actor=who())
    handoff = open_handoff(handoff.lead)
    assert (handoff.owner, handoff.status) == (sofia(), "accepted" if is_accepted else "offered")
    assert (handoff.due_at, handoff.follow_up_due_at) == clocks
    assert handoff.assignment == f"{who()} handed it on: She speaks Norwegian."
    assert handoff.lead.owner == (sofia() if is_accepted else None)
    told = Notification.objects.get(person=sofia())
    assert told.sentence == f"{who()} hands {handoff.lead} to you: She speaks Norwegian."
    assert AuditEntry.objects.get(verb="handoff.reassigned").after == {"owner": sofia().email}
    assert [(row.person, row.is_given_back) for row in DealtTurn.objects.order_by("pk")] == [
        (sam(), True),
        (sofia(), False),
    ]
    assert invariants.breaches() == []


@pytest.mark.parametrize("who", [sofia, maya, mona, olga], ids=lambda each: each.__name__)
def test_nobody_else_hands_it_on(version: Version, who: Any) -> None:
    handoff = an_offer(version, seller=sam())
    with pytest.raises(Refused):
        handoff_reassign(handoff=handoff, to=sofia(), reason="Mine.", actor=who())
    handoff.refresh_from_db()
    assert (handoff.owner, AuditEntry.objects.filter(verb="handoff.reassigned").count()) == (sam(), 0)


@pytest.mark.parametrize(
    ("to", "said", "sentence"),
    [
        (maya, "Hers.", "is not in sales"),
        (sam, "Mine.", "has this lead already"),
        (sofia, "  ", "Say in a sentence why"),
    ],
)
def test_a_hand_on_that_makes_no_sense(version: Version, to: Any, said: str, sentence: str) -> None:
    handoff = an_offer(version, seller=sam())
    with pytest.raises(Invalid, match=sentence):
        handoff_reassign(handoff=handoff, to=to(), reason=said, actor=rita())


def test_whoever_accepts_first_keeps_it(version: Version) -> None:
    """The manager's page is a minute old."""
    seen = an_offer(version, seller=sam())
    services.handoff_accept(handoff=open_handoff(seen.lead), actor=sam())
    with pytest.raises(Conflict, match="has moved on meanwhile"):
        handoff_reassign(handoff=seen, to=sofia(), reason="Sam is ill.", actor=rita())
    assert open_handoff(seen.lead).owner == sam()


# -- all of one rep's ----------------------------------------------------------------------------------------


def two_leads_of(version: Version, person: User) -> list[Handoff]:
    first, second = an_offer(version, seller=person), an_offer(version, seller=person)
    services.handoff_accept(handoff=first, actor=person)
    return [first, second]


def test_all_of_a_reps_leads_go_to_a_colleague(version: Version) -> None:
    rows = two_leads_of(version, sam())
    assert leads_hand_on(person=sam(), to=sofia(), reason="Parental leave.", actor=rita()) == 2
    assert [open_handoff(row.lead).owner for row in rows] == [sofia(), sofia()]
    told = Notification.objects.get(person=sofia())
    assert told.sentence == "Rita Novak hands you 2 open leads of Sam Okafor: Parental leave."
    with pytest.raises(Conflict, match="no open lead any more"):
        leads_hand_on(person=sam(), to=sofia(), reason="Parental leave.", actor=rita())
    with pytest.raises(Refused):
        leads_hand_on(person=sofia(), to=sam(), reason="Mine.", actor=sam())
    assert invariants.breaches() == []


def test_all_of_a_reps_leads_are_offered_again_by_the_rules(version: Version) -> None:
    accepted, offered = two_leads_of(version, sam())
    Account.objects.update(owner=sofia())
    assert leads_hand_on(person=sam(), to=None, reason="Parental leave.", actor=rita()) == 2
    for row, became in ((accepted, "returned"), (offered, "withdrawn")):
        row.refresh_from_db()
        assert (row.status, open_handoff(row.lead).owner) == (became, sofia())
        assert row.note == "Rita Novak offers it again: Parental leave."
    assert invariants.breaches() == []


def test_what_was_taken_from_a_rep_leaves_room_in_their_week(version: Version) -> None:
    """As with a lead that is handed to a colleague: what was passed on counts for nobody."""
    an_offer(version, seller=sam())
    User.objects.filter(pk=sam().pk).update(weekly_capacity=1)
    assert leads_hand_on(person=sam(), to=None, reason="A mistake.", actor=rita()) == 1
    again = Handoff.objects.get(status="offered")
    assert (again.owner, again.assignment) == (sam(), "Sam Okafor owns the account, 1 of 1 this week.")
    assert [(row.handoff == again, row.is_given_back) for row in DealtTurn.objects.order_by("pk")] == [
        (False, True),
        (True, False),
    ]
    assert invariants.breaches() == []


# -- who left ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{}, {"is_active": True, "team": "marketing"}], ids=["left", "moved"])
def test_the_open_leads_of_who_left_are_offered_again(version: Version, changes: dict[str, Any]) -> None:
    accepted, offered = two_leads_of(version, sam())
    leave(sam(), **changes)
    assert handoffs_reconcile().passed_on == 2
    accepted.refresh_from_db()
    offered.refresh_from_db()
    assert (accepted.status, accepted.reason.family) == ("returned", "procedural")
    assert (offered.status, offered.note) == (
        "withdrawn",
        "Whoever had it is not in sales any more; it is offered again.",
    )
    for row in (accepted, offered):
        again = open_handoff(row.lead)
        assert (again.status, again.owner, again.lead.stage, again.lead.owner) == (
            "offered",
            None,
            "mql",
            None,
        )
        assert again.assignment == "Shared queue: the account's owner is not in sales any more."
    assert handoffs_reconcile().is_quiet
    assert invariants.breaches() == []


def test_what_no_longer_qualifies_is_marketings_to_pick_up(version: Version) -> None:
    accepted, offered = two_leads_of(version, sam())
    Score.objects.update(is_qualified=False, qualification=5)
    accepted.lead.activities.all().delete()
    offered.lead.activities.all().delete()
    leave(sam())
    handoffs_reconcile()
    stages = [Lead.objects.get(pk=row.lead_id).stage for row in (accepted, offered)]
    assert stages == ["nurture", "lead"]
    assert Clock.objects.get(kind="pick_up").handoff == accepted
    assert invariants.breaches() == []


def test_an_opportunity_goes_to_a_manager_as_it_stands(version: Version) -> None:
    handoff, manager = an_offer(version, seller=sam()), rita()
    services.handoff_accept(handoff=handoff, actor=sam())
    Lead.objects.filter(pk=handoff.lead_id).update(stage="opportunity")
    leave(sam())
    handoffs_reconcile()
    handoff.refresh_from_db()
    assert (handoff.status, handoff.owner, handoff.lead.owner) == ("accepted", manager, manager)
    assert Notification.objects.get(person=manager).sentence.startswith(f"{handoff.lead} is yours now")
    assert handoffs_reconcile().is_quiet


def test_who_accepts_while_leaving_is_relieved_of_it(version: Version) -> None:
    """The acceptance was under way when the administrator saved: it wins, and the next look takes it."""
    handoff = an_offer(version, seller=sam())
    person = sam()
    leave(sam())
    services.handoff_accept(handoff=handoff, actor=person)
    handoffs_reconcile()
    assert (open_handoff(handoff.lead).owner, open_handoff(handoff.lead).status) == (None, "offered")
