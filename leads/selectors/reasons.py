"""Reads of the reasons: those in use, those of the past, and which of them are one and the same."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, QuerySet

from leads.models import Handoff, Reason, ReasonFamily


def return_reasons() -> QuerySet[Reason]:
    """What a rep may choose: without the one that the portal gives itself."""
    rows = Reason.objects.filter(retired_at=None).exclude(family=ReasonFamily.DISQUALIFY)
    return rows.exclude(key=Reason.NO_LONGER)


def disqualify_reasons() -> QuerySet[Reason]:
    return Reason.objects.filter(retired_at=None, family=ReasonFamily.DISQUALIFY)


def every_reason() -> QuerySet[Reason]:
    """Those of the past as well."""
    return Reason.objects.all()


def reasons_in_use() -> QuerySet[Reason]:
    """Of all families, in their order."""
    return Reason.objects.filter(retired_at=None)


def reasons_retired() -> QuerySet[Reason]:
    """Rows of the past, the newest first, each with `used`: how many handoffs ended with it."""
    rows = Reason.objects.exclude(retired_at=None).annotate(used=Count("handoffs"))
    return rows.order_by("-retired_at", "-pk")


def reasons_used() -> QuerySet[Reason]:
    """One row for each reason that a handoff ended with, under its present name, however often reworded.

    A reason that went to another family means something else from then on, and counts apart.
    """
    used = Reason.objects.filter(pk__in=Handoff.objects.exclude(reason=None).values("reason"))
    newer = Reason.objects.filter(key=OuterRef("key"), family=OuterRef("family"), pk__gt=OuterRef("pk"))
    is_used = Exists(used.filter(key=OuterRef("key"), family=OuterRef("family")))
    return Reason.objects.filter(~Exists(newer), is_used)


def same_reason(pk: int) -> QuerySet[Reason]:
    """The rows that are this reason under one name or another."""
    this = Reason.objects.filter(pk=pk)
    return Reason.objects.filter(key__in=this.values("key"), family__in=this.values("family"))


def present_reasons() -> dict[tuple[str, str], Reason]:
    """The row that has a reason's present name, by key and family: the last one. A few dozen rows."""
    return {(row.key, row.family): row for row in Reason.objects.order_by("pk")}
