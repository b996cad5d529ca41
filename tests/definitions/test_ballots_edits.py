"""Changing what is voted on: another meaning starts over, other words keep the votes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.diff import differences
from definitions.criteria.fingerprint import fingerprint
from definitions.models import Ballot, Elector, Vote, VoteHistory
from definitions.services.ballots import ballot_edit
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import Notification
from tests.builders import a_document, maya, mona, rita, sam, sofia
from tests.definitions.ballot_stories import (
    SLIP,
    an_open_ballot,
    counted,
    fresh,
    vote,
    with_threshold,
    with_wording,
)

NEW_SLIP = {**SLIP, "as_of": "2026-05-05T10:00:00Z"}


def edit(ballot: Ballot, document: dict[str, Any], actor: Any = None) -> Ballot:
    return ballot_edit(
        ballot=ballot,
        actor=actor or maya(),
        document=document,
        slip=NEW_SLIP,
        fingerprint=ballot.fingerprint,
    )


@pytest.mark.django_db
def test_other_words_keep_the_votes() -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    edited = edit(ballot, with_wording(ballot, "Works in the software trade"))
    assert (edited.round, edited.fingerprint, edited.slip) == (1, ballot.fingerprint, SLIP)
    assert counted(ballot)["sales"] == 1
    assert fresh(ballot).version.document["criteria"][0]["wording"] == "Works in the software trade"
    assert Notification.objects.filter(key__startswith="ballot-reworded:").count() == 6


@pytest.mark.django_db
def test_another_meaning_starts_over_and_tells_what_changed() -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    vote(ballot, sofia(), "disagree", "Too low.")
    edited = edit(ballot, with_threshold(ballot, 80), mona())
    assert edited.round == 2
    assert edited.fingerprint != ballot.fingerprint
    assert edited.version.pk == ballot.version.pk
    assert fresh(ballot).version.fingerprint == edited.fingerprint
    assert fresh(ballot).version.threshold == 80
    assert (edited.slip, edited.slip_hash != ballot.slip_hash) == (NEW_SLIP, True)
    assert counted(ballot) == {"marketing": 0, "sales": 0}
    assert Vote.objects.count() == 0
    assert VoteHistory.objects.filter(round=1).count() == 2
    assert Notification.objects.filter(key=f"ballot-round:{ballot.pk}:2").count() == 6
    # Mona changed what it means, so she is an author too.
    assert set(Elector.objects.filter(is_author=True).values_list("person__name", flat=True)) == {
        "Maya Lindqvist",
        "Mona Haddad",
    }
    vote(fresh(ballot), sam())
    assert counted(ballot)["sales"] == 1


@pytest.mark.django_db
def test_edits_that_are_refused_change_nothing() -> None:
    ballot = an_open_ballot()
    vote(ballot, sam())
    with pytest.raises(Refused, match="Only the author or a manager"):
        edit(ballot, with_threshold(ballot, 80), sam())
    with pytest.raises(Invalid, match="You changed nothing"):
        edit(ballot, copy.deepcopy(ballot.document))
    with pytest.raises(Invalid, match="There is no clause"):
        edit(ballot, {**ballot.document, "criteria": []})
    with pytest.raises(Conflict, match="changed while you were editing"):
        ballot_edit(
            ballot=ballot, actor=rita(), document=with_threshold(ballot, 9), slip=SLIP, fingerprint="old"
        )
    assert fresh(ballot).round == 1
    assert counted(ballot)["sales"] == 1


# -- the differences in words --------------------------------------------------------------------------------


def sentences(change: Callable[[dict[str, Any]], object], old: dict[str, Any] | None = None) -> list[str]:
    old = old or a_document()
    new = copy.deepcopy(old)
    change(new)
    return [entry["sentence"] for entry in differences(old, new, Catalogue())]


@pytest.mark.parametrize(
    ("case", "change", "expected"),
    [
        ("nothing", lambda d: None, []),
        ("threshold", lambda d: d.update(threshold=80), ["The threshold falls from 100 to 80 points."]),
        (
            "minimum",
            lambda d: d["minimums"].update(fit=10),
            ["The minimum of fit is new: 10 points."],
        ),
        ("grades", lambda d: d.update(grades=[1, 2, 3, 4]), ["Grades 2 to 5 begin at other scores."]),
        ("title", lambda d: d.update(title="Second"), ["The title changes."]),
        (
            "half",
            lambda d: d["criteria"][0].update(half="behaviour"),
            ["“Clause c-software” moves from fit to behaviour."],
        ),
        (
            "wording",
            lambda d: d["criteria"][0].update(wording="Software"),
            ["A clause is worded anew."],
        ),
        (
            "basis",
            lambda d: d["criteria"][0].update(basis="data"),
            ["“Clause c-software” now rests on data."],
        ),
        ("order of clauses", lambda d: d["criteria"].reverse(), []),
    ],
)
def test_differences_in_words(
    case: str, change: Callable[[dict[str, Any]], object], expected: list[str]
) -> None:
    assert sentences(change) == expected


def test_the_first_agreement_has_nothing_to_differ_from() -> None:
    assert [entry["sentence"] for entry in differences(None, a_document(), Catalogue())] == [
        "This is the first agreement: 2 clauses."
    ]


def _points(document: dict[str, Any], points: int) -> None:
    document["criteria"][0]["effect"]["points"] = points


def _values(document: dict[str, Any], values: list[str]) -> None:
    document["criteria"][0]["rule"]["values"] = values


changes = st.lists(
    st.sampled_from(
        [
            lambda d: d.update(threshold=d["threshold"] + 1),
            lambda d: d["caps"].update(fit=40),
            lambda d: d["minimums"].update(behaviour=5),
            lambda d: d.update(grades=[1, 2, 3, 4]),
            lambda d: d.update(title="Another"),
            lambda d: d["groups"].append({"key": f"g{len(d['groups'])}", "label": "G", "cap": 9}),
            lambda d: d["criteria"].pop(),
            lambda d: d["criteria"].reverse(),
            lambda d: d["criteria"][:1] and d["criteria"][0].update(wording="Other words"),
            lambda d: d["criteria"][:1] and d["criteria"][0].update(reason="Because"),
            lambda d: d["criteria"][:1] and d["criteria"][0].update(group="g0"),
            lambda d: d["criteria"][:1] and d["criteria"][0].update(half="behaviour"),
            lambda d: d["criteria"][:1] and _points(d, 7),
            lambda d: d["criteria"][:1] and d["criteria"][0]["effect"].update(fade_days=None),
            lambda d: d["criteria"][:1] and _values(d, ["Software "]),
            lambda d: d["criteria"][:1] and _values(d, ["hardware"]),
        ]
    ),
    max_size=4,
)


@given(changes=changes)
def test_a_material_difference_is_said_exactly_when_the_fingerprint_moves(
    changes: list[Callable[[dict[str, Any]], object]],
) -> None:
    old = a_document()
    old["criteria"][1]["rule"] = {"attribute": "account.industry", "is": "one_of", "values": ["banking"]}
    new = copy.deepcopy(old)
    for change in changes:
        if new["criteria"]:
            change(new)
    said = [entry for entry in differences(old, new, Catalogue()) if entry["is_material"]]
    assert bool(said) is (fingerprint(old) != fingerprint(new))
