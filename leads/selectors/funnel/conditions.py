"""Which handoffs a number counts: the words of an address, and what each asks of a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from definitions.models import ActivityKind
from leads.models import Activity, Handoff, HandoffStatus, Outcome, OutcomeKind, ReasonFamily
from leads.selectors.funnel.periods import Period
from leads.selectors.reasons import same_reason
from portal.common.fields import Microseconds
from portal.common.selectors import workspace_zone

# The families that a return may have, the definition's own fault first.
RETURN_FAMILIES = (ReasonFamily.DEFINITIONAL, ReasonFamily.CLERICAL, ReasonFamily.PROCEDURAL)
# How an address says “none is known”, since an empty parameter means “any”.
NOT_KNOWN = "-"


def _conditions() -> dict[str, Any]:
    """What each name of a number, and each `status` of the watch list, asks of a handoff."""
    won = Outcome.objects.filter(lead=OuterRef("lead"), kind=OutcomeKind.WON, at__gte=OuterRef("offered_at"))
    stands: dict[str, Any] = {status: Q(status=status) for status in HandoffStatus.values}
    decided = Q(accepted_at__isnull=False) | Q(status=HandoffStatus.RETURNED)
    return {
        **stands,
        "ever_accepted": Q(accepted_at__isnull=False),
        "decided": decided,
        "won": Exists(won),
        "in_time": decided & Q(decided_at__lte=F("due_at")),
        "late": (decided & Q(decided_at__gt=F("due_at"))) | Q(status=HandoffStatus.EXPIRED),
        "challenged": Q(status=HandoffStatus.RETURNED) & ~Q(challenged_key=""),
        "something_missing": Q(status=HandoffStatus.RETURNED, is_something_missing=True),
        **{
            family.value: Q(status=HandoffStatus.RETURNED, reason__family=family)
            for family in RETURN_FAMILIES
        },
        "pulled": Q(is_pulled=True),
        # By the definition alone and for the first time: nobody's word and no nurture came in between.
        "straight": Q(is_recycled=False, override=None),
    }


def condition(name: str) -> Any:
    """What the number of that name asks of a handoff, for those who count the same in another way."""
    return _conditions()[name]


def narrowed(
    rows: QuerySet[Handoff],
    *,
    period: Period | None = None,
    status: str = "",
    reason: int | str = "",
    criterion: str = "",
    carried: str = "",
    uncarried: str = "",
    version: int | str = "",
    channel: str | None = None,
    campaign: str | None = None,
    last_channel: str = "",
    last_campaign: str = "",
    last_content: str = "",
) -> QuerySet[Handoff]:
    """Only the handoffs that a number counts. `reason` and `version` are ids.

    A reason is one and the same however often it was reworded. `criterion` was challenged, `carried` was met,
    `uncarried` was not.
    `channel` and `campaign` are those that captured the lead, "" is “not known”; the `last_` ones are those
    of the lead's last act before it was offered: the id of a term, or `NOT_KNOWN`.
    The numbers of a period leave out what a rep pulled: nobody offered it, so nothing was accepted.
    """
    if period:
        start, end = period.bounds(workspace_zone())
        rows = rows.filter(offered_at__gte=start, offered_at__lt=end)
        if status != "pulled":
            rows = rows.filter(is_pulled=False)
    if status:
        rows = rows.filter(_conditions()[status])
    if reason:
        rows = rows.filter(reason__in=same_reason(int(reason)))
    if criterion:
        rows = rows.filter(status=HandoffStatus.RETURNED, challenged_key=criterion)
    if carried:
        rows = rows.filter(carried__contains=f" {carried} ")
    if uncarried:
        rows = rows.exclude(carried__contains=f" {uncarried} ")
    if version:
        rows = rows.filter(version=int(version))
    if channel is not None:
        rows = rows.filter(lead__channel=channel)
    if campaign is not None:
        rows = rows.filter(lead__campaign=campaign)
    lasts = {"channel": last_channel, "campaign": last_campaign, "subject": last_content}
    for column, term in lasts.items():
        if term:
            rows = rows.alias(**{f"last_{column}": Subquery(last_acts().values(column)[:1])})
            rows = rows.filter(**{f"last_{column}": None if term == NOT_KNOWN else int(term)})
    return rows


def last_acts() -> QuerySet[Activity]:
    """What the lead of a handoff (the outer row) had done when it was offered, the last act first.

    Asked of the newest backwards, so that it is the index of a lead's activities that answers: kinds of sales
    are left out, not those of leads taken in, which would send the databases to the index by kind.
    """
    by_sales = ActivityKind.objects.filter(is_by_lead=False)
    until = Microseconds(OuterRef("offered_at"))
    acts = Activity.objects.filter(lead=OuterRef("lead"), occurred_at__lte=until)
    return acts.exclude(kind__in=by_sales.values("pk")).order_by("-occurred_at", "-pk")


def step_number(steps: Sequence[Period], zone: ZoneInfo) -> Case:
    """In which of these following periods a handoff was offered, by number; the last takes what is left."""
    ends = [step.bounds(zone)[1] for step in steps[:-1]]
    cases = [When(offered_at__lt=end, then=Value(number)) for number, end in enumerate(ends)]
    return Case(*cases, default=Value(len(steps) - 1), output_field=IntegerField())
