"""What is said when a clock passes a threshold, and to whom: whose turn it is, then the managers as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import Clock, ClockKind, Threshold
from portal.common.models import HOUSES, Role, Team, User
from portal.common.notify import Word
from portal.common.webhooks import Event

Passed = tuple[Clock, Threshold]


@dataclass(frozen=True)
class Group:
    """Clocks of one kind and one owner that pass the same threshold together: one word for all of them."""

    kind: ClockKind
    threshold: Threshold
    owner: User | None  # whose turn it is; nobody's in the shared queue, and with marketing
    clocks: tuple[Clock, ...]

    @property
    def key(self) -> str:
        """A clock passes a threshold once, so the first of the group tells it from every other."""
        return f"clock:{self.threshold}:{self.clocks[0].pk}"


def grouped(passed: Iterable[Passed]) -> list[Group]:
    """In the order of the instants, so that nobody reads "due" before "soon due"."""
    found: dict[tuple[str, Threshold, int | None], list[Clock]] = {}
    for clock, threshold in sorted(passed, key=lambda each: (each[0].instants[each[1]], each[0].pk)):
        owner_id = None if clock.team == Team.MARKETING else clock.handoff.owner_id
        found.setdefault((clock.kind, threshold, owner_id), []).append(clock)
    return [
        Group(ClockKind(kind), threshold, clocks[0].handoff.owner if owner_id else None, tuple(clocks))
        for (kind, threshold, owner_id), clocks in found.items()
    ]


def words(groups: Iterable[Group]) -> Iterator[Word]:
    """One for each person and group. One query."""
    staff = _Staff()
    for group in groups:
        for person in staff.told(group):
            yield Word(person, group.key, _sentence(group, person), _url(group, person))


class _Staff:
    """Who works in the teams now, read once for a whole batch."""

    def __init__(self) -> None:
        administrates = Q(role=Role.ADMINISTRATOR)
        self.people = list(User.objects.filter(Q(team__in=HOUSES) | administrates, is_active=True))

    def told(self, group: Group) -> list[User]:
        """At 75 % whose turn it is; then their managers too. Each once."""
        team = group.kind.team
        owners = [group.owner] if group.owner and group.owner.is_active else []
        told = owners
        if group.threshold != Threshold.WARN:
            told = [*owners, *self._managers(team)]
        elif not owners:
            told = [person for person in self.people if person.team == team]
        return list({person.pk: person for person in told}.values())

    def _managers(self, team: Team) -> list[User]:
        managers = [person for person in self.people if person.team == team and person.is_manager]
        # A team without a manager has the administrators: somebody must hear of it.
        return managers or [person for person in self.people if person.is_administrator]


def _sentence(group: Group, person: User) -> str:
    first = group.clocks[0]
    count = len(group.clocks)
    values = {
        "n": count,
        "lead": first.handoff.lead,
        "owner": group.owner or _("sales"),
        "due": date_format(first.due_at.astimezone(ZoneInfo(person.time_zone)), "l j F, H:i"),
    }
    return _template(group, count) % values


def _template(group: Group, count: int) -> str:
    """Of one lead by its name, of several by their number."""
    kind, threshold = group.kind, group.threshold
    if kind == ClockKind.DECIDE:
        return {
            Threshold.WARN: ngettext(
                "%(lead)s waits for a decision until %(due)s.",
                "%(n)d leads wait for a decision, the first until %(due)s.",
                count,
            ),
            Threshold.DUE: ngettext(
                "Nobody has decided on %(lead)s in time.", "Nobody has decided on %(n)d leads in time.", count
            ),
            Threshold.OVER: ngettext(
                "Still nobody has decided on %(lead)s: it is offered to everyone in sales.",
                "Still nobody has decided on %(n)d leads: they are offered to everyone in sales.",
                count,
            ),
        }[threshold]
    if kind == ClockKind.FOLLOW_UP:
        return {
            Threshold.WARN: ngettext(
                "%(lead)s waits for a first word from %(owner)s until %(due)s.",
                "%(n)d leads wait for a first word from %(owner)s, the first until %(due)s.",
                count,
            ),
            Threshold.DUE: ngettext(
                "%(lead)s has had no word from %(owner)s in time.",
                "%(n)d leads have had no word from %(owner)s in time.",
                count,
            ),
            Threshold.OVER: ngettext(
                "%(lead)s still has had no word from %(owner)s. Somebody else may have to take over.",
                "%(n)d leads still have had no word from %(owner)s. Somebody else may have to take over.",
                count,
            ),
        }[threshold]
    return {
        Threshold.WARN: ngettext(
            "%(lead)s came back from sales and waits to be picked up until %(due)s.",
            "%(n)d leads came back from sales and wait to be picked up, the first until %(due)s.",
            count,
        ),
        Threshold.DUE: ngettext(
            "%(lead)s came back from sales and was not picked up in time.",
            "%(n)d leads came back from sales and were not picked up in time.",
            count,
        ),
        Threshold.OVER: ngettext(
            "%(lead)s came back from sales and still is not picked up.",
            "%(n)d leads came back from sales and still are not picked up.",
            count,
        ),
    }[threshold]


def _url(group: Group, person: User) -> str:
    """Where it is done: the one page, or the list in which this person finds all of them."""
    is_one = len(group.clocks) == 1
    if group.kind == ClockKind.PICK_UP:
        pk = group.clocks[0].handoff_id
        return reverse("leads:returned_page", args=[pk]) if is_one else reverse("leads:returned_list")
    if is_one:
        return group.clocks[0].handoff.get_absolute_url()
    is_own = group.owner is not None and group.owner.pk == person.pk
    if group.kind == ClockKind.DECIDE:
        return reverse("leads:queue") + ("?tab=mine" if is_own else "")
    return reverse("leads:my_leads") if is_own else reverse("leads:watch_list") + "?status=accepted"


KINDS = {
    Threshold.WARN: "clock.warned",
    Threshold.DUE: "clock.due",
    Threshold.OVER: "clock.ran_over",
}


def event(clock: Clock, threshold: Threshold, now: datetime) -> Event:
    handoff = clock.handoff
    data: dict[str, Any] = {
        "clock": clock.kind,
        "handoff": handoff.pk,
        "lead": handoff.lead_id,
        "owner": handoff.owner.email if handoff.owner else None,
        "started_at": clock.started_at.isoformat(),
        "due_at": clock.due_at.isoformat(),
        "url": settings.SITE_URL + handoff.get_absolute_url(),
    }
    return Event(KINDS[threshold], f"clock:{clock.pk}:{threshold}", now, data)
