"""Drafting: starting, editing clause by clause, numbers, the discussion, the two questions, files."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from definitions.criteria.document import parse
from definitions.documents import document_of, draft_document
from definitions.models import Comment, Criterion, Persona, Version, VersionStatus
from definitions.selectors import catalogue, the_definition
from definitions.services.answers import answer_give, answer_reflect
from definitions.services.criteria import criterion_add, criterion_edit, criterion_remove
from definitions.services.discussion import comment_add, comment_resolve
from definitions.services.documents import document_import
from definitions.services.drafts import StaleEdit, draft_create, draft_discard, version_edit
from definitions.services.moves import criterion_move
from definitions.services.personas import persona_create, persona_edit, persona_retire
from definitions.starting_points import STARTING_POINTS
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry
from tests.builders import a_criterion, a_document, an_active_version, marco, maya, mona, olga, sam, sofia

pytestmark = pytest.mark.django_db

SOFTWARE = {"attribute": "account.industry", "is": "one_of", "values": ["Software"]}
PRICING = {
    "activity": "page_viewed",
    "where": [{"on": "subject", "is": "contains_word", "values": ["pricing"]}],
    "within_days": 30,
    "at_least": 2,
}
TWENTY = {"kind": "points", "points": 20, "count": "once"}


def a_draft(**options: Any) -> Version:
    return draft_create(definition=the_definition("mql"), actor=maya(), **options)


def a_clause(version: Version, **values: Any) -> Criterion:
    return criterion_add(
        **{"version": version, "actor": maya(), "half": "fit", "rule": SOFTWARE, "effect": TWENTY, **values}
    )


# -- starting ----------------------------------------------------------------------------------------------


def test_a_draft_from_the_active_version_keeps_the_keys_of_its_clauses() -> None:
    active = an_active_version()
    draft = a_draft(based_on=active)
    assert draft.number == active.number + 1
    assert draft.status == VersionStatus.DRAFT
    assert {row.key for row in draft.criteria.all()} == {"c-software", "c-pricing"}
    assert draft_document(draft)["criteria"][0]["rule"] == active.document["criteria"][0]["rule"]
    assert document_of(active) == active.document


@pytest.mark.parametrize("key", list(STARTING_POINTS))
def test_a_starting_point_is_a_definition_that_can_be_read(key: str) -> None:
    point = STARTING_POINTS[key]
    parse(point.document, catalogue())
    draft = draft_create(definition=the_definition(point.stage), actor=maya(), document=point.document)
    assert draft_document(draft)["criteria"] == point.document["criteria"]


def test_an_empty_draft_has_numbers_and_no_clause() -> None:
    document = draft_document(a_draft(title="From nothing"))
    assert (document["threshold"], document["grades"], document["criteria"]) == (100, [20, 40, 60, 80], [])


def test_somebody_without_a_team_reads_and_does_not_draft() -> None:
    with pytest.raises(Refused, match="no team"):
        draft_create(definition=the_definition("mql"), actor=olga())
    assert not Version.objects.exists()


def test_sales_drafts_as_well_as_marketing() -> None:
    assert draft_create(definition=the_definition("mql"), actor=sam()).created_by == sam()


# -- clauses -----------------------------------------------------------------------------------------------


def test_an_empty_wording_is_made_from_the_rule() -> None:
    clause = a_clause(a_draft(), half="behaviour", rule=PRICING)
    assert "pricing" in clause.wording
    assert "2 times" in clause.wording
    assert clause.key.startswith("c-viewed-a-page")


def test_a_wording_written_by_hand_stays() -> None:
    clause = a_clause(a_draft(), wording="We sell to software companies")
    saved = criterion_edit(criterion=clause, actor=marco(), edit_number=1, effect={**TWENTY, "points": 25})
    assert (saved.wording, saved.effect["points"], saved.edit_number) == (
        "We sell to software companies",
        25,
        2,
    )


@pytest.mark.parametrize(
    ("rule", "effect", "field"),
    [
        pytest.param({}, TWENTY, "rule", id="no condition"),
        pytest.param({"attribute": "lead.shoe_size", "is": "known"}, TWENTY, "rule", id="unknown attribute"),
        pytest.param({**SOFTWARE, "is": "at_least"}, TWENTY, "rule", id="operator that does not fit"),
        pytest.param({**PRICING, "activity": "sales_call"}, TWENTY, "rule", id="what sales does"),
        pytest.param(SOFTWARE, {**TWENTY, "points": 0}, "effect", id="points that change nothing"),
        pytest.param(SOFTWARE, {**TWENTY, "fade_days": 30}, "effect", id="fading without an activity"),
    ],
)
def test_a_clause_that_cannot_be_read_is_refused_with_a_sentence(
    rule: dict[str, Any], effect: dict[str, Any], field: str
) -> None:
    draft = a_draft()
    with pytest.raises(Invalid) as refusal:
        a_clause(draft, rule=rule, effect=effect)
    assert refusal.value.field == field
    assert str(refusal.value)
    assert not draft.criteria.exists()


def test_of_two_who_save_the_same_clause_the_second_sees_both_texts() -> None:
    clause = a_clause(a_draft())
    criterion_edit(criterion=clause, actor=maya(), edit_number=1, wording="Maya's wording")
    stale = Criterion.objects.get(pk=clause.pk)
    with pytest.raises(StaleEdit, match="Maya Lindqvist saved this clause") as refusal:
        criterion_edit(criterion=stale, actor=sam(), edit_number=1, wording="Sam's wording")
    assert refusal.value.current.wording == "Maya's wording"
    assert Criterion.objects.get(pk=clause.pk).wording == "Maya's wording"
    again = criterion_edit(
        criterion=stale, actor=sam(), edit_number=refusal.value.current.edit_number, wording="Sam's wording"
    )
    assert again.wording == "Sam's wording"


def test_edits_of_different_clauses_do_not_meet() -> None:
    draft = a_draft()
    one, other = a_clause(draft), a_clause(draft, half="behaviour", rule=PRICING)
    criterion_edit(criterion=one, actor=maya(), edit_number=1, wording="One")
    criterion_edit(criterion=other, actor=sam(), edit_number=1, wording="Other")
    assert set(draft.criteria.values_list("wording", flat=True)) == {"One", "Other"}


@pytest.mark.parametrize("status", ["proposed", "active", "superseded"])
def test_what_is_no_longer_a_draft_is_not_edited(status: str) -> None:
    draft = a_draft()
    clause = a_clause(draft)
    document = draft_document(draft)
    Version.objects.filter(pk=draft.pk).update(
        status=status, document=document, fingerprint="f" * 64, ratified_at=draft.created_at
    )
    # The instance in hand still says "draft", as in a request that began before the proposal.
    with pytest.raises(Conflict, match="no longer a draft"):
        criterion_edit(criterion=clause, actor=maya(), edit_number=1, wording="Too late")
    fresh = Criterion.objects.select_related("version").get(pk=clause.pk)
    with pytest.raises(Refused, match="no longer a draft"):
        criterion_edit(criterion=fresh, actor=maya(), edit_number=1, wording="Too late")
    assert draft_document(Version.objects.get(pk=draft.pk)) == document


def test_clauses_change_places_within_their_half() -> None:
    draft = a_draft()
    first, second = a_clause(draft, wording="First"), a_clause(draft, wording="Second")
    criterion_move(criterion=second, actor=maya(), direction="up")
    assert [item["wording"] for item in draft_document(draft)["criteria"]] == ["Second", "First"]
    criterion_move(criterion=second, actor=maya(), direction="up")
    assert [item["key"] for item in draft_document(draft)["criteria"]] == [second.key, first.key]


def test_a_removed_clause_stays_in_the_record() -> None:
    clause = a_clause(a_draft(), wording="Out")
    with pytest.raises(StaleEdit):
        criterion_remove(criterion=clause, actor=maya(), edit_number=7)
    criterion_remove(criterion=clause, actor=maya(), edit_number=1)
    entry = AuditEntry.objects.get(verb="criterion.removed")
    assert (entry.actor, entry.before["wording"]) == (maya(), "Out")


# -- numbers -----------------------------------------------------------------------------------------------


def test_the_numbers_of_a_draft_are_set_and_a_stale_save_is_refused() -> None:
    draft = a_draft()
    groups = [{"key": "web", "label": "Website", "cap": 30}]
    version_edit(version=draft, actor=maya(), edit_number=1, threshold=70, groups=groups, cap_fit=50)
    with pytest.raises(StaleEdit) as refusal:
        version_edit(version=draft, actor=sam(), edit_number=1, threshold=90)
    assert refusal.value.current.threshold == 70
    document = draft_document(Version.objects.get(pk=draft.pk))
    assert (document["threshold"], document["groups"], document["caps"]["fit"]) == (70, groups, 50)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"grade_bounds": [20, 20, 60, 80]}, "grade_bounds"),
        ({"grade_bounds": [20, 40]}, "grade_bounds"),
        ({"threshold": 0}, "threshold"),
        ({"groups": []}, "groups"),
    ],
)
def test_numbers_that_cannot_be_are_refused(values: dict[str, Any], field: str) -> None:
    draft = a_draft()
    groups = [{"key": "web", "label": "Website", "cap": 30}]
    draft = version_edit(version=draft, actor=maya(), edit_number=1, groups=groups)
    a_clause(draft, group="web")
    with pytest.raises(Invalid) as refusal:
        version_edit(version=draft, actor=maya(), edit_number=2, **values)
    assert refusal.value.field == field


def test_a_discarded_draft_can_be_read_and_drafted_from_again() -> None:
    draft = a_draft()
    a_clause(draft, wording="Kept")
    with pytest.raises(Refused, match="person who started"):
        draft_discard(version=draft, actor=marco())
    away = draft_discard(version=draft, actor=mona())
    assert away.status == VersionStatus.WITHDRAWN
    assert [row.wording for row in a_draft(based_on=away).criteria.all()] == ["Kept"]
    with pytest.raises(Conflict):
        draft_discard(
            version=Version(pk=draft.pk, definition=draft.definition, created_by=maya()), actor=maya()
        )


# -- the discussion ----------------------------------------------------------------------------------------


def test_a_concern_is_settled_by_whoever_raised_it_or_a_manager() -> None:
    draft = a_draft()
    concern = comment_add(version=draft, actor=sam(), kind="concern", text="Too many students.")
    with pytest.raises(Refused, match="Sam Okafor or a manager"):
        comment_resolve(comment=concern, actor=maya())
    comment_resolve(comment=concern, actor=sam())
    with pytest.raises(Conflict, match="a moment ago"):
        comment_resolve(comment=concern, actor=mona())
    assert Comment.objects.get().resolved_by == sam()


def test_an_answer_to_a_concern_is_not_a_concern() -> None:
    draft = a_draft()
    concern = comment_add(version=draft, actor=sam(), kind="concern", text="Too many students.")
    reply = comment_add(version=draft, actor=maya(), kind="concern", text="Ruled out.", reply_to=concern)
    assert (reply.kind, reply.reply_to) == ("feedback", concern)


def test_somebody_without_a_team_does_not_comment() -> None:
    with pytest.raises(Refused):
        comment_add(version=a_draft(), actor=olga(), text="Hello")
    assert not Comment.objects.exists()


def test_an_answer_is_ones_own_and_changes_with_its_history() -> None:
    answer_give(actor=sam(), question="qualified", text="Knows the budget.")
    answer = answer_give(actor=sam(), question="qualified", text="Knows the budget and the date.")
    assert (answer.edit_number, sam().answers.count()) == (2, 1)
    entry = AuditEntry.objects.get(verb="answer.changed")
    assert entry.before == {"text": "Knows the budget."}


def test_a_draft_says_which_clause_follows_an_answer_or_why_none_does() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    answer = answer_give(actor=sofia(), question="easiest", text="Software companies.")
    answer_reflect(answer=answer, version=draft, actor=maya(), is_reflected=True, criterion_key=clause.key)
    with pytest.raises(Invalid, match="why"):
        answer_reflect(answer=answer, version=draft, actor=maya(), is_reflected=False)
    assert draft.reflections.get().criterion_key == clause.key


# -- personas ----------------------------------------------------------------------------------------------


def test_a_rule_that_names_a_persona_freezes_the_persona_with_it() -> None:
    titles = {"attribute": "lead.job_title", "is": "contains_word", "values": ["head of it"]}
    persona = persona_create(actor=maya(), name="Head of IT", rule=titles)
    draft = a_draft()
    a_clause(draft, rule={"persona": "head-of-it"}, personas=[persona])
    document = draft_document(draft)
    assert document["personas"] == {"head-of-it": {"name": "Head of IT", "rule": titles}}
    assert document["criteria"][0]["personas"] == ["head-of-it"]
    with pytest.raises(Conflict, match="still asks"):
        persona_retire(persona=persona, actor=maya())
    persona_edit(persona=persona, actor=maya(), edit_number=1, name="Head of technology")
    with pytest.raises(StaleEdit):
        persona_edit(persona=persona, actor=maya(), edit_number=1, name="Another")


def test_a_persona_speaks_of_facts_only() -> None:
    with pytest.raises(Invalid, match="facts"):
        persona_create(actor=maya(), name="Busy", rule={"any": [PRICING]})
    assert not Persona.objects.exists()


# -- files -------------------------------------------------------------------------------------------------


def test_a_definition_goes_out_and_comes_in_the_same(tmp_path: Any) -> None:
    persona_create(
        actor=maya(),
        name="Head of IT",
        rule={"attribute": "lead.job_title", "is": "contains_word", "values": ["head of it"]},
    )
    draft = a_draft(title="There and back", document=STARTING_POINTS["saas"].document)
    a_clause(draft, rule={"persona": "head-of-it"}, owner=marco(), basis="data", reason="Measured.")
    path = tmp_path / "definition.json"
    call_command("definition_export", "--number", str(draft.number), "--output", str(path))
    Persona.objects.all().delete()
    out = StringIO()
    call_command("definition_import", str(path), "--as", "maya@example.com", stdout=out)
    copy = Version.objects.exclude(pk=draft.pk).get()
    assert draft_document(copy) == json.loads(path.read_text(encoding="utf-8"))
    assert f"/definitions/drafts/{copy.pk}/" in out.getvalue()


def test_the_same_persona_with_another_rule_is_refused() -> None:
    persona_create(actor=maya(), name="Boss", rule={"attribute": "lead.has_phone", "is": "yes"})
    document = a_document(
        a_criterion("c-boss", {"persona": "boss"}),
        personas={"boss": {"name": "Boss", "rule": {"attribute": "lead.has_phone", "is": "no"}}},
    )
    with pytest.raises(Invalid, match="another rule here"):
        document_import(document=document, actor=maya())
    assert not Version.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"format": "other"}', "format"),
        (b"{]", "not valid JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_a_file_that_is_no_definition_imports_nothing(tmp_path: Any, content: bytes, sentence: str) -> None:
    maya()
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        call_command("definition_import", str(path), "--as", "maya@example.com")
    assert not Version.objects.exists()


def test_export_without_an_active_definition_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="--number"):
        call_command("definition_export")
