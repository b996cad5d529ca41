"""Days beyond the calendar: refused where they are given, for no page could say them afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict

from leads.filters import WatchFilter
from portal.common.errors import Invalid
from reviews.forms import PeriodForm
from reviews.services.actions import action_add
from reviews.services.meetings import meeting_move
from tests.builders import NOW, an_active_version, rita, sam
from tests.reviews.builders import a_series, an_open_meeting, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_series_starts_within_ten_years(day: date) -> None:
    with pytest.raises(Invalid, match="within ten years"):
        a_series(starts_on=day)


def test_a_meeting_moves_within_ten_years() -> None:
    with pytest.raises(Invalid, match="within ten years"):
        meeting_move(
            meeting=first_meeting(a_series()), actor=rita(), starts_at=datetime(9999, 12, 31, tzinfo=UTC)
        )


def test_an_action_is_due_within_ten_years() -> None:
    """Its owner's home page says when it is due, in the owner's zone."""
    meeting = an_open_meeting(an_active_version(), NOW)
    with pytest.raises(Invalid, match="within ten years"):
        action_add(meeting=meeting, actor=rita(), text="Wait.", owner=sam(), due_on=date(9999, 12, 31))


@pytest.mark.parametrize(("first", "last"), [("0001-01-01", "0001-03-01"), ("9999-12-01", "9999-12-31")])
def test_a_period_at_the_end_of_time_is_no_period(first: str, last: str) -> None:
    asked = QueryDict(f"from={first}&to={last}")
    assert "period" not in WatchFilter(asked).chosen
    assert PeriodForm(asked).period.first == date(2026, 4, 1)
