"""Clocks: until when somebody owes the next act on a handoff, and what was said as the time ran out."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from leads.models.handoffs import Handoff
from portal.common.models import Team


class ClockKind(models.TextChoices):
    DECIDE = "decide", _("Decide")
    FOLLOW_UP = "follow_up", _("Follow up")
    PICK_UP = "pick_up", _("Pick up")

    @property
    def team(self) -> Team:
        """Whose promise it is, and whose working hours count."""
        return Team.MARKETING if self == ClockKind.PICK_UP else Team.SALES


class Threshold(models.TextChoices):
    """What happens when so much of the promised working time has passed."""

    WARN = "warn", _("Warned")  # 75 %
    DUE = "due", _("Escalated")  # 100 %
    OVER = "over", _("Run over")  # 150 %


class Clock(models.Model):
    """One promise that runs. Its instants are stored: hours that change later move no promise made.

    A clock fires at `next_at`, and not at all once that is empty: it has run over, is paused or stopped.
    """

    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=16, choices=ClockKind.choices)
    started_at = models.DateTimeField()
    promised_seconds = models.PositiveIntegerField()  # of working time
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    over_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    # While the lead is with somebody else: since when, and how much of the promise was left then.
    paused_at = models.DateTimeField(null=True, blank=True)
    left_seconds = models.IntegerField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("handoff", "kind"), name="one_clock_per_handoff_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=ClockKind.values), name="clock_kind_is_known"),
            models.CheckConstraint(
                condition=Q(warn_at__lte=F("due_at"), due_at__lte=F("over_at")),
                name="a_clock_warns_before_it_is_due",
            ),
            models.CheckConstraint(
                condition=Q(next_at=None) | Q(stopped_at=None, paused_at=None),
                name="a_clock_that_rests_fires_nothing",
            ),
        )
        indexes = (
            # The sweep: what fires now, oldest first.
            models.Index(fields=("next_at", "id"), condition=Q(next_at__isnull=False), name="clock_next"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, handoff {self.handoff_id}"

    @property
    def instants(self) -> dict[Threshold, datetime]:
        return {
            Threshold.WARN: self.warn_at,
            Threshold.DUE: self.due_at,
            Threshold.OVER: self.over_at,
        }

    @property
    def team(self) -> Team:
        return ClockKind(self.kind).team


class ClockNotice(models.Model):
    """A clock passed a threshold, and this was said: once, in the transaction that wrote this row."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="notices")
    threshold = models.CharField(max_length=8, choices=Threshold.choices)
    fired_at = models.DateTimeField()
    key = models.CharField(max_length=200)  # of the notifications in which it was said

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("clock", "threshold"), name="one_notice_per_clock_and_threshold"),
            models.CheckConstraint(condition=Q(threshold__in=Threshold.values), name="threshold_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_threshold_display()}: clock {self.clock_id}"
