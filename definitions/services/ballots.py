"""Proposing a version, and changing what is proposed. How a ballot ends stands in `closing`."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies_ballots as policies
from definitions.ballot_times import BallotTimes, ballot_times
from definitions.checks import check_results, failures
from definitions.criteria.diff import differences
from definitions.criteria.fingerprint import fingerprint as fingerprint_of
from definitions.documents import columns_of, draft_document
from definitions.models import Ballot, Definition, Elector, Version, Vote
from definitions.selectors.ballots import electors_of
from definitions.selectors.proposals import (
    differences_from_agreed,
    electorate_obstacles,
    electorate_of,
    rival_of,
    rival_sentence,
    text_obstacles,
)
from definitions.selectors.vocabulary import catalogue
from definitions.services import announcing
from definitions.services.closing import locked_ballot, require_open
from definitions.services.drafts import hold_draft
from definitions.states import VERSION
from portal.common import audit
from portal.common.calendars import calendar_of
from portal.common.errors import Conflict, Invalid
from portal.common.models import HOUSES, User, Workspace
from portal.common.selectors import the_workspace

Json = dict[str, Any]


RELAXATION_DAYS = 2


def slip_hash_of(slip: Json) -> str:
    """SHA-256 (hex) of the slip's canonical JSON: what the voters saw, in one line of the audit trail."""
    text = json.dumps(slip, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def version_propose(
    *, version: Version, actor: User, statement: str, slip: Json, fingerprint: str = ""
) -> Ballot:
    """Freeze a draft and open its ballot to both houses.

    `slip` is the impact slip of this very document. With `fingerprint` (of the text the proposer read),
    a draft that changed meanwhile is a Conflict. Raises Invalid when the draft is not ready, in sentences.
    """
    policies.may_propose(actor, version).require()
    # One at a time: what voters are shown is the difference from what will be in force.
    definition = Definition.objects.select_for_update().get(pk=version.definition_id)
    hold_draft(version)
    if rival := rival_of(definition):
        raise Conflict(rival_sentence(rival))
    document = draft_document(version)
    _require_nothing(text_obstacles(version, document))
    checks = check_results(version, document)
    _require_nothing(failures(checks))
    mark = fingerprint_of(document)
    if fingerprint and fingerprint != mark:
        raise Conflict(_("The draft changed while you were reading it. Look at its numbers again."))
    workspace = the_workspace()
    now = timezone.now()
    # A relaxation lets nobody drop out and ends by itself, so it takes a lighter vote.
    is_lighter = version.is_relaxation
    times = times_to_vote(now, workspace, RELAXATION_DAYS if is_lighter else workspace.ballot_working_days)
    VERSION.apply(version, "propose", document=document, fingerprint=mark, proposed_at=now)
    ballot = Ballot.objects.create(
        version=version,
        kind=Ballot.Kind.RELAXATION if is_lighter else Ballot.Kind.ADOPTION,
        fingerprint=mark,
        document=document,
        slip=slip,
        slip_hash=slip_hash_of(slip),
        differences=differences_from_agreed(version, document),
        checks=_signed(checks, actor, now),
        drift_percent=workspace.drift_percent,
        quorum_percent=workspace.quorum_percent,
        agree_numerator=1 if is_lighter else workspace.agree_numerator,
        agree_denominator=2 if is_lighter else workspace.agree_denominator,
        opened_by=actor,
        opened_at=now,
        closes_at=times.closes_at,
        half_way_at=times.half_way_at,
        last_day_at=times.last_day_at,
        statement=statement.strip(),
    )
    electors = electorate_of(version, actor)
    _require_nothing(electorate_obstacles(electors))
    for elector in electors:
        elector.ballot = ballot
    Elector.objects.bulk_create(electors)
    audit.record(
        "version.proposed",
        subject=version,
        actor=actor,
        after={"ballot": ballot.pk, "fingerprint": mark, "slip": ballot.slip_hash},
    )
    announcing.ballot_opened(ballot)
    return ballot


def times_to_vote(now: datetime, workspace: Workspace, days: int) -> BallotTimes:
    """When a ballot of so many working days closes, and asks the undecided, by the hours of both houses."""
    return ballot_times(now, days, [calendar_of(house, workspace) for house in HOUSES])


def _signed(checks: list[Json], actor: User, now: datetime) -> list[Json]:
    """Results as the ballot keeps them: for whom they were asked, and when."""
    return [{**result, "by": str(actor), "at": now.isoformat(timespec="seconds")} for result in checks]


def _require_nothing(obstacles: list[str]) -> None:
    if obstacles:
        raise Invalid("\n".join(obstacles))


@transaction.atomic
def ballot_edit(*, ballot: Ballot, actor: User, document: Json, slip: Json, fingerprint: str) -> Ballot:
    """Change the text that is being voted on.

    A change of meaning makes a new fingerprint: the votes are put away (their history stays), the time to
    vote starts again, and voters are told what changed. A change of wording alone keeps the votes.
    `fingerprint` is that of the text which the editor started from; `slip` belongs to the new `document`.
    """
    ballot = locked_ballot(ballot)
    require_open(ballot)
    policies.may_amend(actor, ballot).require()
    if fingerprint != ballot.fingerprint:
        raise Conflict(_("The proposal changed while you were editing it. Start from the new text."))
    changes = differences(ballot.document, document, catalogue())
    if not changes:
        raise Invalid(_("You changed nothing."))
    before, was = ballot.fingerprint, ballot.document
    _require_nothing(text_obstacles(ballot.version, document))
    checks = check_results(ballot.version, document, is_open=True)
    _require_nothing(failures(checks))
    mark = fingerprint_of(document)
    ballot.document, ballot.fingerprint = document, mark
    ballot.differences = differences_from_agreed(ballot.version, document)
    asked_again = {result["key"] for result in checks}
    ballot.checks = [result for result in ballot.checks if result["key"] not in asked_again]
    ballot.checks += _signed(checks, actor, timezone.now())
    is_material = mark != before
    if is_material:
        _start_over(ballot, actor, slip)
    ballot.save()
    _freeze_again(ballot)
    entry = audit.record(
        "ballot.edited",
        subject=ballot,
        actor=actor,
        before={"fingerprint": before, "document": was},
        after={"fingerprint": mark, "round": ballot.round},
        note=" ".join(change["sentence"] for change in changes),
    )
    sentences = [change["sentence"] for change in changes]
    if is_material:
        announcing.ballot_started_over(ballot, sentences)
    else:
        announcing.ballot_reworded(ballot, sentences, str(entry.pk))
    return ballot


def _start_over(ballot: Ballot, actor: User, slip: Json) -> None:
    # Whoever changes what a text means is one of its authors.
    Elector.objects.filter(ballot=ballot, person=actor).update(is_author=True)
    Elector.objects.filter(ballot=ballot).update(reminded_at=None, reminded_half_way_at=None)
    _require_nothing(electorate_obstacles(electors_of(ballot)))
    # Every one of them stands in VoteHistory, written when it was cast.
    Vote.objects.filter(ballot=ballot).delete()
    ballot.round += 1
    ballot.slip, ballot.slip_hash = slip, slip_hash_of(slip)
    ballot.slip_now, ballot.slip_asked_at = {}, None
    ballot.slip_counted_at, ballot.drifted_at = None, None
    workspace = the_workspace()
    times = times_to_vote(timezone.now(), workspace, workspace.ballot_working_days)
    ballot.closes_at, ballot.half_way_at = times.closes_at, times.half_way_at
    ballot.last_day_at = times.last_day_at


def _freeze_again(ballot: Ballot) -> None:
    document = ballot.document
    Version.objects.filter(pk=ballot.version_id).update(
        document=document,
        fingerprint=ballot.fingerprint,
        title=document.get("title", ""),
        **columns_of(document),
    )
