"""Reads of shadows: who may see them, and the two-by-two of what they found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from definitions.models import Definition
from definitions.policies_shadows import may_see_shadows
from leads.evidence.cycle import SalesCycle, sales_cycle
from leads.evidence.happened import what_happened
from leads.evidence.intervals import Contrast
from leads.evidence.weeks import Happened
from leads.models import Lead, LeadFit, Shadow, ShadowLead
from leads.selectors.leads import leads_visible_to
from leads.shadows.fates import FATES, fates_of
from portal.common.models import User

# Who qualified while it ran: under both, under the version in force alone, under the candidate alone.
FOUND = ("both", "active", "candidate")
NEITHER = "neither"
GROUPS = (*FOUND, NEITHER)
FROM_START = tuple(f"start-{group}" for group in FOUND)
ALL = "all"

_SIDES = {
    "both": Q(candidate_at__isnull=False, active_at__isnull=False),
    "active": Q(candidate_at=None),
    "candidate": Q(active_at=None),
}


def shadows_visible_to(user: User) -> QuerySet[Shadow]:
    if not may_see_shadows(user):
        return Shadow.objects.none()
    return Shadow.objects.select_related(
        "version__definition", "candidate__definition", "against__definition", "started_by", "ended_by"
    )


def shadows_of(user: User, definition: Definition) -> QuerySet[Shadow]:
    """The newest first, with what is running before what has ended."""
    return shadows_visible_to(user).filter(version__definition=definition).order_by("-status", "-pk")


def ended_shadows(definition: Definition, since: datetime, until: datetime) -> QuerySet[Shadow]:
    """Those that ended between two instants, for the agenda of the review that follows; oldest first."""
    ended = Shadow.objects.filter(version__definition=definition, ended_at__gte=since, ended_at__lte=until)
    return ended.select_related(
        "version__definition", "candidate__definition", "against__definition", "started_by"
    ).order_by("ended_at", "pk")


@dataclass(frozen=True)
class Group:
    """One field of the two-by-two: how many leads, how many of each fate of `fates`."""

    total: int
    counts: dict[str, int]

    def contrast(self, other: Group, fate: str, whole: str) -> Contrast:
        """Of those in `whole` the share with `fate`, here and there."""
        return Contrast(self.counts[whole], self.counts[fate], other.counts[whole], other.counts[fate])


@dataclass(frozen=True)
class Result:
    """What a shadow has found by now. `from_start` are numbers of leads; they are in no group."""

    cycle: SalesCycle
    groups: dict[str, Group]
    from_start: dict[str, int]

    @property
    def candidate_total(self) -> int:
        return self.groups["both"].total + self.groups["candidate"].total

    @property
    def active_total(self) -> int:
        return self.groups["both"].total + self.groups["active"].total


def result_of(shadow: Shadow, as_of: datetime) -> Result | None:
    """None until it has begun. Fates are those of now, also long after its end."""
    if shadow.began_at is None:
        return None
    found = _Finding(shadow, as_of)
    groups = {}
    for group in FOUND:
        fates = found.fates(group)
        groups[group] = Group(_rows(shadow, group).count(), {fate: len(ids) for fate, ids in fates.items()})
    groups[NEITHER] = Group(found.others().count(), {fate: found.count_of_others(fate) for fate in FATES})
    return Result(found.cycle, groups, {name: _rows(shadow, name).count() for name in FROM_START})


def leads_behind(user: User, shadow: Shadow, group: str, fate: str, as_of: datetime) -> QuerySet[Lead]:
    """The leads of one number. Raises KeyError for a group or a fate that there is not."""
    if group not in (*GROUPS, *FROM_START) or fate not in (ALL, *FATES) or shadow.began_at is None:
        raise KeyError(group)
    leads = leads_visible_to(user)
    if fate == ALL and group != NEITHER:
        return leads.filter(pk__in=_rows(shadow, group).values("lead"))
    if group in FROM_START:
        raise KeyError(fate)
    found = _Finding(shadow, as_of)
    if group == NEITHER:
        return leads.filter(pk__in=found.others(fate).values("lead"))
    return leads.filter(pk__in=found.fates(group)[fate])


def _rows(shadow: Shadow, group: str) -> QuerySet[ShadowLead]:
    """The rows of a group. Leads that were merged into others since live on in those."""
    kind, _dash, name = group.rpartition("-")
    rows = ShadowLead.objects.filter(_SIDES[name], shadow=shadow, lead__merged_into=None)
    return rows.filter(is_from_start=bool(kind))


class _Finding:
    """One shadow as of an instant: moments of leads, and what happened to them since it began."""

    def __init__(self, shadow: Shadow, as_of: datetime) -> None:
        assert shadow.began_at is not None
        self.shadow, self.as_of, self.began_at = shadow, as_of, shadow.began_at
        self.cycle = sales_cycle(as_of)
        self.happened: dict[int, Happened] = what_happened(as_of, since=shadow.began_at)
        self.settled_until = as_of - timedelta(days=self.cycle.days)
        self._of_others: dict[str, list[int]] | None = None

    def fates(self, group: str) -> dict[str, list[int]]:
        rows = _rows(self.shadow, group).order_by("pk").values_list("lead_id", "candidate_at", "active_at")
        moments = {lead: min(at for at in (one, other) if at) for lead, one, other in rows}
        return fates_of(moments, self.happened, self.as_of, self.cycle.days)

    def others(self, fate: str = ALL) -> QuerySet[LeadFit]:
        """Leads that were known before its end and qualified under neither; their moment is their capture,
        or the beginning."""
        known = LeadFit.objects.filter(captured_at__lt=self.shadow.ended_at or self.as_of)
        rows = known.exclude(lead__in=ShadowLead.objects.filter(shadow=self.shadow).values("lead"))
        if fate == ALL:
            return rows
        if fate == "settled":
            return self._settled(rows)
        if fate == "early":
            return rows.exclude(pk__in=self._settled(rows).values("pk")).exclude(
                lead__in=self._fates_of_others()["final"]
            )
        return rows.filter(lead__in=self._fates_of_others()[fate])

    def count_of_others(self, fate: str) -> int:
        if fate in ("settled", "early"):
            return self.others(fate).count()
        return len(self._fates_of_others()[fate])

    def _settled(self, rows: QuerySet[LeadFit]) -> QuerySet[LeadFit]:
        return (
            rows.filter(captured_at__lte=self.settled_until)
            if self.began_at <= self.settled_until
            else rows.none()
        )

    def _fates_of_others(self) -> dict[str, list[int]]:
        if self._of_others is None:
            rows = self.others().filter(lead__in=list(self.happened)).order_by("lead")
            moments = {
                lead: max(self.began_at, captured_at)
                for lead, captured_at in rows.values_list("lead_id", "captured_at")
            }
            self._of_others = fates_of(moments, self.happened, self.as_of, self.cycle.days)
        return self._of_others
