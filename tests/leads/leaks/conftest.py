"""The clock stands at Monday, ten o'clock, unless a story moves it."""

from collections.abc import Iterator

import pytest
import time_machine

from definitions.models import Version
from tests.builders import NOW
from tests.leads.handoffs.stories import in_force


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def version(db: None) -> Version:
    return in_force()
