"""Receipts of drawn leads: they add up, can be made again, and say what is missing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from definitions.criteria.matching import key_form
from definitions.criteria.wording import sentence_of_rule
from definitions.selectors import catalogue
from leads.models import Score
from leads.scoring.compiler import score_into
from leads.scoring.receipt import receipt, receipts
from leads.scoring.scope import Scope
from tests.builders import a_lead, a_version, an_account
from tests.leads.scoring.agreement import fewer
from tests.leads.scoring.mutants import OF_THE_NOTES
from tests.leads.scoring.oracle import Deed, Json, Oracle, Person
from tests.leads.scoring.worlds import Case, cases
from tests.leads.scoring.writing import laid_down, make_attributes, write_deeds

pytestmark = pytest.mark.django_db
KINDS = ("page_viewed", "webinar_attended", "booth_visited")
EFFECTS = {"required": "required · ", "alone": "qualifies alone · ", "disqualifies": "disqualifies · "}


@pytest.fixture
def attributes(db: None) -> None:
    make_attributes()


def as_kept(made: Any) -> bytes:
    return json.dumps(made, sort_keys=True, ensure_ascii=False, default=datetime.isoformat).encode()


@given(cases())
@fewer
def test_a_receipt_adds_up_and_is_the_same_when_made_again(attributes: None, case: Case) -> None:
    with laid_down(case.world) as ids:
        version = a_version(case.document)
        score_into(version, Scope.all(), case.as_of)
        made = receipts(version, ids, case.as_of)
        stored = dict(Score.objects.filter(version=version).values_list("lead_id", "points"))
        assert {lead_id: each["points"] for lead_id, each in made.items()} == stored
        for each in made.values():
            assert sum(line["points"] for line in each["lines"]) == each["points"]
            assert each["fit"] + each["behaviour"] == each["points"]

        _life_goes_on(case, ids)

        again = {lead_id: receipt(version, lead_id, case.as_of) for lead_id in ids}
        assert as_kept(again) == as_kept(made)


def _life_goes_on(case: Case, ids: list[int]) -> None:
    """What comes at the instant or later, and others of another account, is nothing to these receipts."""
    now, hour = case.as_of.astimezone(UTC), timedelta(hours=1)
    other = a_lead(account=an_account(), captured_at=now - 200 * hour)
    later = [now, now + timedelta(microseconds=1), now + 70 * hour]
    write_deeds((pk, Deed(kind, at)) for pk in ids for kind in KINDS for at in later)
    write_deeds((other.pk, Deed(kind, now - hour)) for kind in KINDS)


@given(cases())
@fewer
def test_a_criterion_that_is_not_met_says_what_is_missing(attributes: None, case: Case) -> None:
    with laid_down(case.world) as ids:
        assert_missing(case, ids)


@pytest.mark.twin
def test_a_note_that_counts_wrong_is_caught(attributes: None) -> None:
    at_large = list(OF_THE_NOTES)

    @settings(fewer, max_examples=400, derandomize=True, database=None, phases=[Phase.generate])
    @given(cases())
    def hunt(case: Case) -> None:
        if not at_large:
            return
        with laid_down(case.world) as ids:
            for mutant in list(at_large):
                with mutant.at_work():
                    try:
                        assert_missing(case, ids)
                    except AssertionError:
                        at_large.remove(mutant)

    hunt()
    assert at_large == []


def assert_missing(case: Case, ids: list[int]) -> None:
    """Beside each criterion that is not met stands what the oracle misses."""
    oracle, made = Oracle(case.document, case.world, case.as_of), receipts(case.document, ids, case.as_of)
    for lead_id, person in zip(ids, case.world, strict=True):
        lines = {line["key"]: line for line in made[lead_id]["lines"]}
        for clause in case.document["criteria"]:
            line = lines[clause["key"]]
            if not line["is_met"]:
                expected = EFFECTS.get(clause["effect"]["kind"], "") + missing(oracle, clause["rule"], person)
                assert line["note"].startswith(expected), f"{clause}\n{person}\nas of {case.as_of}"


def missing(oracle: Oracle, rule: Json, person: Person) -> str:
    """How the words begin that say what a lead lacks of a rule, by the oracle's count."""
    if "persona" in rule:
        return missing(oracle, oracle.document["personas"][rule["persona"]]["rule"], person)
    for joint in ("all", "any", "none"):
        if joint in rule:
            return _members(oracle, joint, rule[joint], person)
    if "attribute" in rule:
        value = person.facts.get(rule["attribute"])
        is_unknown = value is None or (isinstance(value, str) and not key_form(value))
        return "unknown" if is_unknown else _begins(value)
    if "silence_days" in rule:
        return f"{_quiet_days(oracle, rule, person)} of {rule['silence_days']} days, "
    if "account_people" in rule or "account_roles" in rule:
        return _account(oracle, rule, person)
    return _activity(oracle, rule, person)


def _begins(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        value = value.astimezone(UTC).date()
    # How numbers are grouped is not for here.
    return f"{value.day} {value:%b %Y}" if isinstance(value, date) else ""


def _members(oracle: Oracle, joint: str, members: list[Json], person: Person) -> str:
    if joint != "none" and len(members) == 1:
        return missing(oracle, members[0], person)
    words = {"all": "not met: ", "any": "not one of: ", "none": "holds: "}[joint]
    named = [one for one in members if oracle.meets(one, person) is (joint == "none")]
    return words + "; ".join(sentence_of_rule(one, catalogue()) for one in named)


def _activity(oracle: Oracle, rule: Json, person: Person) -> str:
    deeds = oracle.deeds(rule, person)
    if "total_seconds" in rule:
        count, number, what = sum(deed.seconds or 0 for deed in deeds), rule["total_seconds"], " seconds"
    elif "different_subjects" in rule:
        subjects = {key_form(deed.subject) for deed in deeds if deed.subject is not None}
        count, number, what = len(subjects), rule["different_subjects"], " different subjects"
    elif hours := rule.get("within_any_hours"):
        span = timedelta(hours=hours)
        near = [sum(timedelta(0) <= deed.instant - one.instant < span for deed in deeds) for one in deeds]
        count, number, what = max(near, default=0), rule["at_least"], " within any "
    else:
        count, number, what = len(deeds), rule["at_least"], ""
    return f"{count} of {number}{what}" if count else "none"


def _quiet_days(oracle: Oracle, rule: Json, person: Person) -> int:
    """Whole days that are over since the newest activity, or since the lead was captured."""
    past = [deed.instant for deed in oracle.deeds({"activity": rule["activity"]}, person)]
    since = max([*past, person.captured_at.astimezone(UTC)])
    return max(0, (oracle.as_of - since - timedelta(microseconds=1)) // timedelta(days=1))


def _account(oracle: Oracle, rule: Json, person: Person) -> str:
    if person.account is None:
        return "no account"
    mates = oracle.mates(person)
    if "account_people" in rule:
        count = sum(oracle.meets(rule["meet"], mate) for mate in mates)
        return (
            f"{count} of {rule['account_people']} people of the account" if count else "nobody of the account"
        )
    present = {key_form(mate.facts.get("lead.role") or "") for mate in mates}
    count = len(present & {key_form(role) for role in rule["account_roles"]})
    return f"{count} of {rule['at_least']} roles; not there: "
