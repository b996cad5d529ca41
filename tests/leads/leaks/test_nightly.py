"""The nightly count: each difference made on purpose, and what happens to it night after night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from definitions.models import Version
from leads import invariants
from leads.handoffs import services
from leads.handoffs.reconcile import handoffs_reconcile
from leads.leaks.nightly import incident_settle, night_count, night_count_due
from leads.leaks.words import ADVICE
from leads.models import (
    Clock,
    Handoff,
    Incident,
    IncidentLead,
    Lead,
    LeakKind,
    NightlyCount,
    StageChange,
    TouchedLead,
)
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, Notification, User, Workspace
from portal.seed.workspace import Size, workspace_seed
from tests.builders import NOW, ada, maya, mona, rita, sam, signed_in, sofia
from tests.leads.handoffs.stories import a_qualified_lead, an_offer, reason, rescore

pytestmark = pytest.mark.django_db


@pytest.fixture
def settled(version: Version) -> Version:
    """One lead in each hand: offered, accepted, returned; and one that was passed on and offered again."""
    version.activated_at = NOW - timedelta(days=1)
    version.save(update_fields=["activated_at"])
    an_offer(version)
    services.handoff_accept(handoff=an_offer(version), actor=sam())
    services.handoff_return(
        handoff=an_offer(version),
        actor=sam(),
        reason=reason("no-interest"),
        is_something_missing=True,
    )
    services.handoff_return(handoff=an_offer(version), actor=sam(), reason=reason("wrong-territory"))
    return version


def count(nights: int = 0) -> NightlyCount:
    now = timezone.now()
    return night_count(day=now.date() + timedelta(days=nights), now=now)


def open_kinds() -> list[str]:
    return list(Incident.objects.filter(closed_at=None).order_by("pk").values_list("kind", flat=True))


def test_a_night_on_which_everything_adds_up(settled: Version) -> None:
    night = count()
    assert (night.entered, night.accounted_for, night.differences) == (5, 5, 0)
    assert night.numbers == {"offered": 2, "accepted": 1, "returned": 2}
    assert not Incident.objects.exists()
    assert AuditEntry.objects.get(verb="leads.counted").after["entered"] == 5


def test_an_offer_that_expires_and_is_made_again_is_told_of(
    settled: Version, clock: time_machine.Coordinates
) -> None:
    clock.move_to(NOW + timedelta(days=4))
    rescore(settled)
    assert handoffs_reconcile().expired == 2
    night = count()
    assert (night.entered, night.accounted_for) == (7, 7)
    assert open_kinds() == []


# -- each difference ---------------------------------------------------------------------------------------


def _offer_past_the_trail() -> Lead:
    copy = Handoff.objects.get(status="accepted")
    copy.pk = None
    copy.status, copy.ended_at = "withdrawn", NOW
    copy.save()
    return copy.lead


def _offer_deleted() -> None:
    handoff = Handoff.objects.filter(status="returned").earliest("pk")
    handoff.delete()


def _stage_written_past_the_journal() -> Lead:
    return a_qualified_lead(stage="disqualified")


def _stage_moved_back() -> Lead:
    lead = Lead.objects.get(stage="nurture")
    StageChange.objects.create(lead=lead, before="nurture", after="lead", changed_at=NOW)
    return lead


def _offer_vanishes() -> Lead:
    handoff = Handoff.objects.filter(status="offered").earliest("pk")
    Handoff.objects.filter(pk=handoff.pk).update(status="withdrawn", ended_at=NOW)
    return handoff.lead


def _ended_at_no_time() -> Lead:
    handoff = Handoff.objects.filter(status="returned").earliest("pk")
    Handoff.objects.filter(pk=handoff.pk).update(ended_at=None)
    return handoff.lead


def _merged_while_worked() -> Lead:
    lead = Lead.objects.get(stage="sal")
    Lead.objects.filter(pk=lead.pk).update(merged_into=Lead.objects.get(stage="nurture"))
    return lead


def _qualified_and_forgotten() -> Lead:
    lead = a_qualified_lead()
    rescore(Version.objects.get(status="active"))
    _unmark(lead)
    return lead


def _unmark(lead: Lead) -> None:
    TouchedLead.objects.filter(lead=lead).delete()


def _rested_and_forgotten() -> Lead:
    lead = Lead.objects.get(stage="nurture")
    Lead.objects.filter(pk=lead.pk).update(nurture_until=date(2026, 5, 1))
    _unmark(lead)
    return lead


def _given_back_to_nobody() -> Lead:
    lead = Lead.objects.get(stage="nurture")
    Lead.objects.filter(pk=lead.pk).update(nurture_until=None)
    Clock.objects.filter(handoff__lead=lead).delete()
    return lead


def _the_rep_left() -> Lead:
    User.objects.filter(pk=sam().pk).update(is_active=False)
    return Lead.objects.get(stage="sal")


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (_offer_past_the_trail, LeakKind.OFFER_UNRECORDED),
        (_stage_written_past_the_journal, LeakKind.STAGE_JOURNAL),
        (_stage_moved_back, LeakKind.STAGE_JOURNAL),
        (_offer_vanishes, LeakKind.STAGE_HANDOFF),
        (_ended_at_no_time, LeakKind.INSTANTS),
        (_merged_while_worked, LeakKind.MERGED),
        (_qualified_and_forgotten, LeakKind.NOT_OFFERED),
        (_rested_and_forgotten, LeakKind.NOT_OFFERED),
        (_given_back_to_nobody, LeakKind.NOBODYS),
        (_the_rep_left, LeakKind.LEFT_SALES),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_difference_opens_an_incident_that_names_the_lead(
    settled: Version, clock: time_machine.Coordinates, damage: Callable[[], Lead], kind: LeakKind
) -> None:
    lead = damage()
    clock.shift(timedelta(hours=2))
    count()
    incident = Incident.objects.get(kind=kind)
    assert [row.lead for row in incident.leads.all()] == [lead]
    assert incident.sentence == f"{kind.label}: 1"
    assert open_kinds() == [kind]
    page = signed_in(rita()).get(incident.get_absolute_url()).content.decode()
    assert str(ADVICE[kind]) in page, "whoever reads it knows what to do"


def test_there_is_advice_for_every_kind_of_incident() -> None:
    assert set(ADVICE) == set(LeakKind)


def test_an_offer_without_a_row_names_the_handoff(settled: Version) -> None:
    StageChange.objects.update(handoff=None)
    lost = Handoff.objects.filter(status="returned").latest("pk")
    pk = lost.pk
    lost.delete()
    count()
    row = IncidentLead.objects.get(incident__kind=LeakKind.OFFER_LOST)
    assert (row.key, row.lead, row.handoff) == (f"handoff {pk}", None, None)


def test_what_is_owed_is_no_difference(settled: Version) -> None:
    """Qualified a minute ago, or touched since: the portal is about to offer it."""
    fresh, touched = a_qualified_lead(), a_qualified_lead()
    rescore(settled)
    _unmark(fresh)
    count()
    assert open_kinds() == []
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        count(1)
    named = IncidentLead.objects.filter(gone_at=None).values_list("lead", flat=True)
    assert (list(named), touched.pk in named) == ([fresh.pk], False)


# -- night after night -------------------------------------------------------------------------------------


def test_found_again_it_is_brought_up_to_date_and_gone_it_closes_by_itself(settled: Version) -> None:
    first, second = list(Handoff.objects.filter(status="offered").order_by("pk"))
    Handoff.objects.filter(pk=first.pk).update(ended_at=NOW)
    count()
    incident = Incident.objects.get()
    Handoff.objects.filter(pk=second.pk).update(ended_at=NOW)
    count(1)
    incident.refresh_from_db()
    assert (incident.sentence[-3:], incident.leads.count(), open_kinds()) == (": 2", 2, ["instants"])
    Handoff.objects.filter(pk=first.pk).update(ended_at=None)
    count(2)
    assert list(incident.leads.filter(gone_at=None).values_list("lead", flat=True)) == [second.lead_id]
    Handoff.objects.filter(pk=second.pk).update(ended_at=None)
    count(3)
    incident.refresh_from_db()
    assert (incident.closed_at, incident.closed_by) == (NOW, None)
    assert "gone by itself" in incident.note
    verbs = AuditEntry.objects.filter(subject_type="leads.incident").order_by("id")
    assert [entry.verb for entry in verbs] == [
        "incident.opened",
        "incident.changed",
        "incident.changed",
        "incident.closed",
    ]


def test_what_is_settled_is_raised_again_only_after_it_was_gone(settled: Version) -> None:
    handoff = Handoff.objects.filter(status="offered").earliest("pk")
    Handoff.objects.filter(pk=handoff.pk).update(ended_at=NOW)
    count()
    incident_settle(incident=Incident.objects.get(), actor=rita(), note="An import of ours wrote this.")
    count(1)
    assert open_kinds() == []
    Handoff.objects.filter(pk=handoff.pk).update(ended_at=None)
    count(2)
    Handoff.objects.filter(pk=handoff.pk).update(ended_at=NOW)
    count(3)
    assert open_kinds() == ["instants"]
    assert Incident.objects.count() == 2


def test_settling_needs_a_manager_and_a_sentence_and_happens_once(settled: Version) -> None:
    Handoff.objects.filter(status="offered").update(ended_at=NOW)
    count()
    incident = Incident.objects.get()
    with pytest.raises(Refused):
        incident_settle(incident=incident, actor=sam(), note="Nothing to see here.")
    with pytest.raises(Invalid):
        incident_settle(incident=incident, actor=rita(), note="  \n ")
    assert open_kinds() == ["instants"]
    incident_settle(incident=incident, actor=rita(), note="Written by hand.")
    with pytest.raises(Conflict, match="Rita Novak has closed this incident meanwhile: Written by hand"):
        incident_settle(incident=incident, actor=mona(), note="Mine.")
    incident.refresh_from_db()
    assert (incident.closed_by, incident.note) == (rita(), "Written by hand.")


def test_managers_are_told_once_and_find_it_on_their_home(settled: Version, client: Client) -> None:
    people = {person: person.pk for person in (rita(), mona(), ada(), sam(), maya())}
    Handoff.objects.filter(status="offered").update(ended_at=NOW)
    count()
    count(1)
    told = Notification.objects.filter(key__startswith="incident:").values_list("person", flat=True)
    assert sorted(told) == sorted(people[person] for person in (rita(), mona(), ada()))
    for person, is_shown in ((rita(), True), (sam(), False)):
        client.force_login(person)
        page = client.get(reverse("portal:home")).content.decode()
        assert ("1 incident is open" in page) is is_shown


# -- when --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("UTC", "2026-05-05T01:59:00Z", None),
        ("UTC", "2026-05-05T02:00:00Z", date(2026, 5, 5)),
        ("America/New_York", "2026-05-05T05:30:00Z", None),
        ("America/New_York", "2026-05-05T06:00:00Z", date(2026, 5, 5)),
        ("Asia/Tokyo", "2026-05-05T17:00:00Z", date(2026, 5, 6)),
        # A machine that slept through the night makes up for it.
        ("UTC", "2026-05-05T15:00:00Z", date(2026, 5, 5)),
    ],
)
def test_the_night_is_the_workspace_s(settled: Version, zone: str, at: str, day: date | None) -> None:
    Workspace.objects.update(time_zone=zone)
    with time_machine.travel(at, tick=False):
        made = night_count_due()
        assert (made.day if made else None) == day
        assert night_count_due() is None
    assert NightlyCount.objects.count() == (1 if day else 0)


def test_a_second_count_of_the_same_day_changes_nothing(settled: Version) -> None:
    first = count()
    Handoff.objects.filter(status="offered").update(ended_at=NOW)
    assert count() == first
    assert not Incident.objects.exists()


def test_killed_in_the_middle_it_has_written_nothing(settled: Version) -> None:
    """It dies as it names the leads: the row of the night, written before, goes with it."""
    Handoff.objects.filter(status="offered").update(ended_at=NOW)

    class Killed(BaseException):
        pass

    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "leads_incidentlead"'):
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die), pytest.raises(Killed):
        count()
    assert not NightlyCount.objects.exists()
    assert not Incident.objects.exists()
    count()
    assert open_kinds() == ["instants"]


def test_the_sample_company_adds_up() -> None:
    workspace_seed(size=Size(leads=400, accounts=130, activities=6_000), seed=1, actor=None, now=NOW)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        night = count()
    assert night.entered == night.accounted_for == Handoff.objects.count() > 20
    assert open_kinds() == []
    assert invariants.breaches() == []


# -- pages -------------------------------------------------------------------------------------------------


@pytest.fixture
def incident(settled: Version) -> Incident:
    Handoff.objects.filter(status="offered").update(ended_at=NOW)
    count()
    return Incident.objects.get()


def test_the_pages_name_the_leads(incident: Incident, client: Client) -> None:
    client.force_login(rita())
    listed = client.get(reverse("leads:incident_list")).content.decode()
    assert incident.get_absolute_url() in listed
    page = client.get(incident.get_absolute_url()).content.decode()
    for row in incident.leads.select_related("lead"):
        assert row.lead is not None
        assert row.lead.get_absolute_url() in page


def test_settled_on_the_page(incident: Incident, client: Client) -> None:
    client.force_login(mona())
    answer = client.post(incident.get_absolute_url(), {"note": ""})
    assert (answer.status_code, open_kinds()) == (422, ["instants"])
    answer = client.post(incident.get_absolute_url(), {"note": "A script of ours. Put right."}, follow=True)
    assert "A script of ours. Put right." in answer.content.decode()
    assert open_kinds() == []
    again = client.post(incident.get_absolute_url(), {"note": "Again."})
    assert again.status_code == 409


@pytest.mark.parametrize("who", [sam, maya, sofia], ids=lambda who: who.__name__)
def test_only_managers_see_them(incident: Incident, client: Client, who: Callable[[], User]) -> None:
    client.force_login(who())
    for address in (reverse("leads:incident_list"), incident.get_absolute_url()):
        answer = client.get(address)
        assert (answer.status_code, "Managers and administrators" in answer.content.decode()) == (403, True)
    assert client.post(incident.get_absolute_url(), {"note": "Mine."}).status_code == 403
    assert open_kinds() == ["instants"]


def test_no_such_incident(settled: Version, client: Client) -> None:
    client.force_login(rita())
    assert client.get(reverse("leads:incident_page", args=[987_654])).status_code == 404
