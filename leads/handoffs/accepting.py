"""Accepting several leads at once: each by its own compare-and-set, and a word about each that was gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from leads.handoffs import policies
from leads.handoffs.services import handoff_accept
from leads.models import Handoff
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import User


@dataclass(frozen=True)
class Missed:
    """One that was not to be had, and the sentence that says who has it, or why not."""

    handoff: Handoff
    sentence: str


@dataclass(frozen=True)
class Accepted:
    taken: list[Handoff]
    missed: list[Missed]


def handoffs_accept(*, handoffs: Sequence[Handoff], actor: User) -> Accepted:
    """Accept each of these, in order, in a transaction of its own.

    One that somebody else took meanwhile, or that is offered to somebody else, holds up none of the
    others. Raises `Invalid` where none is given, `Refused` where the actor may accept nothing at all.
    """
    policies.may_decide_handoffs(actor).require()
    if not handoffs:
        raise Invalid(_("Choose the leads to accept first."))
    done = Accepted([], [])
    for handoff in handoffs:
        try:
            done.taken.append(handoff_accept(handoff=handoff, actor=actor))
        except (Conflict, Refused) as error:
            done.missed.append(Missed(handoff, str(error)))
    return done
