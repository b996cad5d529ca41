"""What the nightly count found: one row for each night, and incidents that name the leads."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.models.facts import Lead
from leads.models.handoffs import Handoff, HandoffStatus


class NightlyCount(models.Model):
    """One night's count. Its row is the stamp that says that this day's is done."""

    day = models.DateField(unique=True)  # of the workspace
    counted_at = models.DateTimeField()
    entered = models.PositiveIntegerField()  # offers that the trail tells of
    numbers = models.JSONField(default=dict)  # {status: handoffs that stand there}
    differences = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"count of {self.day}"

    @property
    def accounted_for(self) -> int:
        return sum(self.numbers.values())

    @property
    def parts(self) -> list[tuple[str, Any, int]]:
        """(status, its name, handoffs): they add up to `accounted_for`."""
        return [(status, label, self.numbers.get(status, 0)) for status, label in HandoffStatus.choices]


class LeakKind(models.TextChoices):
    """What two sources say differently. Each is named by what is wrong."""

    OFFER_UNRECORDED = "offer_unrecorded", _("Offers that the trail does not tell of")
    OFFER_LOST = "offer_lost", _("Offers that the trail tells of and that are not there")
    STAGE_JOURNAL = "stage_journal", _("Leads that stand elsewhere than their history says")
    STAGE_HANDOFF = "stage_handoff", _("Leads whose stage and open handoff disagree")
    INSTANTS = "instants", _("Handoffs whose times contradict where they stand")
    MERGED = "merged", _("Open handoffs of leads that were merged into another")
    NOT_OFFERED = "not_offered", _("Qualified leads that nobody was offered")
    NOBODYS = "nobodys", _("Returned leads in nobody’s hands")
    LEFT_SALES = "left_sales", _("Open handoffs of people who are not in sales any more")


class Incident(models.Model):
    """The nightly count did not add up, and these are the leads."""

    kind = models.CharField(max_length=60, choices=LeakKind.choices)
    sentence = models.CharField(max_length=300)
    # How many were found the last time, and when: more than are named, if there are very many.
    details = models.JSONField(default=dict)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Nobody: it was gone by itself.
    closed_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True, default="", db_default="")

    class Meta:
        ordering = ("-opened_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("kind",), condition=Q(closed_at=None), name="one_open_incident_per_kind"
            ),
            models.CheckConstraint(condition=Q(kind__in=LeakKind.values), name="incident_kind_is_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | (Q(closed_at__isnull=False) & ~Q(note="")),
                name="a_closed_incident_says_how",
            ),
        )

    def __str__(self) -> str:
        return self.sentence

    def get_absolute_url(self) -> str:
        return reverse("leads:incident_page", args=[self.pk])


class IncidentLead(models.Model):
    """One lead, or one handoff of it, in an incident, for as long as the difference is found.

    `key` tells it from others of its kind; without a lead it is an offer that is not there any more.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="leads")
    key = models.CharField(max_length=40)
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    handoff = models.ForeignKey(Handoff, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("incident", "key"), condition=Q(gone_at=None), name="named_once_in_an_incident"
            ),
        )

    def __str__(self) -> str:
        return self.key
