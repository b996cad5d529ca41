"""An emergency: one person asks a formerly ratified version back, one of the other house seconds it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies_temporary as policies
from definitions.criteria.diff import differences
from definitions.documents import document_of
from definitions.models import Ballot, Choice, Elector, Version
from definitions.selectors.proposals import base_of
from definitions.selectors.temporary import restore_under_way, standing_temporary, temporary_sentence
from definitions.selectors.vocabulary import catalogue
from definitions.services import announcing
from definitions.services.temporary import held_definition
from definitions.services.votes import vote_cast
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import HOUSES, User
from portal.common.selectors import people_of

# An emergency that nobody of the other house seconds within three days is none.
ASKED_FOR = timedelta(days=3)


@transaction.atomic
def restore_ask(*, version: Version, actor: User, reason: str) -> Ballot:
    """Ask that `version` be in force again for 14 days. The first agreement of the other house does it.

    It is a ballot with the asker alone in one house, so that votes, count and record are those of any other.
    Raises Refused, Conflict while another is asked for or in force, Invalid without a reason.
    """
    definition = held_definition(version)
    version = Version.objects.select_related("definition").get(pk=version.pk)
    policies.may_restore(actor, version).require()
    if asked := restore_under_way(definition):
        raise Conflict(
            _("%(name)s has asked for %(version)s already. Second that, or have it withdrawn.")
            % {"name": asked.opened_by, "version": asked.version}
        )
    if standing := standing_temporary(definition):
        raise Conflict(temporary_sentence(standing))
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say what the emergency is: everybody will read it."), field="reason")
    others = [person for house in HOUSES if house != actor.team for person in people_of(house)]
    if not others:
        raise Invalid(_("Nobody is in the other house yet, so nobody could second this."))
    base, now = base_of(definition), timezone.now()
    assert version.document is not None
    ballot = Ballot.objects.create(
        version=version,
        kind=Ballot.Kind.RESTORE,
        fingerprint=version.fingerprint,
        document=version.document,
        differences=differences(document_of(base) if base else None, version.document, catalogue()),
        # One vote is enough for a house, and nobody can be outvoted.
        quorum_percent=0,
        agree_numerator=1,
        agree_denominator=2,
        opened_by=actor,
        opened_at=now,
        closes_at=now + ASKED_FOR,
        statement=reason,
    )
    Elector.objects.bulk_create(
        Elector(ballot=ballot, person=person, house=person.team) for person in [actor, *others]
    )
    audit.record("restore.asked", subject=version, actor=actor, after={"ballot": ballot.pk}, note=reason)
    announcing.restore_asked(ballot)
    vote_cast(ballot=ballot, actor=actor, choice=Choice.AGREE, fingerprint=ballot.fingerprint)
    return ballot
