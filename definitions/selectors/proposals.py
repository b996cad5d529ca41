"""Whether a draft is ready to be voted on, and what it changes: asked by the page and by the service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from definitions.criteria.diff import differences
from definitions.criteria.document import DocumentError, parse
from definitions.documents import document_of
from definitions.models import Ballot, Definition, Elector, Version, VersionStatus
from definitions.selectors.versions import open_ballots_of
from definitions.selectors.vocabulary import catalogue
from portal.common.models import HOUSES, Team, User
from portal.common.selectors import people_of

Json = dict[str, Any]


def base_of(definition: Definition) -> Version | None:
    """What a proposal is compared with: the version ratified last, even while its leads are being scored."""
    agreed = definition.versions.filter(status__in=(VersionStatus.RATIFIED, VersionStatus.ACTIVE))
    return agreed.select_related("definition").order_by("-ratified_at", "-number").first()


def differences_from_agreed(version: Version, document: Json) -> list[Json]:
    """What `document` changes against the agreement in force, in words."""
    base = base_of(version.definition)
    return differences(document_of(base) if base else None, document, catalogue())


def rival_of(definition: Definition) -> Ballot | None:
    """The open ballot of this definition. One at a time: the difference shown must stay the true one.

    A restore in an emergency waits for nobody and keeps nobody waiting.
    """
    return open_ballots_of(definition).exclude(kind=Ballot.Kind.RESTORE).first()


def rival_sentence(rival: Ballot) -> str:
    return _(
        "%(version)s is being voted on. It has to close, or be withdrawn, before another is proposed."
    ) % {"version": rival.version}


def text_obstacles(version: Version, document: Json) -> list[str]:
    """Why this text cannot be voted on; empty when it can."""
    if not document["criteria"]:
        return [_("There is no clause to vote on yet. Add at least one.")]
    known = catalogue()
    try:
        parse(document, known)
    except DocumentError as error:
        return error.lines
    base = base_of(version.definition)
    if base and not differences(document_of(base), document, known):
        return [_("This says the same as %(base)s, word for word.") % {"base": base}]
    return []


def electorate_of(version: Version, proposer: User) -> list[Elector]:
    """Who would vote if the ballot opened now; not saved, without a ballot."""
    authors = {proposer.pk, version.created_by_id}
    return [
        Elector(person=person, house=house, is_author=person.pk in authors)
        for house in HOUSES
        for person in people_of(house)
    ]


def electorate_obstacles(electors: Iterable[Elector]) -> list[str]:
    """Houses whose key could never turn: nobody in it, or the author alone."""
    found = []
    electors = list(electors)
    for house in HOUSES:
        members = [elector for elector in electors if elector.house == house]
        label = str(Team(house).label).lower()
        if not members:
            found.append(
                _("Nobody is in %(house)s yet, so its key could not turn. Invite somebody first.")
                % {"house": label}
            )
        elif len(members) == 1 and members[0].is_author:
            found.append(
                _(
                    "%(name)s is the only person in %(house)s and wrote this: the author alone cannot carry "
                    "a house. Invite a second person, or let the other house write the proposal."
                )
                % {"name": members[0].person, "house": label}
            )
    return found


def obstacles(version: Version, document: Json, proposer: User) -> list[str]:
    """What keeps a draft from being proposed now, in sentences. The required checks are asked beside it."""
    rival = rival_of(version.definition)
    return [
        *([rival_sentence(rival)] if rival else []),
        *text_obstacles(version, document),
        *electorate_obstacles(electorate_of(version, proposer)),
    ]
