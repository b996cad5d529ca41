"""What calendar programs answer: whose word is taken, for what, and which is refused with a sentence."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from icalendar import Calendar, Event, vCalAddress, vText
from icalendar.timezone import tzp

from portal.common.errors import Conflict, Invalid, PortalError, Refused
from portal.common.models import AuditEntry, Notification, OutgoingMail, User
from reviews.models import Attendee, Meeting, Participation, Series
from reviews.services.attending import attendee_remove
from reviews.services.calling import meeting_call
from reviews.services.meetings import meeting_cancel, meeting_move, meeting_reply
from reviews.services.preparing import meetings_keep_ahead
from reviews.services.replying import reply_import
from reviews.services.series import series_edit
from tests.builders import NOW, marco, maya, mona, olga, rita, sam, signed_in
from tests.reviews.builders import a_series, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
SOON = NOW + timedelta(hours=1)


def invitation(person: User) -> Event:
    """The newest event that the person was sent."""
    mail = OutgoingMail.objects.filter(to_user=person, calendar_method="REQUEST").latest("id")
    return Calendar.from_ical(mail.calendar).walk("VEVENT")[0]


def answer(person: User, partstat: str = "ACCEPTED", **fields: Any) -> bytes:
    """As a program writes it, from what it was sent (RFC 5546, 3.2.3)."""
    asked = invitation(person)
    calendar, event = Calendar(), Event()
    calendar.add("PRODID", "-//Another//Calendar//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", fields.pop("method", "REPLY"))
    for name in ("UID", "ORGANIZER", "RECURRENCE-ID"):
        if name in asked:
            event[name] = asked[name]
    attendee = vCalAddress(f"mailto:{fields.pop('email', person.email)}")
    attendee.params["PARTSTAT"] = vText(partstat)
    event.add("ATTENDEE", attendee)
    values = {"SEQUENCE": asked["SEQUENCE"], "DTSTAMP": NOW, **fields}
    for name, value in values.items():
        event.pop(name, None)
        event.add(name, value)
    calendar.add_component(event)
    return calendar.to_ical()


def mailed(person: User, content: bytes, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = headers.pop("sender", f"{person.name} <{person.email}>")
    message["To"] = "rita@example.com"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Yes.")
    message.add_alternative(content.decode(), subtype="calendar", params={"method": "REPLY"})
    return message.as_bytes()


def replies(person: User) -> list[str]:
    seats = Participation.objects.filter(person=person).order_by("meeting__original_at")
    return list(seats.values_list("reply", flat=True))


# -- taken -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("partstat", "reply"),
    [("ACCEPTED", "accepted"), ("DECLINED", "declined"), ("TENTATIVE", "tentative")],
)
def test_an_answer_to_the_series_is_one_to_each_meeting_also_to_later_ones(partstat: str, reply: str) -> None:
    series = a_series()
    (taken,) = reply_import(content=mailed(maya(), answer(maya(), partstat)), actor=None)
    assert (taken.person, taken.reply, taken.meetings) == (maya(), reply, 4)
    assert replies(maya()) == [reply] * 4
    with time_machine.travel(datetime(2026, 5, 20, tzinfo=UTC), tick=False):
        assert meetings_keep_ahead() == 1
    assert replies(maya()) == [reply] * 5
    assert replies(sam()) == ["none"] * 5
    entry = AuditEntry.objects.get(verb="series.replied")
    assert (entry.actor, entry.after["person"]) == (None, "maya@example.com")
    told = Notification.objects.get(person=maya(), key__startswith="review-reply:")
    assert told.url == series.get_absolute_url()


def test_an_answer_to_a_moved_meeting_is_one_to_that_meeting() -> None:
    series = a_series()
    meeting_move(meeting=first_meeting(series), actor=rita(), starts_at=NOW + timedelta(days=3))
    reply_import(content=answer(maya(), "DECLINED"), actor=maya())
    assert replies(maya()) == ["declined", "none", "none", "none"]
    assert not Notification.objects.filter(person=maya(), key__startswith="review-reply:").exists()


@pytest.mark.parametrize(
    "written",
    ["20260811T080000Z", "20260811T100000", "20260811"],
    ids=["an instant", "a wall time without its zone", "a day"],
)
def test_one_meeting_may_be_named_in_three_ways(written: str) -> None:
    a_series()
    content = answer(maya()).replace(b"END:VEVENT", b"RECURRENCE-ID:" + written.encode() + b"\r\nEND:VEVENT")
    reply_import(content=content, actor=maya())
    assert replies(maya()) == ["none", "accepted", "none", "none"]


def test_a_meeting_out_of_the_cadence_has_answers_of_its_own() -> None:
    series = a_series()
    meeting = meeting_call(
        series=series, actor=rita(), starts_at=NOW + timedelta(days=2), trigger_kind="drift"
    )
    reply_import(content=answer(maya()), actor=maya())
    assert list(Participation.objects.exclude(reply="none").values_list("meeting", "person")) == [
        (meeting.pk, maya().pk)
    ]


def test_whoever_runs_reviews_takes_in_what_was_sent_to_them() -> None:
    a_series()
    reply_import(content=mailed(sam(), answer(sam())), actor=rita())
    assert replies(sam()) == ["accepted"] * 4
    assert AuditEntry.objects.get(verb="series.replied").actor == rita()


def test_the_same_reply_twice_changes_nothing() -> None:
    a_series()
    for _turn in range(2):
        reply_import(content=answer(maya()), actor=None)
    assert replies(maya()) == ["accepted"] * 4
    assert Notification.objects.filter(key__startswith="review-reply:").count() == 1


# -- refused: nothing moves ----------------------------------------------------------------------------------


def refused(
    content: bytes, kind: type[PortalError], match: str, actor: User | None = None, **more: Any
) -> None:
    before = list(Participation.objects.order_by("pk").values_list("pk", "reply", "replied_at"))
    with pytest.raises(kind, match=match):
        reply_import(content=content, actor=actor, **more)
    assert list(Participation.objects.order_by("pk").values_list("pk", "reply", "replied_at")) == before
    assert not AuditEntry.objects.filter(verb="series.replied").exists()
    assert not Attendee.objects.exclude(reply="none").exists()


def test_a_reply_to_an_earlier_invitation_is_refused() -> None:
    series = a_series()
    early = answer(maya())
    series_edit(series=series, actor=rita(), local_time=time(9))
    refused(early, Conflict, "has changed since this reply")
    reply_import(content=answer(maya()), actor=maya())
    assert replies(maya()) == ["accepted"] * 4


def test_a_reply_to_an_earlier_time_of_one_meeting_is_refused() -> None:
    meeting = first_meeting(a_series())
    meeting_move(meeting=meeting, actor=rita(), starts_at=NOW + timedelta(days=3))
    early = answer(maya())
    meeting_move(meeting=meeting, actor=rita(), starts_at=NOW + timedelta(days=4))
    refused(early, Conflict, "has changed since this reply")


def test_that_others_were_invited_makes_no_reply_late() -> None:
    series = a_series()
    early = answer(maya())
    series_edit(series=series, actor=rita(), facilitator=mona())
    meeting_call(series=series, actor=rita(), starts_at=NOW + timedelta(days=2), trigger_kind="drift")
    reply_import(content=early, actor=maya())
    assert Participation.objects.filter(person=maya(), reply="accepted").count() == 4


def test_a_reply_to_an_invitation_that_was_never_sent_is_refused() -> None:
    a_series()
    refused(answer(maya(), SEQUENCE=7), Refused, "never sent")


@pytest.mark.parametrize("person", [marco, olga])
def test_somebody_who_is_not_invited_is_refused(person: Any) -> None:
    a_series()
    refused(answer(maya(), email=person().email), Refused, "is not invited to “Quarterly review”")


def test_somebody_who_was_removed_is_refused() -> None:
    series = a_series()
    content = answer(maya())
    attendee_remove(series=series, actor=rita(), person=maya())
    refused(content, Refused, "maya@example.com is not invited")


def test_the_sender_answers_for_nobody_else() -> None:
    a_series()
    content = mailed(sam(), answer(maya()))
    refused(content, Refused, "is of sam@example.com and answers for Maya Lindqvist")
    refused(answer(maya()), Refused, "take in your own reply", actor=sam())


@pytest.mark.parametrize(
    "verdicts",
    [
        [],
        ["mx.example.com; dmarc=fail header.from=example.com"],
        ["mx.elsewhere.com; dmarc=pass header.from=example.com"],
        # The server's own word is on top; what is below came with the mail.
        ["mx.example.com; dmarc=fail", "mx.example.com; dmarc=pass"],
        # What the sender writes into an address is not the server's word.
        ["mx.example.com; spf=pass smtp.mailfrom=dmarc=pass@evil.example; dmarc=fail"],
        ['mx.example.com; spf=pass smtp.mailfrom="; dmarc=pass"@evil.example'],
        ["mx.example.com; spf=pass (said ; dmarc=pass) smtp.mailfrom=evil.example"],
        ["mx.example.com; dmarc=pass; dmarc=fail"],
    ],
)
def test_a_mailbox_may_ask_its_server_whether_the_sender_is_genuine(verdicts: list[str]) -> None:
    a_series()
    plain = mailed(maya(), answer(maya()))
    headers = "".join(f"Authentication-Results: {each}\n" for each in verdicts).encode()
    refused(headers + plain, Refused, "mx.example.com does not vouch", vouched_by="mx.example.com")
    genuine = b"Authentication-Results: mx.example.com; spf=pass; dmarc=pass\n" + plain
    reply_import(content=genuine, actor=None, vouched_by="mx.example.com")
    assert replies(maya()) == ["accepted"] * 4


def test_a_later_word_of_the_same_person_stays() -> None:
    series = a_series()
    with time_machine.travel(SOON, tick=False):
        for meeting in Meeting.objects.filter(series=series):
            meeting_reply(meeting=meeting, actor=maya(), reply="declined")
        with pytest.raises(Conflict, match="another answer since"):
            reply_import(content=answer(maya()), actor=None)
    assert replies(maya()) == ["declined"] * 4


def test_a_date_in_the_future_keeps_no_later_word_out() -> None:
    series = a_series()
    reply_import(content=answer(maya(), DTSTAMP=NOW + timedelta(days=900)), actor=None)
    with time_machine.travel(SOON, tick=False):
        reply_import(content=answer(maya(), "DECLINED", DTSTAMP=SOON), actor=None)
    assert set(replies(maya())) == {"declined"}
    assert series.attendees.get(person=maya()).replied_at == SOON


def test_a_meeting_that_is_skipped_takes_no_reply() -> None:
    meeting = first_meeting(a_series())
    meeting_move(meeting=meeting, actor=rita(), starts_at=NOW + timedelta(days=3))
    content = answer(maya())
    meeting_cancel(meeting=meeting, actor=rita())
    refused(content, Conflict, "is over, or not there any more")


@pytest.mark.parametrize("uid", ["nobody", "meeting-1.nobody", "meeting-99.{uid}", "\0"])
def test_an_invitation_of_somebody_else_is_refused(uid: str) -> None:
    series = a_series()
    content = re.sub(rb"UID:[^\r]*", b"UID:" + uid.format(uid=series.uid).encode(), answer(maya()))
    refused(content, Refused, "not of this portal")


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("nothing", lambda content: b""),
        ("no calendar", lambda content: b"From: maya@example.com\n\nI come.\n"),
        ("another method", lambda content: content.replace(b"METHOD:REPLY", b"METHOD:REQUEST")),
        ("no event", lambda content: b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"),
        ("no uid", lambda content: re.sub(rb"UID:[^\r]*\r\n", b"", content)),
        ("no stamp", lambda content: re.sub(rb"DTSTAMP:[^\r]*\r\n", b"", content)),
        ("a stamp that is none", lambda content: re.sub(rb"DTSTAMP:[^\r]*", b"DTSTAMP:soon", content)),
        ("a number that is none", lambda content: re.sub(rb"SEQUENCE:[^\r]*", b"SEQUENCE:x", content)),
        ("nobody", lambda content: re.sub(rb"ATTENDEE[^\r]*\r\n", b"", content)),
        ("two people", lambda content: content.replace(
            b"END:VEVENT", b"ATTENDEE:mailto:sam@example.com\r\nEND:VEVENT")),
        ("bytes", lambda content: bytes(range(256)) * 40),
        ("too much", lambda content: content + b" " * 1_000_000),
        ("no answer", lambda content: content.replace(b"ACCEPTED", b"DELEGATED")),
    ],
)  # fmt: skip
def test_what_is_no_reply_is_told_so(case: str, change: Any) -> None:
    a_series()
    refused(change(answer(maya())), Invalid, "no reply to an invitation|neither yes nor no|too large")


ZONE = (
    b"BEGIN:VTIMEZONE\r\nTZID:Elsewhere\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=SECONDLY;COUNT=40\r\n"
    b"END:STANDARD\r\nEND:VTIMEZONE\r\n"
)


@pytest.mark.parametrize(
    ("case", "change"),
    [
        ("two senders", lambda mail: b"From: sam@example.com\n" + mail),
        ("two addresses", lambda mail: mail.replace(b"From: ", b"From: sam@example.com, ")),
        ("half an address", lambda mail: re.sub(rb"From: [^\n]*", b"From: <", mail)),
        ("no domain", lambda mail: re.sub(rb"From: [^\n]*", b"From: a@[", mail)),
        ("brackets", lambda mail: re.sub(rb"From: [^\n]*", b"From: " + b"(" * 5_000, mail)),
        ("nested", lambda mail: b"From: a@b.c\n" + b"Content-Type: message/rfc822\n\n" * 2_000 + mail),
        ("many events", lambda mail: re.sub(rb"(?s)(BEGIN:VEVENT.*END:VEVENT\n)", rb"\1" * 61, mail)),
        ("deep", lambda mail: mail.replace(b"END:VEVENT", b"BEGIN:VEVENT\n" * 100 + b"END:VEVENT\n" * 101)),
        ("long", lambda mail: mail.replace(b"END:VEVENT", b"X-A:" + b"\n a" * 40_000 + b"\nEND:VEVENT")),
        ("half a zone", lambda mail: mail.replace(b"BEGIN:VEVENT", b"BEGIN:VTIMEZONE\nBEGIN:VEVENT")),
    ],
)  # fmt: skip
def test_a_mail_made_to_break_the_reader_is_no_reply(case: str, change: Any) -> None:
    a_series()
    refused(change(mailed(maya(), answer(maya()))), Invalid, "no reply to an invitation")


def test_a_time_zone_that_a_reply_spells_out_is_not_laid_out() -> None:
    a_series()
    content = answer(maya()).replace(b"BEGIN:VEVENT", ZONE + b"BEGIN:VEVENT")
    reply_import(content=content, actor=maya())
    assert tzp.timezone("Elsewhere") is None
    assert replies(maya()) == ["accepted"] * 4


# -- the doors -----------------------------------------------------------------------------------------------


def test_the_page_takes_in_a_file_and_says_what_is_wrong_with_another() -> None:
    a_series()
    client, address = signed_in(maya()), reverse("reviews:reply_import")
    assert client.get(address).status_code == 200
    file = SimpleUploadedFile("reply.eml", mailed(maya(), answer(maya())))
    page = client.post(address, {"file": file}, follow=True).content.decode()
    assert "Maya Lindqvist: accepted, 4 meetings." in page
    response = client.post(address, {"file": SimpleUploadedFile("reply.ics", b"nonsense")})
    assert response.status_code == 422
    assert "This is no reply to an invitation." in response.content.decode()
    assert client.post(address).status_code == 422
    response = client.post(address, {"file": SimpleUploadedFile("reply.ics", answer(sam()))})
    assert response.status_code == 403
    assert "You can take in your own reply." in response.content.decode()
    assert signed_in(olga()).get(address).status_code == 403


def test_a_mailbox_pipe_takes_in_a_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_series()
    file, out = tmp_path / "reply.eml", StringIO()
    file.write_bytes(mailed(sam(), answer(sam(), "DECLINED")))
    call_command("import_reply", str(file), stdout=out)
    assert out.getvalue() == "Sam Okafor: declined, 4 meeting(s)\n"
    assert replies(sam()) == ["declined"] * 4
    with pytest.raises(CommandError, match="does not vouch for the sender"):
        call_command("import_reply", str(file), "--vouched-by", "mx.example.com")
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_reply", str(tmp_path / "nothing"))
    file.write_bytes(b"nonsense")
    with pytest.raises(CommandError, match="no reply to an invitation"):
        call_command("import_reply", str(file))


def test_the_invitation_asks_for_replies_where_they_are_piped(settings: Any) -> None:
    settings.REPLIES_EMAIL = "replies@example.com"
    a_series()
    organizer = invitation(maya())["ORGANIZER"]
    assert (str(organizer), organizer.params["CN"]) == ("mailto:replies@example.com", "Rita Novak")
    assert Series.objects.count() == 1
