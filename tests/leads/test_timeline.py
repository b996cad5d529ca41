"""The story of one lead, page after page: everything once, and nothing lost between two pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leads.selectors.timeline import PAGE, timeline_of
from tests.builders import NOW, a_lead, an_activity

pytestmark = pytest.mark.django_db


def test_activities_of_one_instant_stand_on_one_page() -> None:
    lead = a_lead()
    for _number in range(PAGE + 3):
        an_activity(lead, at=NOW)
    an_activity(lead, subject="older", at=NOW - timedelta(days=1))

    first, older = timeline_of(lead)
    second, end = timeline_of(lead, older)

    acts = [entry for entry in [*first, *second] if entry["text"].startswith("Page viewed")]
    assert (len(acts), older, end) == (PAGE + 4, NOW, None)
    assert [entry["text"] for entry in second if entry in acts] == ["Page viewed: older"]


def test_a_short_story_has_no_second_page() -> None:
    lead = a_lead()
    an_activity(lead, at=NOW)
    _entries, older = timeline_of(lead)
    assert older is None
