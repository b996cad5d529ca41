"""Ringing for a worker never costs what was committed, and never rings twice for one transaction."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from portal.common.bells import ring_on_commit


class Bell:
    """The far side of the broker: it hears, or it is away."""

    def __init__(self, *, is_away: bool = False) -> None:
        self.is_away = is_away
        self.rings = 0

    def delay(self) -> None:
        self.rings += 1
        if self.is_away:
            raise OperationalError("The broker is away.")


@pytest.mark.django_db
def test_one_transaction_rings_each_bell_once(django_capture_on_commit_callbacks: Any) -> None:
    mail, scores = Bell(), Bell()
    with django_capture_on_commit_callbacks(execute=True):
        ring_on_commit(mail)
        ring_on_commit(mail)
        ring_on_commit(scores)
        assert (mail.rings, scores.rings) == (0, 0)
    assert (mail.rings, scores.rings) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_does_not_fail_what_was_committed() -> None:
    away = Bell(is_away=True)
    with transaction.atomic():
        ring_on_commit(away)
    assert away.rings == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_rings_for_nobody() -> None:
    bell = Bell()
    with transaction.atomic():
        ring_on_commit(bell)
        transaction.set_rollback(True)
    assert bell.rings == 0
