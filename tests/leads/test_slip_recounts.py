"""The numbers of a ballot are held against the data while it is open; voters hear of a drift, votes stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from definitions.documents import draft_document
from definitions.models import Ballot, Definition
from definitions.services.ballots import ballot_edit, version_propose
from definitions.services.closing import version_withdraw
from definitions.services.slips import slip_recounted
from leads.scoring.impact import impact_slip
from leads.scoring.slip_recounts import recount_slip, recount_slips
from portal.common.errors import Conflict, Refused
from portal.common.models import AuditEntry, Notification, OutgoingMail, Workspace
from tests.builders import NOW, a_lead, an_account, an_activity, maya, olga, rita, sam
from tests.definitions.ballot_stories import SLIP, a_draft, both_houses, counted, fresh, vote, with_threshold

pytestmark = pytest.mark.django_db
START = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def leads_that_qualify(number: int) -> None:
    for _each in range(number):
        an_activity(a_lead(account=an_account(industry="Software")), subject="Pricing page")


def a_ballot_on(leads: int) -> Ballot:
    both_houses()
    leads_that_qualify(leads)
    version = a_draft()
    slip = impact_slip(draft_document(version), "mql")
    return version_propose(version=version, actor=maya(), statement="", slip=slip)


def chore() -> int:
    return recount_slips(has_time=lambda: True)


def told(ballot: Ballot) -> int:
    mails = OutgoingMail.objects.filter(key__startswith=f"slip-drift:{ballot.pk}:").count()
    assert Notification.objects.filter(key__startswith=f"slip-drift:{ballot.pk}:").count() == mails
    return mails


def test_within_the_agreed_share_nobody_is_told(clock: Any) -> None:
    ballot = a_ballot_on(10)
    leads_that_qualify(1)
    assert (chore(), told(ballot)) == (1, 0)
    now = fresh(ballot)
    assert (now.slip_now["qualified_draft"]["value"], now.slip_counted_at) == (11, START)
    assert (now.drifted_at, now.slip["qualified_draft"]["value"]) == (None, 10)


def test_a_drift_is_told_once_and_the_votes_stand(client: Client, clock: Any) -> None:
    ballot = a_ballot_on(10)
    vote(ballot, sam())
    leads_that_qualify(2)
    assert (chore(), told(ballot)) == (1, 6)
    clock.shift(timedelta(hours=1))
    leads_that_qualify(2)
    assert (chore(), told(ballot)) == (1, 6)
    assert counted(ballot) == {"marketing": 0, "sales": 1}
    mail = OutgoingMail.objects.filter(key__startswith="slip-drift").first()
    assert mail is not None
    assert "Would qualify: 10 then, 12 now." in mail.text
    entry = AuditEntry.objects.get(verb="slip.drifted")
    assert (entry.before["qualified_draft"], entry.after["qualified_draft"]) == (10, 12)
    client.force_login(sam())
    text = client.get(ballot.get_absolute_url()).content.decode()
    assert "The data have drifted by more than 10 % since this was put to the vote. Votes stand." in text
    rows = {
        drift.key: (drift.before, drift.now)
        for drift in client.get(ballot.get_absolute_url()).context["drifts"]
    }
    assert rows["qualified_draft"] == (10, 14)


def test_at_most_once_an_hour_by_itself_and_once_a_minute_when_asked(client: Client, clock: Any) -> None:
    ballot = a_ballot_on(1)
    assert (chore(), chore()) == (1, 0)
    assert not recount_slip(ballot=ballot, actor=sam())
    clock.shift(timedelta(minutes=2))
    client.force_login(sam())
    assert client.post(f"/leads/ballots/{ballot.pk}/recount/").status_code == 302
    assert fresh(ballot).slip_counted_at == START + timedelta(minutes=2)
    assert AuditEntry.objects.get(verb="slip.recount_asked").actor == sam()
    clock.shift(timedelta(minutes=58))
    assert chore() == 0
    clock.shift(timedelta(minutes=2))
    assert chore() == 1


def test_the_share_is_frozen_with_the_ballot(clock: Any) -> None:
    Workspace.objects.update(drift_percent=50)
    ballot = a_ballot_on(10)
    Workspace.objects.update(drift_percent=1)
    leads_that_qualify(5)
    assert (chore(), told(ballot), fresh(ballot).drift_percent) == (1, 0, 50)


def test_who_may_not_draft_may_not_ask(client: Client) -> None:
    ballot = a_ballot_on(1)
    with pytest.raises(Refused, match="You are in no team"):
        recount_slip(ballot=ballot, actor=olga())
    client.force_login(olga())
    assert client.post(f"/leads/ballots/{ballot.pk}/recount/").status_code == 403
    assert fresh(ballot).slip_asked_at is None


def test_a_closed_ballot_keeps_the_numbers_it_closed_with() -> None:
    ballot = a_ballot_on(1)
    version_withdraw(ballot=ballot, actor=rita())
    assert chore() == 0
    with pytest.raises(Refused, match="This ballot has closed"):
        recount_slip(ballot=fresh(ballot), actor=sam())


def test_a_count_of_an_earlier_text_is_not_kept() -> None:
    ballot = a_ballot_on(10)
    leads_that_qualify(2)
    chore()
    ballot_edit(
        ballot=ballot,
        actor=maya(),
        document=with_threshold(ballot, 90),
        slip=SLIP,
        fingerprint=ballot.fingerprint,
    )
    now = fresh(ballot)
    assert (now.slip_now, now.drifted_at, now.slip_counted_at) == ({}, None, None)
    with pytest.raises(Conflict, match="The proposal changed while its numbers were counted"):
        slip_recounted(ballot=now, slip=SLIP, fingerprint=ballot.fingerprint, round=1)
    assert fresh(ballot).slip_now == {}
    assert Definition.objects.get(stage="mql").versions.get().status == "proposed"
