"""Reading documents: what is taken, what is refused with which sentence; schema and fingerprint agree."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from definitions.criteria.catalogue import Catalogue, Field
from definitions.criteria.document import DocumentError, parse, parse_effect, parse_rule
from definitions.criteria.fingerprint import fingerprint
from definitions.criteria.matching import key_form, words_form
from definitions.criteria.schema import json_schema

Json = dict[str, Any]
CATALOGUE = Catalogue()
CATALOGUE.fields["custom.score"] = Field("custom.score", "Score", "number", attribute_id=7)
VALIDATOR = Draft202012Validator(json_schema())

VIEWS = {"activity": "page_viewed", "at_least": 1}
INDUSTRY = {"attribute": "account.industry", "is": "one_of", "values": ["Software"]}
RULES: list[Json] = [
    INDUSTRY,
    {"attribute": "account.industry", "is": "unknown"},
    {"attribute": "lead.job_title", "is": "contains_word", "values": ["head of", "CTO"]},
    {"attribute": "account.employees", "is": "between", "values": [50, 500]},
    {"attribute": "custom.score", "is": "at_least", "value": 0.5},
    {"attribute": "lead.captured_on", "is": "before", "value": "2026-01-31"},
    {"attribute": "lead.captured_on", "is": "between", "values": ["2026-01-01", "2026-01-31"]},
    {"attribute": "lead.has_free_email", "is": "yes"},
    {"persona": "buyer"},
    VIEWS,
    {"activity": "any", "where": [], "within_days": None, "at_least": 2, "within_any_hours": 24},
    {"activity": "session", "total_seconds": 300, "within_days": 30},
    {"activity": "page_viewed", "different_subjects": 3},
    {"activity": "form_submitted", "at_least": 1,
     "where": [{"on": "subject", "is": "contains_word", "values": ["demo"]},
               {"on": "property", "property": "plan", "is": "one_of", "values": ["pro"]}]},
    {"silence_days": 60},
    {"silence_days": 60, "activity": "email_opened"},
    {"account_people": 2, "meet": VIEWS},
    {"account_people": 2, "meet": {"any": [VIEWS, INDUSTRY]}},
    {"account_roles": ["CTO", "Buyer"], "at_least": 2},
    {"all": [{"any": [{"none": [VIEWS]}]}]},
]  # fmt: skip


def a_clause(rule: Json, effect: Json | None = None, **fields: Any) -> Json:
    effect = effect or {"kind": "points", "points": 20, "count": "once"}
    return {"key": "c-1", "half": "fit", "wording": "Clause", "rule": rule, "effect": effect, **fields}


def a_document(*clauses: Json, **fields: Any) -> Json:
    return {
        "format": "accord.definition/1",
        "stage": "mql",
        "title": "",
        "threshold": 100,
        "minimums": {"fit": None, "behaviour": 10},
        "caps": {"fit": 50, "behaviour": None},
        "groups": [{"key": "web", "label": "Website", "cap": 30}],
        "grades": [20, 40, 60, 80],
        "personas": {"buyer": {"name": "Buyer", "rule": INDUSTRY}},
        "criteria": list(clauses) or [a_clause(INDUSTRY)],
        **fields,
    }


def sentences(read: Callable[[], Any]) -> list[str]:
    with pytest.raises(DocumentError) as raised:
        read()
    return [problem.sentence for problem in raised.value.problems]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("rule", RULES)
def test_every_kind_of_condition_is_read_and_in_the_schema(rule: Json) -> None:
    document = a_document(a_clause(rule))

    assert parse(document, CATALOGUE).criteria[0].key == "c-1"
    assert list(VALIDATOR.iter_errors(document)) == []


@pytest.mark.parametrize(
    "effect",
    [
        {"kind": "required"},
        {"kind": "points", "points": -1000},
        {"kind": "points", "points": 5, "count": "each", "times": 3, "per_days": 30, "fade_days": 60},
        {"kind": "points", "points": 5, "count": "each", "times": None, "per_days": None, "fade_days": None},
        {"kind": "points", "points": 5, "count": "once", "fade_days": 60},
    ],
)
def test_every_effect_is_read_and_in_the_schema(effect: Json) -> None:
    document = a_document(a_clause(VIEWS, effect))

    assert parse(document, CATALOGUE).criteria[0].effect.kind == effect["kind"]
    assert list(VALIDATOR.iter_errors(document)) == []


BAD_SHAPES: list[tuple[str, Json]] = [
    ("another format", a_document(format="accord.definition/2")),
    ("an unknown key", a_document(colour="blue")),
    ("no threshold", a_document(threshold=0)),
    ("a threshold that is a truth", a_document(threshold=True)),
    ("three grades", a_document(grades=[1, 2, 3])),
    ("a negative cap", a_document(groups=[{"key": "web", "cap": -1}])),
    ("no wording", a_document(a_clause(INDUSTRY, wording=" "))),
    ("no condition", a_document(a_clause({}))),
    ("an empty group", a_document(a_clause({"all": []}))),
    ("no values", a_document(a_clause({**INDUSTRY, "values": []}))),
    ("a regular expression", a_document(a_clause({**INDUSTRY, "is": "matches"}))),
    ("two measures", a_document(a_clause({**VIEWS, "total_seconds": 3}))),
    ("one within hours", a_document(a_clause({**VIEWS, "within_any_hours": 3}))),
    ("an empty window", a_document(a_clause({**VIEWS, "within_days": 0}))),
    ("a lookup for a property", a_document(a_clause({**VIEWS, "where": [
        {"on": "property", "property": "a__b'; --", "is": "one_of", "values": ["x"]}]}))),
    ("no points", a_document(a_clause(VIEWS, {"kind": "points", "points": 0}))),
    ("half a point", a_document(a_clause(VIEWS, {"kind": "points", "points": 0.5}))),
    ("a limit on points that count once", a_document(
        a_clause(VIEWS, {"kind": "points", "points": 5, "count": "once", "times": 3}))),
    ("a review on no day", a_document(a_clause(VIEWS, review_on="soon"))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "document"), BAD_SHAPES)
def test_a_bad_shape_is_refused_by_reader_and_schema(name: str, document: Json) -> None:
    with pytest.raises(DocumentError):
        parse(document, CATALOGUE)
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    ("name", "document", "sentence"),
    [
        ("an operator that does not fit",
         a_document(a_clause({"attribute": "account.employees", "is": "contains_word", "values": ["x"]})),
         "“Employees” can be compared by: at_least, at_most, between, one_of, none_of, known, unknown."),
        ("an unknown attribute", a_document(a_clause({"attribute": "lead.shoe", "is": "known"})),
         "There is no attribute “lead.shoe”."),
        ("31 February",
         a_document(a_clause({"attribute": "lead.captured_on", "is": "after", "value": "2026-02-31"})),
         "“Captured on” is compared with days like 2026-01-31."),
        ("a span backwards",
         a_document(a_clause({"attribute": "account.employees", "is": "between", "values": [5, 1]})),
         "“Employees”: the span ends before it begins."),
        ("an unknown kind", a_document(a_clause({"activity": "danced", "at_least": 1})),
         "There is no kind of activity “danced”."),
        ("what sales does", a_document(a_clause({"activity": "sales_call", "at_least": 1})),
         "“Call by sales” is what sales does, not behaviour of the lead."),
        ("an unknown persona", a_document(a_clause({"persona": "boss"})),
         "The persona “boss” is not known here."),
        ("five levels", a_document(a_clause({"all": [{"all": [{"all": [{"all": [VIEWS]}]}]}]})),
         "A rule has at most 4 levels."),
        ("41 conditions", a_document(a_clause({"any": [{"all": [VIEWS] * 20}, {"all": [VIEWS] * 21}]})),
         "A rule has at most 40 conditions."),
        ("silence of an account", a_document(a_clause({"account_people": 2, "meet": {"silence_days": 3}})),
         "A condition of the kind “silence_days” cannot stand here."),
        ("a missing group", a_document(a_clause(VIEWS, group="mail")),
         "“Clause” is in the group “mail”, which is missing."),
        ("a group of both halves",
         a_document(a_clause(VIEWS, group="web"), a_clause(VIEWS, key="c-2", half="behaviour", group="web")),
         "The group “web” has criteria of both halves."),
        ("a key twice", a_document(a_clause(VIEWS), a_clause(VIEWS)), "Two criteria have the key “c-1”."),
        ("falling grades", a_document(grades=[20, 10, 30, 40]),
         "The grades are four rising scores: the lowest of grades 2, 3, 4 and 5."),
        ("fading of a fact", a_document(a_clause(INDUSTRY, {"kind": "points", "points": 5, "fade_days": 3})),
         "Points that count each time or fade need a rule of one single activity, counted by “at least”."),
        ("half a surrogate pair", a_document(a_clause({**INDUSTRY, "values": ["\ud800"]})),
         "“Industry” is compared with texts of at most 200 letters."),
    ],
)  # fmt: skip
def test_what_a_schema_cannot_say_is_refused_with_a_sentence(
    name: str, document: Json, sentence: str
) -> None:
    assert sentences(lambda: parse(document, CATALOGUE)) == [sentence]


@pytest.mark.parametrize("junk", [None, [], "x", 5, {}, {"criteria": {}}, {"criteria": [None, 5, []]}])
def test_junk_gets_sentences_and_no_crash(junk: Any) -> None:
    assert sentences(lambda: parse(junk, CATALOGUE))


def test_all_problems_are_told_at_once_with_their_places() -> None:
    document = a_document(a_clause({"all": [{**INDUSTRY, "values": []}, VIEWS]}), threshold=-1)

    with pytest.raises(DocumentError) as raised:
        parse(document, CATALOGUE)

    assert [problem.path for problem in raised.value.problems] == [
        "threshold",
        "criteria[0].rule.all[0].values",
    ]


def test_a_rule_and_an_effect_are_read_on_their_own() -> None:
    assert parse_rule(INDUSTRY, CATALOGUE).values == ("software",)  # type: ignore[union-attr]
    assert parse_effect({"kind": "points", "points": 3, "count": "each"}, VIEWS).count == "each"
    assert sentences(lambda: parse_effect({"kind": "points", "points": 3, "count": "each"}, {"all": [VIEWS]}))


# -- fingerprint and text forms ----------------------------------------------------------------------------


def changed(change: Callable[[Json], Any]) -> Json:
    document = copy.deepcopy(a_document(a_clause({"all": [INDUSTRY, VIEWS]})))
    change(document)
    return document


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("title", lambda d: d.update(title="Other")),
        ("wording and reason", lambda d: d["criteria"][0].update(wording="Other", reason="Because")),
        ("order of conditions", lambda d: d["criteria"][0]["rule"]["all"].reverse()),
        ("spelling of a value", lambda d: d["criteria"][0]["rule"]["all"][0].update(values=[" SOFTWARE"])),
        ("a value twice",
         lambda d: d["criteria"][0]["rule"]["all"][0].update(values=["software", "Software"])),
        ("nothing said and nothing", lambda d: d["criteria"][0]["rule"]["all"][1].update(within_days=None)),
        ("label of a group", lambda d: d["groups"][0].update(label="Site")),
        ("a persona nobody names", lambda d: d["personas"].update(boss={"name": "Boss", "rule": VIEWS})),
    ],
)  # fmt: skip
def test_what_does_not_score_leaves_the_fingerprint(name: str, change: Callable[[Json], Any]) -> None:
    assert fingerprint(changed(change)) == fingerprint(changed(lambda d: None))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("stage", lambda d: d.update(stage="sql")),
        ("threshold", lambda d: d.update(threshold=99)),
        ("a cap", lambda d: d["groups"][0].update(cap=31)),
        ("a minimum", lambda d: d["minimums"].update(fit=0)),
        ("grades", lambda d: d.update(grades=[20, 40, 60, 81])),
        ("points", lambda d: d["criteria"][0]["effect"].update(points=21)),
        ("half", lambda d: d["criteria"][0].update(half="behaviour")),
        ("group", lambda d: d["criteria"][0].update(group="web")),
        ("a value", lambda d: d["criteria"][0]["rule"]["all"][0].update(values=["bank"])),
        ("a window", lambda d: d["criteria"][0]["rule"]["all"][1].update(within_days=3)),
        ("all or any", lambda d: d["criteria"][0].update(rule={"any": d["criteria"][0]["rule"]["all"]})),
    ],
)
def test_what_scores_changes_the_fingerprint(name: str, change: Callable[[Json], Any]) -> None:
    assert fingerprint(changed(change)) != fingerprint(changed(lambda d: None))


def test_a_persona_that_is_named_is_part_of_the_fingerprint() -> None:
    document = a_document(a_clause({"persona": "buyer"}))
    other = {**document, "personas": {"buyer": {"name": "Buyer", "rule": VIEWS}}}
    renamed = {**document, "personas": {"buyer": {"name": "Someone", "rule": INDUSTRY}}}

    assert fingerprint(document) != fingerprint(other)
    assert fingerprint(document) == fingerprint(renamed)


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("  Head-of\u00a0 Sales ", "head-of sales", " head of sales "),
        ("STRASSE", "strasse", " strasse "),
        ("Straße", "strasse", " strasse "),
        ("A\u030angstro\u0308m", "ångström", " ångström "),
        ("हिन्दी", "हिन्दी", " हिन्दी "),
        ("50 %", "50 %", " 50 "),
        ("a\x00b", "a b", " a b "),
        ("%_", "%_", ""),
        ("", "", ""),
    ],
)
def test_the_two_forms_of_text(text: str, key: str, words: str) -> None:
    assert (key_form(text), words_form(text)) == (key, words)
    assert key_form(key) == key
