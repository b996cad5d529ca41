"""What must always hold in the agreement, asked of the rows. `manage.py check_invariants` prints breaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from definitions.criteria.fingerprint import fingerprint
from definitions.models import (
    Ballot,
    BallotStatus,
    Definition,
    Elector,
    Version,
    VersionStatus,
    Vote,
    VoteHistory,
)
from definitions.selectors.ballots import count, rules_of
from definitions.tally import HOUSES, both_keys_turned

AGREED = (VersionStatus.RATIFIED, VersionStatus.ACTIVE, VersionStatus.SUPERSEDED)
# How a version may stand while its ballot stands so. A ratified one goes on to be active and superseded.
VERSION_OF_BALLOT = {
    BallotStatus.OPEN: (VersionStatus.PROPOSED,),
    BallotStatus.RATIFIED: AGREED,
    BallotStatus.REJECTED: (VersionStatus.REJECTED,),
    BallotStatus.LAPSED: (VersionStatus.LAPSED,),
    BallotStatus.WITHDRAWN: (VersionStatus.WITHDRAWN,),
}


def breaches() -> list[str]:
    """One sentence per breach; empty when all holds. Reads every version and ballot: not for pages."""
    return [*_of_pointers(), *_of_versions(), *_of_ballots(), *_of_votes()]


def _of_pointers() -> Iterator[str]:
    for definition in Definition.objects.select_related("active_version__definition"):
        active = list(definition.versions.filter(status=VersionStatus.ACTIVE).values_list("pk", flat=True))
        if len(active) > 1:
            yield _("%(name)s has %(number)d active versions.") % {"name": definition, "number": len(active)}
        pointer = definition.active_version_id
        if (pointer and [pointer] != active) or (not pointer and active):
            yield _("%(name)s points to version %(pointer)s, active is %(active)s.") % {
                "name": definition,
                "pointer": pointer,
                "active": active,
            }


def _of_versions() -> Iterator[str]:
    versions = Version.objects.select_related("definition").exclude(
        status__in=(VersionStatus.DRAFT, VersionStatus.WITHDRAWN)
    )
    for version in versions.prefetch_related("ballots"):
        if version.document is None or fingerprint(version.document) != version.fingerprint:
            yield _("The fingerprint of %(version)s is not that of its text.") % {"version": version}
        of_this_text = [ballot for ballot in version.ballots.all() if _is_about(ballot, version)]
        if version.status in AGREED and not any(
            ballot.status == BallotStatus.RATIFIED for ballot in of_this_text
        ):
            yield _("%(version)s is %(status)s, and no ballot ratified this text.") % {
                "version": version,
                "status": version.status,
            }
        if version.status == VersionStatus.PROPOSED and not any(
            ballot.status == BallotStatus.OPEN for ballot in of_this_text
        ):
            yield _("%(version)s is proposed, and no open ballot is about this text.") % {"version": version}


def _is_about(ballot: Ballot, version: Version) -> bool:
    return ballot.fingerprint == version.fingerprint


def _by_ballot(rows: QuerySet[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.ballot_id].append(row)
    return found


def _counts(vote: Vote, ballot: Ballot) -> bool:
    return (vote.round, vote.fingerprint) == (ballot.round, ballot.fingerprint)


def _of_ballots() -> Iterator[str]:
    electors = _by_ballot(Elector.objects.select_related("person"))
    votes = _by_ballot(Vote.objects.select_related("person"))
    for ballot in Ballot.objects.select_related("version__definition"):
        name = _("Ballot %(pk)d on %(version)s") % {"pk": ballot.pk, "version": ballot.version}
        # A restore is about a version that was agreed long before, and goes on to be agreed.
        is_restore = ballot.kind == Ballot.Kind.RESTORE
        fitting = AGREED if is_restore else VERSION_OF_BALLOT[BallotStatus(ballot.status)]
        if ballot.version.status not in fitting:
            yield f"{name}: {ballot.status}, but the version is {ballot.version.status}."
        if fingerprint(ballot.document) != ballot.fingerprint:
            yield _("%(name)s: the fingerprint is not that of its text.") % {"name": name}
        counting = [vote for vote in votes[ballot.pk] if _counts(vote, ballot)]
        tally = count(electors[ballot.pk], counting, rules_of(ballot))
        is_turned = both_keys_turned(tally)
        if ballot.status == BallotStatus.RATIFIED and not is_turned:
            yield _("%(name)s is ratified, but its votes do not turn both keys.") % {"name": name}
        if ballot.status == BallotStatus.OPEN and is_turned:
            yield _("%(name)s is still open, but its votes turn both keys.") % {"name": name}
        if ballot.status != BallotStatus.OPEN:
            kept = {house["name"]: house for house in ballot.outcome.get("houses", [])}
            for house in HOUSES:
                recount = {part: getattr(tally[house], part) for part in _PARTS}
                if {part: kept.get(house, {}).get(part) for part in _PARTS} != recount:
                    yield _("%(name)s: the kept outcome of %(house)s is not the recount.") % {
                        "name": name,
                        "house": house,
                    }


_PARTS = ("eligible", "voted", "agree", "disagree", "block", "abstain", "is_turned")


def _of_votes() -> Iterator[str]:
    votes = Vote.objects.select_related("ballot__version__definition", "person")
    for vote in votes.exclude(round=F("ballot__round"), fingerprint=F("ballot__fingerprint")):
        yield _("The vote of %(person)s in %(ballot)s is on an earlier text.") % {
            "person": vote.person,
            "ballot": vote.ballot,
        }
    for vote in votes.filter(
        ~Q(elector__house=F("house")) | ~Q(elector__person=F("person")) | ~Q(elector__ballot=F("ballot"))
    ):
        yield _("The vote of %(person)s in %(ballot)s is not that of its elector.") % {
            "person": vote.person,
            "ballot": vote.ballot,
        }
    words = VoteHistory.objects.order_by("cast_at", "id")
    last_words = {(word.ballot_id, word.person_id): word for word in words}
    for vote in votes:
        last = last_words.get((vote.ballot_id, vote.person_id))
        if last is None or (last.choice, last.reason, last.round) != (vote.choice, vote.reason, vote.round):
            yield _("The vote of %(person)s in %(ballot)s is not the last word in its history.") % {
                "person": vote.person,
                "ballot": vote.ballot,
            }
