"""The doors of leads: each is sent what makes it act, by everybody; it acts for those who may alone."""

from __future__ import annotations

import pytest

from tests.doors import Door, knock, without_a_row
from tests.leads.doors import DOORS

pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_door_opens_to_those_who_may_and_to_nobody_else(door: Door) -> None:
    assert knock(door) == []


def test_a_new_door_needs_a_row() -> None:
    assert without_a_row("leads", DOORS) == (set(), set())
