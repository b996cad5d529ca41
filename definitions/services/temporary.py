"""Versions that end by themselves: a restore, a relaxation. What was agreed before them comes back.

Nothing here activates anything: a version that is to be in force is ratified and announced, and the run that
scores every lead by it ends in the flip, as ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies_temporary as policies
from definitions.models import Ballot, Definition, Version, VersionStatus
from definitions.selectors.proposals import base_of
from definitions.selectors.temporary import standing_temporary, temporary_sentence, temporary_versions_due
from definitions.services import announcing
from definitions.signals import version_ratified
from definitions.states import VERSION
from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import User

RESTORED_FOR = timedelta(days=14)


def held_definition(version: Version) -> Definition:
    """The definition, locked: what stands in for what is decided one after the other, and never in a flip."""
    return Definition.objects.select_for_update().get(pk=version.definition_id)


def begin_restore(ballot: Ballot, now: datetime) -> None:
    """Both have agreed: the version of long ago is ratified once more, for 14 days. Raises Conflict."""
    version = ballot.version
    definition = held_definition(version)
    if standing := standing_temporary(definition):
        raise Conflict(temporary_sentence(standing))
    VERSION.apply(
        version,
        "restore",
        ratified_at=now,
        ended_at=None,
        ends_at=now + RESTORED_FOR,
        returns_to=base_of(definition),
    )


def begin_relaxation(ballot: Ballot, now: datetime) -> None:
    """Both keys have turned for a relaxation: until its day it takes the place of what it relaxes.

    Raises Conflict when a restore has come in between; the vote that would have turned the key is not cast.
    """
    definition = held_definition(ballot.version)
    if standing := standing_temporary(definition):
        raise Conflict(temporary_sentence(standing))
    VERSION.apply(ballot.version, "ratify", ratified_at=now, returns_to=base_of(definition))


def temporary_versions_end_due() -> int:
    """End every temporary version whose time is up; returns how many moved. Safe to run twice."""
    return sum(_end(version) for version in list(temporary_versions_due(timezone.now())))


@transaction.atomic
def temporary_end_now(*, version: Version, actor: User) -> Version:
    """End a temporary version before its day. What was agreed before comes back. Raises Refused, Conflict."""
    policies.may_end_early(actor, version).require()
    held_definition(version)
    now = timezone.now()
    standing = Version.objects.filter(
        pk=version.pk, ends_at__gt=now, status__in=(VersionStatus.RATIFIED, VersionStatus.ACTIVE)
    )
    if not standing.update(ends_at=now):
        raise Conflict(_("%(version)s is ending already.") % {"version": version})
    audit.record("version.ended_early", subject=version, actor=actor)
    _end(version)
    return version


@transaction.atomic
def _end(version: Version) -> bool:
    definition = held_definition(version)
    due = temporary_versions_due(timezone.now()).filter(pk=version.pk)
    found = due.select_related("returns_to__definition").first()
    if found is None:
        return False
    before = found.returns_to
    assert before is not None, "temporary_versions_due gives those with something to return to"
    if found.status == VersionStatus.RATIFIED:
        # Its leads were never scored to the end: it goes without having been in force.
        VERSION.apply(found, "supersede", ended_at=timezone.now())
    if before.status == VersionStatus.SUPERSEDED:
        VERSION.apply(before, "restore", ended_at=None, ends_at=None, returns_to=None)
    audit.record("version.returns", subject=before, actor=None, after={"instead_of": str(found)})
    announcing.version_returns(found, before)
    if definition.active_version_id != before.pk:
        version_ratified.send(sender=Version, version=before, actor=None)
    return True
