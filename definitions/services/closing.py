"""How a ballot ends. Every path takes the ballot's lock first, so that count and turn are one step."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies_ballots as policies
from definitions.ballot_words import keyholes, rules_sentence
from definitions.models import Ballot, BallotStatus, Version
from definitions.selectors.ballots import ballots_due, rules_of, tally_of
from definitions.services import announcing
from definitions.services.reviewing import definition_reviewed
from definitions.services.temporary import begin_relaxation, begin_restore
from definitions.signals import version_ratified
from definitions.states import BALLOT, VERSION
from definitions.tally import HouseTally, both_keys_turned, is_quorate
from portal.common import audit
from portal.common.errors import Conflict
from portal.common.models import User
from portal.common.selectors import workspace_zone


def locked_ballot(ballot: Ballot) -> Ballot:
    """The ballot as it is now, locked until the transaction ends.

    On PostgreSQL by `FOR UPDATE`; on SQLite every write transaction is IMMEDIATE and has the lock already.
    Without this, two deciding votes would each count without the other and neither would turn the key.
    """
    return (
        Ballot.objects.select_for_update(of=("self",))
        .select_related("version__definition", "version__created_by", "opened_by")
        .get(pk=ballot.pk)
    )


def require_open(ballot: Ballot) -> None:
    """Raise Conflict, with what became of it, unless the ballot takes votes now."""
    if ballot.status != BallotStatus.OPEN:
        raise Conflict(
            _("This ballot has closed: %(version)s is %(status)s. Nothing was counted.")
            % {"version": ballot.version, "status": str(ballot.get_status_display()).lower()}
        )
    if timezone.now() >= ballot.closes_at:
        raise Conflict(_("The time to vote on %(version)s is over.") % {"version": ballot.version})


def turn_keys(ballot: Ballot, *, actor: User | None) -> bool:
    """Ratify if both keys are turned now. The caller holds the ballot's lock."""
    tally = tally_of(ballot)
    if not both_keys_turned(tally):
        return False
    now = timezone.now()
    version = ballot.version
    _close(ballot, "ratify", tally)
    if ballot.kind == Ballot.Kind.RESTORE:
        begin_restore(ballot, now)
    elif ballot.kind == Ballot.Kind.RELAXATION:
        begin_relaxation(ballot, now)
    else:
        VERSION.apply(version, "ratify", ratified_at=now)
        # An emergency and a slump look at one thing in haste; this looked at all of it.
        definition_reviewed(definition=version.definition, on=timezone.localdate(now, workspace_zone()))
    audit.record(
        "version.restored" if ballot.kind == Ballot.Kind.RESTORE else "version.ratified",
        subject=version,
        actor=actor,
        after={"fingerprint": ballot.fingerprint, "ballot": ballot.pk},
        note=_("Both keys turned."),
    )
    announcing.ballot_closed(ballot)
    version_ratified.send(sender=Version, version=version, actor=actor)
    return True


def _close(ballot: Ballot, verb: str, tally: dict[str, HouseTally]) -> None:
    rules = rules_of(ballot)
    outcome = {"houses": keyholes(tally, rules), "rules": rules_sentence(rules)}
    BALLOT.apply(ballot, verb, closed_at=timezone.now(), outcome=outcome)


def _audit_verb(ballot: Ballot, past: str) -> str:
    return f"{'restore' if ballot.kind == Ballot.Kind.RESTORE else 'version'}.{past}"


def _end_version(ballot: Ballot, verb: str, audit_verb: str, *, actor: User | None, note: str = "") -> None:
    # A restore that did not come about leaves its version where it was.
    if ballot.kind != Ballot.Kind.RESTORE:
        VERSION.apply(ballot.version, verb, ended_at=timezone.now())
    audit.record(audit_verb, subject=ballot.version, actor=actor, note=note, after={"ballot": ballot.pk})
    announcing.ballot_closed(ballot)


@transaction.atomic
def version_withdraw(*, ballot: Ballot, actor: User, note: str = "") -> Ballot:
    """Take a proposal back. The votes are kept; the version stays readable as withdrawn."""
    ballot = locked_ballot(ballot)
    require_open(ballot)
    policies.may_withdraw(actor, ballot).require()
    _close(ballot, "withdraw", tally_of(ballot))
    _end_version(ballot, "withdraw", _audit_verb(ballot, "withdrawn"), actor=actor, note=note.strip())
    return ballot


@transaction.atomic
def _close_due(ballot: Ballot) -> bool:
    ballot = locked_ballot(ballot)
    if ballot.status != BallotStatus.OPEN or ballot.closes_at > timezone.now():
        return False
    if turn_keys(ballot, actor=None):
        return True
    tally = tally_of(ballot)
    if is_quorate(tally):
        _close(ballot, "reject", tally)
        _end_version(ballot, "reject", _audit_verb(ballot, "rejected"), actor=None)
    else:
        _close(ballot, "lapse", tally)
        _end_version(ballot, "lapse", _audit_verb(ballot, "lapsed"), actor=None)
    return True


def ballots_close_due() -> int:
    """Close every ballot whose time is up, each in a transaction of its own. Safe to run twice."""
    return sum(_close_due(ballot) for ballot in list(ballots_due(timezone.now())))
