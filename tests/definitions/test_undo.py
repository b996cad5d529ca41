"""Taking back what one did to a draft: each kind of act, several steps back, and never over others' work."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from definitions.documents import draft_document
from definitions.models import Criterion, DraftStep, Version
from definitions.selectors import catalogue
from definitions.selectors.discussion import comments_of
from definitions.selectors.drafting import undoing_of
from definitions.services.criteria import criterion_edit, criterion_remove
from definitions.services.discussion import comment_add
from definitions.services.drafts import StaleEdit, version_edit
from definitions.services.moves import criterion_move, criterion_place
from definitions.services.numbers import group_add, group_remove, number_set, points_set
from definitions.services.personas import persona_create
from definitions.services.undoing import step_undo
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, User
from tests.builders import marco, maya, olga, sam, signed_in
from tests.definitions.drafting import HTMX, SOFTWARE, TWENTY, a_clause, a_draft

pytestmark = pytest.mark.django_db

RETAIL = {**SOFTWARE, "values": ["Retail"]}


def fresh(draft: Version) -> Version:
    return Version.objects.select_related("definition").get(pk=draft.pk)


def clause_now(criterion: Criterion) -> Criterion:
    return Criterion.objects.select_related("version__definition").get(
        version=criterion.version_id, key=criterion.key
    )


def what_it_says(draft: Version) -> dict[str, Any]:
    """The draft's document; clauses in order."""
    return draft_document(fresh(draft))


def the_step(pk: int) -> DraftStep:
    return DraftStep.objects.select_related("version__definition", "entry", "actor").get(pk=pk)


def undo(draft: Version, person: User) -> None:
    last = undoing_of(draft.pk, person, catalogue()).last
    assert last is not None
    step_undo(
        step=DraftStep.objects.select_related("version__definition", "entry").get(pk=last.pk), actor=person
    )


def redo(draft: Version, person: User) -> None:
    again = undoing_of(draft.pk, person, catalogue()).redo
    assert again is not None
    step_undo(
        step=DraftStep.objects.select_related("version__definition", "entry").get(pk=again.pk), actor=person
    )


def change_everything(clause: Criterion) -> None:
    titles = {"attribute": "lead.job_title", "is": "contains_word", "values": ["head of it"]}
    persona = persona_create(actor=maya(), name="Head of IT", rule=titles)
    criterion_edit(
        criterion=clause,
        actor=maya(),
        edit_number=clause.edit_number,
        personas=[persona],
        half="behaviour",
        wording="Another wording",
        rule=RETAIL,
        effect={"kind": "required"},
        owner=sam(),
        reason="Because.",
        basis="data",
        review_on=date(2027, 1, 31),
    )


ACTS: dict[str, Callable[[Version, Criterion, Criterion], object]] = {
    "add": lambda draft, first, second: a_clause(
        draft, wording="Third", owner=sam(), review_on=date(2026, 12, 31)
    ),
    "edit": lambda draft, first, second: change_everything(first),
    "remove": lambda draft, first, second: criterion_remove(criterion=first, actor=maya(), edit_number=1),
    "remove the last": lambda draft, first, second: criterion_remove(
        criterion=second, actor=maya(), edit_number=1
    ),
    "move up": lambda draft, first, second: criterion_move(criterion=second, actor=maya(), direction="up"),
    "move down": lambda draft, first, second: criterion_move(criterion=first, actor=maya(), direction="down"),
    "into a group": lambda draft, first, second: criterion_place(criterion=first, actor=maya(), group="web"),
    "points": lambda draft, first, second: points_set(criterion=first, actor=maya(), points=35, was=20),
    "threshold": lambda draft, first, second: number_set(
        version=draft, actor=maya(), name="threshold", value=70, was=100
    ),
    "a minimum": lambda draft, first, second: number_set(
        version=draft, actor=maya(), name="minimum_fit", value=5, was=None
    ),
    "a grade": lambda draft, first, second: number_set(
        version=draft, actor=maya(), name="grade_3", value=45, was=40
    ),
    "a group": lambda draft, first, second: group_add(version=draft, actor=maya(), label="Visits", cap=30),
    "all numbers": lambda draft, first, second: version_edit(
        version=draft,
        actor=maya(),
        edit_number=fresh(draft).edit_number,
        title="New",
        threshold=60,
        cap_fit=50,
    ),
}


@pytest.mark.parametrize("name", list(ACTS))
def test_each_act_is_taken_back_and_done_again(name: str) -> None:
    draft = a_draft()
    group_add(version=draft, actor=marco(), label="Web", cap=40)
    first, second = (a_clause(draft, wording=each, actor=marco()) for each in ("First", "Second"))
    before = what_it_says(draft)
    ACTS[name](fresh(draft), clause_now(first), clause_now(second))
    after = what_it_says(draft)
    assert after != before
    undo(draft, maya())
    assert what_it_says(draft) == before
    redo(draft, maya())
    assert what_it_says(draft) == after
    undo(draft, maya())
    assert what_it_says(draft) == before
    assert undoing_of(draft.pk, maya(), catalogue()).last is None


def test_several_steps_go_back_one_by_one_and_forward_again() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    said = [what_it_says(draft)]
    for points in (25, 30, 35):
        points_set(criterion=clause_now(clause), actor=maya(), points=points, was=points - 5)
        said.append(what_it_says(draft))
    number_set(version=draft, actor=maya(), name="threshold", value=70, was=100)
    for each in reversed(said):
        undo(draft, maya())
        assert what_it_says(draft) == each
    for each in said[1:]:
        redo(draft, maya())
        assert what_it_says(draft) == each
    # A new act ends what can be done again.
    points_set(criterion=clause_now(clause), actor=maya(), points=1, was=35)
    assert undoing_of(draft.pk, maya(), catalogue()).redo is None


def test_a_removed_clause_comes_back_with_its_key_its_comments_and_its_place() -> None:
    draft = a_draft()
    rows = [a_clause(draft, wording=each) for each in ("First", "Second", "Third")]
    comment_add(version=draft, actor=sam(), text="Which size?", criterion_key=rows[1].key)
    criterion_remove(criterion=rows[1], actor=maya(), edit_number=1)
    a_clause(draft, wording="Fourth", actor=sam())
    undo(draft, maya())
    assert [item["wording"] for item in what_it_says(draft)["criteria"]] == [
        "First",
        "Second",
        "Third",
        "Fourth",
    ]
    back = clause_now(rows[1])
    assert [comment.text for comment in comments_of(draft, back.key)] == ["Which size?"]
    # Whoever had its form open before it was removed is still told that it is another text.
    with pytest.raises(StaleEdit):
        criterion_edit(criterion=back, actor=sam(), edit_number=1, wording="From the old form")


def test_an_undo_over_somebody_elses_edit_is_refused_with_both_texts() -> None:
    draft = a_draft()
    clause = a_clause(draft, wording="Before")
    criterion_edit(criterion=clause, actor=maya(), edit_number=1, wording="Maya's words")
    criterion_edit(criterion=clause_now(clause), actor=sam(), edit_number=2, wording="Sam's words")
    said, steps = what_it_says(draft), list(DraftStep.objects.values())
    with pytest.raises(Conflict) as refusal:
        undo(draft, maya())
    assert "Sam Okafor" in str(refusal.value)
    assert "“Sam's words”" in str(refusal.value)
    assert "“Before”" in str(refusal.value)
    assert (what_it_says(draft), list(DraftStep.objects.values())) == (said, steps)
    # Sam takes his own back; then hers can be.
    undo(draft, sam())
    undo(draft, maya())
    assert clause_now(clause).wording == "Before"


def test_edits_of_others_to_other_parts_stay() -> None:
    draft = a_draft()
    clause = a_clause(draft, wording="Before")
    criterion_edit(criterion=clause, actor=maya(), edit_number=1, wording="After")
    points_set(criterion=clause_now(clause), actor=sam(), points=45, was=20)
    undo(draft, maya())
    now = clause_now(clause)
    assert (now.wording, now.effect["points"]) == ("Before", 45)


@pytest.mark.parametrize(
    ("mine", "theirs", "words"),
    [
        pytest.param(
            lambda draft, clause: None,
            lambda draft, clause: points_set(criterion=clause, actor=sam(), points=45, was=20),
            ("Sam Okafor", "+45 points", "no such clause"),
            id="an addition that was edited",
        ),
        pytest.param(
            lambda draft, clause: criterion_edit(
                criterion=clause, actor=maya(), edit_number=1, wording="After"
            ),
            lambda draft, clause: criterion_remove(criterion=clause, actor=sam(), edit_number=2),
            ("was removed since",),
            id="an edit of what was removed",
        ),
        pytest.param(
            lambda draft, clause: number_set(
                version=draft, actor=maya(), name="threshold", value=70, was=100
            ),
            lambda draft, clause: number_set(version=draft, actor=sam(), name="threshold", value=75, was=70),
            ("Sam Okafor", "threshold 75", "threshold 100"),
            id="the threshold",
        ),
        pytest.param(
            lambda draft, clause: criterion_move(criterion=clause, actor=maya(), direction="down"),
            lambda draft, clause: criterion_move(criterion=clause, actor=sam(), direction="up"),
            ("Sam Okafor moved",),
            id="a move",
        ),
    ],
)
def test_later_work_of_others_is_never_overwritten(mine: Any, theirs: Any, words: tuple[str, ...]) -> None:
    draft = a_draft()
    clause = a_clause(draft, wording="First")
    a_clause(draft, wording="Second", actor=sam())
    mine(draft, clause_now(clause))
    theirs(draft, clause_now(clause))
    said = what_it_says(draft)
    with pytest.raises(Conflict) as refusal:
        undo(draft, maya())
    for word in words:
        assert word in str(refusal.value)
    assert what_it_says(draft) == said


def test_a_group_that_has_clauses_of_others_by_now_is_not_taken_back() -> None:
    draft = a_draft()
    clause = a_clause(draft, actor=sam())
    group_add(version=draft, actor=maya(), label="Web", cap=40)
    criterion_place(criterion=clause_now(clause), actor=sam(), group="web")
    with pytest.raises(Invalid, match="still belong to the group"):
        undo(draft, maya())
    assert fresh(draft).groups == [{"key": "web", "label": "Web", "cap": 40}]


def test_a_clause_whose_group_is_gone_is_not_put_back_into_it() -> None:
    draft = a_draft()
    group_add(version=draft, actor=maya(), label="Web", cap=40)
    clause = a_clause(fresh(draft), group="web", actor=sam())
    criterion_remove(criterion=clause, actor=maya(), edit_number=1)
    group_remove(version=draft, actor=sam(), key="web")
    with pytest.raises(Invalid, match="no such group"):
        undo(draft, maya())
    assert not draft.criteria.exists()


def test_one_takes_back_only_ones_own_and_only_once() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    step = DraftStep.objects.select_related("version__definition", "entry").get()
    for person in (sam(), olga()):
        with pytest.raises(Refused, match="Maya Lindqvist did this"):
            step_undo(step=step, actor=person)
    assert undoing_of(draft.pk, sam(), catalogue()).last is None
    step_undo(step=step, actor=maya())
    with pytest.raises(Conflict, match="a moment ago"):
        step_undo(step=step, actor=maya())
    assert not Criterion.objects.filter(pk=clause.pk).exists()


def test_what_is_no_longer_a_draft_is_not_undone() -> None:
    draft = a_draft()
    a_clause(draft)
    Version.objects.filter(pk=draft.pk).update(
        status="proposed", document=draft_document(draft), fingerprint="f" * 64
    )
    with pytest.raises(Refused, match="no longer a draft"):
        undo(draft, maya())
    assert draft.criteria.count() == 1


def test_what_was_not_done_leaves_no_step_and_every_step_has_its_entry() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    with pytest.raises(StaleEdit):
        criterion_edit(criterion=clause, actor=maya(), edit_number=9, wording="Stale")
    criterion_edit(criterion=clause, actor=maya(), edit_number=1)  # saved without a change
    criterion_move(criterion=clause, actor=maya(), direction="up")  # is the first already
    assert DraftStep.objects.count() == 1
    points_set(criterion=clause_now(clause), actor=maya(), points=25, was=20)
    undo(draft, maya())
    verbs = AuditEntry.objects.filter(subject_type="definitions.criterion").order_by("pk")
    assert list(verbs.values_list("verb", "note")) == [
        ("criterion.added", ""),
        ("criterion.edited", ""),
        ("criterion.edited", ""),
        ("criterion.edited", "Taken back by undo."),
    ]


# -- the page ------------------------------------------------------------------------------------------------


def test_the_page_offers_what_one_did_last_and_what_was_before() -> None:
    draft = a_draft()
    clause = a_clause(draft, wording="Works in software")
    number_set(version=draft, actor=maya(), name="threshold", value=70, was=100)
    points_set(criterion=clause_now(clause), actor=maya(), points=25, was=20)
    page = signed_in(maya()).get(f"/definitions/drafts/{draft.pk}/").content.decode()
    assert "“Works in software”: effect +20 points → +25 points" in page
    assert "threshold 100 → 70" in page
    assert 'id="undo"' not in signed_in(sam()).get(f"/definitions/drafts/{draft.pk}/").content.decode()


def test_undo_by_button_with_script_and_without() -> None:
    draft = a_draft()
    clause = a_clause(draft, effect=TWENTY)
    points_set(criterion=clause, actor=maya(), points=25, was=20)
    client, address = signed_in(maya()), reverse("definitions:draft_undo", args=[draft.pk])
    step = DraftStep.objects.earliest("-pk")
    answer = client.post(address, {"step": step.pk}, **HTMX)
    assert answer.status_code == 200
    assert json.loads(answer["HX-Trigger"])["accord:said"] == {"sentence": "Undone."}
    assert 'id="redo"' in answer.content.decode()
    assert clause_now(clause).effect["points"] == 20
    again = DraftStep.objects.earliest("-pk")
    assert client.post(address, {"step": again.pk}).url == f"/definitions/drafts/{draft.pk}/"
    assert clause_now(clause).effect["points"] == 25
    points_set(criterion=clause_now(clause), actor=sam(), points=30, was=25)
    refused = client.post(address, {"step": step.pk}, **HTMX)
    assert refused.status_code == 409
    assert "+30 points" in refused.content.decode()
    assert "+20 points" in refused.content.decode()
    assert client.post(address, {"step": "²"}).status_code == 404
    assert signed_in(sam()).post(address, {"step": step.pk}).status_code == 403
