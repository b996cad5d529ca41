"""The leads behind the numbers of a draft: as many as the number says, and those that the oracle names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from definitions.documents import document_of
from definitions.models import Version
from leads.handoffs.growth import growth_of
from leads.models import Handoff, HandoffStatus, Lead
from leads.scoring.impact import impact_slip
from leads.scoring.preview import building, looks
from leads.scoring.preview.lists import Pick, entering_and_leaving, list_of
from leads.scoring.preview.looks import look_at
from leads.scoring.preview.numbers import preview_of
from tests.builders import NOW, a_lead, an_account, an_activity, olga, rita, sam, signed_in, sofia
from tests.definitions.drafting import HTMX, a_clause, a_draft
from tests.leads.preview.stories import PRICING, a_draft_beside, fresh, some_leads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def leads_of(draft: Version, group: str, of: str = "", beside: str = "", *, under: str = "") -> list[int]:
    look = look_at(fresh(draft)).look
    assert look is not None
    found = list_of(look, Pick(group, of, beside, is_active=under == "active"))
    assert found is not None
    return found.lead_ids.tolist()


def page_of(client: Client, draft: Version, group: str, **query: str) -> Any:
    return client.get(reverse("leads:draft_leads", args=[draft.pk, group]), query)


def a_world() -> Version:
    """Captured in different weeks; the draft asks for pages or industry, what is in force for both."""
    some_leads(software=4, retail=3)
    for weeks, industry in (
        (0, "Software"),
        (1, "Software"),
        (11, "Retail"),
        (12, "Software"),
        (13, "Retail"),
    ):
        lead = a_lead(
            account=an_account(industry=industry),
            captured_at=NOW - timedelta(weeks=weeks) - timedelta(microseconds=weeks == 0),
        )
        if weeks % 2:
            an_activity(lead, at=NOW - timedelta(days=2), subject="Pricing")
    draft = a_draft_beside(threshold=50)
    clause = draft.criteria.get(half="behaviour")
    a_clause(draft, half="behaviour", rule={**PRICING, "within_days": 1}, effect={"kind": "disqualifies"})
    assert clause.effect["points"] == 60
    return draft


def test_each_number_counts_what_its_list_holds() -> None:
    draft = a_world()
    shown = preview_of(fresh(draft)).numbers
    assert shown is not None
    assert shown.active is not None
    assert shown.qualified == len(leads_of(draft, "qualified")) > 0
    assert shown.active.qualified == len(leads_of(draft, "qualified", under="active")) > 0
    entering, leaving = leads_of(draft, "entering"), leads_of(draft, "leaving")
    assert (shown.active.entering, shown.active.leaving) == (len(entering), len(leaving))
    now, then = set(leads_of(draft, "qualified", under="active")), set(leads_of(draft, "qualified"))
    assert (set(entering), set(leaving)) == (then - now, now - then)
    assert entering
    assert leaving
    every: list[int] = []
    for line in shown.grades:
        of_grade = leads_of(draft, "grade", str(line.grade))
        assert line.draft == len(of_grade)
        assert line.active == len(leads_of(draft, "grade", str(line.grade), under="active"))
        every += of_grade
    assert sorted(every) == list(Lead.objects.order_by("pk").values_list("pk", flat=True))
    for clause in shown.clauses:
        assert clause.met == len(leads_of(draft, "met", clause.key))
        assert abs(clause.without) == len(leads_of(draft, "without", clause.key))
    assert [clause.without for clause in shown.clauses if clause.without] != []
    assert shown.weekly.leads == len(leads_of(draft, "weekly"))
    assert shown.active.weekly.leads == len(leads_of(draft, "weekly", under="active"))


def test_the_leads_of_a_week_are_those_of_the_slip() -> None:
    draft = a_world()
    shown = preview_of(fresh(draft)).numbers
    assert shown is not None
    slip = impact_slip(document_of(draft), "mql", NOW)["expected_weekly"]
    # Twelve weeks, the oldest instant included; who came before or at this very instant is left out.
    assert leads_of(draft, "weekly") == slip["lead_ids"]
    assert shown.weekly.mean == slip["value"] > 0
    assert f"from {shown.weekly.least} to {shown.weekly.most} would" in slip["sentence"]


def test_a_list_is_paged_and_says_of_whom_and_when() -> None:
    some_leads(software=60, retail=2)
    draft = a_draft_beside(threshold=50)
    page = page_of(signed_in(olga()), draft, "qualified")
    assert page.context["page"].paginator.count == 61
    assert len(page.context["page"].object_list) == 50
    assert "Would qualify: 61" in page.text
    assert "Of 62 leads, as of" in page.text
    second = page_of(signed_in(olga()), draft, "qualified", page="2")
    assert len(second.context["page"].object_list) == 11
    listed = {lead.pk for each in (page, second) for lead in each.context["page"].object_list}
    assert listed == set(leads_of(draft, "qualified"))


def test_every_number_of_the_panel_leads_to_a_list_of_as_many() -> None:
    draft = a_world()
    client = signed_in(sam())
    panel = client.get(reverse("leads:draft_numbers", args=[draft.pk]), **HTMX).text
    links = _links(panel)
    assert len(links) > 15
    for address, number in links:
        page = client.get(address)
        assert (address, page.context["page"].paginator.count) == (address, number)


def _links(panel: str) -> list[tuple[str, int]]:
    """(address, the number that it stands on)."""
    found = re.findall(r'<a[^>]*href="(/leads/drafts/[^"]*/leads/[^"]*)"[^>]*>([^<]*)</a>', panel)
    return [
        (address.replace("&amp;", "&"), abs(int(words.replace("\u2212", "-")))) for address, words in found
    ]


@pytest.mark.parametrize(
    ("group", "query"),
    [
        ("nothing", {}),
        ("grade", {}),
        ("grade", {"of": "6"}),
        ("grade", {"of": "²"}),
        ("met", {"of": "no-such-clause"}),
        ("without", {"of": "\0"}),
        ("both", {"of": "no-such-clause", "beside": "none"}),
        ("unknown", {"of": "lead.password"}),
        ("late", {"of": "lead.password"}),
        ("joining", {"of": "999"}),
    ],
)
def test_a_number_that_is_not_there_has_no_list(group: str, query: dict[str, str]) -> None:
    some_leads(software=2, retail=1)
    assert page_of(signed_in(sam()), a_draft_beside(), group, **query).status_code == 404


def test_a_draft_that_cannot_be_read_has_no_list() -> None:
    draft = a_draft()
    draft.groups = [{"key": "a", "label": "A", "cap": -1}]
    draft.save()
    assert page_of(signed_in(sam()), draft, "qualified").status_code == 404


def test_without_a_version_in_force_nothing_enters() -> None:
    some_leads(software=1, retail=1)
    draft = a_draft()
    a_clause(draft)
    client = signed_in(sam())
    assert page_of(client, draft, "entering").status_code == 404
    assert page_of(client, draft, "qualified", under="active").status_code == 404
    assert page_of(client, draft, "qualified").status_code == 200
    assert "once there is one" in client.get(reverse("leads:draft_queues", args=[draft.pk])).text


def test_strangers_see_no_list_and_everybody_in_the_workspace_does() -> None:
    some_leads(software=1, retail=1)
    draft = a_draft_beside()
    assert page_of(Client(), draft, "qualified").status_code == 302
    assert page_of(signed_in(olga()), draft, "qualified").status_code == 200
    gone = olga()
    client = signed_in(gone)
    gone.is_active = False
    gone.save()
    assert page_of(client, draft, "qualified").status_code == 302


def test_while_a_worker_counts_the_list_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "FEW_LEADS", -1)
    some_leads(software=2, retail=1)
    draft = a_draft_beside()
    client = signed_in(sam())
    assert "They are being counted" in page_of(client, draft, "qualified").text
    assert (
        "as soon as the leads are counted" in client.get(reverse("leads:draft_queues", args=[draft.pk])).text
    )
    building.work_wishes(lambda: True)
    assert "Would qualify: 2" in page_of(client, draft, "qualified").text


# -- whose queue grows -------------------------------------------------------------------------------------


def an_offer_of(lead: Lead, owner: Any, status: str = HandoffStatus.OFFERED) -> None:
    Handoff.objects.create(
        lead=lead,
        version=fresh(a_draft()),
        points=100,
        grade=5,
        receipt={},
        status=status,
        owner=owner,
        offered_at=NOW,
        due_at=NOW,
        accepted_at=NOW if status == HandoffStatus.ACCEPTED else None,
    )


def test_offers_come_and_go_by_whose_turn_it_is() -> None:
    rita()
    mine = an_account(industry="Software", owner=sam())
    nobodys = an_account(industry="Software")
    marketings = an_account(industry="Software", owner=olga())
    entering = [a_lead(account=account) for account in (mine, mine, nobodys, marketings, nobodys)]
    # Sales is done with one and marketing nurtures the other: they qualify, and are not offered.
    entering += [a_lead(account=mine, stage=stage) for stage in ("disqualified", "nurture")]
    # Somebody is at this one already: it is no new offer.
    an_offer_of(entering[4], sofia(), HandoffStatus.ACCEPTED)
    leaving = [a_lead(), a_lead(), a_lead()]
    an_offer_of(leaving[0], sofia())
    an_offer_of(leaving[1], None)
    an_offer_of(leaving[2], sam(), HandoffStatus.ACCEPTED)
    growths = growth_of([lead.pk for lead in entering], [lead.pk for lead in leaving])
    assert growths is not None
    assert [(one.owner, one.joining, one.withdrawn, one.change) for one in growths] == [
        (sam(), (entering[0].pk, entering[1].pk), (), 2),
        (None, (entering[2].pk, entering[3].pk), (leaving[1].pk,), 1),
        (sofia(), (), (leaving[0].pk,), -1),
    ]


def test_the_queues_add_up_to_the_slip_and_each_opens_its_leads() -> None:
    draft = a_world()
    owner_account = Lead.objects.earliest("pk").account
    assert owner_account is not None
    owner_account.owner = sam()
    owner_account.save()
    look = look_at(fresh(draft)).look
    assert look is not None
    for lead in Lead.objects.filter(pk__in=entering_and_leaving(look)[1].tolist()):
        an_offer_of(lead, sofia())
    client = signed_in(sam())
    page = client.get(reverse("leads:draft_queues", args=[draft.pk]))
    slip = impact_slip(document_of(draft), "mql", NOW)["queue_growth"]
    assert page.context["total"]["change"] == slip["value"]
    growths = page.context["growths"]
    assert {one.owner for one in growths} == {sam(), sofia(), None}
    for one in growths:
        for group, ids in (("joining", one.joining), ("withdrawn", one.withdrawn)):
            listed = page_of(client, draft, group, of=one.key)
            assert [lead.pk for lead in listed.context["page"].object_list] == list(ids)
    assert len(leads_of(draft, "joining")) == sum(len(one.joining) for one in growths)


def test_more_leads_than_can_be_divided_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.handoffs.growth.MOST_DIVIDED", 0)
    draft = a_world()
    client = signed_in(sam())
    assert "Too many leads would enter" in client.get(reverse("leads:draft_queues", args=[draft.pk])).text
    assert page_of(client, draft, "joining").status_code == 404
