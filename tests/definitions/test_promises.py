"""What each side promises: its managers write it, nobody else, and the trail keeps what stood there."""

from __future__ import annotations

import pytest
from django.test import Client

from definitions.selectors import the_definition
from definitions.services.promises import promises_set
from portal.common.errors import Refused
from portal.common.models import AuditEntry, User
from tests.builders import ada, maya, mona, rita

pytestmark = pytest.mark.django_db

ADDRESS = "/definitions/mql/promises/"


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


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
