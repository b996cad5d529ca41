"""However time passes and facts come in: when the clock was looked at, stored scores are those of now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from leads.facts import mark_touched
from leads.models import ClockLook, Score
from leads.scoring.clock import look_again_from, look_at_the_clock
from leads.scoring.clockwork import clockwork
from tests.builders import a_version
from tests.leads.runs.stories import drain_all
from tests.leads.scoring.agreement import fewer
from tests.leads.scoring.documents import Choices, drawn_parts, timed_criterion
from tests.leads.scoring.mutants import OF_CLOCKWORK, OF_THE_CLOCK
from tests.leads.scoring.oracle import Deed, Json, Oracle, Person
from tests.leads.scoring.worlds import CASE_PARTS, Case, asked_by, beside, case_of
from tests.leads.scoring.writing import laid_down, make_attributes, write_deeds

pytestmark = pytest.mark.django_db

STOPS = 6
AWAY = (
    *(timedelta(seconds=seconds) for seconds in (1, 59, 60, 61, 3_600, 7_200)),
    *(timedelta(days=days) for days in (1, 2, 29, 366)),
)
# Late, of this moment, and dated ahead.
DATED = tuple(timedelta(hours=hours) for hours in (-26, -720, 0, 5, 72))


@dataclass(frozen=True)
class Story:
    """Leads, a definition in force, and what comes afterwards: the bytes that choose it, stop by stop."""

    case: Case
    stops: tuple[bytes, ...]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    stop = st.binary(min_size=Choices.BYTES, max_size=Choices.BYTES)
    case = case_of(draw(drawn_parts(CASE_PARTS)), timed_criterion)
    assume(case.world)
    return Story(case, draw(st.tuples(*[stop] * STOPS)))


@pytest.fixture
def attributes(db: None) -> None:
    make_attributes()


@given(stories())
@fewer
def test_the_stored_scores_are_those_of_now_at_every_stop(attributes: None, story: Story) -> None:
    live_through(story)


@pytest.mark.twin
def test_clockwork_that_forgets_one_edge_is_caught(attributes: None) -> None:
    at_large = [*OF_CLOCKWORK, *OF_THE_CLOCK]

    @settings(fewer, max_examples=400, derandomize=True, database=None, phases=[Phase.generate])
    @given(stories())
    def hunt(story: Story) -> None:
        work = clockwork(story.case.document)
        for mutant in list(at_large):
            with mutant.at_work():
                # Clockwork that is read as it was moves the same leads.
                is_idle = mutant in OF_CLOCKWORK and clockwork(story.case.document) == work
                if not is_idle and not _is_right(story):
                    at_large.remove(mutant)

    hunt()
    assert at_large == []


def _is_right(story: Story) -> bool:
    try:
        live_through(story)
    except AssertionError:
        return False
    return True


def live_through(story: Story) -> None:
    document, now = story.case.document, story.case.as_of.astimezone(UTC)
    people = [replace(person, deeds=list(person.deeds)) for person in story.case.world]
    with laid_down(people) as ids, time_machine.travel(now, tick=False) as clock:
        version = a_version(document)
        mark_touched(ids)
        drain_all()
        look_again_from(version, now)
        for drawn in story.stops:
            choices = Choices(drawn)
            now = _next_stop(choices, document, people, now)
            clock.move_to(now)
            if choices.of([True, False, False]):
                _something_comes_in(choices, document, people, ids, now)
            look_at_the_clock()
            drain_all()
            # A look that is not due yet leaves what the clock has moved for the next.
            if ClockLook.objects.get(version=version).looked_at == now:
                expected = [Oracle(document, people, now).judge(person) for person in people]
                assert _stored(version.pk) == {
                    lead_id: (each.points, each.fit, each.behaviour, each.grade, each.qualification)
                    for lead_id, each in zip(ids, expected, strict=True)
                }, f"as of {now}"


def _next_stop(choices: Choices, document: Json, people: list[Person], now: datetime) -> datetime:
    """Mostly on an edge that lies ahead, a microsecond before or after it; else some time away."""
    asked = asked_by(document, now)
    begun = [(deed.instant, asked.ages) for person in people for deed in person.deeds]
    begun += [(person.captured_at.astimezone(UTC), asked.captured) for person in people]
    edges = sorted({at + age for at, ages in begun for age in ages if at + age > now})
    if edges and choices.of([True, True, False]):
        return max(beside(choices, choices.of(edges[:4])), now)
    return now + choices.of(AWAY)


def _something_comes_in(
    choices: Choices, document: Json, people: list[Person], ids: list[int], now: datetime
) -> None:
    place = choices.of(range(len(people)))
    kinds = sorted((asked_by(document, now).kinds - {"any"}) | {"page_viewed"})
    deed = Deed(choices.of(kinds), now + choices.of(DATED))
    people[place].deeds.append(deed)
    write_deeds([(ids[place], deed)])
    mark_touched([ids[place]])


def _stored(version_id: int) -> dict[int, tuple[int, ...]]:
    columns = ("points", "fit", "behaviour", "grade", "qualification")
    rows = Score.objects.filter(version=version_id).values_list("lead_id", *columns)
    return {row[0]: row[1:] for row in rows}
