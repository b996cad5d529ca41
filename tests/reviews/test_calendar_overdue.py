"""A review that was not held says so: overdue after one, lapsed after two, until it is held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from definitions.models import Definition
from definitions.steps import IN_PART, NOT_YET, standing_of
from reviews.models import Meeting, Series
from reviews.selectors.overdue import missed_reviews
from reviews.services.calling import meeting_call
from reviews.services.closing import meeting_close
from reviews.services.meetings import meeting_cancel, meeting_move, meeting_open
from reviews.services.preparing import meetings_keep_ahead
from reviews.services.series import series_end
from tests.builders import NOW, maya, rita, signed_in
from tests.reviews.builders import a_series

pytestmark = pytest.mark.django_db
MAY, AUGUST = datetime(2026, 5, 12, 8, tzinfo=UTC), datetime(2026, 8, 11, 8, tzinfo=UTC)
DAY = timedelta(days=1)
OVERDUE = "“Quarterly review” is overdue: its meeting of 12 May 2026 was not held."
LAPSED = "“Quarterly review” has lapsed: its last 2 meetings, 12 May 2026 to 11 Aug 2026, were not held."


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def at(series: Series, original: datetime) -> Meeting:
    return series.meetings.select_related("series__definition__active_version").get(original_at=original)


def sentences(now: datetime) -> list[str]:
    return [each.sentence for each in missed_reviews(now)]


def pages() -> list[str]:
    series = Series.objects.get()
    return [
        reverse("portal:home"),
        reverse("definitions:definition_page", args=["mql"]),
        reverse("reviews:series_list"),
        series.get_absolute_url(),
    ]


def test_a_day_later_it_is_overdue_and_after_the_second_it_has_lapsed() -> None:
    a_series()
    assert sentences(MAY + DAY - timedelta(seconds=1)) == []
    assert sentences(MAY + DAY) == [OVERDUE]
    assert sentences(AUGUST + timedelta(hours=23)) == [OVERDUE]
    assert sentences(AUGUST + DAY) == [LAPSED]


def test_the_treaty_home_and_the_reviews_say_so(clock: Any) -> None:
    a_series()
    for now, sentence in ((MAY, ""), (MAY + DAY, OVERDUE), (AUGUST + DAY, LAPSED)):
        clock.move_to(now)
        client = signed_in(maya())
        for url in pages():
            text = client.get(url).text
            assert [each for each in (OVERDUE, LAPSED) if each in text] == ([sentence] if sentence else [])


def test_the_steps_say_so_too() -> None:
    series, definition = a_series(), Definition.objects.get(stage="mql")
    for now, state in ((MAY + DAY, IN_PART), (AUGUST + DAY, NOT_YET)):
        with time_machine.travel(now, tick=False):
            standing = standing_of("review", definition)
            assert standing is not None
            assert (standing.state, standing.is_overdue) == (state, True)
    with time_machine.travel(MAY + DAY, tick=False):
        standing = standing_of("review", definition)
        assert standing is not None
        assert standing.act.url == at(series, MAY).get_absolute_url()


def test_a_skipped_review_counts_as_not_held() -> None:
    series = a_series()
    meeting_cancel(meeting=at(series, MAY), actor=rita())
    assert sentences(MAY + DAY) == [OVERDUE]
    (missed,) = missed_reviews(MAY + DAY)
    assert missed.still_open is None


def test_once_held_it_is_over(clock: Any) -> None:
    series = a_series()
    clock.move_to(AUGUST + DAY)
    assert sentences(AUGUST + DAY) == [LAPSED]
    meeting_open(meeting=at(series, AUGUST), actor=rita())
    assert sentences(AUGUST + DAY) == []
    meeting_close(meeting=at(series, AUGUST), actor=rita())
    assert sentences(AUGUST + DAY) == []


def test_one_out_of_the_cadence_makes_up_for_it_and_is_never_missed_itself(clock: Any) -> None:
    series = a_series()
    clock.move_to(MAY + DAY)
    extra = meeting_call(
        series=series, actor=rita(), starts_at=MAY + 2 * DAY, trigger_kind="other", trigger="Now then."
    )
    clock.move_to(MAY + 5 * DAY)
    assert sentences(MAY + 5 * DAY) == [OVERDUE]
    meeting_open(meeting=Meeting.objects.select_related("series").get(pk=extra.pk), actor=rita())
    assert sentences(MAY + 5 * DAY) == []


def test_a_meeting_that_was_moved_is_due_when_it_was_moved_to() -> None:
    series = a_series()
    meeting_move(meeting=at(series, MAY), actor=rita(), starts_at=MAY + 10 * DAY)
    assert sentences(MAY + 9 * DAY) == []
    assert sentences(MAY + 11 * DAY) == [OVERDUE.replace("12 May", "22 May")]


def test_a_series_that_ended_misses_nothing(clock: Any) -> None:
    series = a_series()
    clock.move_to(MAY + DAY)
    series_end(series=series, actor=rita())
    assert sentences(AUGUST + DAY) == []


def test_home_shows_what_is_next_and_not_what_was_missed(clock: Any) -> None:
    series = a_series()
    clock.move_to(MAY + DAY)
    meetings_keep_ahead()
    response = signed_in(maya()).get(reverse("portal:home"))
    assert response.context["standing"]["next_meeting"] == at(series, AUGUST)
    assert [each.status for each in response.context["missed"]] == ["overdue"]
