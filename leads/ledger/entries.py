"""What each side owes the other, as rows: the handoffs that an entry of the ledger counts.

Each row says `at`, the instant that puts it into a week, and `kept`, 1 where the promise was kept and 0 where
it was not; entries with a clock also say `start` and `end`. What is not due yet is counted nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, F, FilteredRelation, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from leads.models import ClockKind, Handoff, HandoffStatus
from leads.selectors.funnel import condition
from portal.common.models import Team


class Entry(models.TextChoices):
    VOLUME = "volume", _("Leads offered")
    COMPLETE = "complete", _("Complete when offered")
    FREE_MAIL = "free-mail", _("Free-mail addresses")
    PICK_UP = "pick-up", _("Returned leads picked up in time")
    DECIDE = "decide", _("Decided in time")
    FOLLOW_UP = "follow-up", _("Followed up in time")
    TEACHES = "teaches", _("Returns with a reason that teaches")

    @property
    def team(self) -> Team:
        return Team.MARKETING if self in OF_MARKETING else Team.SALES

    @property
    def has_clock(self) -> bool:
        return self in (Entry.PICK_UP, Entry.DECIDE, Entry.FOLLOW_UP)


OF_MARKETING = (Entry.VOLUME, Entry.COMPLETE, Entry.FREE_MAIL, Entry.PICK_UP)
OF_SALES = (Entry.DECIDE, Entry.FOLLOW_UP, Entry.TEACHES)


# Handoffs with what each entry says of them.
Rows = QuerySet[Any]


@dataclass(frozen=True)
class Span:
    """From (included) to (not included)."""

    start: datetime
    end: datetime


def rows_of(entry: Entry, span: Span, now: datetime, kept: bool | None = None) -> Rows:
    """The handoffs of one entry whose `at` lies in the span; only those kept, or not kept, if asked."""
    rows = _ROWS[entry](now).filter(at__gte=span.start, at__lt=span.end)
    return rows if kept is None else rows.filter(kept=int(kept))


def _offered(kept: Any, counted: Q | None = None) -> Rows:
    rows: Rows = Handoff.objects.filter(counted or Q())
    return rows.annotate(at=F("offered_at"), kept=_yes(kept) if isinstance(kept, Q) else kept)


def _yes(asked: Q) -> Case:
    return Case(When(asked, then=1), default=0, output_field=IntegerField())


def _volume(now: datetime) -> Rows:
    return _offered(Value(1))


def _complete(now: datetime) -> Rows:
    """By the facts as they are now: a name, a mail address, a phone number, what they do and where."""
    named = ~Q(lead__first_name="") | ~Q(lead__last_name="")
    does = ~Q(lead__job_title="") | ~Q(lead__role="")
    works = ~Q(lead__company="") | Q(lead__account__isnull=False)
    return _offered(named & does & works & Q(lead__email__isnull=False) & ~Q(lead__phone=""))


def _free_mail(now: datetime) -> Rows:
    """Of those whose mail address is known."""
    return _offered(Q(lead__fit__is_free_email=True), Q(lead__fit__is_free_email__isnull=False))


def _pick_up(now: datetime) -> Rows:
    rows: Rows = Handoff.objects.annotate(
        asked=FilteredRelation("clocks", condition=Q(clocks__kind=ClockKind.PICK_UP))
    )
    done = Q(asked__stopped_at__isnull=False)
    return rows.filter(done | Q(asked__due_at__lt=now, asked__paused_at=None)).annotate(
        at=F("asked__started_at"),
        kept=_yes(Q(asked__stopped_at__lte=F("asked__due_at"))),
        start=F("asked__started_at"),
        end=F("asked__stopped_at"),
    )


def _decide(now: datetime) -> Rows:
    in_time = condition("in_time")
    rows = _offered(in_time, in_time | condition("late"))
    return rows.annotate(start=F("offered_at"), end=F("decided_at"))


def _follow_up(now: datetime) -> Rows:
    done = Q(followed_up_at__isnull=False)
    owed = Q(status=HandoffStatus.ACCEPTED, follow_up_due_at__lt=now)
    rows = _offered(
        Q(followed_up_at__lte=F("follow_up_due_at")), Q(accepted_at__isnull=False) & (done | owed)
    )
    return rows.annotate(start=F("accepted_at"), end=F("followed_up_at"))


def _teaches(now: datetime) -> Rows:
    """It names a clause, says that something is missing or which fact is, or says it in words."""
    teaches = ~Q(challenged_key="") | Q(is_something_missing=True) | ~Q(missing_field="") | ~Q(note="")
    return _offered(teaches, Q(status=HandoffStatus.RETURNED))


_ROWS: dict[Entry, Callable[[datetime], Rows]] = {
    Entry.VOLUME: _volume,
    Entry.COMPLETE: _complete,
    Entry.FREE_MAIL: _free_mail,
    Entry.PICK_UP: _pick_up,
    Entry.DECIDE: _decide,
    Entry.FOLLOW_UP: _follow_up,
    Entry.TEACHES: _teaches,
}
