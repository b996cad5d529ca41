"""What voters were told that a version would bring, against what came."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from definitions.models import Ballot, BallotStatus, Stage, Vote
from definitions.selectors.ballot_outcome import expected_in
from leads.models import Handoff
from leads.selectors.funnel.cohorts import week_counts
from leads.selectors.funnel.numbers import Numbers
from leads.selectors.funnel.periods import Period, weeks_of
from portal.common.selectors import workspace_zone

# Fewer whole weeks than these say more about the weeks than about the forecast.
ENOUGH_WEEKS = 4


def forecast_numbers(rows: QuerySet[Handoff], period: Period, now: datetime) -> list[Numbers]:
    """Each version that came into force by a ballot and was in force in the period, the newest first.

    {"version", "label", "url" of its ballot, "forecast": leads a week as the frozen impact slip said, or
    None, "is_of_new_leads": whether of newly captured leads alone, "weeks": its whole weeks in force so
    far: [{"first", "last", "offered"}], "came": their mean, or None where they are fewer than four,
    "predictions" of voters: [{"house", "words"}]}. Four queries.
    """
    zone = workspace_zone()
    start, end = period.bounds(zone)
    weeks = weeks_of(period)
    counts = week_counts(rows, weeks, zone)
    found = []
    for ballot in _ballots(start, end):
        version = ballot.version
        assert version.activated_at is not None, "Those that never came into force were left out."
        begins, ends = version.activated_at, min(version.ended_at or now, now)
        offered_by_it = counts.get(version.pk, [0] * len(weeks))
        whole: list[Numbers] = [
            {"first": week.first, "last": week.last, "offered": count}
            for week, count in zip(weeks, offered_by_it, strict=True)
            if week.days == 7 and begins <= week.bounds(zone)[0] and week.bounds(zone)[1] <= ends
        ]
        offered = [week["offered"] for week in whole]
        expected = expected_in(ballot.slip) or {"value": None, "is_of_new_leads": False}
        found.append(
            {
                "version": version.pk,
                "label": str(version),
                "url": ballot.get_absolute_url(),
                "forecast": expected["value"],
                "is_of_new_leads": expected["is_of_new_leads"],
                "weeks": whole,
                "came": sum(offered) / len(offered) if len(offered) >= ENOUGH_WEEKS else None,
                "predictions": [
                    {"house": vote.house, "words": vote.prediction} for vote in ballot.votes.all()
                ],
            }
        )
    return found


def _ballots(start: datetime, end: datetime) -> list[Ballot]:
    """By which the versions in force between two instants were ratified. A restore forecasts nothing."""
    in_force = Q(version__activated_at__lt=end) & (Q(version__ended_at=None) | Q(version__ended_at__gt=start))
    ratified = Ballot.objects.filter(
        in_force, status=BallotStatus.RATIFIED, version__definition__stage=Stage.MQL
    ).exclude(kind=Ballot.Kind.RESTORE)
    predictions = Vote.objects.exclude(prediction="").order_by("house", "pk")
    rows = (
        ratified.select_related("version__definition")
        .prefetch_related(Prefetch("votes", predictions))
        # Ballots are read for their slip; texts and checks are long.
        .defer("document", "differences", "checks", "slip_now", "version__document")
        .order_by("-version__number", "opened_at", "pk")
    )
    # The last ballot of a version is the one that it came into force by.
    return list({ballot.version_id: ballot for ballot in rows}.values())
