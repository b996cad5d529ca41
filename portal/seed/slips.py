"""What the voters of the sample saw of each proposal: its test on the past, and its impact slip."""

from __future__ import annotations

from datetime import timedelta

from definitions.models import Ballot, Definition, Version
from definitions.services.ballots import slip_hash_of
from leads.evidence.back_tests import WEEKS
from leads.evidence.working import work_due
from leads.models import BackTest
from leads.scoring.impact import impact_slip
from portal.common.working_time import working_time_before
from portal.seed.agreement import Agreement
from portal.seed.trail import Desk, Trail

TESTED_UP_TO = 20_000  # leads


def slips_lay(agreement: Agreement, leads: int, desk: Desk, trail: Trail) -> None:
    """What voters saw: each proposal against what was in force when it was made, tested on the past before.

    The first came before there was any past to test it on. So many leads as make each week a long look are
    laid to see how fast the portal is; then nobody tested any.
    """
    definition = agreement.definition
    before = {1: None, 2: agreement.versions[1], 3: agreement.versions[2], 4: agreement.versions[2]}
    for ballot in Ballot.objects.filter(version__definition=definition).select_related("version"):
        in_force = before[ballot.version.number]
        Definition.objects.filter(pk=definition.pk).update(active_version=in_force)
        if in_force is not None and leads <= TESTED_UP_TO:
            _back_test_lay(ballot, in_force, desk, trail)
        slip_lay(ballot)
    Definition.objects.filter(pk=definition.pk).update(active_version=agreement.versions[2])


def _back_test_lay(ballot: Ballot, in_force: Version, desk: Desk, trail: Trail) -> None:
    """Its proposer looks at past weeks a working hour before proposing it."""
    asked_at = working_time_before(ballot.opened_at, timedelta(hours=1), desk.calendar)
    test = BackTest.objects.create(
        version=ballot.version,
        document=ballot.document,
        fingerprint=ballot.fingerprint,
        against=in_force,
        as_of=asked_at,
        weeks_total=WEEKS + 1,
        requested_by=ballot.opened_by,
        requested_at=asked_at,
    )
    work_due(has_time=lambda: True, only=test)
    answered = {"started_at": asked_at + timedelta(seconds=1), "finished_at": asked_at + timedelta(seconds=4)}
    BackTest.objects.filter(pk=test.pk).update(**answered)
    trail.record("back_test.requested", at=asked_at, subject=test, label=str(test), actor=ballot.opened_by)


def slip_lay(ballot: Ballot) -> None:
    """Against what is in force now."""
    ballot.slip = impact_slip(ballot.document, ballot.version.definition.stage, ballot.opened_at)
    ballot.slip_hash = slip_hash_of(ballot.slip)
    ballot.save(update_fields=["slip", "slip_hash"])
