"""Reads of definitions, versions and clauses."""

from __future__ import annotations

from django.db.models import Case, Count, Q, QuerySet, Value, When

from definitions.models import Ballot, BallotStatus, Criterion, Definition, Version, VersionStatus, Vote
from definitions.policies_shadows import may_see_shadows
from portal.common.models import User


def the_definition(stage: str) -> Definition:
    """The one definition of a stage, with its active version. Raises Definition.DoesNotExist."""
    return definitions_of(stage).get()


def definitions_of(stage: str) -> QuerySet[Definition]:
    """At most one row: for `get_object_or_404`."""
    return Definition.objects.select_related(
        "active_version__definition", "active_version__returns_to__definition", "weekly_need_said_by"
    ).filter(stage=stage)


def active_version(stage: str) -> Version | None:
    return the_definition(stage).active_version


def version_named(stage: str) -> Version | None:
    """The active version for a page that names it and does not read it: its text takes longest to read."""
    definitions = definitions_of(stage).select_related(None).select_related("active_version__definition")
    return definitions.defer("active_version__document").get().active_version


def versions_visible_to(user: User) -> QuerySet[Version]:
    """Everyone who is signed in may read every version: an agreement that is hidden binds nobody.

    A text that is only scored in silence binds nobody either, and is hidden from those who must not know.
    """
    if not user.is_active:
        return Version.objects.none()
    versions = Version.objects.select_related(
        "definition__active_version", "created_by", "based_on", "returns_to__definition"
    )
    return versions if may_see_shadows(user) else versions.filter(is_shadow=False)


def drafts_of(definition: Definition) -> QuerySet[Version]:
    """Drafts, the one changed last first, with `clauses` and `concerns` (open) counted."""
    return (
        definition.versions.filter(status=VersionStatus.DRAFT)
        .select_related("definition", "created_by", "based_on")
        .annotate(
            clauses=Count("criteria", distinct=True),
            concerns=Count(
                "comments",
                filter=Q(comments__kind="concern", comments__resolved_at=None),
                distinct=True,
            ),
        )
        .order_by("-changed_at")
    )


def text_in_work(definition: Definition) -> Version | None:
    """What both teams work on: the draft changed last, else what is proposed, else what is in force."""
    order = (VersionStatus.DRAFT, VersionStatus.PROPOSED, VersionStatus.RATIFIED)
    rank = Case(*(When(status=status, then=Value(place)) for place, status in enumerate(order)))
    versions = definition.versions.filter(status__in=order).annotate(rank=rank)
    versions = versions.select_related("definition__active_version", "created_by")
    return versions.order_by("rank", "-changed_at", "-pk").first() or definition.active_version


def last_edit_of(version: Version, half: str) -> Criterion | None:
    """The clause of a half that was written last."""
    rows = version.criteria.filter(half=half).select_related("changed_by")
    return rows.order_by("-changed_at", "-pk").first()


def history_of(definition: Definition) -> QuerySet[Version]:
    """Every version but the drafts, newest first."""
    return (
        definition.versions.exclude(status=VersionStatus.DRAFT)
        .exclude(status=VersionStatus.WITHDRAWN, proposed_at=None)
        .select_related("definition", "created_by")
        .order_by("-number")
    )


def open_ballots_of(definition: Definition) -> QuerySet[Ballot]:
    return Ballot.objects.filter(version__definition=definition, status=BallotStatus.OPEN).select_related(
        "version__definition"
    )


def criteria_of(version: Version) -> QuerySet[Criterion]:
    """The clauses of a draft in reading order, of this very `version`: fit first, then behaviour."""
    return (
        version.criteria.select_related("owner", "changed_by")
        .prefetch_related("personas")
        .order_by("-half", "position", "id")
    )


def signatures_of(version: Version) -> list[Vote]:
    """Who agreed in the ballot that ratified this version, marketing before sales, in order of voting."""
    return list(
        Vote.objects.filter(ballot__version=version, ballot__status=BallotStatus.RATIFIED, choice="agree")
        .select_related("person", "ballot")
        .order_by("house", "cast_at", "id")
    )


def change_stamp(version: Version) -> str:
    """Moves with every edit of the draft, its clauses and its comments; equal stamps mean nothing is new."""
    return f"{version.changed_at.timestamp():.6f}"
