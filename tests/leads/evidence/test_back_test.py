"""A back-test, computed a second time week by week by the oracle; what it must not know; and its work."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import Attribute, Version
from leads.evidence import back_tests, working
from leads.evidence.back_tests import WEEKS, back_test_at_once, back_test_request
from leads.models import BackTest, FieldChange, LeadValue
from leads.selectors.back_tests import leads_at_threshold
from portal.common.errors import Refused
from tests.builders import NOW, a_criterion, a_document, a_lead, a_version, an_activity, maya, olga
from tests.leads.evidence.stories import a_history, clauses, hand_over, hand_over_at_random, outcome
from tests.leads.scoring.oracle import Json, Oracle
from tests.leads.scoring.plain_worlds import write

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
ENDS = [NOW - (WEEKS - number) * WEEK for number in range(WEEKS + 1)]


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def stricter(document: Json) -> Json:
    return {**document, "threshold": 80}


def back_test(version: Version) -> BackTest:
    made = back_test_at_once(version=version, actor=maya())
    made.refresh_from_db()
    assert (made.status, made.error) == ("done", "")
    return made


class Recount:
    """The same past from raw rows: the oracle, given only whom one knew, and plain loops."""

    def __init__(self, world: Any, ids: list[int], document: Json) -> None:
        self.first: dict[int, int] = {}
        for number, end in enumerate(ENDS):
            known = [person for person in world if person.captured_at < end]
            oracle = Oracle(document, known, end)
            for lead_id, person in zip(ids, world, strict=True):
                if (
                    person in known
                    and lead_id not in self.first
                    and oracle.judge(person).qualification in (2, 6)
                ):
                    self.first[lead_id] = number

    def weeks(self, wins: dict[int, Any]) -> dict[int, set[int]]:
        found = defaultdict(set)
        for lead_id, number in self.first.items():
            if number and not (lead_id in wins and wins[lead_id] < ENDS[number]):
                found[number].add(lead_id)
        return found


def test_every_week_equals_the_recount() -> None:
    world = a_history(seed=11, people=70, weeks=36)
    ids = write(world)
    document = clauses()
    in_force = a_version(document, "active")
    draft = a_version(stricter(document), "ratified")
    handoffs = hand_over_at_random(ids, in_force, seed=12)
    chance, wins, losses = random.Random(13), {}, {}
    for lead_id in ids:
        kind = chance.choice(["won", "lost", "", ""])
        if kind:
            at = NOW - timedelta(hours=chance.randrange(24 * 180))
            outcome(lead_id, kind, at)
            (wins if kind == "won" else losses)[lead_id] = at

    result = back_test(draft).result

    days = result["cycle"]["days"]
    early = [end for end in ENDS if end > NOW - timedelta(days=days)]
    for side, text in (("version", stricter(document)), ("against", document)):
        recount = Recount(world, ids, text)
        expected = recount.weeks(wins)
        for number, week in enumerate(result[side]["weeks"], start=1):
            end, leads = ENDS[number], expected[number]
            fates: dict[str, set[int]] = defaultdict(set)
            for lead_id in leads:
                ended = [
                    (one.status, one.ended_at)
                    for one in handoffs
                    if one.lead_id == lead_id and one.ended_at and one.ended_at < NOW
                ]
                if lead_id in wins and wins[lead_id] >= end:
                    fates["won"].add(lead_id)
                elif lead_id in losses and losses[lead_id] >= end:
                    fates["lost"].add(lead_id)
                elif any(status == "sales_qualified" and at >= end for status, at in ended):
                    fates["sales_qualified"].add(lead_id)
                elif any(status == "returned" and at >= end - WEEK for status, at in ended):
                    fates["returned"].add(lead_id)
                elif any(status == "disqualified" and at >= end - WEEK for status, at in ended):
                    fates["ruled_out"].add(lead_id)
                else:
                    fates["unknown"].add(lead_id)
            for fate in ("won", "lost", "sales_qualified", "returned", "ruled_out", "unknown"):
                assert set(week[fate]) == fates[fate], (side, number, fate)
            assert week["volume"] == len(leads)
            assert week["is_early"] is (end in early)
        late = {lead for lead, at in wins.items() if at >= ENDS[0]}
        caught = {lead for lead in late if lead in recount.first and ENDS[recount.first[lead]] <= wins[lead]}
        assert set(result[side]["caught"]) == caught
        assert set(result[side]["missed"]) == late - caught
    assert sum(result["version"]["volumes"]) > 5
    assert result["version"]["volumes"] != result["against"]["volumes"]


def test_the_dial_agrees_with_a_back_test_of_each_threshold() -> None:
    world = a_history(seed=21, people=50, weeks=36)
    ids = write(world)
    for lead_id in ids[::3]:
        outcome(lead_id, "won", NOW - timedelta(days=20))
    document = clauses()
    result = back_test(a_version(document, "active")).result
    assert [row["threshold"] for row in result["dial"]] == [45, 48, 51, 54, 57, 60, 63, 66, 69, 72, 75]
    volumes = {row["threshold"]: row["volumes"] for row in result["dial"]}
    for threshold in (45, 75):
        Version.objects.update(status="superseded")
        other = back_test(a_version({**document, "threshold": threshold}, "ratified")).result
        assert other["version"]["volumes"] == volumes[threshold]
    assert sum(volumes[45]) > sum(volumes[75])


def test_accepted_is_what_sales_decided_first() -> None:
    leads = [a_lead(captured_at=NOW - 30 * WEEK) for _ in range(6)]
    version = a_version(document_of({"activity": "any", "at_least": 1}), "active")
    ends = ("returned", "sales_qualified", "returned", "disqualified", "offered", "expired")
    for lead, status in zip(leads, ends, strict=True):
        an_activity(lead, at=NOW - 12 * WEEK + timedelta(days=1))
        hand_over(lead.pk, version, NOW - 12 * WEEK + timedelta(days=1), status)
    # Returned first, and taken on half a year of patience later: sales had said no.
    hand_over(leads[0].pk, version, NOW - 2 * WEEK, "accepted")
    made = back_test(version)
    own = next(row for row in made.result["dial"] if row["threshold"] == 50)
    assert (own["qualified"], own["decided"], own["accepted"]) == (6, 4, 2)
    assert leads_at_threshold(made, 50, "accepted") == [leads[1].pk, leads[3].pk]


def document_of(rule: Json) -> Json:
    return a_document(a_criterion("c-one", rule), threshold=50)


def some_customers(count: int) -> list[Any]:
    """Leads of whom the first half was won ten weeks ago."""
    leads = [a_lead(captured_at=NOW - 30 * WEEK) for _ in range(count)]
    for lead in leads[: count // 2]:
        outcome(lead.pk, "won", NOW - 10 * WEEK)
    return leads


def test_what_follows_a_win_does_not_profit_from_it() -> None:
    """The trap: customers sign on for training a day after they buy. No week may take that for a find."""
    for lead in some_customers(20)[:10]:
        an_activity(lead, "webinar_attended", at=NOW - 10 * WEEK + timedelta(days=1))
    rule = {"activity": "webinar_attended", "at_least": 1}
    told = back_test(a_version(document_of(rule), "active")).result["version"]
    assert (sum(told["volumes"]), told["won"], told["caught"], len(told["already"])) == (0, 0, [], 10)


def test_a_field_filled_after_the_win_does_not_profit_from_it() -> None:
    attribute = Attribute.objects.create(key="contract", label="Contract", value_type="text")
    for lead in some_customers(20)[:10]:
        LeadValue.objects.create(lead=lead, attribute=attribute, text="C-1", text_key="c-1")
        FieldChange.objects.create(
            lead=lead, field="contract", before="", after="C-1", changed_at=NOW - 9 * WEEK
        )
    version = a_version(document_of({"attribute": "custom.contract", "is": "known"}), "active")
    told = back_test(version).result["version"]
    assert (told["caught"], told["before"], len(told["already"])) == ([], 0, 10)
    # The broken twin: with the facts of today, all customers are found, before the first week.
    FieldChange.objects.all().delete()
    told = back_test(version).result["version"]
    assert (len(told["caught"]), told["before"]) == (10, 10)


def test_what_came_before_the_win_is_found() -> None:
    for lead in some_customers(20)[:10]:
        an_activity(lead, "webinar_attended", at=NOW - 12 * WEEK + timedelta(days=1))
    told = back_test(a_version(document_of({"activity": "webinar_attended", "at_least": 1}), "active")).result
    week = told["version"]["weeks"][WEEKS - 12]
    assert (week["volume"], len(week["won"]), len(told["version"]["caught"])) == (10, 10, 10)


def test_weeks_younger_than_the_sales_cycle_are_too_early_to_say() -> None:
    for lead in some_customers(20)[:10]:
        hand_over(lead.pk, Version.objects.first() or a_version(), NOW - 14 * WEEK, "sales_qualified")
    Version.objects.update(status="superseded")
    result = back_test(a_version(document_of({"activity": "any", "at_least": 1}), "active")).result
    assert result["cycle"] == {"days": 29, "wins": 10, "since": "handoff"}
    assert [week["is_early"] for week in result["version"]["weeks"]] == [False] * 21 + [True] * 5


# -- the work ----------------------------------------------------------------------------------------------


def a_ready_one() -> BackTest:
    some_customers(4)
    return back_test_request(version=a_version(clauses(), "active"), actor=maya())


def test_a_worker_goes_on_where_another_stopped() -> None:
    whole = a_ready_one()
    working.work_due(has_time=lambda: True)
    whole.refresh_from_db()
    parted = back_test_request(version=whole.version, actor=maya())
    turns = 0
    while parted.status != "done":
        steps = iter([True, True, True, False])
        assert working.work_due(has_time=lambda steps=steps: next(steps, False))  # type: ignore[misc]
        parted.refresh_from_db()
        turns += 1
    assert turns == 9
    assert (parted.result, parted.weeks_done) == (whole.result, WEEKS + 1)
    assert not BackTest.objects.filter(pk=whole.pk).exists()


def test_a_worker_that_lost_its_lease_writes_nothing() -> None:
    back_test = a_ready_one()
    steps = iter([True, True])

    def has_time() -> bool:
        if next(steps, None):
            return True
        BackTest.objects.update(lease_token="another")
        return True

    working.work_due(has_time=has_time)
    back_test.refresh_from_db()
    assert (back_test.status, back_test.weeks_done, back_test.weeks.count()) == ("running", 2, 2)


def test_a_failing_one_is_given_up_with_its_error() -> None:
    back_test = a_ready_one()
    BackTest.objects.update(document={**back_test.document, "criteria": [{}]})
    for _ in range(working.MAX_ATTEMPTS):
        BackTest.objects.update(lease_until=None)
        working.work_due(has_time=lambda: True)
    back_test.refresh_from_db()
    assert back_test.status == "failed"
    assert back_test.error
    assert working.oldest_due(NOW) is None


def test_asking_twice_for_the_same_text_is_one_back_test() -> None:
    first = a_ready_one()
    assert back_test_request(version=first.version, actor=maya()) == first
    BackTest.objects.update(fingerprint="of another text")
    second = back_test_request(version=first.version, actor=maya())
    first.refresh_from_db()
    assert (second.pk > first.pk, first.status, second.status) == (True, "superseded", "queued")
    assert working.oldest_due(NOW) == NOW


def test_who_is_in_no_team_asks_for_none() -> None:
    with pytest.raises(Refused):
        back_test_request(version=a_version(), actor=olga())
    assert BackTest.objects.count() == 0


def test_many_leads_wait_for_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_tests, "LEADS_AT_ONCE", 3)
    some_customers(4)
    made = back_test_at_once(version=a_version(), actor=maya())
    made.refresh_from_db()
    assert (made.status, made.weeks_done) == ("queued", 0)
