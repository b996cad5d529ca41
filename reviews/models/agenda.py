"""The agenda: evidence in, outcomes and actions out."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST_ITEM_MINUTES = 240


class ItemKind(models.TextChoices):
    RESULTS = "results", _("Results of the last version")
    PREDICTIONS = "predictions", _("Predictions against what came")
    CHALLENGED = "challenged", _("Challenged clause")
    CLAUSE_DUE = "clause_due", _("Clause past its review date")
    ASSUMPTION = "assumption", _("Assumption now testable")
    RETURNS = "returns", _("Return reasons")
    SLA = "sla", _("Promises both ways")
    CAPACITY = "capacity", _("Volume against capacity")
    ACTIONS = "actions", _("Open actions")
    DRAFT = "draft", _("Pending draft")
    RESTORED = "restored", _("Emergency restore")
    GOLDEN = "golden", _("Golden leads")
    SHADOW = "shadow", _("Scored in silence")
    FREE = "free", _("Other")


class AgendaItem(models.Model):
    """One thing to talk about, with its evidence. `source_key` makes preparing again add nothing twice."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        DEFERRED = "deferred", _("Deferred")

    meeting = models.ForeignKey("reviews.Meeting", on_delete=models.CASCADE, related_name="items")
    source_key = models.CharField(max_length=160)
    kind = models.CharField(max_length=16, choices=ItemKind.choices)
    title = models.CharField(max_length=250)
    criterion_key = models.SlugField(max_length=40, blank=True)
    version = models.ForeignKey(
        "definitions.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence = models.JSONField(default=dict)  # a card; see reviews.evidence
    needs_outcome = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    minutes_planned = models.PositiveSmallIntegerField(default=5)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.WAITING)
    carried_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    notes = models.TextField(blank=True)
    notes_edit_number = models.PositiveIntegerField(default=1)
    noted_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # How long the room was at it, apart from the turn under way, which began at `Meeting.current_since`.
    seconds_spent = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "source_key"), name="one_item_per_source_and_meeting"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="item_kind_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=("waiting", "done", "deferred")), name="item_status_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def as_of(self) -> datetime | None:
        """The instant of its evidence; None where there is none."""
        instant = self.evidence.get("as_of")
        return datetime.fromisoformat(instant) if instant else None

    @property
    def decision(self) -> ItemOutcome | None:
        """Its outcome, or None while the meeting has not decided."""
        return getattr(self, "outcome", None)


class BacklogItem(models.Model):
    """Something to talk about that has no meeting yet. It becomes an item of the next agenda.

    `item` is what it became; if that meeting was skipped, the next agenda takes it again.
    """

    series = models.ForeignKey("reviews.Series", on_delete=models.CASCADE, related_name="backlog")
    title = models.CharField(max_length=250)
    minutes_planned = models.PositiveSmallIntegerField(default=5)
    added_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    item = models.ForeignKey(AgendaItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(item=None), name="what_is_taken_off_is_on_no_agenda"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Verdict(models.TextChoices):
    KEEP = "keep", _("Keep")
    AMEND = "amend", _("Amend")
    REPLACE = "replace", _("Replace")
    DEFER = "defer", _("Defer")


class ItemOutcome(models.Model):
    """What the meeting decided on one item. Amend and replace open a draft."""

    item = models.OneToOneField(AgendaItem, on_delete=models.CASCADE, related_name="outcome")
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    reason = models.TextField(blank=True)
    owner = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review_on = models.DateField(null=True, blank=True)
    draft = models.ForeignKey(
        "definitions.Version", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    edit_number = models.PositiveIntegerField(default=1)
    is_late = models.BooleanField(default=False)  # a correction after the close

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="verdict_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.verdict}: {self.item}"


class Action(models.Model):
    """Something a person promised by a date. Open actions carry over to the next agenda."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    meeting = models.ForeignKey("reviews.Meeting", on_delete=models.PROTECT, related_name="actions")
    item = models.ForeignKey(
        AgendaItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="actions"
    )
    text = models.CharField(max_length=300)
    owner = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.OPEN)
    created_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # When its owner is asked about it next; empty once it has ended.
    remind_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("due_on", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=("open", "done", "dropped")), name="action_status_is_known"
            ),
        )
        indexes = (
            # Home: what I promised.
            models.Index(
                fields=("owner", "due_on"), condition=Q(status="open"), name="open_actions_of_owner"
            ),
            # The reminders that are due.
            models.Index(fields=("remind_at",), condition=Q(status="open"), name="actions_to_remind"),
        )

    def __str__(self) -> str:
        return self.text


class PulseAnswer(models.Model):
    """One person's answer to the quarter's pulse question, 1 to 5."""

    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey("reviews.Meeting", on_delete=models.CASCADE, related_name="pulse")
    score = models.PositiveSmallIntegerField()
    sentence = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "meeting"), name="one_pulse_answer_per_person_and_meeting"
            ),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="pulse_is_one_to_five"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.score}"
