"""The working time of many spans at once is that of each of them; and instants as whole microseconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db.models import BigIntegerField
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Lead
from portal.common.fields import Microseconds, from_microseconds, to_microseconds
from portal.common.working_spans import working_spans
from portal.common.working_time import Calendar, working_time_between
from tests.builders import a_lead

SPLIT = {
    0: ((time(9), time(12, 30)), (time(13, 30), time(18))),
    2: ((time(0), time(6)),),
    6: ((time(1, 30), time(3, 30)), (time(3), time(4))),
}
CALENDARS = (
    Calendar(),
    Calendar(hours=SPLIT, zone=ZoneInfo("Europe/Berlin"), holidays=frozenset({date(2026, 3, 30)})),
    Calendar(hours=SPLIT, zone=ZoneInfo("America/New_York")),
    Calendar(hours={}),
)
# Around both changes of the clocks.
FIRST, LAST = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
INSTANTS = st.integers(to_microseconds(FIRST), to_microseconds(LAST)).map(from_microseconds)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(spans=st.lists(st.tuples(INSTANTS, INSTANTS), max_size=12), calendar=st.sampled_from(CALENDARS))
def test_each_of_many_spans_is_worked_as_it_is_alone(
    spans: list[tuple[datetime, datetime]], calendar: Calendar
) -> None:
    starts = np.array([to_microseconds(start) for start, _ in spans], np.int64)
    ends = np.array([to_microseconds(end) for _, end in spans], np.int64)
    alone = [working_time_between(start, end, calendar) for start, end in spans]
    assert [timedelta(microseconds=int(each)) for each in working_spans(starts, ends, calendar)] == alone


@pytest.mark.django_db
@pytest.mark.parametrize("microsecond", [0, 1, 500_000, 999_999])
def test_a_date_and_time_is_compared_as_whole_microseconds(microsecond: int) -> None:
    at = datetime(2026, 3, 29, 1, 59, 59, microsecond, tzinfo=UTC)
    lead = a_lead(captured_at=at)
    found = Lead.objects.annotate(at=Microseconds("captured_at", output_field=BigIntegerField()))
    assert found.values_list("at", flat=True).get(pk=lead.pk) == to_microseconds(at)
