"""Where leads stand: each place by a story, the sum against all leads, and each number against its list."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import median_low
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from definitions.models import Version
from leads.care.returned import return_rest
from leads.handoffs import services
from leads.handoffs.qualifying import handoff_qualify
from leads.handoffs.reconcile import handoffs_reconcile
from leads.leaks.places import HANDS, OF_HANDOFFS, Place, all_leads, holders, rows_in, standings
from leads.models import Handoff, HandoffStatus, Lead, LeadStage, Score, StageChange
from portal.common.models import User
from tests.builders import NOW, a_lead, maya, olga, rita, sam, sofia
from tests.leads.handoffs.stories import (
    a_fit_lead,
    a_qualified_lead,
    an_offer,
    open_handoff,
    reason,
    rescore,
)

pytestmark = pytest.mark.django_db


def place_of(lead: Lead) -> list[str]:
    """Every place whose list has this lead."""
    now = timezone.now()
    found = []
    for place in Place:
        key = "lead_id" if place in OF_HANDOFFS else "pk"
        if lead.pk in rows_in(place, now).values_list(key, flat=True):
            found.append(place.value)
    return found


def counts() -> dict[str, int]:
    return {each.place.value: each.count for each in standings(timezone.now()) if each.count}


# -- stories -----------------------------------------------------------------------------------------------


def _new(version: Version) -> Lead:
    return a_lead()


def _below(version: Version) -> Lead:
    lead = a_fit_lead()
    rescore(version)
    handoffs_reconcile()
    return lead


def _qualified(version: Version) -> Lead:
    lead = a_qualified_lead()
    rescore(version)
    return lead


def _shared(version: Version) -> Lead:
    return an_offer(version).lead


def _offered(version: Version) -> Lead:
    return an_offer(version, seller=sam()).lead


def _accepted(version: Version) -> Lead:
    return services.handoff_accept(handoff=an_offer(version), actor=sam()).lead


def _worked(version: Version) -> Lead:
    lead = _accepted(version)
    services.follow_up_add(handoff=open_handoff(lead), actor=sam(), has_reached=False)
    return lead


def _returned(version: Version) -> Lead:
    return services.handoff_return(
        handoff=an_offer(version), actor=sam(), reason=reason("no-interest"), is_something_missing=True
    ).lead


def _resting(version: Version) -> Lead:
    """Until the day that a return names, and no longer."""
    lead = _returned(version)
    return_rest(handoff=Handoff.objects.get(lead=lead), actor=maya(), until=lead.nurture_until)
    return lead


def _sales_qualified(version: Version) -> Lead:
    return handoff_qualify(handoff=open_handoff(_accepted(version)), actor=sam()).lead


def _disqualified(version: Version) -> Lead:
    handoff = open_handoff(_accepted(version))
    return services.handoff_disqualify(handoff=handoff, actor=sam(), reason=reason("no-need")).lead


def _opportunity_while_worked(version: Version) -> Lead:
    lead = _worked(version)
    Lead.objects.filter(pk=lead.pk).update(stage="opportunity")
    return lead


def _customer(version: Version) -> Lead:
    return a_lead(stage="customer")


def _opportunity(version: Version) -> Lead:
    return a_lead(stage="opportunity")


def _without_its_offer(version: Version) -> Lead:
    return a_lead(stage="mql")


def _without_its_owner(version: Version) -> Lead:
    return a_lead(stage="sal")


@pytest.mark.parametrize(
    ("story", "place"),
    [
        (_new, Place.NOT_ASSESSED),
        (_below, Place.BELOW),
        (_qualified, Place.QUALIFIED),
        (_shared, Place.SHARED),
        (_offered, Place.OFFERED),
        (_accepted, Place.ACCEPTED),
        (_worked, Place.WORKED),
        (_opportunity_while_worked, Place.WORKED),
        (_returned, Place.RETURNED),
        (_resting, Place.NURTURE),
        (_sales_qualified, Place.SALES_QUALIFIED),
        (_disqualified, Place.DISQUALIFIED),
        (_opportunity, Place.OPPORTUNITY),
        (_customer, Place.CUSTOMER),
        (_without_its_offer, Place.NOWHERE),
        (_without_its_owner, Place.NOWHERE),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_lead_is_in_one_place(version: Version, story: Callable[[Version], Lead], place: Place) -> None:
    lead = story(version)
    assert place_of(lead) == [place.value]
    assert counts() == {place.value: 1}
    assert all_leads() == 1


def test_a_merged_lead_is_in_the_place_of_the_other(version: Version) -> None:
    survivor = a_lead()
    a_lead(merged_into=survivor)
    _accepted(version)
    Lead.objects.filter(stage="sal").update(merged_into=survivor)
    assert (counts(), all_leads()) == ({"below": 1}, 1)


def test_every_place_says_in_whose_hands() -> None:
    assert set(HANDS) == set(Place)


# -- late, since, who --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "place", "in_time", "late"),
    [
        # Monday ten o'clock: eight working hours to decide, 24 to follow up, 16 to pick up; 9 to 17.
        (_shared, Place.SHARED, timedelta(hours=23, minutes=59), timedelta(days=1, minutes=1)),
        (_accepted, Place.ACCEPTED, timedelta(days=2, hours=23), timedelta(days=3, hours=1)),
        (_worked, Place.WORKED, timedelta(days=30), None),
        (_returned, Place.RETURNED, timedelta(days=1, hours=23), timedelta(days=2, hours=1)),
        (_resting, Place.NURTURE, timedelta(days=90), timedelta(days=91)),
        (_qualified, Place.QUALIFIED, timedelta(minutes=59), timedelta(minutes=61)),
        (_below, Place.BELOW, timedelta(days=300), None),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_late(
    version: Version,
    story: Callable[[Version], Lead],
    place: Place,
    in_time: timedelta,
    late: timedelta | None,
) -> None:
    story(version)
    for after, expected in ((in_time, 0), (late, 1)):
        if after is None:
            continue
        now = NOW + after
        found = {each.place: each for each in standings(now)}[place]
        assert (found.count, found.late) == (1, expected)
        assert rows_in(place, now, is_late=True).count() == expected


def test_the_middle_and_the_oldest_since(version: Version) -> None:
    for days in (9, 2, 5, 1):
        a_lead(captured_at=NOW - timedelta(days=days))
    for hours in (7, 3, 5):
        handoff = an_offer(version)
        Handoff.objects.filter(pk=handoff.pk).update(offered_at=NOW - timedelta(hours=hours))
    found = {each.place: each for each in standings(NOW)}
    below, shared = found[Place.BELOW], found[Place.SHARED]
    assert (below.median_since, below.oldest_since) == (NOW - timedelta(days=5), NOW - timedelta(days=9))
    assert (shared.median_since, shared.oldest_since) == (
        NOW - timedelta(hours=5),
        NOW - timedelta(hours=7),
    )


def test_who_has_them(version: Version) -> None:
    an_offer(version, seller=sofia())
    _accepted(version)
    _worked(version)
    _shared(version)
    late = NOW + timedelta(days=4)
    assert [(each.name, each.offered, each.accepted, each.worked, each.late) for each in holders(late)] == [
        ("Sam Okafor", 0, 1, 1, 1),
        ("Sofia Petrova", 1, 0, 0, 1),
    ]
    assert rows_in(Place.ACCEPTED, late, person=sam().pk).count() == 1
    assert rows_in(Place.ACCEPTED, late, person=sofia().pk).count() == 0


# -- against a recount -------------------------------------------------------------------------------------


def _recounted(version: Version, now: datetime) -> dict[str, list[datetime]]:
    """Place to instants, lead by lead, from the raw rows and in plain Python."""
    qualified = set(
        Score.objects.filter(version=version, is_qualified=True).values_list("lead_id", flat=True)
    )
    found: dict[str, list[datetime]] = {}
    for lead in Lead.objects.filter(merged_into=None):
        opened = next((row for row in lead.handoffs.all() if row.status in ("offered", "accepted")), None)
        moved = [change.changed_at for change in lead.stage_changes.order_by("changed_at", "id")]
        since = lead.captured_at
        if opened and opened.status == "offered":
            place, since = "offered" if opened.owner_id else "shared", opened.offered_at
        elif opened and opened.followed_up_at:
            place, since = "worked", opened.followed_up_at
        elif opened:
            assert opened.accepted_at
            place, since = "accepted", opened.accepted_at
        elif lead.stage == "nurture" and [row.status for row in lead.handoffs.order_by("pk")][-1:] == [
            "returned"
        ]:
            place, since = "returned", moved[-1] if moved else since
        elif lead.stage in ("not_assessed", "lead", "mql") and lead.pk in qualified:
            place = "qualified"
        elif lead.stage in ("not_assessed", "lead"):
            place = {"not_assessed": "not-assessed", "lead": "below"}[lead.stage]
        else:
            place = {"mql": "nowhere", "sal": "nowhere", "sales_qualified": "sales-qualified"}.get(
                lead.stage, lead.stage
            )
            since = moved[-1] if moved else since
        found.setdefault(place, []).append(since)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_the_places_are_those_of_a_recount(version: Version, seed: int) -> None:
    rng = random.Random(seed)

    def instant() -> datetime:
        return NOW - timedelta(minutes=rng.randrange(60 * 24 * 200))

    for _ in range(80):
        lead = a_lead(stage=rng.choice(LeadStage.values), captured_at=instant())
        if rng.random() < 0.5:
            StageChange.objects.create(lead=lead, before="lead", after=lead.stage, changed_at=instant())
        is_qualified = rng.random() < 0.3
        Score.objects.create(
            version=version,
            lead=lead,
            points=0,
            fit=0,
            behaviour=0,
            grade=1,
            qualification=2 if is_qualified else 1,
            is_qualified=is_qualified,
            as_of=instant(),
        )
        if rng.random() < 0.6:
            status = rng.choice(HandoffStatus.values)
            ended: dict[str, Any] = {"ended_at": NOW, "reason": reason("no-need")}
            Handoff.objects.create(
                lead=lead,
                version=version,
                points=0,
                grade=1,
                receipt={"lines": [], "points": 0, "grade": 1},
                status=status,
                owner=sam() if status != "offered" or rng.random() < 0.5 else None,
                offered_at=instant(),
                due_at=instant(),
                accepted_at=instant(),
                follow_up_due_at=instant(),
                followed_up_at=instant() if rng.random() < 0.5 else None,
                **({} if status in ("offered", "accepted") else ended),
            )
    expected = {
        place: (len(instants), median_low(instants), min(instants))
        for place, instants in _recounted(version, NOW).items()
    }
    found = {
        each.place.value: (each.count, each.median_since, each.oldest_since)
        for each in standings(NOW)
        if each.count
    }
    assert found == expected
    assert sum(count for count, *_ in found.values()) == all_leads() == 80
    for each in standings(NOW):
        assert rows_in(each.place, NOW).count() == each.count
        assert rows_in(each.place, NOW, is_late=True).count() == each.late


# -- pages -------------------------------------------------------------------------------------------------


def test_the_map_shows_that_the_places_add_up(version: Version, client: Client) -> None:
    _shared(version)
    _below(version)
    _accepted(version)
    client.force_login(rita())
    page = client.get(reverse("leads:where")).content.decode()
    assert "counted apart from the places: 3 leads, none missing and none twice" in page
    assert "In no place" not in page
    a_lead(stage="sal")
    assert "In no place" in client.get(reverse("leads:where")).content.decode()


def test_a_number_opens_its_leads(version: Version, client: Client) -> None:
    lead, other = _offered(version), _shared(version)
    client.force_login(sam())
    page = client.get(reverse("leads:where_list", args=["offered"])).content.decode()
    assert open_handoff(lead).get_absolute_url() in page
    assert open_handoff(other).get_absolute_url() not in page
    below = _below(version)
    assert (
        below.get_absolute_url() in client.get(reverse("leads:where_list", args=["below"])).content.decode()
    )


def test_the_pages_without_a_lead(client: Client, db: None) -> None:
    client.force_login(olga())
    assert "No leads yet" in client.get(reverse("leads:where")).content.decode()
    for place in Place.values:
        answer = client.get(reverse("leads:where_list", args=[place]))
        assert "No lead is here" in answer.content.decode()


@pytest.mark.parametrize("query", ["person=x", "person=-1", "person=" + "9" * 30, "late=%00", "person=%00"])
def test_a_query_that_makes_no_sense_is_left_out(version: Version, client: Client, query: str) -> None:
    lead = _offered(version)
    client.force_login(sam())
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        answer = client.get(f"{reverse('leads:where_list', args=['offered'])}?{query}")
    assert (answer.status_code, lead.name in answer.content.decode()) == (200, True)


def test_no_such_place(client: Client, db: None) -> None:
    client.force_login(sam())
    assert client.get(reverse("leads:where_list", args=["nothing"])).status_code == 404


def test_who_has_left_sees_nothing(version: Version, client: Client) -> None:
    client.force_login(sam())
    User.objects.filter(pk=sam().pk).update(is_active=False)
    assert client.get(reverse("leads:where")).status_code == 302


def test_the_rest_of_a_day_that_is_today_is_not_over(version: Version) -> None:
    lead = _resting(version)
    Lead.objects.filter(pk=lead.pk).update(nurture_until=date(2026, 5, 4))
    assert {each.place: each.late for each in standings(NOW)}[Place.NURTURE] == 0
