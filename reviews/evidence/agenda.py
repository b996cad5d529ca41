"""The agenda that the evidence asks for, in the order in which it is talked about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from definitions.models import Ballot, Version, VersionStatus
from definitions.selectors.temporary import restores_between
from leads.challenges.selectors import amendments_of
from leads.challenges.services import counts_in_words
from leads.selectors.funnel import Period, carried_by_clause, funnel
from portal.common.selectors import workspace_zone
from reviews.evidence import clauses, judged, predictions, promises, results, returns
from reviews.evidence.cards import Proposal, card, number
from reviews.evidence.under_review import UnderReview
from reviews.models import ItemKind, Meeting
from reviews.selectors.meetings import actions_of_series


def period_of(meeting: Meeting) -> Period:
    """The period under review; the agenda must have been prepared."""
    if meeting.period_from is None or meeting.period_to is None:
        raise ValueError(f"Meeting {meeting.pk} has no period yet.")
    return Period(meeting.period_from, meeting.period_to)


def proposals(meeting: Meeting, as_of: datetime) -> list[Proposal]:
    """Everything that this meeting should talk about, with its evidence as of now."""
    under = UnderReview(period_of(meeting), as_of, workspace_zone())
    numbers = funnel(under.period)
    definition = meeting.series.definition
    version, pending = definition.active_version, _pending(meeting)
    carried = carried_by_clause(under.handoffs())
    since, _end = under.period.bounds(under.zone)
    found: list[Proposal | None] = [
        promises.open_actions(actions_of_series(meeting.series), under.today, as_of),
        results.results(version, numbers, under),
        predictions.predictions(version, numbers, under),
        returns.returns(numbers, under),
        *[_restored(each, as_of) for each in _restores(meeting, under.period)],
        *clauses.clauses(version, numbers, carried, under),
        promises.sla(numbers, under),
        promises.capacity(numbers, under),
        judged.golden(version, pending, under),
        *judged.shadows(definition, since, under),
        *_drafts(version, pending, as_of),
    ]
    return [each for each in found if each]


def _pending(meeting: Meeting) -> list[Version]:
    return list(
        meeting.series.definition.versions.filter(status__in=(VersionStatus.DRAFT, VersionStatus.PROPOSED))
        .select_related("definition", "created_by")
        .order_by("number")
    )


def _restores(meeting: Meeting, period: Period) -> list[Ballot]:
    return list(restores_between(meeting.series.definition, *period.bounds(workspace_zone())))


def _restored(ballot: Ballot, as_of: datetime) -> Proposal:
    assert ballot.closed_at is not None
    sentence = _("%(version)s was brought back in an emergency: %(reason)s") % {
        "version": ballot.version,
        "reason": ballot.statement,
    }
    numbers = [number(_("Asked by"), ballot.opened_by, "", ballot.get_absolute_url())]
    title = _("Emergency restore of %(version)s") % {"version": ballot.version}
    return Proposal(
        f"restored:{ballot.pk}",
        ItemKind.RESTORED,
        title,
        card(sentence, numbers, as_of),
        version=ballot.version,
    )


def _drafts(version: Version | None, pending: list[Version], as_of: datetime) -> list[Proposal]:
    """Pending drafts; those that the portal opened itself come with what was said against the clause."""
    amendments = {row.draft_id: row for row in amendments_of(version)} if version else {}
    found = []
    for draft in pending:
        proposal = _draft(draft, as_of)
        if amendment := amendments.get(draft.pk):
            counts = amendment.evidence
            proposal.evidence["sentence"] = counts_in_words(counts["challenges"], counts["carried"])
            of_carried = _("of %(n)d handoffs that met it") % {"n": counts["carried"]}
            challenges = number(
                _("Challenges"), counts["challenges"], of_carried, amendment.get_absolute_url()
            )
            proposal.evidence["numbers"].insert(0, challenges)
        found.append(proposal)
    return found


def _draft(version: Version, as_of: datetime) -> Proposal:
    url = (
        reverse("definitions:draft_editor", args=[version.pk])
        if version.status == VersionStatus.DRAFT
        else version.get_absolute_url()
    )
    sentence = (
        _("%(version)s is being written.")
        if version.status == VersionStatus.DRAFT
        else _("%(version)s is proposed and being voted on.")
    ) % {"version": version}
    numbers = [number(_("Started by"), version.created_by or _("Accord"), "", url)]
    title = f"{version}: {version.title}" if version.title else str(version)
    return Proposal(
        f"draft:{version.pk}", ItemKind.DRAFT, title[:250], card(sentence, numbers, as_of), version=version
    )


def frozen_numbers(meeting: Meeting) -> dict[str, Any]:
    """The numbers of the period as they stand now, for the minutes; JSON."""
    return funnel(period_of(meeting))
