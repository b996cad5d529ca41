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
from email.utils import parseaddr
from typing import Any

from icalendar import Calendar

MOST_BYTES = 1_000_000
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
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() == b"BEGIN:VCALENDAR":
        return Letter(_replies(content))
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = next((each for each in message.walk() if _is_calendar(each)), None)
    if part is None:
        raise Unreadable("no calendar in it")
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise Unreadable("a calendar part without content")
    sender = parseaddr(str(message.get("From", "")))[1].lower()
    if not sender:
        raise Unreadable("a mail without a sender")
    return Letter(_replies(payload), sender, _vouched(message))


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
            passes = re.search(r"\bdmarc\s*=\s*pass\b", str(value), re.IGNORECASE)
            verdicts.setdefault(server[0].lower(), bool(passes))
    return frozenset(name for name, is_passed in verdicts.items() if is_passed)


def _replies(content: bytes) -> tuple[Reply, ...]:
    try:
        calendar = Calendar.from_ical(content)
        if str(calendar.get("METHOD", "")).upper() != "REPLY":
            raise Unreadable("the method is not REPLY")
        replies = tuple(_reply(event) for event in calendar.walk("VEVENT"))
    except Unreadable:
        raise
    # The reader is strict in many ways, and what it raises is not all of one kind.
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(str(error)) from error
    if not replies:
        raise Unreadable("no event in it")
    return replies


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
