"""Doors that are knocked at late: by whoever saw the meeting before it opened, or was in a team once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from definitions.models import Version
from portal.common.errors import Refused
from portal.common.models import AuditEntry, Team
from reviews.models import AgendaItem, ItemOutcome
from reviews.services.ahead import item_bring_back
from reviews.services.feeds import feed_renew
from reviews.services.items import item_decide
from reviews.services.meetings import meeting_open
from tests.builders import maya, rita, signed_in
from tests.reviews.builders import a_series, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def test_what_the_room_decided_is_not_brought_back_from_an_old_page(version: Version) -> None:
    meeting = meeting_open(meeting=first_meeting(a_series()), actor=rita())
    item = AgendaItem.objects.create(
        meeting=meeting, source_key="clause:x", kind="challenged", title="x", needs_outcome=True, position=90
    )
    item_decide(item=item, actor=rita(), verdict="keep", reason="")
    seen = AgendaItem.objects.select_related("meeting").get(pk=item.pk)
    seen.meeting.status = "scheduled"  # as it stood when the page was read
    with pytest.raises(Refused, match="The meeting is open"):
        item_bring_back(item=seen, actor=maya())
    assert ItemOutcome.objects.get(item=item).verdict == "keep"


def test_the_address_of_somebody_who_left_every_team_is_dead() -> None:
    a_series()
    address = reverse("reviews:feed", args=[feed_renew(actor=maya())])
    assert Client().get(address).status_code == 200
    person = maya()
    person.team = Team.NONE
    person.save(update_fields=["team"])
    assert Client().get(address).status_code == 404


def test_a_note_that_no_database_takes_is_cleaned(version: Version) -> None:
    meeting = first_meeting(a_series())
    signed_in(rita()).post(reverse("reviews:meeting_cancel", args=[meeting.pk]), {"note": "Ill\0ness"})
    assert AuditEntry.objects.get(verb="meeting.cancelled").note == "Illness"
