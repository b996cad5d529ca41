"""The agenda before the meeting: deferred, brought back, the backlog, and what a skipped meeting leaves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from definitions.models import Version
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, User
from portal.common.owed import lag_by_kind
from reviews.models import AgendaItem, BacklogItem, ItemOutcome, Meeting
from reviews.selectors.agenda_view import backlog_of
from reviews.services.ahead import item_bring_back, item_defer_ahead
from reviews.services.backlog import backlog_add, backlog_remove
from reviews.services.closing import meeting_close
from reviews.services.items import item_add, item_finish, item_note
from reviews.services.meetings import meeting_cancel, meeting_open
from reviews.services.preparing import agendas_renew_due, meeting_prepare
from reviews.services.renewing import agenda_ask
from reviews.services.series import series_end
from reviews.tasks import renew_agendas
from tests.builders import NOW, a_criterion, a_document, a_version, marco, maya, olga, rita, sam, signed_in
from tests.reviews.agenda_stories import a_prepared_meeting, item_of
from tests.reviews.builders import a_handoff, a_series, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def prepared(version: Version) -> Meeting:
    """With a challenged clause, and what sales gave back and promised."""
    a_handoff(version, NOW - timedelta(days=3), "returned", challenged_key="c-software")
    return a_prepared_meeting()


def post(person: User, name: str, pk: int, **data: str) -> Any:
    client: Client = signed_in(person)
    return client.post(reverse(f"reviews:{name}", args=[pk]), data)


def titles(meeting: Meeting) -> list[str]:
    return [item.title for item in meeting.items.order_by("position")]


# -- deferred and brought back -----------------------------------------------------------------------------


def test_anyone_invited_defers_an_item_to_the_next_meeting(prepared: Meeting) -> None:
    item_defer_ahead(item=item_of(prepared, "returns"), actor=sam())
    assert item_of(prepared, "returns").status == AgendaItem.Status.DEFERRED
    assert AuditEntry.objects.filter(verb="item.deferred", actor=sam()).count() == 1
    # The evidence of what is deferred stays as it was; preparing again does not bring it back.
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        meeting_prepare(meeting=prepared, actor=None)
    assert item_of(prepared, "returns").status == AgendaItem.Status.DEFERRED
    assert item_of(prepared, "returns").as_of == NOW
    item_bring_back(item=item_of(prepared, "returns"), actor=maya())
    assert item_of(prepared, "returns").status == AgendaItem.Status.WAITING


def test_a_clause_is_deferred_with_a_reason_which_is_its_outcome(prepared: Meeting) -> None:
    with pytest.raises(Invalid, match="Say why"):
        item_defer_ahead(item=item_of(prepared, "clause:c-software"), actor=sam())
    assert item_of(prepared, "clause:c-software").status == AgendaItem.Status.WAITING
    item_defer_ahead(item=item_of(prepared, "clause:c-software"), actor=sam(), reason="After the fair.")
    outcome = ItemOutcome.objects.get()
    assert (outcome.verdict, outcome.reason, outcome.decided_by) == ("defer", "After the fair.", sam())
    item_bring_back(item=item_of(prepared, "clause:c-software"), actor=sam())
    assert not ItemOutcome.objects.exists()


def test_what_was_deferred_stands_on_the_next_agenda_and_says_so(prepared: Meeting) -> None:
    item_defer_ahead(item=item_of(prepared, "clause:c-software"), actor=sam(), reason="After the fair.")
    opened = meeting_open(meeting=first_meeting(prepared.series), actor=rita())
    for item in opened.items.filter(status=AgendaItem.Status.WAITING):
        item_finish(item=item, actor=rita())
    meeting_close(meeting=first_meeting(prepared.series), actor=rita())
    following = prepared.series.meetings.order_by("starts_at")[1]
    carried = item_of(following, "clause:c-software")
    assert carried.carried_from == item_of(prepared, "clause:c-software")
    assert carried.decision is None
    page = signed_in(sam()).get(following.get_absolute_url()).content.decode()
    assert "Carried over from 12 May 2026" in page


def test_who_is_not_invited_puts_nothing_off(prepared: Meeting) -> None:
    item = item_of(prepared, "returns")
    for person in (marco(), olga()):
        with pytest.raises(Refused):
            item_defer_ahead(item=item, actor=person)
        assert post(person, "item_defer", item.pk).status_code == 403
    assert item_of(prepared, "returns").status == AgendaItem.Status.WAITING


def test_in_the_room_the_room_decides(prepared: Meeting) -> None:
    meeting_open(meeting=first_meeting(prepared.series), actor=rita())
    with pytest.raises(Refused, match="in the room"):
        item_defer_ahead(item=item_of(prepared, "returns"), actor=sam())


def test_two_people_defer_the_same_item(prepared: Meeting) -> None:
    item, same = item_of(prepared, "returns"), item_of(prepared, "returns")
    item_defer_ahead(item=item, actor=sam())
    with pytest.raises(Conflict):
        item_defer_ahead(item=same, actor=maya())
    with pytest.raises(Conflict):
        item_bring_back(item=item_of(prepared, "sla"), actor=maya())


def test_the_page_puts_off_and_brings_back(prepared: Meeting) -> None:
    clause = item_of(prepared, "clause:c-software")
    response = post(sam(), "item_defer", clause.pk, reason=" ")
    assert response.status_code == 422
    assert "Say why this can wait" in response.content.decode()
    assert post(sam(), "item_defer", clause.pk, reason="After the fair.").status_code == 302
    page = signed_in(maya()).get(prepared.get_absolute_url()).content.decode()
    assert "Deferred to the next meeting" in page
    assert "After the fair." in page
    assert post(maya(), "item_bring_back", clause.pk).status_code == 302
    assert item_of(prepared, "clause:c-software").status == AgendaItem.Status.WAITING
    assert signed_in(sam()).get(reverse("reviews:item_defer", args=[clause.pk])).status_code == 405
    assert post(sam(), "item_defer", 999_999).status_code == 404


# -- what nothing asks for any more ------------------------------------------------------------------------


def test_an_item_goes_with_what_asked_for_it() -> None:
    version = a_version(
        a_document(a_criterion("c-old", {"attribute": "lead.country", "is": "known"}, review_on="2026-05-01"))
    )
    meeting = a_prepared_meeting()
    assert item_of(meeting, "clause:c-old").needs_outcome
    Version.objects.filter(pk=version.pk).update(status="superseded")
    version.definition.active_version = a_version(a_document())
    version.definition.save(update_fields=["active_version"])
    meeting_prepare(meeting=first_meeting(meeting.series), actor=None)
    assert not meeting.items.filter(source_key="clause:c-old").exists()


@pytest.mark.parametrize("touch", ["note", "deferred", "by hand"])
def test_what_somebody_has_touched_stays(version: Version, touch: str) -> None:
    handoff = a_handoff(version, NOW - timedelta(days=3), "returned", is_something_missing=True)
    meeting = a_prepared_meeting()
    item = item_of(meeting, "returns")
    if touch == "note":
        item_note(item=item, actor=sam(), text="Look at the fair.", edit_number=1)
    elif touch == "deferred":
        item_defer_ahead(item=item, actor=sam())
    else:
        item = item_add(meeting=meeting, actor=sam(), title="The fair")
    handoff.delete()
    meeting_prepare(meeting=first_meeting(meeting.series), actor=None)
    assert meeting.items.filter(pk=item.pk).exists()
    assert meeting.items.filter(source_key="sla").count() == 0


def test_the_order_that_people_gave_it_stays(prepared: Meeting) -> None:
    last = prepared.items.order_by("-position")[0]
    assert post(sam(), "item_move", last.pk, to="up").status_code == 302
    order = titles(prepared)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        meeting_prepare(meeting=first_meeting(prepared.series), actor=None)
    assert titles(prepared) == order


# -- on demand ---------------------------------------------------------------------------------------------


def test_on_demand_a_worker_counts(version: Version) -> None:
    meeting = first_meeting(a_series())
    address = reverse("reviews:agenda_renewal", args=[meeting.pk])
    assert post(maya(), "meeting_prepare", meeting.pk).status_code == 403
    assert lag_by_kind().get("agendas") is None
    assert post(rita(), "meeting_prepare", meeting.pk).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.renewal_due_at, meeting.prepared_at) == (NOW, None)
    assert lag_by_kind()["agendas"] == 0.0
    page = signed_in(rita()).get(meeting.get_absolute_url()).content.decode()
    assert address in page
    assert reverse("reviews:meeting_prepare", args=[meeting.pk]) not in page
    waiting = signed_in(rita()).get(address)
    assert (waiting.status_code, "HX-Refresh" in waiting.headers) == (200, False)
    renew_agendas()
    assert titles(meeting) == ["Results of MQL v1"]
    meeting.refresh_from_db()
    assert (meeting.renewal_due_at, meeting.prepared_at) == (None, NOW)
    done = signed_in(rita()).get(address)
    assert (done.status_code, done.headers["HX-Refresh"]) == (286, "true")
    assert agendas_renew_due() == 0


def test_a_renewal_that_a_worker_has_is_nobody_elses(version: Version) -> None:
    meeting = first_meeting(a_series())
    agenda_ask(meeting=meeting, actor=rita())
    # Another worker took it a moment ago, and died over it.
    Meeting.objects.filter(pk=meeting.pk).update(renewal_due_at=NOW + timedelta(minutes=5))
    assert agendas_renew_due() == 0
    assert agendas_renew_due(NOW + timedelta(minutes=6)) == 1


def test_what_is_over_is_not_renewed(version: Version) -> None:
    meeting = first_meeting(a_series())
    meeting_cancel(meeting=meeting, actor=rita())
    with pytest.raises(Refused):
        agenda_ask(meeting=first_meeting(meeting.series), actor=rita())
    with pytest.raises(Conflict):
        # It was skipped a moment after the page was shown.
        meeting.status = "scheduled"
        agenda_ask(meeting=meeting, actor=rita())
    assert not AuditEntry.objects.filter(verb="meeting.renewal_asked").exists()


# -- the backlog -------------------------------------------------------------------------------------------


def test_the_backlog_flows_to_the_next_agenda_once(version: Version) -> None:
    series = a_series()
    # Marco is not invited.
    backlog_add(series=series, actor=marco(), title="The guests of the fair", minutes=15)
    later = series.meetings.select_related("series__definition__active_version").order_by("starts_at")[1]
    meeting_prepare(meeting=later, actor=None)
    assert titles(later) == ["Results of MQL v1"]
    for _ in range(2):
        meeting_prepare(meeting=first_meeting(series), actor=None)
    assert titles(first_meeting(series)) == ["Results of MQL v1", "The guests of the fair"]
    item = first_meeting(series).items.latest("position")
    assert (item.minutes_planned, item.added_by, item.needs_outcome) == (15, marco(), False)
    assert list(backlog_of(series)) == []


def test_a_skipped_meeting_gives_back_what_people_had_put_on_it(version: Version) -> None:
    series = a_series()
    backlog_add(series=series, actor=marco(), title="The guests of the fair")
    meeting = meeting_prepare(meeting=first_meeting(series), actor=None)
    item_add(meeting=meeting, actor=sam(), title="Fridays")
    meeting_cancel(meeting=meeting, actor=rita())
    assert [row.title for row in backlog_of(series)] == ["The guests of the fair"]
    following = series.meetings.filter(status="scheduled").order_by("starts_at")[0]
    for _ in range(2):
        meeting_prepare(meeting=following, actor=None)
    assert titles(following) == ["Fridays", "Results of MQL v1", "The guests of the fair"]
    assert {item.carried_from.meeting for item in following.items.exclude(carried_from=None)} == {meeting}
    assert list(backlog_of(series)) == []


def test_a_meeting_skipped_long_ago_gives_nothing_back_twice(version: Version) -> None:
    series = a_series()
    skipped = first_meeting(series)
    item_add(meeting=skipped, actor=sam(), title="Fridays")
    meeting_cancel(meeting=skipped, actor=rita())
    with time_machine.travel(date(2026, 8, 11), tick=False):
        held = series.meetings.filter(status="scheduled").order_by("starts_at")[0]
        held = meeting_open(meeting=held, actor=rita())
        assert "Fridays" in titles(held)
        for item in held.items.select_related("meeting__series"):
            item_finish(item=item, actor=rita())
        meeting_close(meeting=held, actor=rita())
    following = series.meetings.filter(status="scheduled").order_by("starts_at")[0]
    meeting_prepare(meeting=following, actor=None)
    assert "Fridays" not in titles(following)


def test_who_may_take_something_off_the_backlog(version: Version) -> None:
    series = a_series()
    row = backlog_add(series=series, actor=marco(), title="The fair")
    with pytest.raises(Refused, match="Only Marco Ferri or a manager"):
        backlog_remove(row=row, actor=sam())
    backlog_remove(row=row, actor=rita())
    with pytest.raises(Conflict):
        backlog_remove(row=row, actor=rita())
    taken = backlog_add(series=series, actor=marco(), title="Fridays")
    meeting_prepare(meeting=first_meeting(series), actor=None)
    with pytest.raises(Conflict):
        backlog_remove(row=taken, actor=marco())
    assert AuditEntry.objects.filter(verb__startswith="backlog.").count() == 3


def test_the_database_keeps_what_is_off_from_every_agenda(version: Version) -> None:
    row = backlog_add(series=a_series(), actor=marco(), title="The fair")
    meeting_prepare(meeting=first_meeting(row.series), actor=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        BacklogItem.objects.update(removed_at=timezone.now())


def test_the_page_of_the_backlog(version: Version) -> None:
    series = a_series()
    address = reverse("reviews:backlog", args=[series.pk])
    page = signed_in(marco()).get(address).content.decode()
    assert "Nothing waits" in page
    assert post(marco(), "backlog", series.pk, **{"item-title": "", "item-minutes": "5"}).status_code == 422
    good = {"item-title": "<b>The fair</b>", "item-minutes": "5"}
    assert post(marco(), "backlog", series.pk, **good).status_code == 302
    row = series.backlog.get()
    page = signed_in(sam()).get(address).content.decode()
    assert "&lt;b&gt;The fair&lt;/b&gt;" in page
    assert "Take off" not in page
    assert post(sam(), "backlog_remove", row.pk).status_code == 403
    assert post(marco(), "backlog_remove", row.pk).status_code == 302
    for answer in (signed_in(olga()).get(address), post(olga(), "backlog", series.pk, **good)):
        assert answer.status_code == 403
        assert "You are in no team" in answer.content.decode()
    series_end(series=series, actor=rita())
    assert "has no next agenda" in signed_in(marco()).get(address).content.decode()
    assert post(marco(), "backlog", series.pk, **good).status_code == 403
