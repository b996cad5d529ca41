"""Several leads accepted in one press: each stands for itself."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from definitions.models import Version
from leads.handoffs import services
from leads.handoffs.accepting import handoffs_accept
from leads.models import Handoff
from portal.common.errors import Invalid, Refused
from portal.common.models import AuditEntry
from tests.builders import maya, sam, signed_in, sofia
from tests.leads.queue.stories import HTMX, offers


def test_each_is_taken_or_says_who_has_it(version: Version) -> None:
    first, second, third = offers(version, 3)
    services.handoff_accept(handoff=Handoff.objects.get(pk=second.pk), actor=sofia())
    done = handoffs_accept(handoffs=[first, second, third], actor=sam())
    assert [row.pk for row in done.taken] == [first.pk, third.pk]
    assert [(row.handoff.pk, row.sentence) for row in done.missed] == [
        (second.pk, "Sofia accepted this lead just now.")
    ]
    owners = dict(Handoff.objects.values_list("pk", "owner__name"))
    assert owners == {first.pk: "Sam Okafor", second.pk: "Sofia Petrova", third.pk: "Sam Okafor"}
    assert AuditEntry.objects.filter(verb="handoff.accepted", actor=sam()).count() == 2


def test_one_that_is_offered_to_somebody_else_holds_up_no_other(version: Version) -> None:
    first, second = offers(version, 2)
    Handoff.objects.filter(pk=first.pk).update(owner=sofia())
    rows = list(Handoff.objects.order_by("pk"))
    done = handoffs_accept(handoffs=rows, actor=sam())
    assert [row.pk for row in done.taken] == [second.pk]
    assert "offered to Sofia Petrova first" in done.missed[0].sentence


def test_marketing_takes_nothing(version: Version) -> None:
    rows = offers(version, 1)
    with pytest.raises(Refused, match="Only sales"):
        handoffs_accept(handoffs=rows, actor=maya())
    with pytest.raises(Invalid, match="Choose the leads"):
        handoffs_accept(handoffs=[], actor=sam())
    assert Handoff.objects.get().status == "offered"


def test_the_page_replaces_the_rows_and_says_what_happened(version: Version) -> None:
    first, second = offers(version, 2)
    services.handoff_accept(handoff=Handoff.objects.get(pk=second.pk), actor=sofia())
    address = reverse("leads:queue_accept")
    html = signed_in(sam()).post(address, {"handoff": [first.pk, second.pk]}, headers=HTMX).content.decode()
    assert "You accepted 1 lead." in html
    assert "Sofia accepted this lead just now." in html
    assert "Accepted by you" in html
    assert html.count('hx-swap-oob="true"') == 2


def test_it_works_without_a_script(version: Version) -> None:
    first, second = offers(version, 2)
    services.handoff_accept(handoff=Handoff.objects.get(pk=second.pk), actor=sofia())
    address = reverse("leads:queue_accept")
    sent = {"handoff": [first.pk, second.pk], "next": "/leads/?tab=unclaimed"}
    response = signed_in(sam()).post(address, sent, follow=True)
    assert response.redirect_chain == [("/leads/?tab=unclaimed", 302)]
    html = response.content.decode()
    assert "You accepted 1 lead." in html
    assert f"{second.lead}: Sofia accepted this lead just now." in html


def test_bad_input_is_a_sentence(version: Version) -> None:
    offers(version, 1)
    address = reverse("leads:queue_accept")
    for sent in ({}, {"handoff": ["x", "9" * 30, "-1"]}, {"handoff": ["987654"]}):
        response = signed_in(sam()).post(address, sent)
        assert response.status_code == 422
        assert "Choose the leads to accept first." in response.content.decode()
    assert signed_in(maya()).post(address, {}).status_code == 403
    assert Client().post(address).status_code == 302
    assert signed_in(sam()).get(address).status_code == 405
    assert Handoff.objects.get().status == "offered"
