"""Back-tests: what a version would have let through in past weeks, asked for once and kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class BackTest(models.Model):
    """One document judged week by week up to `as_of`, beside the version that was in force when asked.

    The document stands here, since a draft moves on: the result is about this text, by `fingerprint`.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        SUPERSEDED = "superseded", _("Superseded by a newer one")

    version = models.ForeignKey("definitions.Version", on_delete=models.PROTECT, related_name="back_tests")
    document = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    against = models.ForeignKey(
        "definitions.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    as_of = models.DateTimeField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUEUED)
    weeks_total = models.PositiveSmallIntegerField()
    weeks_done = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True, blank=True)  # see leads.evidence.weeks
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey("common.User", null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("version",),
                condition=Q(status__in=("queued", "running")),
                name="one_open_back_test_per_version",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("queued", "running", "done", "failed", "superseded")),
                name="back_test_status_is_known",
            ),
        )

    def __str__(self) -> str:
        return f"Back-test {self.pk} of {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("leads:back_test", args=[self.version_id])

    @property
    def is_open(self) -> bool:
        return self.status in (BackTest.Status.QUEUED, BackTest.Status.RUNNING)


class BackTestWeek(models.Model):
    """What was found at the end of one week; number 0 is the day before the first week.

    `reached` and `against` are {lead id: points} of leads whose points are higher than at the end of
    any week before, null where one clause qualifies alone.
    """

    back_test = models.ForeignKey(BackTest, on_delete=models.CASCADE, related_name="weeks")
    number = models.PositiveSmallIntegerField()
    ends_at = models.DateTimeField()
    reached = models.JSONField()
    against = models.JSONField()

    class Meta:
        ordering = ("back_test", "number")
        constraints = (models.UniqueConstraint(fields=("back_test", "number"), name="one_week_per_number"),)

    def __str__(self) -> str:
        return f"week {self.number} of back-test {self.back_test_id}"
