"""Reads of versions that stand in for another until a day."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from definitions.models import Ballot, BallotStatus, Definition, Version, VersionStatus

STANDING = (VersionStatus.RATIFIED, VersionStatus.ACTIVE)


def standing_temporary(definition: Definition) -> Version | None:
    """The version that is in force, or on its way there, until a day; at most one."""
    standing = definition.versions.filter(ends_at__isnull=False, status__in=STANDING)
    return standing.select_related("definition", "returns_to__definition").first()


def temporary_sentence(version: Version) -> str:
    """Why nothing else can stand in for the agreement now."""
    assert version.ends_at is not None
    return _("%(version)s stands in until %(day)s. It has to end first.") % {
        "version": version,
        "day": date_format(localtime(version.ends_at), "j F Y"),
    }


def temporary_versions_due(now: datetime) -> QuerySet[Version]:
    """Those whose time is up, and for which nothing else waits to come into force.

    A version that a ballot has ratified meanwhile takes their place by its own run, as does the one that
    returns: either stands as ratified until then.
    """
    waiting = Version.objects.filter(definition=OuterRef("definition"), status=VersionStatus.RATIFIED)
    ended = Version.objects.filter(ends_at__lte=now, returns_to__isnull=False)
    is_next = ~Exists(waiting.exclude(pk=OuterRef("pk")))
    return (
        (ended.filter(status=VersionStatus.ACTIVE) | ended.filter(status=VersionStatus.RATIFIED))
        .filter(is_next)
        .select_related("definition")
        .order_by("ends_at")
    )


def oldest_end_due(now: datetime) -> datetime | None:
    return temporary_versions_due(now).values_list("ends_at", flat=True).first()


def restore_under_way(definition: Definition) -> Ballot | None:
    """The restore that waits for its second person."""
    asked = Ballot.objects.filter(
        version__definition=definition, kind=Ballot.Kind.RESTORE, status=BallotStatus.OPEN
    )
    return asked.select_related("version__definition", "opened_by").first()


def restores_between(definition: Definition, first: datetime, end: datetime) -> QuerySet[Ballot]:
    """The emergency restores that took place: for the agenda of the review that follows."""
    done = Ballot.objects.filter(
        version__definition=definition,
        kind=Ballot.Kind.RESTORE,
        status=BallotStatus.RATIFIED,
        closed_at__gte=first,
        closed_at__lt=end,
    )
    return done.select_related("version__definition", "opened_by").order_by("closed_at", "pk")
