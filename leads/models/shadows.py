"""Shadows: candidates scored in silence beside the version in force, and whom they would have let in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Shadow(models.Model):
    """`version`, a frozen copy of `candidate`, is scored beside `against` from `began_at` until it ends.

    It begins when every lead has its first score under it. Its scores are dropped afterwards; the result
    is the instants of `ShadowLead`.
    """

    class Status(models.TextChoices):
        PREPARING = "preparing", _("Being prepared")
        RUNNING = "running", _("Running")
        ENDED = "ended", _("Ended")

    class Ending(models.TextChoices):
        DUE = "due", _("its time was up")
        STOPPED = "stopped", _("it was stopped early")
        OVERTAKEN = "overtaken", _("another version came into force")
        FAILED = "failed", _("it could not be scored")

    version = models.OneToOneField("definitions.Version", on_delete=models.PROTECT, related_name="shadow")
    candidate = models.ForeignKey("definitions.Version", on_delete=models.PROTECT, related_name="shadows")
    against = models.ForeignKey("definitions.Version", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.PREPARING)
    reason = models.TextField()
    started_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ending = models.CharField(max_length=16, choices=Ending.choices, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(status="preparing", began_at=None, ended_at=None)
                | Q(status="running", began_at__isnull=False, ended_at=None)
                | (Q(status="ended", ended_at__isnull=False) & ~Q(ending="")),
                name="a_shadow_begins_and_ends",
            ),
        )

    def __str__(self) -> str:
        return self.version.title

    def get_absolute_url(self) -> str:
        return reverse("leads:shadow_page", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status != Shadow.Status.ENDED

    @property
    def versions_compared(self) -> tuple[int, int]:
        return self.version_id, self.against_id


class ShadowLead(models.Model):
    """When a lead first qualified under each of the two while the shadow ran; empty: it did not.

    `is_from_start`: it qualified under one of them already when the shadow began, nobody knows since when.
    """

    shadow = models.ForeignKey(Shadow, on_delete=models.CASCADE, related_name="leads")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+")
    candidate_at = models.DateTimeField(null=True)
    active_at = models.DateTimeField(null=True)
    is_from_start = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shadow", "lead"), name="one_row_per_lead_and_shadow"),
            models.CheckConstraint(
                condition=Q(candidate_at__isnull=False) | Q(active_at__isnull=False),
                name="a_lead_of_a_shadow_qualified",
            ),
        )

    def __str__(self) -> str:
        return f"lead {self.lead_id} of shadow {self.shadow_id}"
