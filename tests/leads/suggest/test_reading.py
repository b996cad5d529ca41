"""From the database to a history: which leads, judged when, with what was known and done until then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from definitions.criteria.catalogue import Field
from definitions.models import Attribute, Version
from definitions.selectors import catalogue
from leads.facts import refresh
from leads.models import FieldChange, Handoff, Lead, LeadValue, Outcome, Reason
from leads.scoring.compiler import hits
from leads.scoring.scope import Scope
from leads.suggest import candidates, deeds, population
from leads.suggest.columns import column_of
from leads.suggest.history import NumberColumn
from leads.suggest.population import population_of
from leads.suggest.question import ACCEPTED, SALES_QUALIFIED, WON, Question, best_outcome, outcome_counts
from leads.suggest.reading import history_of
from portal.common.fields import to_microseconds
from tests.builders import NOW, a_lead, a_source, an_account, an_active_version, an_activity, sam

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LONG_AGO = NOW - 200 * DAY


def an_outcome(lead: Lead, kind: str = "won", at: Any = NOW - 100 * DAY) -> Outcome:
    return Outcome.objects.create(
        lead=lead, kind=kind, at=at, source=a_source(), external_id=f"o-{lead.pk}-{kind}"
    )


def a_handoff(lead: Lead, status: str, at: Any = LONG_AGO) -> Handoff:
    version = Version.objects.filter(status="active").first() or an_active_version()
    is_taken = status in ("accepted", "sales_qualified", "disqualified")
    reason = Reason.objects.filter(
        family="disqualify" if status == "disqualified" else "definitional"
    ).first()
    return Handoff.objects.create(
        lead=lead,
        version=version,
        points=0,
        grade=3,
        receipt={},
        status=status,
        owner=sam(),
        offered_at=at,
        due_at=at + DAY,
        accepted_at=at + DAY if is_taken else None,
        reason=reason if status in ("returned", "disqualified") else None,
    )


def column(key: str, question: Question) -> list[Any]:
    """What the history says of one attribute, lead by lead."""
    history = history_of(population_of(question, NOW), catalogue())
    found = next(each for each in history.columns if each.field.key == key)
    if isinstance(found, NumberColumn):
        return [None if np.isnan(value) else float(value) for value in found.numbers]
    return [found.texts[code] if code >= 0 else None for code in found.codes]


# -- which leads ---------------------------------------------------------------------------------------------


def test_won_is_asked_of_leads_whose_time_is_over() -> None:
    won, later, never, too_late = (a_lead(captured_at=LONG_AGO + n * DAY) for n in range(4))
    young = a_lead(captured_at=NOW - 100 * DAY)
    early, lost_early = a_lead(captured_at=LONG_AGO), a_lead(captured_at=LONG_AGO)
    an_outcome(won, at=LONG_AGO + 30 * DAY)
    an_outcome(later, "lost", LONG_AGO + 30 * DAY)
    an_outcome(too_late, at=LONG_AGO + 3 * DAY + 14 * DAY + 90 * DAY)
    an_outcome(young, at=NOW - 50 * DAY)
    an_outcome(early, at=LONG_AGO + 13 * DAY)
    an_outcome(lost_early, "lost", LONG_AGO + 2 * DAY)

    found = population_of(Question(WON), NOW)

    assert found.lead_ids.tolist() == [won.pk, later.pk, never.pk, too_late.pk]
    assert found.outcome.tolist() == [True, False, False, False]
    assert found.judged_at[0] == to_microseconds(LONG_AGO + 14 * DAY)
    assert found.ended_before == 2
    recent = population_of(Question(WON, since=LONG_AGO + 2 * DAY), NOW)
    assert recent.lead_ids.tolist() == [never.pk, too_late.pk]


def test_acceptance_is_asked_of_decided_handoffs_as_of_the_offer() -> None:
    states = ("accepted", "returned", "sales_qualified", "disqualified", "offered", "expired", "withdrawn")
    leads = {state: a_lead(captured_at=LONG_AGO - DAY) for state in states}
    for number, (state, lead) in enumerate(leads.items()):
        a_handoff(lead, state, LONG_AGO + number * DAY)
    # Recycled and accepted the second time: its first decision counts.
    a_handoff(leads["returned"], "accepted", LONG_AGO + 60 * DAY)

    accepted = population_of(Question(ACCEPTED), NOW)
    qualified = population_of(Question(SALES_QUALIFIED), NOW)

    of = [leads[state].pk for state in states]
    assert accepted.lead_ids.tolist() == of[:4]
    assert accepted.outcome.tolist() == [True, False, True, True]
    assert accepted.judged_at[1] == to_microseconds(LONG_AGO + DAY)
    assert qualified.lead_ids.tolist() == of[1:4]
    assert qualified.outcome.tolist() == [False, True, False]
    counts = outcome_counts()
    assert [(each.outcome, each.leads, each.reached) for each in counts] == [
        (WON, 7, 0),
        (SALES_QUALIFIED, 3, 1),
        (ACCEPTED, 4, 4),
    ]
    assert best_outcome(counts) == ACCEPTED


def test_a_large_history_is_drawn_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population, "MOST_LEADS", 5)
    leads = [a_lead(captured_at=LONG_AGO + n * DAY) for n in range(13)]

    found = population_of(Question(WON), NOW)
    weeks = history_of(found, catalogue()).weeks

    assert found.is_sample
    assert found.found == 13
    assert found.lead_ids.tolist() == [leads[place].pk for place in (0, 3, 6, 9, 12)]
    # Twelve days with 5 of 13 leads are as many leads as 12 · 5 / 13 days of all.
    assert weeks is not None
    assert weeks[-1] - weeks[0] == pytest.approx(12 / 7 * 5 / 13)


# -- what was known ------------------------------------------------------------------------------------------


def test_values_are_those_of_the_judging() -> None:
    plan = Attribute.objects.create(key="plan", label="Plan", value_type="choice")
    seats = Attribute.objects.create(key="seats", label="Seats", value_type="number")
    account = an_account(industry="Software", employees=80)
    lead = a_lead(captured_at=LONG_AGO, account=account, job_title="Head of Sales", country="", phone="1")
    LeadValue.objects.create(lead=lead, attribute=plan, text="Gold", text_key="gold")
    LeadValue.objects.create(lead=lead, attribute=seats, number=7)
    judged = LONG_AGO + 14 * DAY

    def change(field: str, before: str, at: Any) -> None:
        FieldChange.objects.create(lead=lead, field=field, before=before, after="x", changed_at=at)

    change("job_title", "Intern", judged - DAY)  # before the judging: what is there now was there then
    change("country", "Norway", judged)  # at the judging: before it, it said Norway
    change("phone", "", judged + DAY)
    change("plan", "Silver", judged + 2 * DAY)
    change("plan", "Bronze", judged + DAY)  # the first change after the judging says what it was
    change("seats", "", judged + DAY)

    question = Question(WON)

    assert column("lead.job_title", question) == ["Head of Sales"]
    assert column("lead.country", question) == ["Norway"]
    assert column("lead.has_phone", question) == [0.0]
    assert column("account.industry", question) == ["Software"]
    assert column("account.employees", question) == [80.0]
    assert column("custom.plan", question) == ["Bronze"]
    history = history_of(population_of(question, NOW), catalogue())
    assert "custom.seats" not in {each.field.key for each in history.columns}


def test_a_field_filled_after_the_judging_is_named() -> None:
    for number in range(40):
        lead = a_lead(captured_at=LONG_AGO + number * DAY / 10, department="Finance", role="User")
        if number < 25:
            FieldChange.objects.create(
                lead=lead, field="department", before="", after="Finance", changed_at=NOW - DAY
            )
            FieldChange.objects.create(
                lead=lead, field="role", before="Buyer", after="User", changed_at=NOW - DAY
            )

    leaks = {leak.key: leak for leak in history_of(population_of(Question(WON), NOW), catalogue()).leaks}

    assert list(leaks) == ["lead.department"]
    assert "25 of the 40 leads" in leaks["lead.department"].sentence
    assert leaks["lead.department"].is_left_out


def test_a_field_known_mostly_of_leads_handed_over_is_named() -> None:
    for number in range(60):
        is_handed = number < 25
        lead = a_lead(captured_at=LONG_AGO, city="Oslo" if is_handed or number == 30 else "", role="User")
        if is_handed:
            a_handoff(lead, "returned")

    leaks = {leak.key: leak for leak in history_of(population_of(Question(WON), NOW), catalogue()).leaks}

    assert list(leaks) == ["lead.city"]
    assert leaks["lead.city"].reason == "afterwards"


# -- what was done -------------------------------------------------------------------------------------------


def test_activities_from_the_judging_on_do_not_count() -> None:
    lead = a_lead(captured_at=LONG_AGO)
    judged = LONG_AGO + 14 * DAY
    for at in (judged - 2 * DAY, judged - timedelta(microseconds=1), judged, judged + DAY):
        an_activity(lead, at=at, subject="Pricing")
    an_activity(lead, "sales_call", judged - DAY)

    history = history_of(population_of(Question(WON), NOW), catalogue())

    assert history.deeds is not None
    assert sorted(history.deeds.age.tolist()) == [1, 2 * deeds.DAY]
    assert {history.deeds.kinds[kind] for kind in history.deeds.kind} == {"page_viewed"}
    assert {history.deeds.subjects[subject] for subject in history.deeds.subject} == {"Pricing"}


def test_a_kind_that_comes_after_the_handoff_is_named() -> None:
    for _ in range(25):
        lead = a_lead(captured_at=LONG_AGO)
        a_handoff(lead, "accepted", LONG_AGO + DAY)
        an_activity(lead, "demo_requested", LONG_AGO + 2 * DAY)
        an_activity(lead, "page_viewed", LONG_AGO + DAY / 2)

    leaks = history_of(population_of(Question(ACCEPTED), NOW), catalogue()).leaks

    assert [(leak.key, leak.label, leak.is_left_out) for leak in leaks] == [
        ("demo_requested", "Demo requested", True)
    ]


def test_every_rule_that_is_tried_means_what_scoring_means() -> None:
    """Each candidate, held to the statement that scores leads, as of the instant of judging."""
    chance = np.random.default_rng(11)
    judged = LONG_AGO + 14 * DAY
    plan = Attribute.objects.create(key="plan", label="Plan", value_type="text")
    for number in range(48):
        account = an_account(
            industry=["Software", "software ", "Bank", ""][number % 4],
            employees=[None, 10, 40, 80, 500, 1_000][number % 6],
        )
        lead = a_lead(
            captured_at=LONG_AGO,
            account=account,
            job_title=["Head of IT", "head of  it", "Clerk", ""][number % 4],
            email=None if number % 5 == 0 else f"lead{number}@gmail.com",
        )
        if number % 3:
            text = ["Gold plan", "Silver"][number % 2]
            LeadValue.objects.create(
                lead=lead, attribute=plan, text=text, text_key=text.casefold(),
                text_words=f" {text.casefold()} ",
            )  # fmt: skip
        for _ in range(int(chance.integers(0, 7))):
            an_activity(
                lead,
                ["page_viewed", "session"][int(chance.integers(0, 2))],
                judged
                - DAY * int(chance.integers(0, 20))
                - timedelta(microseconds=int(chance.integers(0, 2))),
                subject=[None, "Pricing", "Docs"][int(chance.integers(0, 3))],
                seconds=[None, 30, 400][int(chance.integers(0, 3))],
            )
    refresh(Lead.objects.values_list("pk", flat=True))
    found = population_of(Question(WON), NOW)
    history = history_of(found, catalogue())
    everybody = np.ones(len(found.lead_ids), dtype=bool)
    outcome = chance.random(len(found.lead_ids)) < 0.4
    assert history.deeds is not None
    assert history.known_for is not None
    tried = [
        *candidates.of_columns(history.columns, outcome, everybody),
        *deeds.of_deeds(history.deeds, history.known_for),
    ]

    wrong = []
    for candidate in tried:
        expected = hits(candidate.rule, Scope.ids(found.lead_ids.tolist()), judged)
        if set(found.lead_ids[candidate.met].tolist()) != expected:
            wrong.append(candidate.rule)

    assert wrong == []
    assert len(tried) > 150


def test_of_dates_only_whether_they_are_known_is_tried() -> None:
    renewal = Field("custom.renewal", "Renewal", "date", attribute_id=1)
    dates = column_of(renewal, [NOW.date() if number % 2 else None for number in range(40)])

    tried = candidates.of_columns([dates], np.zeros(40, dtype=bool), np.ones(40, dtype=bool))

    assert [candidate.rule for candidate in tried] == [{"attribute": renewal.key, "is": "known"}]
