"""What the ballots before a meeting said they would do, kept with its minutes."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from definitions.models import Ballot
from definitions.selectors.ballot_view import slip_lines
from reviews.evidence.cards import number
from reviews.models import Meeting


def ballots_before(meeting: Meeting) -> list[Ballot]:
    """The ballots on the drafts of this meeting's agenda and outcomes, oldest first."""
    on_agenda = Q(version__in=meeting.items.filter(kind="draft").values("version"))
    opened = Q(version__in=meeting.items.filter(outcome__draft__isnull=False).values("outcome__draft"))
    ballots = Ballot.objects.filter(on_agenda | opened)
    return list(ballots.select_related("version__definition", "opened_by").order_by("pk"))


def frozen_slips(meeting: Meeting) -> list[dict[str, Any]]:
    """The impact slips of these ballots as they stand now; JSON.

    [{"version", "status", "url", "as_of", "numbers": [{"label", "value", "of", "url"}]}]
    """
    return [
        {
            "version": str(ballot.version),
            "status": ballot.status,
            "url": ballot.get_absolute_url(),
            "as_of": ballot.slip.get("as_of", ""),
            "numbers": [
                number(
                    line["label"],
                    line["value"],
                    line["of"],
                    reverse("leads:slip_leads", args=[ballot.pk, line["key"]]) if line["ids"] else "",
                )
                for line in slip_lines(ballot.slip)
            ],
        }
        for ballot in ballots_before(meeting)
    ]
