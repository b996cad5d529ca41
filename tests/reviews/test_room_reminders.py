"""Open actions: asked about on their day and each week after, once each, until they have ended."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from portal.common.models import AuditEntry, MailChoice, Notification, OutgoingMail, User
from reviews.invariants import breaches
from reviews.models import Action, Meeting
from reviews.selectors.reminders import oldest_reminder_due
from reviews.services.actions import action_add, action_end, action_reopen
from reviews.services.reminding import actions_remind_due, next_reminder
from tests.builders import rita, sam

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
DUE = date(2026, 5, 11)  # a Monday
AT_EIGHT = datetime(2026, 5, 11, 8, 0, tzinfo=UTC)


@pytest.fixture
def action(meeting: Meeting) -> Action:
    return action_add(meeting=meeting, actor=rita(), text="Ask legal", owner=sam(), due_on=DUE)


def words() -> list[str]:
    found = Notification.objects.filter(person=sam(), key__startswith="review-action-due").order_by("id")
    return [each.sentence for each in found]


def asked_at(instant: datetime) -> int:
    with time_machine.travel(instant, tick=False):
        return actions_remind_due()


def test_it_is_asked_on_its_day_and_each_week_after_once_each(action: Action) -> None:
    assert asked_at(AT_EIGHT - timedelta(seconds=1)) == 0
    for days, count in ((0, 1), (0, 0), (1, 0), (6, 0), (7, 1), (13, 0), (14, 1)):
        assert asked_at(AT_EIGHT + timedelta(days=days)) == count, days
    assert words() == [
        "You promised this for today: Ask legal",
        "You promised this for 7 days ago: Ask legal",
        "You promised this for 14 days ago: Ask legal",
    ]
    assert OutgoingMail.objects.filter(key__startswith="review-action-due").count() == 3
    assert AuditEntry.objects.filter(verb="action.reminded").count() == 3
    assert breaches() == []


def test_weeks_that_nobody_worked_are_not_made_up_for(action: Action) -> None:
    assert asked_at(AT_EIGHT + timedelta(days=30)) == 1
    action.refresh_from_db()
    assert action.remind_at == AT_EIGHT + timedelta(days=35)


def test_what_is_done_or_dropped_is_not_asked_about_and_opened_again_it_is(action: Action) -> None:
    action_end(action=action, actor=sam())
    assert asked_at(AT_EIGHT + timedelta(days=1)) == 0
    with time_machine.travel(AT_EIGHT + timedelta(days=2), tick=False):
        action_reopen(action=action, actor=sam())
    assert asked_at(AT_EIGHT + timedelta(days=6)) == 0
    assert asked_at(AT_EIGHT + timedelta(days=7)) == 1
    assert breaches() == []


def test_eight_in_the_morning_is_the_owner_s_own(meeting: Meeting) -> None:
    User.objects.filter(pk=sam().pk).update(time_zone="America/New_York")
    action = action_add(meeting=meeting, actor=rita(), text="Ask legal", owner=sam(), due_on=DUE)
    assert action.remind_at == datetime(2026, 5, 11, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (AT_EIGHT - timedelta(days=9), AT_EIGHT),
        (AT_EIGHT, AT_EIGHT + timedelta(days=7)),
        (AT_EIGHT + timedelta(days=6, hours=23), AT_EIGHT + timedelta(days=7)),
        (AT_EIGHT + timedelta(days=7), AT_EIGHT + timedelta(days=14)),
        (AT_EIGHT + timedelta(days=7, hours=-1), AT_EIGHT + timedelta(days=7)),
        (AT_EIGHT + timedelta(days=700, hours=1), AT_EIGHT + timedelta(days=707)),
    ],
    ids=["long before", "at it", "before a week", "at a week", "that morning", "long after"],
)
def test_the_next_reminder(db: None, now: datetime, expected: datetime) -> None:
    assert next_reminder(DUE, sam(), now) == expected


def test_it_goes_the_way_that_the_owner_has_chosen(action: Action) -> None:
    MailChoice.objects.create(person=sam(), topic="reviews", mode="none")
    asked_at(AT_EIGHT)
    assert len(words()) == 1
    assert not OutgoingMail.objects.filter(key__startswith="review-action-due").exists()


def test_who_has_left_is_not_asked_and_keeps_no_worker_waiting(action: Action) -> None:
    assert oldest_reminder_due(AT_EIGHT) == AT_EIGHT
    User.objects.filter(pk=sam().pk).update(is_active=False)
    assert oldest_reminder_due(AT_EIGHT) is None
    assert asked_at(AT_EIGHT) == 0


def test_breaches_are_found(action: Action) -> None:
    Action.objects.filter(pk=action.pk).update(remind_at=None)
    assert breaches() == [f"Action {action.pk} is open, and its next reminder says otherwise."]
