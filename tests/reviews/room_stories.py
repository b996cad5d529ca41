"""What the stories of an open room share: its items, and a proposal that stands on its agenda."""

from __future__ import annotations

from definitions.models import Ballot
from reviews.models import AgendaItem, Meeting
from reviews.services.closing import meeting_close
from reviews.services.items import item_decide
from reviews.services.meetings import meeting_open
from reviews.services.preparing import meeting_prepare
from tests.builders import a_document, rita
from tests.definitions.ballot_stories import an_open_ballot
from tests.reviews.builders import a_series, first_meeting


def item_of(meeting: Meeting, source_key: str = "clause:c-software") -> AgendaItem:
    return meeting.items.select_related("meeting__series__definition__active_version").get(
        source_key=source_key
    )


def as_it_stands(meeting: Meeting) -> Meeting:
    return Meeting.objects.select_related("series__definition__active_version").get(pk=meeting.pk)


def closed(meeting: Meeting) -> Meeting:
    """Its one clause is kept, and Rita closes it."""
    item_decide(item=item_of(meeting), actor=rita(), verdict="keep", reason="Works.")
    return meeting_close(meeting=meeting, actor=rita())


def a_meeting_with_a_ballot() -> tuple[Meeting, AgendaItem, Ballot]:
    """Maya's proposal is open when the meeting begins, and stands on its agenda."""
    ballot = an_open_ballot(a_document(threshold=90))
    series = a_series()
    meeting_prepare(meeting=first_meeting(series), actor=None)
    meeting = meeting_open(meeting=first_meeting(series), actor=rita())
    return meeting, item_of(meeting, f"draft:{ballot.version_id}"), ballot
