"""Numbers of a draft moved on its page: points, threshold, minimums, caps, grade bounds; and groups."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.criteria.document import parse
from definitions.documents import draft_document
from definitions.models import Criterion, Version
from definitions.selectors import catalogue
from definitions.services.criteria import criterion_edit
from definitions.services.moves import criterion_place
from definitions.services.numbers import (
    MOST_GROUPS,
    StaleValue,
    group_add,
    group_remove,
    number_set,
    points_set,
)
from definitions.starting_points import STARTING_POINTS
from portal.common.errors import Conflict, Invalid
from portal.common.models import AuditEntry
from tests.builders import maya, olga, sam, signed_in
from tests.definitions.drafting import HTMX, a_clause, a_draft

pytestmark = pytest.mark.django_db


def fresh(draft: Version) -> Version:
    return Version.objects.select_related("definition").get(pk=draft.pk)


def send(draft: Version, what: str, **values: Any) -> Any:
    who = values.pop("who", None) or maya()
    headers = values.pop("headers", HTMX)
    return signed_in(who).post(f"/definitions/drafts/{draft.pk}/{what}/", values, **headers)


# -- numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "was", "value", "column", "saved"),
    [
        pytest.param("threshold", "100", "65", "threshold", 65, id="threshold"),
        pytest.param("minimum_fit", "", "-5", "minimum_fit", -5, id="a minimum below zero"),
        pytest.param("minimum_behaviour", "", "10", "minimum_behaviour", 10, id="a minimum"),
        pytest.param("cap_fit", "", "50", "cap_fit", 50, id="a cap"),
        pytest.param("cap_behaviour", "30", "", "cap_behaviour", None, id="no cap any more"),
        pytest.param("grade_3", "40", "45", "grade_bounds", [20, 45, 60, 80], id="a grade"),
    ],
)
def test_a_number_is_moved_where_it_stands(name: str, was: str, value: str, column: str, saved: Any) -> None:
    draft = a_draft()
    Version.objects.filter(pk=draft.pk).update(cap_behaviour=30)
    answer = send(draft, f"numbers/{name}", was=was, value=value)
    assert answer.status_code == 200
    assert getattr(fresh(draft), column) == saved
    assert "accord:draft-changed" in answer["HX-Trigger"]
    assert AuditEntry.objects.filter(verb="version.edited").count() == 1


def test_the_field_shows_the_number_already_and_the_page_gets_what_can_be_undone() -> None:
    draft = a_draft()
    answer = send(draft, "numbers/threshold", was="100", value="65")
    page = answer.content.decode()
    assert answer["HX-Reswap"] == "none"
    assert 'id="undo-bar" hx-swap-oob="true"' in page
    assert "65" in page
    assert 'id="draft-clauses"' not in page


def test_a_number_that_was_refused_first_brings_the_page_without_the_refusal() -> None:
    draft = a_draft()
    refused = send(draft, "numbers/threshold", was="100", value="none").content.decode()
    assert 'id="number-threshold-why"' in refused
    assert 'name="whole"' in refused
    page = send(draft, "numbers/threshold", was="100", value="65", whole="1")
    assert "HX-Reswap" not in page
    assert 'id="draft-clauses"' in page.content.decode()
    assert 'id="number-threshold-why"' not in page.content.decode()


def test_points_are_moved_where_they_stand_and_the_rest_of_the_clause_stays() -> None:
    draft = a_draft()
    clause = a_clause(draft, wording="Works in software")
    answer = send(draft, f"criteria/{clause.key}/points", was="20", value="-15")
    assert answer.status_code == 200
    now = Criterion.objects.get(pk=clause.pk)
    assert (now.effect, now.wording) == ({"kind": "points", "points": -15, "count": "once"}, clause.wording)
    # Whoever has the clause's form open is told.
    assert now.edit_number == 2


@pytest.mark.parametrize(
    ("what", "was", "value", "sentence"),
    [
        ("numbers/threshold", "100", "0", "greater than or equal to 1"),
        ("numbers/threshold", "100", "", "required"),
        ("numbers/threshold", "100", "many", "whole number"),
        ("numbers/threshold", "100", "9" * 5_000, "whole number"),
        ("numbers/grade_3", "40", "70", "must rise"),
        ("numbers/cap_fit", "", "-1", "greater than or equal to 1"),
        ("criteria/KEY/points", "20", "0", "points"),
        ("criteria/KEY/points", "20", "", "points"),
        ("criteria/KEY/points", "20", "1001", "less than or equal to 1000"),
    ],
)
def test_a_number_that_cannot_be_is_refused_where_it_was_typed(
    what: str, was: str, value: str, sentence: str
) -> None:
    draft = a_draft()
    clause = a_clause(draft)
    said = draft_document(fresh(draft))
    answer = send(draft, what.replace("KEY", clause.key), was=was, value=value)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert f'value="{value[:40]}' in text
    assert 'role="alert"' in text
    assert draft_document(fresh(draft)) == said
    without_script = send(draft, what.replace("KEY", clause.key), was=was, value=value, headers={})
    assert without_script.status_code == 422
    assert "<html" in without_script.content.decode()


def test_of_two_who_move_the_same_number_the_second_sees_both_and_decides() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    for what, mine, old in (
        ("numbers/threshold", "80", "100"),
        (f"criteria/{clause.key}/points", "15", "20"),
    ):
        send(draft, what, was=old, value="25", who=sam())
        for headers in (HTMX, {}):
            refused = send(draft, what, was=old, value=mine, headers=headers)
            text = refused.content.decode()
            assert refused.status_code == 409
            assert f"Sam Okafor made this 25 while you made it {mine}." in text
            assert f"Make it {mine}" in text
            assert "Keep 25" in text
            # The form now says what it is compared with: saving once more is a decision.
            assert '<input type="hidden" name="was" value="25">' in text
        assert send(draft, what, was="25", value=mine).status_code == 200
    assert (fresh(draft).threshold, Criterion.objects.get(pk=clause.pk).effect["points"]) == (80, 15)


def test_two_who_move_different_numbers_do_not_meet() -> None:
    draft = a_draft()
    number_set(version=draft, actor=maya(), name="threshold", value=70, was=100)
    number_set(version=draft, actor=sam(), name="grade_2", value=10, was=20)
    number_set(version=draft, actor=maya(), name="grade_5", value=90, was=80)
    assert (fresh(draft).threshold, fresh(draft).grade_bounds) == (70, [10, 40, 60, 90])


def test_the_same_number_twice_is_one_act() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    for _ in range(2):
        points_set(criterion=clause, actor=maya(), points=25, was=20)
        number_set(version=draft, actor=maya(), name="cap_fit", value=40, was=None)
    assert AuditEntry.objects.filter(verb="criterion.edited").count() == 1
    assert AuditEntry.objects.filter(verb="version.edited").count() == 1


def test_points_of_a_clause_that_gives_none_any_more_are_not_set() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    criterion_edit(criterion=clause, actor=sam(), edit_number=1, effect={"kind": "required"})
    with pytest.raises(Conflict, match="gives no points any more; Sam Okafor"):
        points_set(criterion=clause, actor=maya(), points=25, was=20)
    assert Criterion.objects.get(pk=clause.pk).effect == {"kind": "required"}


def test_somebody_without_a_team_moves_nothing() -> None:
    draft = a_draft()
    clause = a_clause(draft)
    for what in ("numbers/threshold", f"criteria/{clause.key}/points", f"criteria/{clause.key}/move"):
        refused = send(draft, what, was="20", value="25", direction="up", who=olga())
        assert refused.status_code == 403
        assert "You are in no team" in refused.content.decode()
    page = signed_in(olga()).get(f"/definitions/drafts/{draft.pk}/").content.decode()
    assert "number-box" not in page
    assert "100 points" in page


def test_what_is_no_number_of_a_draft_is_not_found() -> None:
    assert send(a_draft(), "numbers/title", was="", value="1").status_code == 404


# -- groups --------------------------------------------------------------------------------------------------


def test_a_group_is_made_renamed_capped_and_removed_on_the_page() -> None:
    draft = a_draft()
    assert send(draft, "groups/new", label="Website visits", cap="30").status_code == 200
    assert fresh(draft).groups == [{"key": "website-visits", "label": "Website visits", "cap": 30}]
    assert send(draft, "groups/website-visits/label", was="Website visits", value="Visits").status_code == 200
    assert send(draft, "groups/website-visits/cap", was="30", value="45").status_code == 200
    assert fresh(draft).groups == [{"key": "website-visits", "label": "Visits", "cap": 45}]
    clause = a_clause(fresh(draft))
    assert send(draft, f"criteria/{clause.key}/move", group="website-visits").status_code == 200
    refused = send(draft, "groups/website-visits/remove")
    assert refused.status_code == 422
    assert "Move them first" in refused.content.decode()
    send(draft, f"criteria/{clause.key}/move", group="")
    assert send(draft, "groups/website-visits/remove").status_code == 200
    assert fresh(draft).groups == []


def test_two_who_change_one_group_see_both() -> None:
    draft = a_draft()
    group_add(version=draft, actor=maya(), label="Visits", cap=30)
    send(draft, "groups/visits/cap", was="30", value="40", who=sam())
    stale = send(draft, "groups/visits/cap", was="30", value="50")
    assert stale.status_code == 409
    assert "Sam Okafor made this 40 while you made it 50." in stale.content.decode()
    send(draft, "groups/visits/label", was="Visits", value="Sam's", who=sam())
    renamed = send(draft, "groups/visits/label", was="Visits", value="Maya's")
    assert renamed.status_code == 409
    assert "Keep Sam&#x27;s" in renamed.content.decode()
    assert fresh(draft).groups == [{"key": "visits", "label": "Sam's", "cap": 40}]


def test_groups_that_cannot_be_are_refused_where_they_were_typed() -> None:
    draft = a_draft()
    group_add(version=draft, actor=maya(), label="Visits", cap=30)
    for values, sentence in (
        ({"label": "visits", "cap": "5"}, "of that name already"),
        ({"label": "", "cap": "5"}, "required"),
        ({"label": "Mail", "cap": "0"}, "greater than or equal to 1"),
    ):
        refused = send(draft, "groups/new", **values)
        assert refused.status_code == 422
        assert sentence in refused.content.decode()
    for number in range(2, MOST_GROUPS + 1):
        group_add(version=draft, actor=maya(), label=f"Group {number}", cap=5)
    with pytest.raises(Invalid, match="at most 6 groups"):
        group_add(version=draft, actor=maya(), label="One more", cap=5)
    gone = send(draft, "groups/unheard-of/cap", was="1", value="2")
    assert gone.status_code == 409
    assert len(fresh(draft).groups) == MOST_GROUPS


def test_names_in_any_script_make_groups_with_keys_of_their_own() -> None:
    draft = a_draft()
    for label in ("訪問", "メール", "Visits", "Visits!"):
        group_add(version=draft, actor=maya(), label=label, cap=5)
    keys = [group["key"] for group in fresh(draft).groups]
    assert keys == ["group", "group-2", "visits", "visits-2"]


def test_a_group_keeps_to_one_half() -> None:
    draft = a_draft()
    group_add(version=draft, actor=maya(), label="Visits", cap=30)
    fit = a_clause(fresh(draft), wording="Fit")
    behaviour = a_clause(
        fresh(draft), half="behaviour", rule={"silence_days": 30, "activity": "any"}, wording="Silent"
    )
    criterion_place(criterion=behaviour, actor=maya(), group="visits")
    refused = send(draft, f"criteria/{fit.key}/move", group="visits")
    assert refused.status_code == 422
    assert "clauses of the other half" in refused.content.decode()
    with pytest.raises(Invalid, match="other half"):
        criterion_edit(criterion=fit, actor=maya(), edit_number=1, group="visits")
    assert Criterion.objects.get(pk=fit.pk).group == ""


def removed_meanwhile() -> tuple[Version, Criterion]:
    """A draft and its clause as read before somebody removed the group “web”."""
    draft = group_add(version=a_draft(), actor=maya(), label="Web", cap=10)
    clause = Criterion.objects.select_related("version__definition").get(pk=a_clause(draft).pk)
    group_remove(version=fresh(draft), actor=sam(), key="web")
    return draft, clause


def test_a_group_that_was_removed_meanwhile_gets_no_clause() -> None:
    draft, clause = removed_meanwhile()
    for act in (
        lambda: a_clause(draft, group="web"),
        lambda: criterion_edit(criterion=clause, actor=maya(), edit_number=1, group="web"),
        lambda: criterion_place(criterion=clause, actor=maya(), group="web"),
    ):
        with pytest.raises(Invalid, match="no such group"):
            act()
    assert order(draft) == [("Industry is Software", "")]
    parse(draft_document(fresh(draft)), catalogue())


# -- order ---------------------------------------------------------------------------------------------------


def order(draft: Version) -> list[tuple[str, str]]:
    return [(item["wording"], item["group"]) for item in draft_document(fresh(draft))["criteria"]]


def test_a_clause_is_put_below_another_first_last_and_into_a_group() -> None:
    draft = a_draft()
    group_add(version=draft, actor=maya(), label="Visits", cap=30)
    a, b, c, d = (a_clause(fresh(draft), wording=each) for each in "ABCD")

    def put(clause: Criterion, **values: str) -> Any:
        return send(draft, f"criteria/{clause.key}/move", **values)

    put(d, group="", below=a.key)
    assert [wording for wording, _group in order(draft)] == ["A", "D", "B", "C"]
    put(c, group="", below="")
    assert [wording for wording, _group in order(draft)] == ["C", "A", "D", "B"]
    put(a, group="visits")
    put(b, group="visits", below="")
    answer = put(c, group="visits", below=b.key)
    assert [wording for wording, group in order(draft) if group] == ["B", "C", "A"]
    assert "is now 2 of 3 in the group" in answer["HX-Trigger"]
    put(c, direction="down")
    assert [wording for wording, group in order(draft) if group] == ["B", "A", "C"]
    said = order(draft)
    assert put(c, group="visits", below="c-gone").status_code == 409
    assert put(c, group="unheard-of").status_code == 422
    assert put(c, group="\0", below="\0").status_code == 422
    assert order(draft) == said
    without_script = send(draft, f"criteria/{c.key}/move", direction="up", headers={})
    assert without_script.url == f"/definitions/drafts/{draft.pk}/#clause-{c.key}"


def test_a_move_makes_nobodys_edit_stale_but_a_change_of_group_does() -> None:
    draft = a_draft()
    group_add(version=draft, actor=maya(), label="Visits", cap=30)
    first, second = (a_clause(fresh(draft), wording=each) for each in ("First", "Second"))
    criterion_place(criterion=second, actor=sam(), group="", below="")
    assert Criterion.objects.get(pk=second.pk).edit_number == 1
    criterion_place(criterion=first, actor=sam(), group="visits")
    now = Criterion.objects.get(pk=first.pk)
    assert (now.edit_number, now.changed_by) == (2, sam())


def test_the_page_asks_few_questions_however_many_clauses_and_groups(
    django_assert_max_num_queries: Any,
) -> None:
    draft = a_draft(document=STARTING_POINTS["saas"].document)
    for number in range(4):
        group_add(version=draft, actor=maya(), label=f"Group {number}", cap=5)
    client = signed_in(maya())
    with django_assert_max_num_queries(16):
        assert client.get(f"/definitions/drafts/{draft.pk}/").status_code == 200


def test_stale_values_say_none_where_there_is_none() -> None:
    draft = a_draft()
    number_set(version=draft, actor=sam(), name="cap_fit", value=40, was=None)
    with pytest.raises(StaleValue, match="Sam Okafor made this 40 while you made it none"):
        number_set(version=draft, actor=maya(), name="cap_fit", value=None, was=30)
