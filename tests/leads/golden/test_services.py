"""Golden leads are laid down, reworded and retired: by whom, and what is written down of it."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from leads.golden.services import golden_lay, golden_retire, golden_reword
from leads.models import GoldenLead, Lead
from leads.scoring.golden import golden_leads_of
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, Team, User
from tests.builders import a_lead, ada, marco, maya, mona, olga, rita, sam, sofia
from tests.leads.golden.stories import WHY, a_golden_lead, grace, the_mql

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_a_golden_lead_is_laid_down_and_written_down() -> None:
    golden = a_golden_lead(sentence="  She bought\n twice. ", actor=sam())
    assert golden_leads_of("mql") == [golden]
    assert (golden.sentence, golden.must_qualify, golden.created_by) == (WHY, True, sam())
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor) == ("golden.laid", sam())
    assert entry.after == {"lead": golden.lead_id, "must_qualify": True, "sentence": WHY}


def test_one_word_is_laid_down_of_a_lead_at_a_time() -> None:
    golden = a_golden_lead()
    with pytest.raises(
        Conflict, match=r"Maya Lindqvist has laid this lead down already: “She bought twice.”"
    ):
        a_golden_lead(golden.lead, must_qualify=False, actor=sam())
    assert GoldenLead.objects.count() == 1
    golden_retire(golden=golden, actor=maya())
    again = a_golden_lead(golden.lead, must_qualify=False, actor=sam())
    assert golden_leads_of("mql") == [again]
    assert GoldenLead.objects.count() == 2


def test_who_is_in_no_team_lays_nothing_down() -> None:
    with pytest.raises(Refused, match="You are in no team"):
        a_golden_lead(actor=olga())
    assert (GoldenLead.objects.count(), verbs()) == (0, [])


@pytest.mark.parametrize("sentence", ["", "  ", "\n"])
def test_a_golden_lead_says_why(sentence: str) -> None:
    with pytest.raises(Invalid, match=r"Say in a sentence why."):
        a_golden_lead(sentence=sentence)
    assert not GoldenLead.objects.exists()


def test_a_merged_lead_is_not_laid_down() -> None:
    lead = grace()
    Lead.objects.filter(pk=lead.pk).update(merged_into=a_lead())
    lead.refresh_from_db()
    with pytest.raises(Invalid, match="was merged into another"):
        a_golden_lead(lead)
    assert not GoldenLead.objects.exists()


MAY_CHANGE = [
    ("whoever laid it down", sam, True),
    ("the manager of that side", rita, True),
    ("an administrator of neither house", ada, True),
    ("a colleague of that side", sofia, False),
    ("the other side", maya, False),
    ("the other side's manager", mona, False),
    ("somebody without a team", olga, False),
]


@pytest.mark.parametrize(("case", "who", "is_allowed"), MAY_CHANGE)
def test_a_golden_lead_guards_its_own_side(case: str, who: object, is_allowed: bool) -> None:
    golden = a_golden_lead(actor=sam())
    actor: User = who()  # type: ignore[operator]
    for act in (
        lambda: golden_reword(golden=golden, sentence="She bought three times.", seen=WHY, actor=actor),
        lambda: golden_retire(golden=golden, actor=actor),
    ):
        if is_allowed:
            act()
        else:
            with pytest.raises(Refused):
                act()
    golden.refresh_from_db()
    assert (golden.retired_by == actor, golden.sentence != WHY) == (is_allowed, is_allowed)
    assert verbs() == ["golden.laid", *(["golden.reworded", "golden.retired"] if is_allowed else [])]


def test_any_manager_retires_what_somebody_who_is_in_no_team_any_more_laid_down() -> None:
    golden = a_golden_lead(actor=sam())
    User.objects.filter(pk=sam().pk).update(team=Team.NONE, is_active=False)
    golden = GoldenLead.objects.select_related("created_by").get(pk=golden.pk)
    with pytest.raises(Refused):
        golden_retire(golden=golden, actor=maya())
    golden_retire(golden=golden, actor=mona())
    assert not golden_leads_of("mql")


def test_a_sentence_that_was_changed_meanwhile_is_not_written_over() -> None:
    golden = a_golden_lead()
    golden_reword(golden=golden, sentence="She bought three times.", seen=WHY, actor=mona())
    with pytest.raises(Conflict, match=r"It says now: “She bought three times.”"):
        golden_reword(golden=golden, sentence="She bought.", seen=WHY, actor=maya())
    assert GoldenLead.objects.get().sentence == "She bought three times."
    assert verbs() == ["golden.laid", "golden.reworded"]


def test_a_retired_golden_lead_is_retired_once() -> None:
    golden = a_golden_lead()
    stale = GoldenLead.objects.get()
    golden_retire(golden=golden, actor=maya())
    with pytest.raises(Conflict, match="a moment ago"):
        golden_retire(golden=stale, actor=maya())
    with pytest.raises(Refused, match="is retired"):
        golden_reword(golden=golden, sentence="x", seen=WHY, actor=maya())
    assert golden_leads_of("mql") == []
    assert verbs() == ["golden.laid", "golden.retired"]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_lay_down_the_same_lead_at_once_make_one() -> None:
    lead, people = grace(), [maya(), marco(), sam(), sofia()]
    start, answers = threading.Barrier(len(people)), []

    def lay(actor: User) -> None:
        try:
            start.wait(20)
            golden_lay(definition=the_mql(), lead=lead, must_qualify=True, sentence=WHY, actor=actor)
            answers.append("laid")
        except Conflict as error:
            answers.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=lay, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 4
    assert answers.count("laid") == 1
    assert all("has laid this lead down already" in answer for answer in answers if answer != "laid")
    assert (GoldenLead.objects.count(), verbs()) == (1, ["golden.laid"])
