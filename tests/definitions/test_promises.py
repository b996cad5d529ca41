"""What each side promises: its managers write it, nobody else, and the trail keeps what stood there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from definitions.models import Definition
from definitions.selectors import the_definition
from definitions.services.promises import need_declare, promises_set
from portal.accounts.services import person_edit, profile_edit
from portal.common.errors import Refused
from portal.common.models import AuditEntry, User
from portal.common.selectors import capacity_said
from tests.builders import ada, maya, mona, rita, sam, signed_in, sofia

pytestmark = pytest.mark.django_db

ADDRESS = "/definitions/mql/promises/"


def test_a_manager_writes_what_the_own_side_promises() -> None:
    answer = signed_in(rita()).post(ADDRESS, {"sales": " A decision in a day. ", "marketing": "Not mine."})
    assert answer.status_code == 302
    definition = the_definition("mql")
    assert (definition.sales_promise, definition.marketing_promise) == ("A decision in a day.", "")
    entry = AuditEntry.objects.get(verb="definition.promised")
    assert entry.after == {"sales_promise": "A decision in a day."}


def test_an_administrator_keeps_both_in_order() -> None:
    page = signed_in(ada()).get(ADDRESS).content.decode()
    assert 'name="marketing"' in page
    assert 'name="sales"' in page


def test_a_member_is_told_who_writes_it() -> None:
    client = signed_in(maya())
    assert client.get(ADDRESS).status_code == 403
    answer = client.post(ADDRESS, {"marketing": "Ten leads."})
    assert answer.status_code == 403
    assert the_definition("mql").marketing_promise == ""


def test_nobody_promises_for_the_other_side() -> None:
    with pytest.raises(Refused):
        promises_set(definition=the_definition("mql"), promises={"sales": "More calls."}, actor=mona())
    assert the_definition("mql").sales_promise == ""
    assert not AuditEntry.objects.filter(verb="definition.promised").exists()


def test_words_that_are_too_long_are_not_cut() -> None:
    answer = signed_in(mona()).post(ADDRESS, {"marketing": "x" * 2001})
    assert answer.status_code == 422
    assert the_definition("mql").marketing_promise == ""


# -- what sales needs and can work ---------------------------------------------------------------------------


def test_sales_says_how_many_it_needs_and_the_page_says_who_said_it() -> None:
    answer = signed_in(rita()).post(f"{ADDRESS}need/", {"weekly_need": "12"})
    assert (answer.status_code, answer["Location"]) == (302, ADDRESS)
    definition = the_definition("mql")
    assert (definition.weekly_need, definition.weekly_need_said_by) == (12, rita())
    assert definition.weekly_need_said_at is not None
    page = signed_in(mona()).get(ADDRESS).content.decode()
    assert "Rita Novak" in page
    entry = AuditEntry.objects.get(verb="definition.need_declared")
    assert (entry.before, entry.after) == ({"weekly_need": None}, {"weekly_need": 12})


def test_saying_the_same_again_changes_nothing_and_saying_nothing_takes_it_back() -> None:
    for _turn in range(2):
        need_declare(definition=the_definition("mql"), weekly_need=12, actor=rita())
    assert AuditEntry.objects.filter(verb="definition.need_declared").count() == 1
    signed_in(rita()).post(f"{ADDRESS}need/", {"weekly_need": ""})
    definition = the_definition("mql")
    assert (definition.weekly_need, definition.weekly_need_said_by) == (None, None)


@pytest.mark.parametrize("who", [maya, mona, sam])
def test_marketing_and_members_do_not_say_what_sales_needs(who: Callable[[], User]) -> None:
    answer = signed_in(who()).post(f"{ADDRESS}need/", {"weekly_need": "12"})
    assert answer.status_code == 403
    assert the_definition("mql").weekly_need is None


@pytest.mark.parametrize("value", ["-1", "10001", "many", "9" * 40])
def test_a_need_that_is_no_number_of_leads_is_refused(value: str) -> None:
    answer = signed_in(rita()).post(f"{ADDRESS}need/", {"weekly_need": value})
    assert answer.status_code == 422
    assert the_definition("mql").weekly_need is None


def test_a_need_that_nobody_said_cannot_be_stored() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Definition.objects.filter(stage="mql").update(weekly_need=4)


def test_capacity_names_who_wrote_it_down_last() -> None:
    profile_edit(person=sam(), name="Sam Okafor", time_zone="UTC", weekly_capacity=8)
    profile_edit(person=sam(), name="Sam Okafor", time_zone="Europe/Berlin", weekly_capacity=8)
    values = {"name": "Sofia Petrova", "team": "sales", "role": "member", "is_active": True}
    person_edit(person=sofia(), weekly_capacity=10, actor=ada(), **values)
    User.objects.filter(pk=rita().pk).update(weekly_capacity=4)
    said = {str(one.person): (one.leads, one.said_by, one.said_at is None) for one in capacity_said("sales")}
    assert said == {
        "Rita Novak": (4, "", True),
        "Sam Okafor": (8, "Sam Okafor", False),
        "Sofia Petrova": (10, "Ada Administrator", False),
    }
    first = AuditEntry.objects.filter(subject_id=str(sam().pk)).earliest("id")
    assert next(one.said_at for one in capacity_said("sales") if one.leads == 8) == first.at


# -- how often it is reviewed --------------------------------------------------------------------------------


def test_a_manager_of_either_side_says_how_often_it_is_reviewed() -> None:
    answer = signed_in(rita()).post(f"{ADDRESS}period/", {"review_every_days": "60"})
    assert (answer.status_code, answer["Location"]) == (302, ADDRESS)
    assert the_definition("mql").review_every_days == 60
    assert 'value="60"' in signed_in(mona()).get(ADDRESS).content.decode()
    entry = AuditEntry.objects.get(verb="definition.review_period_set")
    assert (entry.before, entry.after) == ({"review_every_days": 92}, {"review_every_days": 60})


@pytest.mark.parametrize("who", [maya, sam])
def test_a_member_does_not_set_the_period(who: Callable[[], User]) -> None:
    answer = signed_in(who()).post(f"{ADDRESS}period/", {"review_every_days": "60"})
    assert answer.status_code == 403
    assert the_definition("mql").review_every_days == 92


@pytest.mark.parametrize("value", ["", "13", "732", "often", "9" * 40])
def test_a_period_that_is_no_number_of_days_between_the_bounds_is_refused(value: str) -> None:
    answer = signed_in(mona()).post(f"{ADDRESS}period/", {"review_every_days": value})
    assert answer.status_code == 422
    assert the_definition("mql").review_every_days == 92
