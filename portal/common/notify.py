"""Words to people: inside the portal always, at most once per key; by mail as each of them has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import ngettext

from portal.common.mail import mail_of, owe_mails
from portal.common.mail_choices import DAILY, modes_of
from portal.common.models import MailMode, Notification, OutgoingMail, Topic, User

PEOPLE_AT_ONCE = 50


@dataclass(frozen=True)
class Word:
    """What one person is told. `more` stands in the mail only; `url` is a path of the portal."""

    person: User
    key: str
    sentence: str
    url: str = ""
    more: str = ""


def owe_notifications(words: Iterable[Word], *, topic: str, by_mail: bool = True) -> None:
    """Tell each person once: a second word with the same person and `key` changes nothing.

    `by_mail` False keeps it inside the portal, whatever they chose: it is a small matter, or goes by a mail
    of its own. Three queries, however many words.
    """
    words = list(words)
    modes = modes_of([word.person.pk for word in words], [topic]) if by_mail else {}

    def mode_of(word: Word) -> str:
        is_told = by_mail and word.person.is_active and word.person.email
        return modes.get((word.person.pk, topic), MailMode.IMMEDIATE) if is_told else MailMode.NONE

    now = timezone.now()
    Notification.objects.bulk_create(
        [
            Notification(
                person=word.person,
                key=word.key,
                sentence=word.sentence[:300],
                url=word.url,
                topic=topic,
                digest_at=next_digest(word.person, now) if mode_of(word) == MailMode.DIGEST else None,
            )
            for word in words
        ],
        ignore_conflicts=True,
    )
    owe_mails(_mail(word, topic) for word in words if mode_of(word) == MailMode.IMMEDIATE)


def owe_notification(
    *,
    person: User,
    key: str,
    sentence: str,
    url: str = "",
    topic: str = Topic.LEADS,
    more: str = "",
    by_mail: bool = True,
) -> None:
    """One word to one person; see `owe_notifications`."""
    owe_notifications([Word(person, key, sentence, url, more)], topic=topic, by_mail=by_mail)


def _mail(word: Word, topic: str) -> OutgoingMail:
    link = f"{settings.SITE_URL}{word.url}" if word.url else ""
    return mail_of(
        key=f"{word.key}:{word.person.pk}",
        to_user=word.person,
        subject=word.sentence,
        template="emails/notice",
        context={"sentence": word.sentence, "more": word.more, "link": link},
        topic=topic,
    )


# -- the day's mail --------------------------------------------------------------------------------------


def next_digest(person: User, now: datetime) -> datetime:
    """When the person's next daily mail is due: the next full hour of their choice, in their own zone."""
    zone = ZoneInfo(person.time_zone)
    day = now.astimezone(zone).date()
    while (at := datetime.combine(day, time(person.digest_hour), tzinfo=zone).astimezone(UTC)) <= now:
        day += timedelta(days=1)
    return at


def oldest_digest(now: datetime) -> datetime | None:
    due = Notification.objects.filter(digest_at__lte=now)
    return due.order_by("digest_at").values_list("digest_at", flat=True).first()


@shared_task(name="portal.owe_digests")
def owe_digests() -> None:
    """Write the daily mails that are due, one for each person."""
    now = timezone.now()
    due = Notification.objects.filter(digest_at__lte=now).order_by()
    people = due.values_list("person", flat=True).annotate(since=Min("digest_at")).order_by("since")
    while found := list(people[:PEOPLE_AT_ONCE]):
        if not sum(_owe_digest(person_id, now) for person_id in found):
            return  # Another worker is at them.


@transaction.atomic
def _owe_digest(person_id: int, now: datetime) -> bool:
    """One mail with all that waits for it and has not been read meanwhile."""
    rows = list(
        Notification.objects.filter(person=person_id, digest_at__lte=now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("person")
        .order_by("id")
    )
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(digest_at=None)
    unread = [row for row in rows if row.read_at is None]
    if unread and unread[0].person.is_active:
        owe_mails([_digest(unread)])
    return bool(rows)


def _digest(rows: list[Notification]) -> OutgoingMail:
    subject = ngettext("Your day in Accord: %(n)d new word", "Your day in Accord: %(n)d new words", len(rows))
    return mail_of(
        key=f"digest:{rows[0].person_id}:{rows[-1].pk}",
        to_user=rows[0].person,
        subject=subject % {"n": len(rows)},
        template="emails/digest",
        context={"rows": rows},
        topic=DAILY,
    )
