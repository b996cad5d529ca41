"""What the tests of the desk share: Monday, ten o'clock, and a definition in force."""

from collections.abc import Iterator

import pytest
import time_machine

from definitions.models import Version
from tests.builders import NOW
from tests.leads.handoffs.stories import in_force


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands unless a story moves it."""
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def version(db: None) -> Version:
    return in_force()
