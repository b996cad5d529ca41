"""The seven steps: each judged by what is there, and none ticked by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from definitions.models import Definition, Persona, RepAnswer, Version
from definitions.selectors import the_definition
from definitions.services.answers import answer_give, answer_reflect
from definitions.services.drafts import draft_create
from definitions.services.promises import need_declare
from definitions.starting_points import STARTING_POINTS
from definitions.steps import STEPS, steps_of
from leads.models import BackTest
from portal.common.models import User
from reviews.services.series import series_end
from tests.builders import NOW, a_version, maya, mona, olga, rita, sam, signed_in
from tests.definitions.drafting import a_clause
from tests.reviews.builders import a_series

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def standing(key: str) -> Any:
    return next(each.standing for each in steps_of(the_definition("mql")) if each.step.key == key)


def states() -> dict[str, str]:
    return {each.step.key: each.standing.state for each in steps_of(the_definition("mql"))}


def a_draft() -> Version:
    return draft_create(definition=the_definition("mql"), actor=maya())


def a_persona(**values: Any) -> Persona:
    whole = {"role": "Head of operations", "pains": "Spreadsheets", "buying_cycle": "A quarter"}
    rule = {"attribute": "lead.has_phone", "is": "yes"}
    return Persona.objects.create(key="ops", name="Operations", rule=rule, **{**whole, **values})


def a_result(version: Version, volumes: list[int], fingerprint: str) -> BackTest:
    return BackTest.objects.create(
        version=version,
        document={},
        fingerprint=fingerprint,
        as_of=NOW,
        status="done",
        weeks_total=len(volumes) + 1,
        result={"version": {"volumes": volumes}},
        requested_by=sam(),
        requested_at=NOW,
    )


def test_an_empty_workspace_has_seven_steps_and_none_is_done() -> None:
    assert states() == dict.fromkeys([step.key for step in STEPS], "not_yet")
    assert len(STEPS) == 7
    assert standing("text").act.url == "/definitions/mql/start/"


def test_a_draft_is_half_of_a_text_and_a_ratified_one_is_the_whole() -> None:
    draft = a_draft()
    assert (standing("text").state, standing("text").who) == ("in_part", "Maya Lindqvist")
    assert standing("text").act.url == f"/definitions/drafts/{draft.pk}/"
    a_version(status="active")
    found = standing("text")
    assert (found.state, found.sentence) == ("done", "MQL v2 is in force: both houses ratified it.")


def test_personas_are_done_when_each_says_who_it_is_what_hurts_and_how_it_buys() -> None:
    persona = a_persona(pains="")
    assert standing("personas").state == "in_part"
    assert standing("personas").act.url == "/definitions/personas/ops/"
    Persona.objects.filter(pk=persona.pk).update(pains="Spreadsheets")
    assert (standing("personas").state, standing("personas").sentence) == ("done", "1 persona: Operations.")
    Persona.objects.filter(pk=persona.pk).update(retired_at=NOW)
    assert standing("personas").state == "not_yet"


def test_the_reps_are_asked_when_each_has_answered_both_and_the_draft_says_what_it_makes_of_it() -> None:
    sam(), maya()
    draft = a_draft()
    assert standing("answers").sentence == "0 of 1 reps have answered both questions."
    first = answer_give(actor=sam(), question="qualified", text="One that answers.")
    assert (standing("answers").state, standing("answers").who) == ("in_part", "Sam Okafor")
    second = answer_give(actor=sam(), question="easiest", text="Those who asked.")
    found = standing("answers")
    assert (found.state, found.act.url) == ("in_part", f"/definitions/drafts/{draft.pk}/answers/")
    assert "what it makes of 2 answers" in found.sentence
    for answer in (first, second):
        answer_reflect(answer=answer, version=draft, actor=maya(), is_reflected=False, reason="Too vague.")
    assert standing("answers").state == "done"
    rita()  # a second rep, who has not answered
    assert standing("answers").state == "in_part"


@pytest.mark.parametrize("half", ["fit", "behaviour"])
def test_a_half_is_done_when_each_of_its_clauses_has_an_owner(half: str) -> None:
    draft = a_draft()
    other = "fit" if half == "behaviour" else "behaviour"
    a_clause(draft, half=other)
    assert standing(half).state == "not_yet"
    assert standing(half).act.url == f"/definitions/drafts/{draft.pk}/criteria/new/?half={half}"
    clause = a_clause(draft, half=half)
    found = standing(half)
    assert (found.state, found.sentence) == ("in_part", "1 clause in MQL v1. 1 has no owner.")
    assert (found.who, found.at) == ("Maya Lindqvist", NOW)
    clause.owner = maya()
    clause.save()
    assert standing(half).state == "done"


@pytest.mark.parametrize(
    ("name", "volumes", "need", "capacity", "state", "words"),
    [
        ("nobody says the need", [6] * 26, None, 10, "in_part", "has not said how many it needs"),
        ("nobody says the capacity", [6] * 26, 5, None, "in_part", "not said how many it can work"),
        ("too few", [6] * 26, 8, 10, "in_part", "Too few: sales needs 8."),
        ("too many", [16] * 26, 8, 10, "in_part", "Too many: sales can work 10."),
        ("needs more than it can work", [16] * 26, 12, 10, "in_part", "one of the two must give"),
        ("enough", [9] * 26, 8, 10, "done", "Sales needs 8 and can work 10."),
        ("exactly the need", [8] * 26, 8, 10, "done", "8 to 8 leads a week, 8.0 on average."),
        ("exactly the capacity", [10] * 26, 8, 10, "done", "Sales needs 8"),
        ("too few weeks", [9] * 2, 8, 10, "in_part", "too few weeks"),
    ],
)
def test_enough_volume_holds_the_forecast_against_need_and_capacity(
    name: str, volumes: list[int], need: int | None, capacity: int | None, state: str, words: str
) -> None:
    User.objects.filter(pk=sam().pk).update(weekly_capacity=capacity)
    version = a_version(status="active")
    if need is not None:
        need_declare(definition=the_definition("mql"), weekly_need=need, actor=rita())
    assert standing("volume").state == "not_yet"
    a_result(version, volumes, version.fingerprint)
    found = standing("volume")
    assert (found.state, found.who) == (state, "Sam Okafor")
    assert words in found.sentence


def test_a_forecast_of_another_text_does_not_count() -> None:
    version = a_version(status="active")
    a_result(version, [9] * 26, "0" * 64)
    found = standing("volume")
    assert (found.state, found.act.url) == ("in_part", f"/leads/versions/{version.pk}/back-test/")
    assert "has changed since" in found.sentence


def test_the_review_is_done_while_one_is_ahead() -> None:
    series = a_series()
    found = standing("review")
    assert (found.state, found.who) == ("done", "Rita Novak")
    assert "meets next on 12 May 2026" in found.sentence
    series.meetings.update(status="cancelled")
    assert standing("review").state == "in_part"
    series_end(series=series, actor=rita())
    assert standing("review").state == "not_yet"


def test_the_steps_look_at_the_text_that_is_being_worked_on() -> None:
    a_version(status="active")
    draft = a_draft()
    assert "MQL v2" in standing("fit").sentence
    other = a_draft()
    Version.objects.filter(pk=draft.pk).update(changed_at=NOW + timedelta(hours=1))
    assert "MQL v2" in standing("fit").sentence
    assert other.number == 3
    a_version(status="proposed")
    Version.objects.filter(status="draft").update(status="withdrawn", document={})
    assert "MQL v4" in standing("fit").sentence


# -- the pages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["steps/", "steps/strip/", "start/"])
def test_a_stranger_is_asked_who_he_is(address: str) -> None:
    assert Client().get(f"/definitions/mql/{address}").status_code == 302
    assert signed_in(maya()).get(f"/definitions/nothing/{address}").status_code == 404


def test_the_page_names_one_next_step_and_an_act_for_each(django_assert_max_num_queries: Any) -> None:
    a_draft()
    client = signed_in(maya())
    with django_assert_max_num_queries(30):
        text = client.get("/definitions/mql/steps/").content.decode()
    assert text.count('aria-current="step"') == 1
    assert text.count("step-words") == 7
    assert "0 of 7 are done" in text


def test_who_is_in_no_team_reads_the_steps_and_is_told_why_there_is_nothing_to_do() -> None:
    client = signed_in(olga())
    assert "You are in no team" in client.get("/definitions/mql/steps/").content.decode()
    page = client.get("/definitions/mql/start/").content.decode()
    assert "Start from it" not in page
    assert "You are in no team" in page


def test_the_strip_is_one_line_with_the_next_act() -> None:
    client = signed_in(maya())
    fragment = client.get("/definitions/mql/steps/strip/", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in fragment
    assert "0 of 7 steps done" in fragment
    assert "Choose a start" in fragment
    assert "<html" in client.get("/definitions/mql/steps/strip/").content.decode()


def test_home_shows_the_strip_to_managers_alone() -> None:
    assert "steps-strip" in signed_in(mona()).get("/").content.decode()
    assert "steps-strip" not in signed_in(maya()).get("/").content.decode()


def test_each_template_is_shown_in_sentences_before_it_is_chosen() -> None:
    client = signed_in(maya())
    page = client.get("/definitions/mql/start/").content.decode()
    points = {key: point for key, point in STARTING_POINTS.items() if point.stage == "mql"}
    assert set(points) == {"saas", "services", "shop"}
    for key, point in points.items():
        assert str(point.label) in page
        for clause in point.document["criteria"]:
            assert clause["wording"].replace("'", "&#x27;") in page, clause["key"]
        answer = client.post("/definitions/mql/drafts/new/", {"source": key})
        assert answer.status_code == 302
        assert Version.objects.get(status="draft").criteria.count() == len(point.document["criteria"])
        Version.objects.all().delete()
    assert "/leads/suggest/mql/" in page


@pytest.mark.parametrize("key", [key for key, point in STARTING_POINTS.items() if point.stage == "mql"])
def test_a_template_can_be_reached_and_its_clauses_differ_in_key(key: str) -> None:
    """With every clause of points met once, a lead stands above the threshold and its minimums."""
    document = STARTING_POINTS[key].document
    keys = [item["key"] for item in document["criteria"]]
    assert len(keys) == len(set(keys))
    reached = {"fit": 0, "behaviour": 0}
    for item in document["criteria"]:
        if item["effect"]["kind"] == "points":
            reached[item["half"]] += max(item["effect"]["points"], 0)
    for half, cap in document["caps"].items():
        reached[half] = min(reached[half], cap)
        assert reached[half] >= document["minimums"][half]
    assert sum(reached.values()) >= document["threshold"] * 3 / 2
    assert any(item["effect"]["kind"] == "alone" for item in document["criteria"])
    assert any(item["effect"]["kind"] == "disqualifies" for item in document["criteria"])


def test_answers_of_marketing_count_for_the_draft_and_not_for_the_reps() -> None:
    sam()
    a_draft()
    answer_give(actor=maya(), question="qualified", text="One that reads.")
    assert standing("answers").sentence == "0 of 1 reps have answered both questions."
    assert standing("answers").state == "in_part"
    assert RepAnswer.objects.count() == 1
    assert Definition.objects.count() == 2
