"""Two reps accept the same lead at the same instant: one wins, the other is told who.

ACCORD_RACE_ROUNDS sets the rounds (200 for a measurement; 30 in the ordinary suite). The broken twin
reads first and writes then, without the condition; the same test must catch it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, connections, transaction
from django.utils import timezone

from leads.handoffs.services import handoff_accept
from leads.models import Handoff, HandoffStatus, Lead, StageChange
from portal.common.errors import Conflict, PortalError
from portal.common.models import AuditEntry, User
from tests.builders import a_lead, an_active_version, sam, sofia

ROUNDS = int(os.environ.get("ACCORD_RACE_ROUNDS", "30"))
pytestmark = pytest.mark.django_db(transaction=True)

Accept = Callable[..., Handoff]


def an_offered_handoff() -> Handoff:
    lead = a_lead(stage="mql")
    now = timezone.now()
    return Handoff.objects.create(
        lead=lead,
        version=lead_version(),
        points=0,
        grade=1,
        receipt={"lines": [], "points": 0, "grade": 1},
        offered_at=now,
        due_at=now + timedelta(hours=8),
    )


def lead_version():  # type: ignore[no-untyped-def]
    found = Handoff.objects.select_related("version").first()
    return found.version if found else an_active_version()


def race(handoff: Handoff, people: list[User], accept: Accept) -> dict[str, str]:
    """Everyone presses when the barrier opens, each on a connection of their own. {email: what they got}"""
    barrier = threading.Barrier(len(people))
    answers: dict[str, str] = {}

    def press(person: User) -> None:
        close_old_connections()
        try:
            # What the page of this person shows was read before anybody pressed.
            seen = Handoff.objects.select_related("lead", "owner").get(pk=handoff.pk)
            barrier.wait(timeout=20)
            accept(handoff=seen, actor=person)
            answers[person.email] = "won"
        except PortalError as error:
            answers[person.email] = f"{type(error).__name__}: {error}"
        except Exception as error:
            answers[person.email] = f"failed: {error!r}"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def faults_of(handoff: Handoff, people: list[User], answers: dict[str, str]) -> list[str]:
    """What is wrong with the outcome of one round; empty when exactly one won and the other knows who."""
    winners = [person for person in people if answers.get(person.email) == "won"]
    if len(winners) != 1:
        return [f"{len(winners)} won: {answers}"]
    winner = winners[0]
    faults = []
    for person in people:
        expected = f"Conflict: {winner.get_short_name()} accepted this lead just now."
        if person != winner and answers[person.email] != expected:
            faults.append(answers[person.email])
    fresh = Handoff.objects.get(pk=handoff.pk)
    if (fresh.status, fresh.owner_id) != (HandoffStatus.ACCEPTED, winner.pk):
        faults.append(f"the row says {fresh.status} by {fresh.owner_id}")
    if Lead.objects.get(pk=handoff.lead_id).owner_id != winner.pk:
        faults.append("the lead belongs to somebody else")
    if StageChange.objects.filter(handoff=handoff).count() != 1:
        faults.append("the stage did not move exactly once")
    accepted = AuditEntry.objects.filter(verb="handoff.accepted", subject_id=str(handoff.pk))
    if [entry.actor_id for entry in accepted] != [winner.pk]:
        faults.append("the audit trail tells another story")
    return faults


def test_exactly_one_wins_every_round() -> None:
    people = [sam(), sofia()]
    for round_number in range(ROUNDS):
        handoff = an_offered_handoff()
        answers = race(handoff, people if round_number % 2 else people[::-1], handoff_accept)
        assert faults_of(handoff, people, answers) == [], f"round {round_number} on {connection.vendor}"


def read_then_write(pause: threading.Barrier) -> Accept:
    """The broken twin: it looks whether the lead is free, and then writes without asking again."""

    def accept(*, handoff: Handoff, actor: User) -> Handoff:
        current = Handoff.objects.get(pk=handoff.pk)
        if current.status != HandoffStatus.OFFERED:
            raise Conflict("Somebody accepted this lead.")
        pause.wait(timeout=20)  # Both have read before either writes: the gap that a real race hits at times.
        with transaction.atomic():
            now = timezone.now()
            Handoff.objects.filter(pk=handoff.pk).update(
                status=HandoffStatus.ACCEPTED, owner=actor, accepted_at=now, decided_at=now, decided_by=actor
            )
            Lead.objects.filter(pk=handoff.lead_id).update(stage="sal", owner=actor)
        return handoff

    return accept


def test_the_broken_twin_is_caught() -> None:
    people = [sam(), sofia()]
    handoff = an_offered_handoff()
    answers = race(handoff, people, read_then_write(threading.Barrier(2)))
    assert faults_of(handoff, people, answers) == [f"2 won: {answers}"]
