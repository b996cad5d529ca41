"""What each person wants by mail, and the signed link in a mail that stops it."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.urls import reverse

from portal.common.models import MailChoice, MailMode, Topic, User

SALT = "portal.mail_stop"
# In place of a topic: the mail of the day, which holds words of several.
DAILY = "daily"


def modes_of(person_ids: Iterable[int], topics: Iterable[str]) -> dict[tuple[int, str], str]:
    """(person id, topic) to what they chose; who chose nothing is left out: they get it at once."""
    rows = MailChoice.objects.filter(person__in=set(person_ids), topic__in=set(topics))
    return {(row.person_id, row.topic): row.mode for row in rows}


def choices_of(person: User) -> dict[str, str]:
    """Every topic with what the person wants of it by mail."""
    chosen = modes_of([person.pk], Topic.values)
    return {topic: chosen.get((person.pk, topic), MailMode.IMMEDIATE) for topic in Topic.values}


def stop_link(person: User, topic: str) -> str:
    """Good for ever and for one thing: to stop the mails of this topic, or the daily one, to this person."""
    token = signing.dumps([person.pk, topic], salt=SALT)
    return settings.SITE_URL + reverse("portal:mail_stop", args=[token])


def who_stops(token: str) -> tuple[User, str] | None:
    """The person and what a link stops: a topic or `DAILY`; None for a link that the portal did not sign."""
    try:
        person_id, topic = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=person_id).first()
    return (person, topic) if person else None
