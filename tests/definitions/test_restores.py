"""An emergency: two people of two houses bring a former version back, for 14 days, for everybody to hear."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from definitions.invariants import breaches
from definitions.models import Ballot, Definition, Version
from definitions.selectors.proposals import base_of
from definitions.selectors.temporary import oldest_end_due, restores_between
from definitions.services.ballots import ballot_edit
from definitions.services.closing import ballots_close_due, version_withdraw
from definitions.services.restoring import restore_ask
from definitions.services.temporary import temporary_end_now, temporary_versions_end_due
from portal.common.errors import Conflict, Invalid, PortalError, Refused
from portal.common.models import AuditEntry, Notification, OutgoingMail, User
from reviews.services.preparing import meeting_prepare
from tests.builders import NOW, a_document, ada, marco, maya, mona, olga, rita, sam, sofia
from tests.definitions.ballot_stories import SLIP, an_open_ballot, both_houses, fresh, vote, with_threshold
from tests.definitions.test_ballot_races import at_once
from tests.leads.runs.stories import work
from tests.reviews.builders import a_series, first_meeting

FORTNIGHT = timedelta(days=14)


@pytest.fixture
def clock(db: None) -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def in_force() -> str:
    return str(Definition.objects.get(stage="mql").active_version)


def ratified(threshold: int) -> Version:
    """By a ballot of both houses; its run is owed."""
    ballot = an_open_ballot(a_document(threshold=threshold))
    for person in (marco(), mona(), sam(), sofia()):
        vote(ballot, person)
    assert fresh(ballot).status == "ratified"
    return fresh(ballot).version


def two_versions() -> tuple[Version, Version]:
    """The first superseded, the second in force."""
    first = ratified(100)
    work()
    second = ratified(50)
    work()
    first.refresh_from_db()
    assert (first.status, in_force()) == ("superseded", "MQL v2")
    return first, second


def asked(version: Version, actor: User | None = None) -> Ballot:
    return restore_ask(version=version, actor=actor or rita(), reason="The queue is flooded.")


def test_the_second_person_of_the_other_house_does_it_and_a_run_puts_it_in_force(clock: Any) -> None:
    first, second = two_versions()
    ada(), olga()
    ballot = asked(first)
    first.refresh_from_db()
    assert (first.status, fresh(ballot).status) == ("superseded", "open")
    assert Notification.objects.filter(key=f"restore-asked:{ballot.pk}").count() == 8
    vote(ballot, maya())
    first.refresh_from_db()
    assert (first.status, first.ends_at, first.returns_to) == ("ratified", NOW + FORTNIGHT, second)
    assert in_force() == "MQL v2"  # readers see the old scores until the flip
    work()
    assert in_force() == "MQL v1"
    assert OutgoingMail.objects.filter(key__startswith=f"restore-done:{ballot.pk}:").count() == 8
    said = Notification.objects.filter(key=f"restore-done:{ballot.pk}").first()
    assert said is not None
    assert "Emergency: Maya Lindqvist and Rita Novak bring MQL v1 back until 18 May 2026." in said.sentence
    assert AuditEntry.objects.filter(verb="version.restored", actor=maya()).count() == 1
    assert list(restores_between(first.definition, NOW, NOW + FORTNIGHT)) == [ballot]
    assert breaches() == []


def test_after_fourteen_days_what_was_agreed_before_comes_back_by_a_run(clock: Any) -> None:
    first, _second = two_versions()
    vote(asked(first), maya())
    work()
    clock.shift(FORTNIGHT - timedelta(seconds=1))
    assert (temporary_versions_end_due(), oldest_end_due(timezone.now())) == (0, None)
    clock.shift(timedelta(seconds=1))
    assert oldest_end_due(timezone.now()) == NOW + FORTNIGHT
    assert (temporary_versions_end_due(), temporary_versions_end_due()) == (1, 0)
    assert in_force() == "MQL v1"
    assert Notification.objects.filter(key__startswith="version-returns:").count() == 6
    work()
    assert in_force() == "MQL v2"
    second = Version.objects.get(number=2)
    assert (second.ends_at, second.ended_at, second.returns_to) == (None, None, None)
    assert (temporary_versions_end_due(), breaches()) == (0, [])


def test_what_a_ballot_ratifies_meanwhile_stays(clock: Any) -> None:
    first, _second = two_versions()
    vote(asked(first), maya())
    work()
    third = ratified(70)
    clock.shift(FORTNIGHT)
    assert temporary_versions_end_due() == 0
    work()
    assert in_force() == str(third) == "MQL v3"
    clock.shift(FORTNIGHT)
    assert (temporary_versions_end_due(), in_force(), breaches()) == (0, "MQL v3", [])


def test_one_that_was_never_scored_to_the_end_goes_without_having_been_in_force(clock: Any) -> None:
    first, second = two_versions()
    vote(asked(first), maya())
    clock.shift(FORTNIGHT)
    assert (temporary_versions_end_due(), temporary_versions_end_due()) == (1, 0)
    first.refresh_from_db()
    assert (first.status, in_force(), base_of(first.definition)) == ("superseded", "MQL v2", second)
    work()
    assert (in_force(), breaches()) == ("MQL v2", [])


def test_a_manager_of_either_house_ends_it_early(clock: Any) -> None:
    first, _second = two_versions()
    vote(asked(first), maya())
    work()
    first.refresh_from_db()
    with pytest.raises(Refused, match="Only a manager of marketing or sales"):
        temporary_end_now(version=first, actor=sam())
    temporary_end_now(version=first, actor=mona())
    with pytest.raises(Conflict, match="MQL v1 is ending already"):
        temporary_end_now(version=first, actor=mona())
    work()
    assert in_force() == "MQL v2"


# -- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "error", "sentence"),
    [
        ("one of its own house", Refused, "You were in neither house"),
        ("in no team", Refused, "You were in neither house"),
        ("a no", Invalid, "A restore is seconded, or left alone"),
        ("another at once", Conflict, "Rita Novak has asked for MQL v1 already"),
        ("a change of its text", Refused, "This text stands as it is"),
    ],
)
def test_who_cannot_second_it(clock: Any, case: str, error: type[PortalError], sentence: str) -> None:
    first, _second = two_versions()
    ballot = asked(first)
    acts = {
        "one of its own house": lambda: vote(ballot, sam()),
        "in no team": lambda: vote(ballot, olga()),
        "a no": lambda: vote(ballot, maya(), "block"),
        "another at once": lambda: asked(first, mona()),
        "a change of its text": lambda: ballot_edit(
            ballot=ballot,
            actor=rita(),
            document=with_threshold(ballot, 3),
            slip=SLIP,
            fingerprint=ballot.fingerprint,
        ),
    }
    with pytest.raises(error, match=sentence):
        acts[case]()
    first.refresh_from_db()
    assert (first.status, fresh(ballot).status, in_force()) == ("superseded", "open", "MQL v2")


@pytest.mark.parametrize(
    ("case", "actor", "number", "reason", "error", "sentence"),
    [
        (
            "of no house",
            ada,
            1,
            "Flooded.",
            Refused,
            "A restore takes one person of marketing and one of sales",
        ),
        ("no reason", rita, 1, " ", Invalid, "Say what the emergency is"),
        ("the one in force", rita, 2, "Flooded.", Refused, "Only a version that was ratified and superseded"),
    ],
)
def test_who_cannot_ask(
    clock: Any, case: str, actor: Any, number: int, reason: str, error: type[PortalError], sentence: str
) -> None:
    two_versions()
    with pytest.raises(error, match=sentence):
        restore_ask(version=Version.objects.get(number=number), actor=actor(), reason=reason)
    assert Ballot.objects.filter(kind="restore").count() == 0


def test_nobody_seconds_it_and_it_lapses(clock: Any) -> None:
    first, _second = two_versions()
    ballot = asked(first)
    clock.shift(timedelta(days=3))
    assert ballots_close_due() == 1
    first.refresh_from_db()
    assert (fresh(ballot).status, first.status, in_force(), breaches()) == (
        "lapsed", "superseded", "MQL v2", [],
    )  # fmt: skip
    assert AuditEntry.objects.filter(verb="restore.lapsed").count() == 1


def test_it_neither_waits_for_an_open_ballot_nor_keeps_one_waiting(clock: Any) -> None:
    first, _second = two_versions()
    ballot = an_open_ballot(a_document(threshold=70))
    restore = asked(first)
    version_withdraw(ballot=ballot, actor=maya())
    third = an_open_ballot(a_document(threshold=71))
    vote(restore, maya())
    work()
    assert (in_force(), fresh(third).status) == ("MQL v1", "open")


def test_the_database_allows_one_temporary_version(clock: Any) -> None:
    two_versions()
    both = Version.objects.filter(number__in=(1, 2))
    with pytest.raises(IntegrityError), transaction.atomic():
        both.update(status="ratified", ends_at=NOW)
    assert in_force() == "MQL v2"


@pytest.mark.django_db(transaction=True)
def test_two_seconds_at_the_same_instant_are_one_restore() -> None:
    first, _second = two_versions()
    ballot = asked(first)
    people = {person.name: person for person in (maya(), marco(), mona())}
    met = at_once({name: lambda who=who: vote(ballot, who) for name, who in people.items()})
    assert sorted(sentence == "done" for sentence in met.values()) == [False, False, True], met
    assert AuditEntry.objects.filter(verb="version.restored").count() == 1
    assert breaches() == []


# -- pages ---------------------------------------------------------------------------------------------------


def test_asking_and_seconding_by_plain_forms_and_the_banner_after(client: Client, clock: Any) -> None:
    first, _second = two_versions()
    client.force_login(rita())
    assert "Ask to restore it" in client.get(first.get_absolute_url()).content.decode()
    response = client.post(f"/definitions/versions/{first.pk}/restore/", {"reason": "Flooded."})
    ballot = Ballot.objects.get(kind="restore")
    assert response["Location"] == ballot.get_absolute_url()
    client.force_login(maya())
    text = client.get(ballot.get_absolute_url()).content.decode()
    assert "Emergency restore: Ballot on MQL v1" in text
    assert "I second it: it comes back by this act." in text
    assert "Disagree: I would" not in text
    assert "Rita Novak" in text.split("What others said")[1]
    assert "Count them again now" not in text
    form = {"choice": "agree", "fingerprint": ballot.fingerprint, "round": 1}
    assert client.post(f"{ballot.get_absolute_url()}vote/", form).status_code == 302
    work()
    for address in ("/definitions/mql/", first.get_absolute_url(), "/"):
        assert "is in force by an emergency restore" in client.get(address).content.decode(), address
    client.force_login(sam())
    assert client.post(f"/definitions/versions/{first.pk}/end/").status_code == 403
    assert client.post(f"/definitions/versions/{first.pk}/restore/").status_code == 403
    both_houses()


def test_the_next_review_finds_it_on_its_agenda(clock: Any) -> None:
    first, _second = two_versions()
    ballot = asked(first)
    vote(ballot, maya())
    meeting = meeting_prepare(meeting=first_meeting(a_series()), actor=None)
    item = meeting.items.get(source_key=f"restored:{ballot.pk}")
    assert (item.kind, item.title) == ("restored", "Emergency restore of MQL v1")
    assert "The queue is flooded." in item.evidence["sentence"]
