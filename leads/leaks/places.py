"""Where leads stand: every lead of the workspace in exactly one place, and since when.

Three sets that have no lead in common: leads with an open handoff, leads that the portal itself holds, and
leads beyond a handoff. A number and the list behind it are the same rows, narrowed to one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from definitions.models import Stage
from definitions.selectors import active_version
from leads.handoffs.reconcile import qualified_and_not_offered
from leads.handoffs.states import OFFERABLE
from leads.leaks.differences import PATIENCE
from leads.models import OPEN, Clock, ClockKind, Handoff, HandoffStatus, Lead, LeadStage, Score, StageChange
from leads.selectors.care import unsettled_returns
from portal.common.selectors import workspace_zone


class Place(models.TextChoices):
    NOT_ASSESSED = "not-assessed", _("Not assessed yet")
    BELOW = "below", _("Below the definition")
    QUALIFIED = "qualified", _("Qualified and not yet offered")
    SHARED = "shared", _("Offered in the shared queue")
    OFFERED = "offered", _("Offered to one person")
    ACCEPTED = "accepted", _("Accepted and not followed up")
    WORKED = "worked", _("Being worked")
    RETURNED = "returned", _("Returned and to be picked up")
    NURTURE = "nurture", _("In nurture")
    SALES_QUALIFIED = "sales-qualified", _("Sales-qualified")
    OPPORTUNITY = "opportunity", _("Opportunity")
    CUSTOMER = "customer", _("Customer")
    DISQUALIFIED = "disqualified", _("Disqualified")
    # A stage that only an open handoff explains, without one: the nightly count opens an incident for it.
    NOWHERE = "nowhere", _("In no place: this must not be")


SYSTEM, MARKETING, SALES, PERSON, NOBODY = (
    _("the portal"),
    _("marketing"),
    _("sales, together"),
    _("one person"),
    _("nobody"),
)
HANDS: dict[str, str | Promise] = {
    Place.NOT_ASSESSED: SYSTEM,
    Place.BELOW: SYSTEM,
    Place.QUALIFIED: SYSTEM,
    Place.SHARED: SALES,
    Place.OFFERED: PERSON,
    Place.ACCEPTED: PERSON,
    Place.WORKED: PERSON,
    Place.RETURNED: MARKETING,
    Place.NURTURE: MARKETING,
    Place.SALES_QUALIFIED: PERSON,
    Place.OPPORTUNITY: PERSON,
    Place.CUSTOMER: PERSON,
    Place.DISQUALIFIED: NOBODY,
    Place.NOWHERE: NOBODY,
}
OF_HANDOFFS = (Place.SHARED, Place.OFFERED, Place.ACCEPTED, Place.WORKED)
OF_THE_PORTAL = (Place.NOT_ASSESSED, Place.BELOW, Place.QUALIFIED)

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Standing:
    """One place: how many leads, the median and the oldest instant since which they are there, how many late.

    Of an even number the earlier of the two in the middle is the median.
    """

    place: Place
    count: int = 0
    median_since: datetime | None = None
    oldest_since: datetime | None = None
    late: int = 0

    @property
    def hands(self) -> str | Promise:
        return HANDS[self.place]


# -- the three sets --------------------------------------------------------------------------------------


def _with_a_handoff(now: datetime) -> Rows:
    """Open handoffs; each is the place of its lead, whatever the stage says."""
    rows = Handoff.objects.filter(status__in=OPEN, lead__merged_into=None)
    silent = Q(status=HandoffStatus.ACCEPTED, followed_up_at=None)
    return rows.annotate(
        place=Case(
            When(status=HandoffStatus.OFFERED, owner=None, then=Value(Place.SHARED.value)),
            When(status=HandoffStatus.OFFERED, then=Value(Place.OFFERED.value)),
            When(silent, then=Value(Place.ACCEPTED.value)),
            default=Value(Place.WORKED.value),
        ),
        since=Case(
            When(status=HandoffStatus.OFFERED, then=F("offered_at")),
            When(silent, then=F("accepted_at")),
            default=F("followed_up_at"),
        ),
        is_late=_yes(Q(status=HandoffStatus.OFFERED, due_at__lt=now) | silent & Q(follow_up_due_at__lt=now)),
    )


def _without_a_handoff(*conditions: Q, **narrowing: Any) -> QuerySet[Lead]:
    # By a set of ids and not row by row: it is built once, and a million leads are held against it.
    taken = Handoff.objects.filter(status__in=OPEN).values("lead_id")
    return Lead.objects.filter(*conditions, merged_into=None, **narrowing).exclude(pk__in=taken)


def _qualified() -> QuerySet[Score]:
    version = active_version(Stage.MQL)
    return qualified_and_not_offered(version) if version else Score.objects.none()


def _with_the_portal(qualified: QuerySet[Score], now: datetime) -> Rows:
    """Leads from which the portal offers. No row says since when they are there: since they were captured."""
    is_qualified = Q(pk__in=qualified.values("lead_id"))
    return _without_a_handoff(~Q(stage=LeadStage.MQL) | is_qualified, stage__in=OFFERABLE).annotate(
        place=Case(
            When(is_qualified, then=Value(Place.QUALIFIED.value)),
            When(stage=LeadStage.NOT_ASSESSED, then=Value(Place.NOT_ASSESSED.value)),
            default=Value(Place.BELOW.value),
        ),
        since=F("captured_at"),
        is_late=_yes(Q(pk__in=qualified.filter(as_of__lte=now - PATIENCE).values("lead_id"))),
    )


def _beyond(qualified: QuerySet[Score], now: datetime) -> Rows:
    """Leads in marketing's care or past a handoff, since their last move."""
    is_asked = Q(stage=LeadStage.NURTURE, pk__in=unsettled_returns().values("lead_id"))
    overdue = Clock.objects.filter(kind=ClockKind.PICK_UP, stopped_at=None, paused_at=None, due_at__lt=now)
    last = StageChange.objects.filter(lead=models.OuterRef("pk")).order_by("-changed_at", "-id")
    # An MQL without an offer is with the portal while it qualifies. Stages by name, for the index of stages.
    is_beyond = ~Q(stage=LeadStage.MQL) | ~Q(pk__in=qualified.values("lead_id"))
    stages = [LeadStage.MQL, *(stage for stage in LeadStage.values if stage not in OFFERABLE)]
    today = now.astimezone(workspace_zone()).date()
    return _without_a_handoff(is_beyond, stage__in=stages).annotate(
        place=Case(
            When(is_asked, then=Value(Place.RETURNED.value)),
            *(When(stage=stage, then=Value(place.value)) for stage, place in _AFTER.items()),
            default=Value(Place.NOWHERE.value),
        ),
        since=Coalesce(Subquery(last.values("changed_at")[:1]), F("captured_at")),
        is_late=_yes(
            Q(is_asked, pk__in=overdue.values("handoff__lead_id"))
            | ~is_asked & Q(stage=LeadStage.NURTURE, nurture_until__lt=today)
        ),
    )


_AFTER = {
    LeadStage.NURTURE: Place.NURTURE,
    LeadStage.SALES_QUALIFIED: Place.SALES_QUALIFIED,
    LeadStage.OPPORTUNITY: Place.OPPORTUNITY,
    LeadStage.CUSTOMER: Place.CUSTOMER,
    LeadStage.DISQUALIFIED: Place.DISQUALIFIED,
}


def _yes(condition: Q) -> Case:
    return Case(When(condition, then=1), default=0, output_field=IntegerField())


# -- numbers ---------------------------------------------------------------------------------------------


def standings(now: datetime) -> list[Standing]:
    """Every place, in the order of a lead's way, those without a lead as well. Nine queries at most."""
    found: dict[str, Standing] = {}
    qualified = _qualified()
    for rows in (_with_a_handoff(now), _beyond(qualified, now)):
        for standing in _by_place(rows):
            found[standing.place] = standing
    for standing in _of_the_portal(_with_the_portal(qualified, now)):
        found[standing.place] = standing
    return [found.get(place, Standing(place)) for place in Place]


def _by_place(rows: Rows) -> list[Standing]:
    """One query: the first and the middle row of each place carry its numbers."""
    place = F("place")
    numbered = rows.annotate(
        n=Window(Count("pk"), partition_by=place),
        late=Window(Sum("is_late"), partition_by=place),
        number=Window(RowNumber(), partition_by=place, order_by=[F("since"), F("pk")]),
    )
    marked = numbered.filter(Q(number=1) | Q(number=(F("n") + 1) / 2)).order_by("number")
    found: dict[str, Standing] = {}
    for name, count, late, number, since in marked.values_list("place", "n", "late", "number", "since"):
        oldest = since if number == 1 else found[name].oldest_since
        found[name] = Standing(Place(name), count, since, oldest, late)
    return list(found.values())


def _of_the_portal(rows: Rows) -> list[Standing]:
    """There may be a million of these: counted in one pass, the median read from the index at its place."""
    counted: Any = (
        rows.order_by().values("place").annotate(n=Count("pk"), oldest=Min("since"), late=Sum("is_late"))
    )
    stages = {Place.NOT_ASSESSED: LeadStage.NOT_ASSESSED, Place.BELOW: LeadStage.LEAD}
    found = []
    for row in counted:
        place = Place(row["place"])
        same = rows.filter(place=place.value)
        if place in stages:
            same = same.filter(stage=stages[place])
        middle = (row["n"] - 1) // 2
        median = same.order_by("captured_at", "pk").values_list("captured_at", flat=True)[middle]
        found.append(Standing(place, row["n"], median, row["oldest"], row["late"]))
    return found


def all_leads() -> int:
    """Counted by itself: what the places must add up to."""
    return Lead.objects.filter(merged_into=None).count()


@dataclass(frozen=True)
class Holder:
    """What one person has of the open handoffs."""

    person_id: int
    name: str
    offered: int
    accepted: int
    worked: int
    late: int


def holders(now: datetime) -> list[Holder]:
    """Everybody who has open handoffs, most late first, then most. One query."""
    by_place = {
        place.name.lower(): Count("pk", filter=Q(place=place.value))
        for place in (Place.OFFERED, Place.ACCEPTED, Place.WORKED)
    }
    rows: Any = (
        _with_a_handoff(now)
        .exclude(owner=None)
        .order_by()
        .values("owner", "owner__name")
        .annotate(**by_place, late=Sum("is_late"))
    )
    found = [
        Holder(row["owner"], row["owner__name"], row["offered"], row["accepted"], row["worked"], row["late"])
        for row in rows
    ]
    return sorted(
        found, key=lambda each: (-each.late, -(each.offered + each.accepted + each.worked), each.name)
    )


# -- the lists behind them -------------------------------------------------------------------------------


def rows_in(place: Place, now: datetime, *, is_late: bool = False, person: int | None = None) -> Rows:
    """The rows that the number counts, the longest there first: handoffs in `OF_HANDOFFS`, else leads."""
    if place in OF_HANDOFFS:
        rows = _with_a_handoff(now).select_related("lead__account", "owner")
        rows = rows.defer("receipt", "lead__provenance", "lead__account__provenance")
    else:
        rows = (_with_the_portal if place in OF_THE_PORTAL else _beyond)(_qualified(), now)
        rows = rows.select_related("account", "owner").defer("provenance", "account__provenance")
    rows = rows.filter(place=place.value)
    if is_late:
        rows = rows.filter(is_late=1)
    if person is not None:
        rows = rows.filter(owner=person)
    return rows.order_by("since", "pk")
