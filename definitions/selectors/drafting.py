"""Reads around the work on a draft: what one may take back, what is not saved yet, who else is here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Subquery

from definitions.criteria.catalogue import Catalogue
from definitions.models import DraftStep, DraftVisit, UnsavedClause, Version
from definitions.step_words import step_in_words
from portal.common.models import AuditEntry, User

MOST_STEPS = 9
# Five times as long as a page is silent: one lost answer makes nobody come and go.
GONE_AFTER = timedelta(seconds=15)


@dataclass(frozen=True)
class StepInWords:
    pk: int
    words: str
    entry: AuditEntry


@dataclass(frozen=True)
class Undoing:
    """What a person can take back on a draft: the last act, those before it, and the last undo of theirs."""

    version_pk: int
    last: StepInWords | None = None
    earlier: list[StepInWords] = field(default_factory=list)
    redo: StepInWords | None = None


def steps_visible_to(user: User) -> QuerySet[DraftStep]:
    """Of every draft: whose they are to take back, `policies.may_undo` says."""
    if not user.is_active:
        return DraftStep.objects.none()
    return DraftStep.objects.select_related("version__definition", "actor", "entry")


def undoing_of(version_pk: int, person: User, known: Catalogue) -> Undoing:
    steps = DraftStep.objects.filter(version=version_pk, actor=person, undone_at=None).order_by("-pk")
    # An undo can be taken back as long as nothing was done after it.
    offered = steps.filter(Q(undoes=None) | Q(pk=Subquery(steps.values("pk")[:1])))
    rows = list(offered.select_related("entry", "undoes__entry")[: MOST_STEPS + 1])
    redo = _in_words(rows[0], rows[0].undoes, known) if rows and rows[0].undoes else None
    done = [_in_words(step, step, known) for step in rows if step.undoes is None][:MOST_STEPS]
    return Undoing(version_pk, done[0] if done else None, done[1:], redo)


def _in_words(step: DraftStep, about: DraftStep, known: Catalogue) -> StepInWords:
    entry = about.entry
    words = step_in_words(entry.verb, entry.subject_label, entry.before, entry.after, known)
    return StepInWords(step.pk, words, entry)


def unsaved_of(version: Version, person: User) -> QuerySet[UnsavedClause]:
    """What a person has typed into clauses of a draft and not saved, the newest first."""
    return UnsavedClause.objects.filter(version=version, person=person)


@dataclass(frozen=True)
class Here:
    """Somebody who has the draft open now, and the keys of the clauses that they are editing (“new”: one)."""

    person: User
    keys: list[str]


def people_here(version: Version, but: User, now: datetime) -> list[Here]:
    """Who else has the draft open, by name."""
    visits = DraftVisit.objects.filter(version=version, seen_at__gt=now - GONE_AFTER).exclude(person=but)
    keys: dict[User, list[str]] = defaultdict(list)
    for visit in visits.select_related("person").order_by("person__name", "criterion_key"):
        keys[visit.person] += [visit.criterion_key] if visit.criterion_key else []
    return [Here(person, each) for person, each in keys.items()]


def people_stamp(here: list[Here]) -> str:
    """Moves when somebody comes, goes, or opens another clause."""
    return ",".join(f"{each.person.pk}.{'.'.join(each.keys)}" for each in here)
