"""A relaxation for a time: clauses of the agreement left out or its threshold lowered, by a lighter vote."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies_temporary as policies
from definitions.criteria.relaxing import relaxed
from definitions.models import Ballot, Definition, Version
from definitions.selectors.proposals import base_of, rival_of, rival_sentence
from definitions.selectors.temporary import standing_temporary, temporary_sentence
from definitions.services.ballots import version_propose
from definitions.services.drafts import draft_create
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from portal.common.selectors import the_workspace

Json = dict[str, Any]

LONGEST = timedelta(days=90)


def end_of_day(day: date) -> datetime:
    """The midnight that ends a day where the company is."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(the_workspace().time_zone))


def relaxed_document(version: Version, left_out: Collection[str], threshold: int) -> Json:
    """The text that would be voted on. Raises Invalid when it is no relaxation, or changes nothing."""
    assert version.document is not None
    try:
        document = relaxed(version.document, left_out, threshold)
    except ValueError:
        raise Invalid(
            _("Only required, excluding and negative clauses can be left out, and the threshold lowered.")
        ) from None
    if not left_out and threshold == version.threshold:
        raise Invalid(_("Choose a clause to leave out, or a lower threshold."))
    return document


@transaction.atomic
def relaxation_propose(
    *,
    definition: Definition,
    actor: User,
    left_out: Collection[str],
    threshold: int,
    ends_on: date,
    statement: str,
    slip: Json,
) -> Ballot:
    """Put a relaxation of the version in force to both houses: two working days, more than half of each.

    It ends with `ends_on`, at most 90 days from now, and what it relaxes comes back. It is never a draft that
    others could edit: the lighter vote is for a text that can only let more leads in. Raises Refused,
    Conflict while something is voted on or stands in already, Invalid.
    """
    policies.may_relax(actor).require()
    definition = Definition.objects.select_for_update().get(pk=definition.pk)
    if rival := rival_of(definition):
        raise Conflict(rival_sentence(rival))
    if standing := standing_temporary(definition):
        raise Conflict(temporary_sentence(standing))
    base = base_of(definition)
    if base is None or base.pk != definition.active_version_id:
        raise Conflict(_("There is no version in force to relax, or another is on its way."))
    if not statement.strip():
        raise Invalid(_("Say why: what is slow, and what you hope for."), field="statement")
    version = draft_create(
        definition=definition,
        actor=actor,
        based_on=base,
        document=relaxed_document(base, left_out, threshold),
        title=_("%(base)s, relaxed") % {"base": base},
    )
    ends_at = end_of_day(ends_on)
    Version.objects.filter(pk=version.pk).update(is_relaxation=True, ends_at=ends_at)
    version.refresh_from_db()
    ballot = version_propose(version=version, actor=actor, statement=statement, slip=slip)
    if not ballot.closes_at < ends_at <= timezone.now() + LONGEST:
        raise Invalid(
            _("Choose a last day after the vote closes and no more than 90 days from now."), field="ends_on"
        )
    return ballot
