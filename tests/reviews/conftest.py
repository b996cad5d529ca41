"""What most stories of a review begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from definitions.models import Version
from reviews.models import Meeting
from tests.builders import NOW, an_active_version
from tests.reviews.builders import an_open_meeting


@pytest.fixture
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def version() -> Version:
    return an_active_version()


@pytest.fixture
def meeting(version: Version) -> Meeting:
    return an_open_meeting(version, NOW)
