"""Handoffs: one MQL offered to sales, and what became of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class ReasonFamily(models.TextChoices):
    PROCEDURAL = "procedural", _("Procedural: somebody else should have it")
    CLERICAL = "clerical", _("Clerical: a fact is missing or wrong")
    DEFINITIONAL = "definitional", _("Definitional: the definition let it through")
    DISQUALIFY = "disqualify", _("Ruled out after contact")


class Reason(models.Model):
    """The workspace's own list. A changed reason is a new row; the old one is retired and keeps its name."""

    # Why an accepted lead went back whose rep has left sales: the portal gives it, nobody chooses it.
    NO_LONGER = "no-longer-works-it"

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=160)
    family = models.CharField(max_length=16, choices=ReasonFamily.choices)
    needs_text = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("family", "position", "label")
        constraints = (
            models.UniqueConstraint(
                fields=("key",), condition=Q(retired_at=None), name="one_reason_in_use_per_key"
            ),
            models.CheckConstraint(
                condition=Q(family__in=ReasonFamily.values), name="reason_family_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def is_of_the_portal(self) -> bool:
        return self.key == self.NO_LONGER


class HandoffStatus(models.TextChoices):
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    RETURNED = "returned", _("Returned")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SALES_QUALIFIED = "sales_qualified", _("Sales-qualified")
    DISQUALIFIED = "disqualified", _("Disqualified")


OPEN = (HandoffStatus.OFFERED, HandoffStatus.ACCEPTED)


class CarriedField(models.TextField):
    """Which clauses the receipt says were met: their keys, with a space around each (" c-role c-size ").

    Nobody sets it: it follows from the receipt whenever a row is written, since reading fifty thousand
    receipts for a number takes seconds. Two handoffs that carried the same have the same text.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        # A receipt that was not read has not changed.
        if "receipt" in model_instance.__dict__:
            setattr(model_instance, self.attname, carried_of(model_instance.__dict__["receipt"]))
        return super().pre_save(model_instance, add)


def carried_of(receipt: dict[str, Any]) -> str:
    met = {line["key"] for line in receipt.get("lines", ()) if line.get("is_met") and line.get("key")}
    return f" {' '.join(sorted(met))} " if met else ""


class Handoff(models.Model):
    """One offer of one lead. Version, score and receipt are those of the moment of offering, for ever."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="handoffs")
    version = models.ForeignKey("definitions.Version", on_delete=models.PROTECT, related_name="handoffs")
    points = models.IntegerField()
    grade = models.SmallIntegerField()
    receipt = models.JSONField()
    carried = CarriedField(blank=True, default="", editable=False)
    is_contact_request = models.BooleanField(default=False)
    is_recycled = models.BooleanField(default=False)
    is_pulled = models.BooleanField(default=False)  # a rep took it although it did not qualify
    # Offered because a person said so: the receipt says that the machine did not.
    override = models.ForeignKey(
        "leads.Override", null=True, blank=True, on_delete=models.PROTECT, related_name="handoffs"
    )
    status = models.CharField(max_length=16, choices=HandoffStatus.choices, default=HandoffStatus.OFFERED)
    # Offered: whose turn it is (empty: the shared queue). Accepted and later: who took it.
    owner = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="handoffs"
    )
    assignment = models.CharField(max_length=200, blank=True)  # why this owner, in words
    offered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    follow_up_due_at = models.DateTimeField(null=True, blank=True)
    followed_up_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.ForeignKey(
        Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="handoffs"
    )
    reason_label = models.CharField(max_length=160, blank=True)  # the reason's name on that day
    challenged_key = models.SlugField(max_length=40, blank=True)  # the criterion that misled
    is_something_missing = models.BooleanField(default=False)
    missing_field = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("-offered_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("lead",),
                condition=Q(status__in=("offered", "accepted")),
                name="one_open_handoff_per_lead",
            ),
            models.CheckConstraint(
                condition=Q(status__in=HandoffStatus.values), name="handoff_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("accepted", "sales_qualified"))
                | Q(owner__isnull=False, accepted_at__isnull=False),
                name="an_accepted_lead_has_an_owner",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("returned", "disqualified")) | Q(reason__isnull=False),
                name="a_returned_lead_has_a_reason",
            ),
        )
        indexes = (
            # The queue: what is offered, most urgent first: contact requests, due time, grade.
            # Its counts, filters and other orders read the columns beside it and no row.
            models.Index(
                fields=("-is_contact_request", "due_at", "-grade", "id"),
                include=("owner", "lead", "points", "offered_at", "is_recycled"),
                condition=Q(status="offered"),
                name="queue_by_urgency",
            ),
            # My accepted leads.
            models.Index(
                fields=("owner", "follow_up_due_at"), condition=Q(status="accepted"), name="accepted_by_owner"
            ),
            # The watch list and the quarter's numbers.
            models.Index(fields=("offered_at", "id"), name="handoff_by_offer"),
            # What became of the offers of one version.
            models.Index(fields=("version", "status"), name="handoff_by_version"),
        )

    def __str__(self) -> str:
        return f"Handoff {self.pk} of {self.lead}"

    @property
    def standing(self) -> str:
        """Status and owner in a word: a page that keeps it can tell whether either has changed."""
        return f"{self.status}-{self.owner_id or 0}"

    def get_absolute_url(self) -> str:
        return reverse("leads:handoff_page", args=[self.pk])


class StageChange(models.Model):
    """A lead moved from one stage to another; backwards is an ordinary move."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="stage_changes")
    handoff = models.ForeignKey(
        Handoff, null=True, blank=True, on_delete=models.SET_NULL, related_name="stage_changes"
    )
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("common.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-changed_at", "-id")

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class FollowUp(models.Model):
    """An attempt to reach an accepted lead."""

    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="follow_ups")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    has_reached = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"follow-up of handoff {self.handoff_id}"


class SavedView(models.Model):
    """A named set of queue filters of one person."""

    person = models.ForeignKey("common.User", on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("person", "name"), name="one_saved_view_per_name"),)

    def __str__(self) -> str:
        return self.name
