"""Replies to invitations (iTIP REPLY, RFC 5546 3.2.3) in a calendar file or a mail. Pure: bytes to values.

A reply is somebody's word that we cannot prove: a sender's address is easily forged. What it says is
therefore taken in only by `services.replying`, which knows who was asked what.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar

MOST_BYTES = 1_000_000
# Of the calendar in it, which for one answer has some hundred lines, and of the parts of either.
MOST_CALENDAR_BYTES = 100_000
MOST_PARTS = 60
# What stands in quotes or in brackets of a header is not the server's word (RFC 8601, 2.2).
ASIDES = re.compile(r'"(?:\\.|[^"\\])*"|\((?:\\.|[^()\\])*\)')
ZONES = re.compile(r"^BEGIN:VTIMEZONE$.*?^END:VTIMEZONE$", re.DOTALL | re.IGNORECASE | re.MULTILINE)
ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}


class Unreadable(ValueError):
    """It is no reply to an invitation. `str(error)` names what is missing, in English, for a developer."""


@dataclass(frozen=True)
class Reply:
    """One person's answer to one series, or to the meeting of it that `recurrence` names.

    `recurrence` is as the program wrote it: an instant, a wall time without a zone, or a day.
    """

    uid: str
    recurrence: date | datetime | None
    email: str  # in lower case
    answer: str  # "accepted", "declined", "tentative"; "" for what we do not know
    sequence: int
    stamp: datetime


@dataclass(frozen=True)
class Letter:
    """What came: the replies, and, if it was a mail, whose it says it is and which servers vouch for that."""

    replies: tuple[Reply, ...]
    sender: str = ""  # in lower case; "" for a bare calendar file
    vouched_by: frozenset[str] = frozenset()  # names of the servers that found DMARC to pass


def letter_of(content: bytes) -> Letter:
    """Read a calendar file, or the calendar part of a mail; raises `Unreadable`."""
    try:
        return _letter(content)
    except Unreadable:
        raise
    # Both readers are strict in many ways, and what they raise is not all of one kind.
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def _letter(content: bytes) -> Letter:
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() == b"BEGIN:VCALENDAR":
        return Letter(_replies(content))
    if content.lower().count(b"content-type") > MOST_PARTS:
        raise Unreadable("a mail of too many parts")
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = next((each for each in message.walk() if _is_calendar(each)), None)
    if part is None:
        raise Unreadable("no calendar in it")
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise Unreadable("a calendar part without content")
    # Of two senders, a server may vouch for the other one.
    senders = [each.addr_spec for value in message.get_all("From", []) for each in value.addresses]
    if len(senders) != 1 or not senders[0]:
        raise Unreadable("a mail is of one sender")
    return Letter(_replies(payload), senders[0].lower(), _vouched(message))


def _is_calendar(part: Any) -> bool:
    name = str(part.get_filename() or "").lower()
    return part.get_content_type() in ("text/calendar", "application/ics") or name.endswith(".ics")


def _vouched(message: EmailMessage) -> frozenset[str]:
    """Servers whose newest Authentication-Results (RFC 8601) say that the mail is of its sender's domain.

    A server removes what others wrote under its name and puts its own word on top: the first of each counts.
    """
    verdicts: dict[str, bool] = {}
    for value in message.get_all("Authentication-Results", []):
        server = str(value).split(";")[0].split()
        if server:
            # A result begins after a semicolon: an address before it may well read “dmarc=pass@…”.
            results = re.findall(r";\s*dmarc\s*=\s*(\w+)", ASIDES.sub("", str(value)), re.IGNORECASE)
            verdicts.setdefault(server[0].lower(), {each.lower() for each in results} == {"pass"})
    return frozenset(name for name, is_passed in verdicts.items() if is_passed)


def _replies(content: bytes) -> tuple[Reply, ...]:
    calendar = Calendar.from_ical(_harmless(content))
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        raise Unreadable("the method is not REPLY")
    replies = tuple(_reply(event) for event in calendar.walk("VEVENT"))
    if not replies:
        raise Unreadable("no event in it")
    return replies


def _harmless(content: bytes) -> str:
    """The calendar without the time zones that it spells out; raises `Unreadable` for what is no answer.

    The reader would lay out each change of clocks that their rules give, every second if they say so, and
    keep the zone for whoever comes next. A meeting is found by its wall time without them.
    """
    if len(content) > MOST_CALENDAR_BYTES:
        raise Unreadable("a calendar too large to be an answer")
    lines = re.sub(r"[\r\n]+", "\n", content.decode("utf-8-sig", errors="replace"))
    unfolded = re.sub(r"\n[ \t]", "", lines)
    text = ZONES.sub("", unfolded)
    if "VTIMEZONE" in text.upper() or text.upper().count("BEGIN") > MOST_PARTS:
        raise Unreadable("a calendar of too many parts, or of one that does not end")
    return text


def _reply(event: Any) -> Reply:
    attendees = event.get("ATTENDEE")
    attendees = attendees if isinstance(attendees, list) else [attendees]
    if len(attendees) != 1 or attendees[0] is None:
        raise Unreadable("a reply is of one attendee")
    email = re.sub(r"^mailto:", "", str(attendees[0]).strip(), flags=re.IGNORECASE).lower()
    recurrence = event.get("RECURRENCE-ID")
    return Reply(
        uid=str(event["UID"]),
        recurrence=None if recurrence is None else recurrence.dt,
        email=email,
        answer=ANSWERS.get(str(attendees[0].params.get("PARTSTAT", "")).upper(), ""),
        sequence=int(event.get("SEQUENCE", 0)),
        stamp=_instant(event["DTSTAMP"].dt),
    )


def _instant(at: datetime) -> datetime:
    # DTSTAMP is in UTC (RFC 5545, 3.8.7.2); some programs forget to say so.
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
