"""What was foretold of a version, by its slip and its voters, beside what came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from definitions.models import Ballot, Elector, Version, Vote
from reviews.models import ItemKind
from tests.builders import (
    NOW,
    an_active_version,
    maya,
    sam,
)
from tests.reviews.agenda_stories import a_prepared_meeting, item_of, table_of, weekly

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
ZONE = ZoneInfo("UTC")  # of the workspace


def ratified_by_a_vote(version: Version, **expected: Any) -> Ballot:
    """A ballot that ratified the version, with the volume its slip foretold."""
    number = {
        "label": "Expected a week",
        "of": "",
        "lead_ids": [],
        "sentence": "",
        "is_of_new_leads": False,
        **expected,
    }
    return Ballot.objects.create(
        version=version,
        fingerprint=version.fingerprint,
        document=version.document,
        slip={"as_of": "2026-03-01T09:00:00+00:00", "expected_weekly": number} if expected else {},
        status="ratified",
        quorum_percent=60,
        agree_numerator=2,
        agree_denominator=3,
        opened_by=maya(),
        opened_at=NOW - timedelta(days=64),
        closes_at=NOW - timedelta(days=60),
        closed_at=NOW - timedelta(days=60),
    )


def foretold(ballot: Ballot, person: Any, house: str, prediction: str, choice: str = "agree") -> Vote:
    elector = Elector.objects.create(ballot=ballot, person=person, house=house)
    return Vote.objects.create(
        ballot=ballot,
        elector=elector,
        person=person,
        house=house,
        fingerprint=ballot.fingerprint,
        choice=choice,
        reason="Too few." if choice == "disagree" else "",
        prediction=prediction,
        cast_at=NOW - timedelta(days=62),
    )


def in_force_since(day: date) -> Version:
    version = an_active_version()
    version.activated_at = NOW.replace(year=day.year, month=day.month, day=day.day)
    version.save(update_fields=["activated_at"])
    return version


@pytest.mark.parametrize(
    ("case", "numbers", "words"),
    [
        ("within", (3, 4, 5, 4), "As many leads came as was foretold: 4.0 a week, of 2 to 6 and about 4.5."),
        ("below", (1, 1, 2, 1), "Fewer leads came than foretold: 1.2 a week, of 2 to 6."),
        ("above", (7, 9, 8, 7), "More leads came than foretold: 7.8 a week, of 2 to 6."),
    ],
)
def test_predictions_stand_beside_what_came(case: str, numbers: tuple[int, ...], words: str) -> None:
    version = in_force_since(date(2026, 4, 3))  # a Friday: its first whole week begins on the sixth
    ballot = ratified_by_a_vote(version, value=4.5, low=2, high=6)
    foretold(ballot, sam(), "sales", "One of two will be accepted.")
    foretold(ballot, maya(), "marketing", "Fewer, and better.", "disagree")
    weekly(version, *numbers)
    item = item_of(a_prepared_meeting(), f"predictions:{version.pk}")
    assert (item.kind, item.evidence["sentence"]) == (ItemKind.PREDICTIONS, words)
    assert table_of(item, "What voters foretold") == {
        "Maya Lindqvist": [("Marketing", "Disagree"), ("Fewer, and better.", "")],
        "Sam Okafor": [("Sales", "Agree"), ("One of two will be accepted.", "")],
    }
    (chart,) = item.evidence["charts"]
    assert chart["labels"] == ["6 Apr", "13 Apr", "20 Apr", "27 Apr"]
    assert [one["value"] for one in chart["series"][0]["values"]] == list(numbers)
    assert chart["mark"]["value"] == 4.5
    within = next(each for each in item.evidence["numbers"] if each["label"] == "Weeks as foretold")
    assert (within["value"], within["of"]) == (
        str(sum(2 <= n <= 6 for n in numbers)),
        "of 4; 2 to 6 were foretold",
    )


def test_what_newly_captured_leads_would_bring_is_not_held_against_all_that_came() -> None:
    version = in_force_since(date(2026, 4, 3))
    ratified_by_a_vote(version, value=4.5, low=2, high=6, label="New leads a week", is_of_new_leads=True)
    weekly(version, 7, 9, 8, 7)
    item = item_of(a_prepared_meeting(), f"predictions:{version.pk}")
    assert item.evidence["sentence"] == (
        "From 2 to 6 newly captured leads a week were foretold; 7.8 a week came, those known for longer "
        "among them."
    )
    labels = [each["label"] for each in item.evidence["numbers"]]
    assert "New leads a week" in labels
    assert "Weeks as foretold" not in labels


def test_it_is_too_early_to_say_after_three_weeks() -> None:
    version = in_force_since(date(2026, 4, 10))
    ratified_by_a_vote(version, value=4.5, low=2, high=6)
    item = item_of(a_prepared_meeting(), f"predictions:{version.pk}")
    assert "too early to say" in item.evidence["sentence"]
    assert item.evidence["charts"] == []


def test_nobody_foretold_anything() -> None:
    version = an_active_version()
    ratified_by_a_vote(version)
    assert not a_prepared_meeting().items.filter(kind=ItemKind.PREDICTIONS).exists()
