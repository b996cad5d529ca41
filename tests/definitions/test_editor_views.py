"""The pages of the definition: the treaty, the editor, the rule builder, the discussion, files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from jsonschema import Draft202012Validator

from definitions.documents import draft_document
from definitions.models import Attribute, Comment, Criterion, Persona, RepAnswer, Version, VersionStatus
from definitions.services.criteria import criterion_edit, criterion_remove
from definitions.services.discussion import comment_add
from definitions.starting_points import STARTING_POINTS
from leads.models import LeadValue
from leads.scoring.preview.numbers import ClauseNumbers, GradeNumbers
from tests.builders import (
    NOW,
    a_document,
    a_lead,
    a_version,
    an_account,
    an_active_version,
    an_activity,
    marco,
    maya,
    olga,
    sam,
    signed_in,
)
from tests.definitions.drafting import HTMX, SOFTWARE, TWENTY, a_clause, a_draft, posted

pytestmark = pytest.mark.django_db


# -- reading -----------------------------------------------------------------------------------------------


def test_every_page_asks_who_you_are() -> None:
    draft = a_draft()
    for name, arguments in [
        ("definition_index", []),
        ("definition_page", ["mql"]),
        ("version_export", [draft.pk]),
        ("draft_new", ["mql"]),
        ("document_upload", []),
        ("draft_editor", [draft.pk]),
        ("draft_clauses", [draft.pk]),
        ("draft_settings", [draft.pk]),
        ("draft_answers", [draft.pk]),
        ("criterion_new", [draft.pk]),
        ("rule_builder", []),
        ("rule_preview", []),
        ("comment_list", [draft.pk]),
        ("personas", []),
        ("persona_new", []),
        ("answers", []),
    ]:
        answer = Client().get(reverse(f"definitions:{name}", args=arguments))
        assert answer.status_code == 302, name
        assert "login" in answer.url, name


def test_the_treaty_says_both_halves_the_numbers_and_the_history(django_assert_max_num_queries: Any) -> None:
    an_active_version(STARTING_POINTS["saas"].document)
    a_draft(title="The next round")
    client = signed_in(olga())
    with django_assert_max_num_queries(17):
        page = client.get("/definitions/mql/")
    text = page.content.decode()
    assert "Looked at the pricing pages at least twice" in text
    assert "Fit: who they are" in text
    assert "60 points" in text
    assert "The next round" in text
    assert "Start a draft" not in text  # she has no team


def test_without_a_definition_the_page_teaches_the_next_step() -> None:
    text = signed_in(maya()).get("/definitions/mql/").content.decode()
    assert "No definition is in force yet." in text
    assert signed_in(maya()).get("/definitions/sql/").status_code == 200


def test_any_version_can_be_read_and_taken_away_as_a_file() -> None:
    version = an_active_version(a_document())
    client = signed_in(olga())
    assert "The first agreement" in client.get("/definitions/mql/v1/").content.decode() or version.title == ""
    file = client.get(reverse("definitions:version_export", args=[version.pk]))
    assert json.loads(file.content) == version.document
    assert 'filename="mql-v1.json"' in file["Content-Disposition"]
    assert client.get("/definitions/mql/v7/").status_code == 404


# -- starting ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "clauses"), [("version", 2), ("saas", 13), ("empty", 0)])
def test_a_draft_starts_from_the_active_version_a_template_or_nothing(source: str, clauses: int) -> None:
    an_active_version()
    answer = signed_in(maya()).post("/definitions/mql/drafts/new/", {"source": source, "title": "Mine"})
    draft = Version.objects.get(status=VersionStatus.DRAFT)
    assert answer.url == f"/definitions/drafts/{draft.pk}/"
    assert (draft.title, draft.criteria.count()) == ("Mine", clauses)


def test_somebody_without_a_team_reads_the_editor_and_changes_nothing() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    client = signed_in(olga())
    text = client.get(f"/definitions/drafts/{draft.pk}/").content.decode()
    assert "You are in no team" in text
    assert "Propose it" not in text
    assert client.post("/definitions/mql/drafts/new/", {"source": "empty"}).status_code == 403
    address = f"/definitions/drafts/{draft.pk}/criteria/{clause.key}/"
    assert client.post(address, posted(edit_number="1")).status_code == 403
    assert client.post(f"{address}remove/", {"edit_number": "1"}).status_code == 403
    assert draft.criteria.get().edit_number == 1


# -- several people at once --------------------------------------------------------------------------------


def test_a_stale_save_is_answered_with_both_texts_and_saving_again_is_a_decision() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    client, address = signed_in(sam()), f"/definitions/drafts/{draft.pk}/criteria/{clause.key}/"
    criterion_edit(criterion=clause, actor=marco(), edit_number=1, wording="Marco says software")
    mine = posted(edit_number="1", auto_wording="", wording="Sam says software", reason="Sam's reason")
    refused = client.post(address, mine)
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "Marco Ferri saved this clause" in text
    assert "Marco says software" in text
    assert text.count("+20 points") == 2
    assert text.count("Sam says software") >= 2
    assert "Sam&#x27;s reason" in text
    assert Criterion.objects.get(pk=clause.pk).wording == "Marco says software"
    assert client.post(address, {**mine, "edit_number": "2"}).status_code == 302
    assert Criterion.objects.get(pk=clause.pk).wording == "Sam says software"


def test_the_editor_notices_changes_of_others_and_is_quiet_otherwise() -> None:
    draft = a_draft()
    client = signed_in(sam())
    page = client.get(f"/definitions/drafts/{draft.pk}/")
    address = f"/definitions/drafts/{draft.pk}/clauses/?stamp={page.context['stamp']}"
    assert client.get(address, **HTMX).status_code == 204
    clause = a_clause(draft, wording="Just added by Maya")
    fragment = client.get(address, **HTMX)
    assert "Just added by Maya" in fragment.content.decode()
    assert fragment["HX-Trigger"] == "accord:draft-changed"
    quiet = client.get(f"/definitions/drafts/{draft.pk}/clauses/?stamp={fragment.context['stamp']}", **HTMX)
    assert quiet.status_code == 204
    comment_add(version=draft, actor=maya(), text="Look", criterion_key=clause.key)
    assert "1 open comment" in client.get(address, **HTMX).content.decode()


def test_an_open_clause_says_when_somebody_else_saved_it() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    client = signed_in(sam())
    address = f"/definitions/drafts/{draft.pk}/criteria/{clause.key}/watch/?edit_number=1&seen=1:"
    assert client.get(address, **HTMX).status_code == 204
    criterion_edit(criterion=clause, actor=maya(), edit_number=1, wording="Another wording")
    told = client.get(address, **HTMX)
    assert told.status_code == 200
    assert "Maya Lindqvist saved this clause" in told.content.decode()
    clause.delete()
    assert "removed this clause" in client.get(address, **HTMX).content.decode()


def test_the_editor_asks_few_questions_however_many_clauses(django_assert_max_num_queries: Any) -> None:
    draft = a_draft(document=STARTING_POINTS["saas"].document)
    client = signed_in(sam())
    with django_assert_max_num_queries(16):
        assert client.get(f"/definitions/drafts/{draft.pk}/").status_code == 200


def test_numbers_are_changed_and_a_stale_change_is_refused() -> None:
    draft = a_draft()
    client, address = signed_in(maya()), f"/definitions/drafts/{draft.pk}/settings/"
    values = {
        "threshold": "70",
        "grade_2": "10",
        "grade_3": "20",
        "grade_4": "30",
        "grade_5": "40",
        "group_0_label": "Website",
        "group_0_cap": "30",
        "edit_number": "1",
    }
    assert client.post(address, values).status_code == 302
    stale = client.post(address, {**values, "threshold": "90"})
    assert stale.status_code == 409
    assert "70 points" in stale.content.decode()
    assert 'value="90"' in stale.content.decode()
    assert client.post(address, {**values, "grade_5": "5", "edit_number": "2"}).status_code == 422
    document = draft_document(Version.objects.get(pk=draft.pk))
    assert (document["threshold"], document["grades"]) == (70, [10, 20, 30, 40])
    assert document["groups"] == [{"key": "website", "label": "Website", "cap": 30}]


def test_clauses_are_moved_and_removed_and_the_draft_is_put_away() -> None:
    draft = a_draft()
    first, second = a_clause(draft, wording="First"), a_clause(draft, wording="Second")
    client, address = signed_in(maya()), f"/definitions/drafts/{draft.pk}"
    client.post(f"{address}/criteria/{second.key}/move/", {"direction": "up"})
    assert [item["wording"] for item in draft_document(draft)["criteria"]] == ["Second", "First"]
    assert client.post(f"{address}/criteria/{first.key}/remove/", {"edit_number": "9"}).status_code == 409
    assert client.post(f"{address}/criteria/{first.key}/remove/", {"edit_number": "1"}).status_code == 302
    assert client.post(f"{address}/discard/").status_code == 302
    assert Version.objects.get().status == VersionStatus.WITHDRAWN
    assert "never proposed" in client.get("/definitions/mql/v1/").content.decode()
    left = client.get(f"{address}/clauses/?stamp=1", **HTMX)
    assert left["HX-Redirect"] == "/definitions/mql/v1/"


# -- the discussion and the two questions --------------------------------------------------------------------


def test_comments_are_said_answered_and_settled() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    client = signed_in(sam())
    new = reverse("definitions:comment_new", args=[draft.pk])
    client.post(new, {"kind": "concern", "text": "Too broad.", "criterion_key": clause.key})
    concern = Comment.objects.get()
    answer = client.post(new, {"kind": "feedback", "text": "True.", "reply_to": str(concern.pk)})
    assert answer.url.endswith(f"/criteria/{clause.key}/#comments")
    page = signed_in(maya()).get(f"/definitions/drafts/{draft.pk}/").content.decode()
    assert "One concern is open" in page
    settle = reverse("definitions:comment_settle", args=[concern.pk])
    on_clause = f"/definitions/drafts/{draft.pk}/criteria/{clause.key}/"
    theirs = signed_in(maya()).get(on_clause).content.decode()
    assert settle not in theirs
    assert "Only Sam Okafor or a manager can settle this concern." in theirs
    assert settle in client.get(on_clause).content.decode()
    assert signed_in(maya()).post(settle).status_code == 403
    assert client.post(settle).status_code == 302
    assert "One concern is open" not in client.get(f"/definitions/drafts/{draft.pk}/").content.decode()


def test_an_open_concern_leads_to_where_it_is_settled_also_after_its_clause_is_gone() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    concern = comment_add(
        version=draft, actor=sam(), kind="concern", text="Too broad.", criterion_key=clause.key
    )
    client = signed_in(sam())
    page = client.get(f"/definitions/drafts/{draft.pk}/").content.decode()
    assert f'href="/definitions/drafts/{draft.pk}/criteria/{clause.key}/#comments"' in page
    assert "Too broad." not in page
    criterion_remove(criterion=clause, actor=maya(), edit_number=clause.edit_number)
    for address in (f"/definitions/drafts/{draft.pk}/", f"/definitions/versions/{draft.pk}/comments/"):
        page = client.get(address).content.decode()
        assert "Too broad." in page
        assert "on a clause that was removed" in page
    assert "Go to the comments" in client.get(f"/definitions/drafts/{draft.pk}/").content.decode()
    settled = client.post(reverse("definitions:comment_settle", args=[concern.pk]))
    assert settled.url == f"/definitions/drafts/{draft.pk}/#comments"
    assert "open. It has to be settled" not in client.get(f"/definitions/drafts/{draft.pk}/").content.decode()


def test_a_version_under_vote_is_still_talked_about_and_an_old_one_is_not() -> None:
    version = a_version(status="proposed")
    client = signed_in(sam())
    new = reverse("definitions:comment_new", args=[version.pk])
    answer = client.post(new, {"kind": "question", "text": "Why thirty days?", "criterion_key": "c-pricing"})
    assert answer.url == "/definitions/mql/v1/#comments"
    text = client.get("/definitions/mql/v1/").content.decode()
    assert "Why thirty days?" in text
    assert "#clause-c-pricing" in text
    Version.objects.update(status="rejected")
    assert client.post(new, {"kind": "question", "text": "Again?"}).status_code == 403
    assert "Say it" not in client.get("/definitions/mql/v1/").content.decode()


def test_the_two_questions_show_who_has_answered_and_what_the_draft_makes_of_it() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    client = signed_in(sam())
    assert "0 of 1 have answered" in client.get("/definitions/answers/").content.decode()
    client.post("/definitions/answers/give/", {"question": "qualified", "text": "Knows the budget."})
    assert "1 of 1 have answered" in client.get("/definitions/answers/").content.decode()
    answer = RepAnswer.objects.get()
    address = reverse("definitions:answer_reflect", args=[draft.pk, answer.pk])
    assert signed_in(maya()).post(address, {"through": "no"}).status_code == 422
    signed_in(maya()).post(address, {"through": clause.key})
    page = signed_in(maya()).get(f"/definitions/drafts/{draft.pk}/answers/").content.decode()
    assert "Knows the budget." in page
    assert draft.reflections.get().criterion_key == clause.key


def test_personas_are_described_changed_and_retired() -> None:
    client = signed_in(maya())
    rule = {
        "rule_form": "rows",
        "r0-type": "attribute",
        "r0-field": "lead.job_title",
        "r0-is": "contains_word",
    }
    values = {"do": "save", "name": "Head of IT", **rule, "r0-values": "head of it"}
    assert client.post("/definitions/personas/new/", {**values, "r0-values": ""}).status_code == 422
    assert client.post("/definitions/personas/new/", values).status_code == 302
    assert "head of it" in client.get("/definitions/personas/").content.decode()
    address = "/definitions/personas/head-of-it/"
    assert client.get(address).status_code == 200
    assert client.post(address, {**values, "role": "Decides", "edit_number": "1"}).status_code == 302
    assert client.post(address, {**values, "role": "Advises", "edit_number": "1"}).status_code == 409
    assert Persona.objects.get().role == "Decides"
    client.post("/definitions/personas/head-of-it/retire/")
    assert Persona.objects.get().retired_at is not None


# -- files -------------------------------------------------------------------------------------------------


def test_a_file_becomes_a_draft_or_says_what_is_wrong() -> None:
    client = signed_in(maya())
    good = SimpleUploadedFile("d.json", json.dumps(a_document()).encode())
    answer = client.post("/definitions/import/", {"file": good, "title": ""})
    draft = Version.objects.get()
    assert answer.url == f"/definitions/drafts/{draft.pk}/"
    assert draft.title == "The first agreement"
    bad = SimpleUploadedFile("d.json", json.dumps({**a_document(), "threshold": -3}).encode())
    refused = client.post("/definitions/import/", {"file": bad})
    assert refused.status_code == 422
    assert "threshold" in refused.content.decode()
    noise = SimpleUploadedFile("d.json", b"\x89PNG\r\n")
    assert "not a text file" in client.post("/definitions/import/", {"file": noise}).content.decode()
    assert Version.objects.count() == 1


def test_the_schema_of_the_file_is_published_and_linked() -> None:
    client = signed_in(maya())
    schema = client.get(reverse("definitions:document_schema")).json()
    document = STARTING_POINTS["saas"].document
    Draft202012Validator(schema).validate(document)
    assert not Draft202012Validator(schema).is_valid({**document, "threshold": "many"})
    assert "/definitions/definition.schema.json" in client.get("/definitions/import/").content.decode()


# -- what the draft asks of the leads ------------------------------------------------------------------------


def test_the_numbers_beside_a_draft_are_counted_on_the_leads() -> None:
    software = an_account(industry="Software")
    for _number in range(3):
        a_lead(account=software)
    a_lead(account=an_account(industry="Retail"))
    draft = a_draft()
    clause = a_clause(draft, effect={**TWENTY, "points": 100})
    numbers = signed_in(sam()).get(reverse("leads:draft_numbers", args=[draft.pk]), **HTMX)
    shown = numbers.context["preview"].numbers
    assert (shown.qualified, shown.population) == (3, 4)
    assert shown.clauses == [ClauseNumbers(clause.key, clause.wording, met=3, without=-3)]
    assert shown.grades[0] == GradeNumbers(5, draft=3, active=None)
    count = signed_in(sam()).post(reverse("leads:rule_count"), {"rule": json.dumps(SOFTWARE)}, **HTMX)
    assert count.context["count"] == {"met": 3, "population": 4}
    senseless = signed_in(sam()).post(reverse("leads:rule_count"), {"rule": "{"}, **HTMX)
    assert "cannot be counted" in senseless.content.decode()


def test_the_workspaces_own_attributes_are_offered_with_their_values() -> None:
    plan = Attribute.objects.create(key="plan", label="Plan", value_type="choice")
    lead = a_lead()
    LeadValue.objects.create(lead=lead, attribute=plan, text="Team plan", text_key="team plan")
    draft = a_draft()
    client = signed_in(maya())
    own = {"r0-field": "custom.plan", "r0-values": "Team plan"}
    form = client.post(
        reverse("definitions:rule_builder"), posted(do="refresh", **own), **HTMX
    ).content.decode()
    assert '<optgroup label="Your own"><option value="custom.plan" selected>Plan</option>' in form
    page = client.get(reverse("leads:field_choices"), {"field": "custom.plan"}, **HTMX)
    assert 'value="Team plan"' in page.content.decode()
    assert client.post(f"/definitions/drafts/{draft.pk}/criteria/new/", posted(**own)).status_code == 302
    assert draft.criteria.get().wording == "Plan is Team plan"


def test_choices_are_the_values_that_leads_have_as_people_write_them() -> None:
    lead = a_lead(account=an_account(industry="Software"), country="Germany")
    an_activity(lead, "page_viewed", NOW, subject="Pricing plans")
    client = signed_in(sam())
    for field, value in [
        ("account.industry", "Software"),
        ("lead.country", "Germany"),
        ("activity.subject", "Pricing plans"),
        ("account.kind", "competitor"),
    ]:
        page = client.get(reverse("leads:field_choices"), {"field": field, "area": "r0-values"}, **HTMX)
        assert f'value="{value}"' in page.content.decode(), field
    for field in ("account.employees", "lead.unheard_of"):
        page = client.get(reverse("leads:field_choices"), {"field": field})
        assert page.status_code == 200
        assert "No values yet" in page.content.decode()
