"""A shadow is started and stopped here; `recording` writes what it finds, `ending` ends it by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.criteria.document import DocumentError
from definitions.models import Definition, Version
from definitions.policies_shadows import may_run_shadow
from definitions.services.freezing import version_freeze_copy
from definitions.services.relaxing import end_of_day
from leads.models import Run, Shadow
from leads.scoring.runs import run_request
from leads.shadows.ending import OPEN, shadow_end
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User

DEFAULT_WEEKS = 4
LONGEST = timedelta(days=92)
# Each is one more version that every changed lead is scored under.
MOST_AT_ONCE = 2


@transaction.atomic
def shadow_start(*, version: Version, actor: User, reason: str, ends_on: date) -> Shadow:
    """Freeze what `version` says now, and owe its first scoring of all leads; it ends with `ends_on`.

    Raises Refused; Conflict without a version in force, while as many run as may, or while another is
    being prepared; Invalid.
    """
    may_run_shadow(actor).require()
    definition = Definition.objects.select_for_update().get(pk=version.definition_id)
    against = definition.active_version
    if against is None:
        raise Conflict(_("No version is in force that a candidate could be held against."))
    _check_room(definition)
    if not reason.strip():
        raise Invalid(_("Say what you want to find out."), field="reason")
    now = timezone.now()
    ends_at = end_of_day(ends_on)
    if not now + timedelta(days=1) <= ends_at <= now + LONGEST:
        raise Invalid(_("Choose a last day after today and within three months."), field="ends_on")
    copy = _frozen(version, actor)
    if copy.fingerprint == against.fingerprint:
        raise Conflict(_("This text is in force: there is nothing to compare."))
    shadow = Shadow.objects.create(
        version=copy,
        candidate=version,
        against=against,
        reason=reason.strip(),
        started_by=actor,
        started_at=now,
        ends_at=ends_at,
    )
    audit.record(
        "shadow.started",
        subject=shadow,
        actor=actor,
        after={"against": str(against), "fingerprint": copy.fingerprint, "ends_at": ends_at.isoformat()},
        note=shadow.reason,
    )
    run_request(version=copy, kind=Run.Kind.SHADOW, actor=actor)
    return shadow


def shadow_stop(*, shadow: Shadow, actor: User) -> Shadow:
    """End it before its day. What it found so far stays. Raises Refused, Conflict."""
    may_run_shadow(actor).require()
    shadow_end(shadow, Shadow.Ending.STOPPED, ended_at=timezone.now(), actor=actor)
    return shadow


def default_last_day(now: datetime) -> date:
    return timezone.localdate(now) + timedelta(weeks=DEFAULT_WEEKS)


def _check_room(definition: Definition) -> None:
    statuses = [row.status for row in Shadow.objects.filter(version__definition=definition, status__in=OPEN)]
    if len(statuses) >= MOST_AT_ONCE:
        raise Conflict(
            _("%(n)d candidates are scored in silence already. Stop one of them first.") % {"n": MOST_AT_ONCE}
        )
    # A definition has one open run of a kind: a second first scoring would end the one under way.
    if Shadow.Status.PREPARING in statuses:
        raise Conflict(_("Another candidate is just getting its first scores. Try again in a few minutes."))


def _frozen(version: Version, actor: User) -> Version:
    try:
        return version_freeze_copy(version=version, actor=actor)
    except DocumentError as error:
        raise Invalid(" ".join(error.sentences)) from error
