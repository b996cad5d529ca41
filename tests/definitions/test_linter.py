"""What the linter says of a text, and that its errors keep a draft from the vote."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import parse
from definitions.criteria.wording import sentence_of_rule
from definitions.linter.care import FEW, untended
from definitions.linter.findings import LintFinding
from definitions.linter.logic import impossible
from definitions.linter.words import unclear
from definitions.models import Ballot
from definitions.services.ballots import ballot_edit, version_propose
from portal.common.errors import Invalid
from tests.builders import a_criterion, a_document, maya, signed_in
from tests.definitions.ballot_stories import SLIP, a_draft, an_open_ballot, both_houses, fresh, with_threshold

KNOWN = Catalogue()
SOFTWARE = {"attribute": "account.industry", "is": "one_of", "values": ["software"]}
BANKING = {"attribute": "account.industry", "is": "one_of", "values": ["banking"]}
LARGE = {"attribute": "account.employees", "is": "at_least", "value": 500}
PAGES = {"activity": "page_viewed", "within_days": 30, "at_least": 3}
STRONG = {"on": "subject", "is": "contains_word", "values": ["strong"]}
REQUIRED, ALONE, OUT = ({"kind": kind} for kind in ("required", "alone", "disqualifies"))
FIFTY = {"kind": "points", "points": 50, "count": "once"}
# A clause of points, so that the numbers of the others can be reached.
PLENTY = a_criterion("c-plenty", LARGE, {"kind": "points", "points": 100, "count": "once"}, wording="Large")


def logic(*criteria: dict[str, Any], **fields: Any) -> list[LintFinding]:
    return list(impossible(parse(a_document(*criteria, **fields), KNOWN)))


def told(findings: list[LintFinding]) -> list[tuple[str, str, str]]:
    return [(finding.clause, finding.severity, finding.sentence) for finding in findings]


# -- contradictions ----------------------------------------------------------------------------------------


def test_a_sound_definition_is_left_alone() -> None:
    assert logic() == []


SHUT_OUT = [
    (
        "members",
        [a_criterion("c-1", {"all": [SOFTWARE, BANKING]})],
        ("c-1", "error", "No lead can ever meet it: its conditions shut each other out."),
    ),
    (
        "both required",
        [a_criterion("c-1", SOFTWARE, REQUIRED), a_criterion("c-2", BANKING, REQUIRED, wording="Banks")],
        (
            "c-1",
            "error",
            "It is required, and so is “Banks”: no lead meets both, so none qualifies by points.",
        ),
    ),
    (
        "required and ruled out",
        [a_criterion("c-1", SOFTWARE, REQUIRED), a_criterion("c-2", SOFTWARE, OUT, wording="Makers")],
        (
            "c-1",
            "error",
            "It is required, and whoever meets it is ruled out by “Makers”: none qualifies by points.",
        ),
    ),
    (
        "required, and the larger set ruled out",
        [
            a_criterion("c-1", SOFTWARE, REQUIRED),
            a_criterion("c-2", {"any": [SOFTWARE, BANKING]}, OUT, wording="Both"),
        ],
        (
            "c-1",
            "error",
            "It is required, and whoever meets it is ruled out by “Both”: none qualifies by points.",
        ),
    ),
    (
        "alone and ruled out",
        [a_criterion("c-1", SOFTWARE, ALONE), a_criterion("c-2", SOFTWARE, OUT, wording="Makers")],
        (
            "c-1",
            "error",
            "It qualifies alone, and whoever meets it is ruled out by “Makers”: it does nothing.",
        ),
    ),
    (
        "points and ruled out",
        [a_criterion("c-1", SOFTWARE), a_criterion("c-2", SOFTWARE, OUT, wording="Makers")],
        ("c-1", "warning", "Whoever meets it is ruled out by “Makers”: its points count for nothing."),
    ),
    (
        "points beside what is required",
        [a_criterion("c-1", BANKING), a_criterion("c-2", SOFTWARE, REQUIRED, wording="Makers")],
        (
            "c-1",
            "warning",
            "No lead can meet it and “Makers”, which is required: its points count for nothing.",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "criteria", "finding"), SHUT_OUT)
def test_clauses_that_shut_each_other_out_are_named(
    case: str, criteria: list[dict[str, Any]], finding: tuple[str, str, str]
) -> None:
    assert told(logic(*criteria, PLENTY)) == [finding]


def test_clauses_of_points_may_exclude_each_other() -> None:
    """The industry gives 50 points or 40: that is how a scale is written."""
    assert logic(a_criterion("c-1", SOFTWARE), a_criterion("c-2", BANKING), PLENTY) == []


def test_what_rules_some_of_a_clause_out_is_no_contradiction() -> None:
    assert (
        logic(
            a_criterion("c-1", {"any": [SOFTWARE, BANKING]}, REQUIRED),
            a_criterion("c-2", BANKING, OUT),
            PLENTY,
        )
        == []
    )


# -- numbers -----------------------------------------------------------------------------------------------


def test_a_threshold_that_nobody_can_reach_is_an_error() -> None:
    found = logic(threshold=101)
    assert told(found) == [("", "error", "The threshold is 101, and no lead can have more than 100 points.")]
    assert logic(threshold=100) == []


def test_with_a_clause_that_qualifies_alone_it_is_worth_a_look() -> None:
    alone = a_criterion("c-1", SOFTWARE, ALONE)
    assert [finding.severity for finding in logic(alone, grades=[-4, -3, -2, -1])] == ["warning"]


def test_a_minimum_that_nobody_can_reach_is_an_error() -> None:
    minimums = {"fit": 51, "behaviour": 50}
    assert told(logic(minimums=minimums)) == [
        ("", "error", "The minimum of fit is 51, and no lead can have more than 50 there.")
    ]
    capped = logic(minimums={"fit": None, "behaviour": 50}, caps={"fit": None, "behaviour": 49}, threshold=90)
    assert [finding.sentence for finding in capped] == [
        "The minimum of behaviour is 50, and no lead can have more than 49 there."
    ]


def test_a_grade_that_stays_empty_is_worth_a_look() -> None:
    assert told(logic(grades=[20, 40, 101, 120])) == [
        ("", "warning", "Grade 4 begins at 101 points, and no lead can have more than 100.")
    ]


# -- wording -----------------------------------------------------------------------------------------------


def words(criterion: dict[str, Any], agreed: dict[str, Any] | None = None) -> list[str]:
    found = unclear(a_document(criterion), KNOWN, a_document(agreed) if agreed else None, "MQL v1")
    return [finding.sentence for finding in found]


def clause(wording: str, rule: dict[str, Any] = PAGES, effect: dict[str, Any] = FIFTY) -> dict[str, Any]:
    return a_criterion("c-1", rule, effect, wording=wording)


CLEAR = [
    ("made from the rule", clause(sentence_of_rule(PAGES, KNOWN))),
    ("the same numbers", clause("Looked at 3 pages within 30 days")),
    ("the numbers of the points", clause("50 points for readers")),
    ("a thousand, written out", clause("At least 1,000 staff", {**LARGE, "value": 1000})),
    ("weeks for days", clause("Back within 2 weeks", {**PAGES, "within_days": 14, "at_least": 1})),
    ("minutes for seconds", clause("Read for 3 minutes", {"activity": "page_viewed", "total_seconds": 180})),
    ("no number at all", clause("Reads what we write")),
    ("a vague word with its number", clause("Engaged: 3 pages in 30 days")),
    (
        "a vague word that is what is asked for",
        clause("Read about strong wires", {**PAGES, "where": [STRONG]}),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "criterion"), CLEAR)
def test_a_wording_that_says_what_the_rule_says_is_left_alone(case: str, criterion: dict[str, Any]) -> None:
    assert words(criterion) == []


UNCLEAR = [
    ("another number", "Looked at 5 pages within 30 days", "The wording says 5, and the rule does not"),
    ("another span", "Looked at 3 pages within 14 days", "The wording says 14, and the rule does not"),
    ("engaged", "Is engaged", "“engaged” means another thing to everybody"),
    ("a good fit", "Looks like a good fit", "“good fit” means another thing to everybody"),
    ("capitals and commas", "Interested, INTERESTED, interested", "“interested” means another thing"),
]


@pytest.mark.parametrize(("case", "wording", "sentence"), UNCLEAR)
def test_a_wording_that_says_nothing_or_something_else_is_named(
    case: str, wording: str, sentence: str
) -> None:
    found = words(clause(wording))
    assert len(found) == 1
    assert found[0].startswith(sentence)
    # What the rule says stands beside it.
    assert "Viewed a page at least 3 times in the last 30 days" in found[0]


def test_a_rule_that_moved_on_under_its_wording_is_named() -> None:
    before = clause("Reads what we write")
    moved = clause("Reads what we write", {**PAGES, "at_least": 4})
    assert words(moved, before) == [
        "The rule is another one than in MQL v1, and the wording is still the same."
    ]
    assert words(before, before) == []
    assert words(clause("Reads a lot", {**PAGES, "at_least": 4}), before) == []
    assert words({**moved, "key": "c-2"}, before) == []


# -- care --------------------------------------------------------------------------------------------------


def test_clauses_that_nobody_looks_after_are_named() -> None:
    document = a_document(
        a_criterion("c-1", SOFTWARE),
        a_criterion("c-2", SOFTWARE, owner="maya@example.com", review_on="2026-12-01"),
        a_criterion("c-3", SOFTWARE, owner="maya@example.com", basis="data"),
    )
    found = list(untended(document))
    assert [(finding.rule, finding.clause, finding.severity) for finding in found] == [
        ("unowned", "c-1", "warning"),
        ("undated", "c-1", "warning"),
    ]


def test_what_many_clauses_lack_is_said_once() -> None:
    clauses = [a_criterion(f"c-{n}", SOFTWARE, basis="data") for n in range(FEW + 1)]
    (found,) = untended(a_document(*clauses))
    assert (found.rule, found.clause, found.is_of_clauses) == ("unowned", "", True)
    assert found.sentence.startswith("4 clauses have no owner")


# -- before the vote ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_error_keeps_a_draft_from_the_vote_and_the_page_leads_to_it() -> None:
    both_houses()
    never = a_criterion("c-1", {"all": [SOFTWARE, BANKING]}, wording="Two at once")
    draft = a_draft(a_document(never, PLENTY, threshold=101))
    with pytest.raises(Invalid, match="“Two at once”: No lead can ever meet it"):
        version_propose(version=draft, actor=maya(), statement="", slip=SLIP)
    draft.refresh_from_db()
    assert (draft.status, Ballot.objects.count()) == ("draft", 0)
    page = signed_in(maya()).get(f"/leads/versions/{draft.pk}/propose/").text
    panel = page.split("Required checks")[1].split("</section>")[0]
    assert "The linter finds no error" in panel
    assert f'href="/definitions/drafts/{draft.pk}/criteria/c-1/"' in panel
    assert f'href="/definitions/drafts/{draft.pk}/settings/"' in panel
    assert "The threshold is 101, and no lead can have more than 100 points." in panel


@pytest.mark.django_db
def test_a_warning_keeps_nothing_from_the_vote() -> None:
    both_houses()
    ballot = version_propose(version=a_draft(), actor=maya(), statement="", slip=SLIP)
    kept = {result["key"]: result for result in ballot.checks}["linter"]
    assert (kept["problems"], kept["note"]) == ([], "Every clause and number can be met by some lead.")


@pytest.mark.django_db
def test_a_proposal_is_not_changed_into_one_with_an_error() -> None:
    ballot = an_open_ballot()
    with pytest.raises(Invalid, match="The threshold is 101"):
        ballot_edit(
            ballot=ballot,
            actor=maya(),
            document=with_threshold(ballot, 101),
            slip=SLIP,
            fingerprint=ballot.fingerprint,
        )
    assert (fresh(ballot).round, fresh(ballot).document["threshold"]) == (1, 100)
