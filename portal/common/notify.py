"""A word to one person inside the portal, at most once per key."""

from __future__ import annotations

from portal.common.models import Notification, User


def owe_notification(*, person: User, key: str, sentence: str, url: str = "") -> None:
    """Tell `person` once: a second call with the same `key` changes nothing."""
    Notification.objects.bulk_create(
        [Notification(person=person, key=key, sentence=sentence[:300], url=url)], ignore_conflicts=True
    )
