"""A tasting is drawn, tasted and closed; what was said counts once."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from definitions.services.drafts import draft_create
from leads.invariants import breaches
from leads.models import Lead, LeadStage, Tasting, TastingAnswer, TastingLead
from leads.scoring.compiler import score_rows
from leads.scoring.scope import Scope
from leads.selectors.tastings import results_for
from leads.tasting.services import lead_taste, tasting_close, tasting_start
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, Notification, Team, User
from tests.builders import NOW, a_document, a_version, ada, maya, mona, olga, rita, sam, sofia
from tests.leads.tasting.stories import a_tasting, people, taste_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def taste(
    tasting: Tasting, place: int = 1, who: User | None = None, takes: bool = True, why: str = "Yes."
) -> Any:
    return lead_taste(tasting=tasting, place=place, takes=takes, reason=why, actor=who or sam())


# -- starting ----------------------------------------------------------------------------------------------


def test_twenty_leads_are_drawn_and_both_houses_are_asked() -> None:
    people(), sam(), sofia(), ada()
    tasting = a_tasting()
    rows = list(tasting.leads.all())
    assert [row.place for row in rows] == list(range(1, 21))
    scores = {row.lead_id: row for row in score_rows(tasting.document, Scope.all(), NOW)}
    for row in rows:
        assert (row.points, row.is_qualified) == (
            scores[row.lead_id].points,
            scores[row.lead_id].is_qualified,
        )
        assert len(row.met) * 50 == row.points
    told = set(
        Notification.objects.filter(key=f"tasting:{tasting.pk}").values_list("person__name", flat=True)
    )
    assert told == {"Maya Lindqvist", "Sam Okafor", "Sofia Petrova"}
    assert AuditEntry.objects.get(verb="tasting.started").after == {"version": 1, "leads": 20}


def test_the_same_seed_draws_the_same_leads() -> None:
    people(60)
    version = a_version()
    first = a_tasting(5, version)
    drawn = list(first.leads.values_list("lead_id", flat=True))
    tasting_close(tasting=first, actor=maya())
    again = a_tasting(5, version)
    assert list(again.leads.values_list("lead_id", flat=True)) == drawn
    tasting_close(tasting=again, actor=maya())
    assert list(a_tasting(6, version).leads.values_list("lead_id", flat=True)) != drawn


def test_customers_and_merged_leads_are_not_tasted() -> None:
    made = people(22)
    Lead.objects.filter(pk=made[0].pk).update(stage=LeadStage.CUSTOMER)
    Lead.objects.filter(pk=made[1].pk).update(merged_into=made[2])
    drawn = set(a_tasting().leads.values_list("lead_id", flat=True))
    assert drawn == {lead.pk for lead in made[2:]}


def test_starting_twice_keeps_the_one_that_is_open() -> None:
    people()
    version = a_version()
    assert a_tasting(1, version) == a_tasting(2, version)
    assert AuditEntry.objects.filter(verb="tasting.started").count() == 1


def test_one_of_an_earlier_text_has_to_be_closed_first() -> None:
    people()
    draft = draft_create(definition=a_version().definition, actor=maya(), document=a_document())
    tasting = a_tasting(1, draft)
    draft.threshold = 60
    draft.save()
    with pytest.raises(Conflict, match="earlier text of MQL v2"):
        a_tasting(1, draft)
    tasting_close(tasting=tasting, actor=maya())
    assert a_tasting(1, draft).fingerprint != tasting.fingerprint


def test_too_few_leads_are_told_and_nothing_is_laid_down() -> None:
    people(9)
    version = a_version()
    with pytest.raises(Invalid, match="only 9 leads"):
        a_tasting(1, version)
    assert not Tasting.objects.exists()
    people(1, first=9)
    assert a_tasting(1, version).leads.count() == 10


def test_who_is_in_no_team_starts_none() -> None:
    people()
    version = a_version()
    with pytest.raises(Refused, match="no team"):
        tasting_start(version=version, actor=olga())
    assert not Tasting.objects.exists()


# -- tasting ----------------------------------------------------------------------------------------------


def test_an_answer_counts_once_and_can_be_changed_until_the_end() -> None:
    people()
    tasting = a_tasting()
    first = taste(tasting)
    assert taste(tasting) == first
    assert AuditEntry.objects.filter(verb="tasting.answered").count() == 1
    changed = taste(tasting, takes=False, why="On second thought.")
    assert (changed.pk, changed.takes, changed.reason) == (first.pk, False, "On second thought.")
    assert TastingAnswer.objects.count() == 1
    assert AuditEntry.objects.get(verb="tasting.answer_changed").after == {"place": 1}


def test_after_the_last_lead_what_was_said_stands() -> None:
    people()
    tasting = a_tasting()
    taste_all(tasting, sam())
    row = TastingAnswer.objects.get(tasting_lead__place=3)
    assert taste(tasting, 3, takes=row.takes, why=row.reason) == row  # the last press, pressed twice
    with pytest.raises(Conflict, match="seen the results"):
        taste(tasting, 3, takes=not row.takes)
    row.refresh_from_db()
    assert row.reason == "So it is."


@pytest.mark.parametrize("why", ["", "  ", "\n\t"])
def test_a_reason_is_asked_for(why: str) -> None:
    people()
    tasting = a_tasting()
    with pytest.raises(Invalid, match="Say why"):
        taste(tasting, why=why)
    assert not TastingAnswer.objects.exists()


@pytest.mark.parametrize("place", [0, 21, 9_999_999])
def test_there_is_no_lead_beyond_the_last(place: int) -> None:
    people()
    tasting = a_tasting()
    with pytest.raises(Invalid, match="no such lead"):
        taste(tasting, place)


@pytest.mark.parametrize("who", [olga, ada])
def test_only_the_two_houses_taste(who: Any) -> None:
    people()
    tasting = a_tasting()
    with pytest.raises(Refused, match="marketing and of sales"):
        taste(tasting, who=who())
    assert not TastingAnswer.objects.exists()


def test_who_changes_teams_in_the_middle_finishes_for_the_house_they_began_for() -> None:
    people()
    tasting = a_tasting()
    taste(tasting)
    User.objects.filter(pk=sam().pk).update(team=Team.MARKETING)
    assert taste(tasting, 2, who=User.objects.get(pk=sam().pk)).house == "sales"
    assert breaches() == []


def test_what_was_said_stays_out_of_the_trail() -> None:
    people()
    tasting = a_tasting()
    taste(tasting, why="A very telling reason.")
    assert "telling" not in str(list(AuditEntry.objects.values()))


# -- closing ----------------------------------------------------------------------------------------------


def test_nobody_tastes_what_is_closed() -> None:
    people()
    tasting = a_tasting()
    tasting_close(tasting=tasting, actor=mona())
    with pytest.raises(Conflict, match="closed"):
        taste(tasting)
    with pytest.raises(Refused, match="closed"):
        tasting_close(tasting=Tasting.objects.get(), actor=mona())
    assert AuditEntry.objects.filter(verb="tasting.closed").count() == 1


def test_of_two_who_close_one_is_told_so() -> None:
    people()
    tasting = a_tasting()
    other = Tasting.objects.get()
    tasting_close(tasting=tasting, actor=maya())
    with pytest.raises(Conflict, match="a moment ago"):
        tasting_close(tasting=other, actor=rita())


def test_only_the_starter_or_a_manager_closes_it() -> None:
    people()
    tasting = a_tasting()
    with pytest.raises(Refused, match="or a manager"):
        tasting_close(tasting=tasting, actor=sam())
    assert Tasting.objects.get().is_open


# -- results ----------------------------------------------------------------------------------------------


def test_results_are_of_those_who_tasted_everything() -> None:
    people()
    tasting = a_tasting()
    taste_all(tasting, sam(), "c-software")
    taste_all(tasting, sofia(), "c-software")
    taste_all(tasting, maya(), "c-pricing")
    taste_all(tasting, mona(), "c-pricing", but=1)
    found = results_for(tasting)
    assert {house: [one.name for one in people] for house, people in found.raters.items()} == {
        "marketing": ["Maya Lindqvist"],
        "sales": ["Sam Okafor", "Sofia Petrova"],
    }
    assert (found.within["sales"].share, found.within["sales"].kappa) == (1.0, 1.0)
    assert found.within["marketing"].pairs == 0
    assert found.between.pairs == 2
    assert found.between.share is not None
    assert found.between.share < 1
    splits = {split.key: split for split in found.splits}
    assert splits["c-software"].met == {"marketing": splits["c-software"].met["marketing"], "sales": 1.0}
    assert splits["c-software"].other["sales"] == 0.0
    assert splits["c-pricing"].met["marketing"] == 1.0
    assert (splits["c-software"].gap or 0) > 0.5 > -0.5 > (splits["c-pricing"].gap or 0)
    assert {key: split.leaning for key, split in splits.items()} == {
        "c-software": "sales",
        "c-pricing": "marketing",
    }


def test_the_text_is_compared_as_it_was_tasted() -> None:
    people()
    draft = draft_create(definition=a_version().definition, actor=maya(), document=a_document(threshold=50))
    tasting = a_tasting(1, draft)
    taste_all(tasting, sam(), "c-software")
    before = results_for(tasting).with_text["sales"]
    draft.threshold = 500
    draft.save()
    assert results_for(Tasting.objects.get()).with_text["sales"] == before
    says = {row.place: "c-software" in row.met for row in TastingLead.objects.all()}
    same = sum(says[row.place] == row.is_qualified for row in TastingLead.objects.all())
    assert before.share == same / 20


def test_the_most_divided_lead_comes_first() -> None:
    people()
    tasting = a_tasting()
    for person in (sam(), sofia(), maya(), mona()):
        taste_all(tasting, person, "c-software", but=2)
    for person, takes in ((sam(), True), (sofia(), True), (maya(), False), (mona(), False)):
        taste(tasting, 19, who=person, takes=takes)
        taste(tasting, 20, who=person, takes=person == sam())
    found = results_for(tasting)
    assert [(each.tasted.place, each.minority) for each in found.disputes] == [(19, 2), (20, 1)]
    assert found.disputes[0].taken == {"marketing": 0, "sales": 2}
    assert len(found.disputes[0].voices) == 4


def test_everything_holds_afterwards() -> None:
    people()
    tasting = a_tasting()
    taste_all(tasting, sam())
    tasting_close(tasting=tasting, actor=maya())
    assert breaches() == []
    TastingAnswer.objects.filter(tasting_lead__place=1).update(house="marketing")
    TastingAnswer.objects.filter(tasting_lead__place=2).update(answered_at="2100-01-01T00:00Z")
    TastingLead.objects.filter(place=20).update(place=30)
    Tasting.objects.update(fingerprint="0" * 64)
    assert len(breaches()) == 4
