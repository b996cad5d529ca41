"""Reads of handoffs: a rep's accepted leads, and what became of every lead handed over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from leads.models import FollowUp, Handoff, HandoffStatus, Outcome
from leads.selectors.fitting import fitting_key
from leads.selectors.funnel import NOT_KNOWN, Period, narrowed
from leads.words import words_match
from portal.common.models import User


def handoffs_visible_to(user: User) -> QuerySet[Handoff]:
    """Every active person sees what became of the workspace's leads."""
    if not user.is_active:
        return Handoff.objects.none()
    return shown(Handoff.objects.all())


def shown(rows: QuerySet[Handoff]) -> QuerySet[Handoff]:
    """These with all that a list of handoffs names."""
    rows = rows.select_related(
        "lead__account", "lead__source", "owner", "decided_by", "reason", "version__definition"
    )
    return rows.defer(*_HEAVY)


# Pages of handoffs name the version, the lead and the account; they read neither the wording of the one
# nor the origins of the others, which take longer to decode than all else.
_HEAVY = ("version__document", "lead__provenance", "lead__account__provenance")


def receipt_of(handoff: Handoff) -> dict[str, Any]:
    """The frozen receipt as the shared part shows it."""
    return thawed(handoff.receipt)


def thawed(receipt: dict[str, Any]) -> dict[str, Any]:
    """A receipt that was kept as JSON: its instant is an instant again."""
    as_of = receipt.get("as_of")
    return {**receipt, "as_of": parse_datetime(as_of) if isinstance(as_of, str) else as_of}


# Which fact sales missed. The keys are names of fields of the lead or its account.
MISSING_FACTS: dict[str, str | Promise] = {
    "phone": gettext_lazy("Phone number"),
    "email": gettext_lazy("E-mail address"),
    "name": gettext_lazy("Name"),
    "job_title": gettext_lazy("Job title or role"),
    "company": gettext_lazy("Company"),
    "industry": gettext_lazy("Industry"),
    "employees": gettext_lazy("Company size"),
    "country": gettext_lazy("Country or region"),
    "other": gettext_lazy("Another fact"),
}


def with_words(handoffs: Iterable[Any]) -> None:
    """Sets `challenged_wording` and `missing_words` on each, from its own row."""
    for row in handoffs:
        wordings = {line.get("key"): line.get("wording", "") for line in row.receipt.get("lines", ())}
        row.challenged_wording = wordings.get(row.challenged_key, "") if row.challenged_key else ""
        row.missing_words = MISSING_FACTS.get(row.missing_field, row.missing_field)


# -- accepted leads --------------------------------------------------------------------------------------


def accepted_by(user: User) -> QuerySet[Handoff]:
    """The person's accepted leads: not yet followed up first, then by when that is due."""
    return (
        handoffs_visible_to(user)
        .filter(status=HandoffStatus.ACCEPTED, owner=user)
        .annotate(attempts=Count("follow_ups"))
        .order_by(F("followed_up_at").asc(nulls_first=True), "follow_up_due_at", "id")
    )


def accepted_counts(user: User, now: datetime | None = None) -> dict[str, int]:
    """Of the person's accepted leads: `all`, `to_follow_up` (no attempt yet), `overdue` of these."""
    now = now or timezone.now()
    waiting = Q(followed_up_at=None)
    return Handoff.objects.filter(status=HandoffStatus.ACCEPTED, owner=user).aggregate(
        all=Count("pk"),
        to_follow_up=Count("pk", filter=waiting),
        overdue=Count("pk", filter=waiting & Q(follow_up_due_at__lt=now)),
    )


def follow_ups_of(handoff: Handoff) -> list[FollowUp]:
    return list(FollowUp.objects.filter(handoff=handoff).select_related("person"))


def outcomes_of(handoff: Handoff) -> list[Outcome]:
    """What became of the lead since it was offered, newest first: said here or told by another system."""
    rows = Outcome.objects.filter(lead=handoff.lead_id, at__gte=handoff.offered_at)
    return list(rows.select_related("source"))


def ended_lately(user: User, limit: int = 10) -> list[Handoff]:
    """What the person has brought to an end, newest first."""
    return list(
        handoffs_visible_to(user).filter(owner=user, ended_at__isnull=False).order_by("-ended_at")[:limit]
    )


# -- what became of them ---------------------------------------------------------------------------------

WATCH_SORTS = {
    "offered": ("offered_at", "id"),
    "-offered": ("-offered_at", "-id"),
    "grade": ("grade", "points", "id"),
    "-grade": ("-grade", "-points", "-id"),
}


def watch_list(
    user: User,
    *,
    q: str = "",
    status: str = "",
    reason: str = "",
    version: str = "",
    criterion: str = "",
    carried: str = "",
    uncarried: str = "",
    channel: str = "",
    campaign: str = "",
    last_channel: str = "",
    last_campaign: str = "",
    last_content: str = "",
    persona: str = "",
    since: str = "",
    period: Period | None = None,
    sort: str = "",
    now: datetime | None = None,
) -> QuerySet[Handoff]:
    """Every lead handed over and what became of it, newest first. `since` is a number of days.

    `status` is one of a handoff, or one of the wider ones that the numbers of a period count.
    """
    rows = narrowed(
        handoffs_visible_to(user).select_related("pick_up__picked_by", "pick_up__settled_by"),
        period=period,
        status=status,
        reason=reason,
        criterion=criterion,
        carried=carried,
        uncarried=uncarried,
        version=version,
        channel=_captured(channel),
        campaign=_captured(campaign),
        last_channel=last_channel,
        last_campaign=last_campaign,
        last_content=last_content,
    )
    if persona:
        rows = fitting_key(rows, persona)
    if q:
        rows = rows.filter(words_match(q, "lead"))
    if since:
        rows = rows.filter(offered_at__gte=(now or timezone.now()) - timedelta(days=int(since)))
    return rows.order_by(*WATCH_SORTS.get(sort, WATCH_SORTS["-offered"]))


def _captured(value: str) -> str | None:
    """What an address asks for: None is any, "" is “not known”."""
    return ("" if value == NOT_KNOWN else value) if value else None


def status_counts(rows: QuerySet[Handoff]) -> dict[str, int]:
    """How many of these handoffs stand at each status; they add up to all of them. One query."""
    found: Any = rows.order_by().values_list("status").annotate(n=Count("pk"))
    counts = dict(found)
    return {status: counts.get(status, 0) for status in HandoffStatus.values}


def versions_handed_over() -> list[tuple[int, str]]:
    """Versions that have made at least one offer, newest first, for the filter."""
    rows = (
        Handoff.objects.order_by("-version__number")
        .values_list("version_id", "version__definition__stage", "version__number")
        .distinct()
    )
    return [(pk, f"{stage.upper()} v{number}") for pk, stage, number in rows]
