"""What becomes of a turn after it was dealt: a dud gives it back, a lead handed on takes it along."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from leads.models import DealtTurn, Handoff, PoolMember, ReasonFamily, TurnBook
from portal.common.models import User

# A wrong rep is no dud: what is procedural goes to somebody else, and the turn was had.
DUDS = (ReasonFamily.DEFINITIONAL, ReasonFamily.CLERICAL)


def turn_given_back(handoff: Handoff) -> bool:
    """After a return, in its transaction: whoever was dealt a dud keeps the turn, and their week has room.

    True when there was a turn to give back. Once for each handoff, however often it is asked.
    """
    if handoff.reason is None or handoff.reason.family not in DUDS:
        return False
    turn = _newest(handoff)
    return turn is not None and _set(turn, is_given_back=True)


def turn_taken_again(handoff: Handoff) -> bool:
    """The return is taken back, in that transaction: the lead was no dud after all, and the turn was had."""
    turn = _newest(handoff)
    return turn is not None and _set(turn, is_given_back=False)


def _newest(handoff: Handoff) -> DealtTurn | None:
    """Of whoever has the lead now: those before them gave theirs back when it was handed on."""
    return DealtTurn.objects.filter(handoff=handoff).order_by("pk").last()


def _set(turn: DealtTurn, *, is_given_back: bool) -> bool:
    """False where it stands so already."""
    # Credits are dealt by under this lock: nobody deals by a number that is being changed.
    TurnBook.objects.select_for_update().get(pk=1)
    moved = DealtTurn.objects.filter(pk=turn.pk, is_given_back=not is_given_back)
    if not moved.update(is_given_back=is_given_back):
        return False
    members = PoolMember.objects.filter(pool=turn.pool_id, person=turn.person_id)
    if is_given_back:
        members.update(credits=F("credits") + 1)
    else:
        members.filter(credits__gt=0).update(credits=F("credits") - 1)
    return True


def turns_passed_on(handoffs: Iterable[Handoff]) -> None:
    """These leads were taken from whoever had them: their weeks have room again."""
    DealtTurn.objects.filter(handoff__in=list(handoffs), is_given_back=False).update(is_given_back=True)


def turns_given(handoffs: Iterable[Handoff], to: User, now: datetime) -> list[DealtTurn]:
    """These leads were handed to somebody: the turns are theirs, and nobody's place in a round changes."""
    rows = list(handoffs)
    turns_passed_on(rows)
    return DealtTurn.objects.bulk_create(
        DealtTurn(handoff=handoff, person=to, dealt_at=now) for handoff in rows
    )
