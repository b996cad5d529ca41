"""Words to people: in the portal always, by mail at once, once a day or not at all; one click stops them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from structlog.testing import capture_logs

from portal.common.mail import oldest_due, send_owed_mail
from portal.common.mail_choices import DAILY, choices_of, stop_link, who_stops
from portal.common.models import AuditEntry, MailChoice, Notification, OutgoingMail, Topic, User
from portal.common.notify import (
    Word,
    next_digest,
    oldest_digest,
    owe_digests,
    owe_notification,
    owe_notifications,
)
from scripts.with_servers import free_port
from tests.builders import NOW, maya, sam, sofia
from tests.common.receivers import MailSink, mail_sink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def sink(settings: Any) -> Iterator[MailSink]:
    with mail_sink() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


def wants(person: User, mode: str, topic: str = Topic.CLOCKS) -> None:
    MailChoice.objects.update_or_create(person=person, topic=topic, defaults={"mode": mode})


def tell(person: User, key: str = "k-1", sentence: str = "Time runs out.", **values: Any) -> None:
    owe_notification(person=person, key=key, sentence=sentence, url="/leads/", topic=Topic.CLOCKS, **values)


# -- at once ---------------------------------------------------------------------------------------------


def test_a_word_reaches_the_page_and_the_mailbox_once(sink: MailSink) -> None:
    for _ in range(2):
        tell(sam(), more="Three hours are left.")
    send_owed_mail()
    send_owed_mail()
    assert Notification.objects.get().person == sam()
    (mail,) = sink.mails
    assert (mail["To"], mail["Subject"]) == ("sam@example.com", "Time runs out.")
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    link = stop_link(sam(), Topic.CLOCKS)
    for part in (text, html):
        assert "http://127.0.0.1:8000/leads/" in part
        assert "Three hours are left." in part
        assert link in part
    assert mail["List-Unsubscribe"].strip() == f"<{link}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_people_wrote_is_no_markup_in_a_mail() -> None:
    tell(sam(), sentence="<b>Acme & Co</b> waits.", more="<script>1</script>")
    mail = OutgoingMail.objects.get()
    assert "<b>Acme & Co</b> waits." in mail.text
    assert "&lt;b&gt;Acme &amp; Co&lt;/b&gt; waits." in mail.html
    assert "<script>" not in mail.html


@pytest.mark.parametrize(
    ("case", "mode", "by_mail", "is_active", "mails", "waits_for_digest"),
    [
        ("nothing chosen", "", True, True, 1, False),
        ("at once", "immediate", True, True, 1, False),
        ("once a day", "digest", True, True, 0, True),
        ("not by mail", "none", True, True, 0, False),
        ("a mail of its own is on its way", "immediate", False, True, 0, False),
        ("a small matter, whatever was chosen", "digest", False, True, 0, False),
        ("who has left", "immediate", True, False, 0, False),
        ("who has left and wanted it daily", "digest", True, False, 0, False),
    ],
)
def test_each_gets_what_they_chose(
    case: str, mode: str, by_mail: bool, is_active: bool, mails: int, waits_for_digest: bool
) -> None:
    person = sam()
    person.is_active = is_active
    person.save()
    if mode:
        wants(person, mode)
    tell(person, by_mail=by_mail)
    assert Notification.objects.count() == 1
    assert OutgoingMail.objects.count() == mails
    assert Notification.objects.exclude(digest_at=None).exists() == waits_for_digest


def test_a_choice_is_of_one_topic() -> None:
    wants(sam(), "none", Topic.LEADS)
    tell(sam())
    owe_notification(person=sam(), key="k-2", sentence="One lead is offered to you.")
    assert OutgoingMail.objects.get().subject == "Time runs out."


def test_many_words_cost_few_queries(django_assert_num_queries: Any) -> None:
    words = [Word(person, f"k-{n}", "Time runs out.") for n in range(20) for person in (sam(), sofia())]
    with django_assert_num_queries(3):
        owe_notifications(words, topic=Topic.CLOCKS)
    assert (Notification.objects.count(), OutgoingMail.objects.count()) == (40, 40)


# -- a server that refuses, and one that is away ----------------------------------------------------------


def test_a_mail_that_is_refused_is_parked_at_last_and_holds_up_no_other(
    sink: MailSink, clock: time_machine.Traveller
) -> None:
    tell(sam(), "k-1")
    sink.refuses = "554 We do not like it"
    for _ in range(5):
        send_owed_mail()
        clock.move_to(OutgoingMail.objects.get().due_at)
    mail = OutgoingMail.objects.get()
    assert (mail.status, mail.attempts) == ("parked", 5)
    assert "We do not like it" in mail.error
    sink.refuses = ""
    tell(sam(), "k-2")
    send_owed_mail()
    assert len(sink.mails) == 1


def test_a_mail_that_cannot_even_be_written_is_parked_and_holds_up_no_other(
    sink: MailSink, clock: time_machine.Traveller
) -> None:
    tell(sam(), "k-1")
    nowhere = (
        f"sam@{'ü' * 70}.example"  # No name may be so long, and none of ours is: it came in by the back.
    )
    OutgoingMail.objects.update(to_email=nowhere)
    tell(sofia(), "k-2")
    send_owed_mail()
    assert [mail["To"] for mail in sink.mails] == ["sofia@example.com"]
    for _ in range(4):
        clock.move_to(OutgoingMail.objects.get(to_email=nowhere).due_at)
        send_owed_mail()
    mail = OutgoingMail.objects.get(to_email=nowhere)
    assert (mail.status, mail.attempts) == ("parked", 5)
    assert mail.error


def test_what_a_mail_said_is_kept_until_it_has_left(sink: MailSink, clock: time_machine.Traveller) -> None:
    """It names leads, and links to a new password or into the portal stand in it as well."""
    sink.refuses = "451 Not now"
    tell(sam())
    send_owed_mail()
    assert "Time runs out." in OutgoingMail.objects.get().text
    sink.refuses = ""
    clock.shift(timedelta(minutes=2))
    send_owed_mail()
    tell(sam())  # Its key stays, so it is the same mail for ever.
    row = OutgoingMail.objects.get()
    assert (row.status, row.to_email, len(sink.mails)) == ("sent", "sam@example.com", 1)
    assert (row.subject, row.text, row.html, row.calendar) == ("", "", "", "")


def test_the_log_names_no_one(sink: MailSink) -> None:
    sink.refuses = "554 We do not like sam@example.com"
    tell(sam())
    with capture_logs() as logs:
        send_owed_mail()
    assert [line["event"] for line in logs] == ["not_delivered"]
    assert "sam@example.com" not in str(logs)
    assert "sam@example.com" in OutgoingMail.objects.get().error


def test_while_the_server_is_away_only_one_mail_is_tried_and_none_looks_left_lying(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    for number in range(3):
        tell(sam(), f"k-{number}")
    for _ in range(2):
        send_owed_mail()
    assert list(OutgoingMail.objects.order_by("id").values_list("attempts", flat=True)) == [1, 0, 0]
    assert all("refused" in mail.error for mail in OutgoingMail.objects.all())
    assert oldest_due(NOW) is None
    assert oldest_due(NOW + timedelta(minutes=1)) == NOW + timedelta(minutes=1)


def test_nobody_is_called_on_for_nothing(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    send_owed_mail()
    assert list(tmp_path.iterdir()) == []


# -- once a day ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "zone", "hour", "now", "expected"),
    [
        ("later today", "UTC", 12, "2026-05-04T10:00", "2026-05-04T12:00"),
        ("tomorrow", "UTC", 8, "2026-05-04T10:00", "2026-05-05T08:00"),
        ("now is over", "UTC", 10, "2026-05-04T10:00", "2026-05-05T10:00"),
        ("where the day has begun", "Asia/Tokyo", 8, "2026-05-04T22:00", "2026-05-04T23:00"),
        ("where it has not", "America/Los_Angeles", 8, "2026-05-04T10:00", "2026-05-04T15:00"),
        # 29 March 2026: the clocks skip from two to three, on the 25th of October three comes twice.
        ("the hour that is skipped", "Europe/Berlin", 2, "2026-03-28T12:00", "2026-03-29T01:00"),
        ("the hour that comes twice", "Europe/Berlin", 2, "2026-10-24T12:00", "2026-10-25T00:00"),
        ("between the two of it", "Europe/Berlin", 2, "2026-10-25T00:30", "2026-10-26T01:00"),
    ],
)
def test_when_the_daily_mail_comes(case: str, zone: str, hour: int, now: str, expected: str) -> None:
    person = User(time_zone=zone, digest_hour=hour)
    found = next_digest(person, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_the_day_is_one_mail_with_what_was_not_read(sink: MailSink, clock: time_machine.Traveller) -> None:
    person = sam()
    for topic in (Topic.CLOCKS, Topic.LEADS):
        wants(person, "digest", topic)
    tell(person, "k-1", "Read already.")
    Notification.objects.update(read_at=NOW)
    tell(person, "k-2", "Time runs out.")
    owe_notification(person=person, key="k-3", sentence="One lead is offered to you.", url="/leads/7")
    clock.move_to(NOW + timedelta(hours=21, minutes=59))
    owe_digests()
    assert (OutgoingMail.objects.count(), oldest_digest(NOW + timedelta(hours=22))) == (
        0,
        NOW + timedelta(hours=22),
    )
    clock.move_to(NOW + timedelta(hours=22))
    owe_digests()
    owe_digests()
    send_owed_mail()
    (mail,) = sink.mails
    assert mail["Subject"] == "Your day in Accord: 2 new words"
    assert mail["List-Unsubscribe"].strip() == f"<{stop_link(person, DAILY)}>"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Read already." not in text
    assert text.splitlines()[3:5] == ["One lead is offered to you.", "  http://127.0.0.1:8000/leads/7"]
    assert oldest_digest(NOW + timedelta(days=9)) is None


def test_a_day_without_news_has_no_mail(clock: time_machine.Traveller) -> None:
    wants(sam(), "digest")
    tell(sam())
    Notification.objects.update(read_at=NOW)
    clock.move_to(NOW + timedelta(days=1))
    owe_digests()
    assert not OutgoingMail.objects.exists()


def test_a_word_that_comes_after_the_daily_mail_waits_for_the_next(clock: time_machine.Traveller) -> None:
    wants(sam(), "digest")
    tell(sam(), "k-1")
    clock.move_to(NOW + timedelta(hours=22))
    owe_digests()
    tell(sam(), "k-2")
    owe_digests()
    assert OutgoingMail.objects.count() == 1
    clock.move_to(NOW + timedelta(hours=46))
    owe_digests()
    assert OutgoingMail.objects.count() == 2


# -- one click -------------------------------------------------------------------------------------------


def _path(link: str) -> str:
    return link.removeprefix("http://127.0.0.1:8000")


def test_a_look_at_the_link_stops_nothing_and_a_click_does() -> None:
    path = _path(stop_link(sam(), Topic.CLOCKS))
    page = Client().get(path)
    assert page.status_code == 200
    assert "Time that runs out or has run out" in page.content.decode()
    assert sam().email not in page.content.decode()
    assert choices_of(sam())["clocks"] == "immediate"
    assert "They have stopped." in Client().post(path).content.decode()
    assert {topic: mode for topic, mode in choices_of(sam()).items() if mode == "none"} == {"clocks": "none"}
    entry = AuditEntry.objects.get(verb="mail_choices.changed")
    assert (entry.actor, entry.after) == (sam(), {"clocks": "none"})


def test_a_mail_program_stops_them_with_one_click() -> None:
    """RFC 8058: a POST without cookie, token or page before it; twice is once."""
    visitor = Client(enforce_csrf_checks=True)
    path = _path(stop_link(sam(), Topic.CLOCKS))
    for _ in range(2):
        assert visitor.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert choices_of(sam())["clocks"] == "none"
    assert AuditEntry.objects.count() == 1


def test_the_link_of_the_daily_mail_stops_what_came_daily() -> None:
    wants(sam(), "digest", Topic.CLOCKS)
    wants(sam(), "digest", Topic.REVIEWS)
    Client().post(_path(stop_link(sam(), DAILY)))
    assert choices_of(sam()) == {
        "leads": "immediate",
        "clocks": "none",
        "agreement": "immediate",
        "reviews": "none",
    }


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t + "0", lambda _: "x"])
def test_a_link_that_was_not_signed_here_stops_nothing(change: Any) -> None:
    path = _path(stop_link(sam(), Topic.CLOCKS))
    token = path.rpartition("/")[2]
    assert who_stops(token) == (sam(), "clocks")
    assert Client().post(path.replace(token, change(token))).status_code == 404
    assert choices_of(sam())["clocks"] == "immediate"


# -- the page --------------------------------------------------------------------------------------------


def _values(**changed: object) -> dict[str, object]:
    return {**dict.fromkeys(Topic.values, "immediate"), "digest_hour": 8, **changed}


def test_what_comes_by_mail_is_chosen_on_a_page() -> None:
    client = Client()
    client.force_login(sam())
    assert client.get("/profile/mail").status_code == 200
    assert client.post("/profile/mail", _values(clocks="digest", digest_hour=17)).status_code == 302
    assert choices_of(sam())["clocks"] == "digest"
    assert sam().digest_hour == 17
    assert choices_of(maya())["clocks"] == "immediate"
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == (
        {"clocks": "immediate", "digest_hour": "8"},
        {"clocks": "digest", "digest_hour": "17"},
    )
    client.post("/profile/mail", _values(clocks="digest", digest_hour=17))
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    "bad", [{"clocks": "hourly"}, {"clocks": ""}, {"digest_hour": 24}, {"digest_hour": "x"}]
)
def test_a_choice_that_is_none_is_refused(bad: dict[str, object]) -> None:
    client = Client()
    client.force_login(sam())
    assert client.post("/profile/mail", _values(**bad)).status_code == 422
    assert not MailChoice.objects.exists()
