"""A blind tasting: some leads without names, and who of both houses would take each of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.common.models import HOUSES


class Tasting(models.Model):
    """One draw of leads, tasted against one text. The text stands here: a draft moves on meanwhile.

    `seed` and the facts as of `as_of` gave the draw; what is shown of each lead was written down then,
    so that everybody tastes the same.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    version = models.ForeignKey("definitions.Version", on_delete=models.PROTECT, related_name="tastings")
    document = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    seed = models.PositiveBigIntegerField()
    as_of = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    started_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("version",), condition=Q(status="open"), name="one_open_tasting_per_version"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None) | Q(status="closed", closed_at__isnull=False),
                name="a_tasting_is_open_or_closed",
            ),
        )

    def __str__(self) -> str:
        return str(_("Tasting %(number)s of %(version)s") % {"number": self.pk, "version": self.version})

    def get_absolute_url(self) -> str:
        return reverse("leads:tasting_page", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class TastingLead(models.Model):
    """One lead of a tasting, at its place from 1 on; `points`, `is_qualified`, `met` are the text's verdict.

    `met` lists the keys of the clauses that it meets. `sketch` is what tasters see, and nothing that
    names anybody: {"fit": [[label, value]], "behaviour": [sentence]}.
    """

    tasting = models.ForeignKey(Tasting, on_delete=models.CASCADE, related_name="leads")
    place = models.PositiveSmallIntegerField()
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    sketch = models.JSONField()
    points = models.IntegerField()
    is_qualified = models.BooleanField()
    met = models.JSONField()

    class Meta:
        ordering = ("tasting", "place")
        constraints = (
            models.UniqueConstraint(fields=("tasting", "place"), name="one_lead_per_place_of_a_tasting"),
            models.UniqueConstraint(fields=("tasting", "lead"), name="no_lead_twice_in_a_tasting"),
        )

    def __str__(self) -> str:
        return f"{self.place} of tasting {self.tasting_id}"


class TastingAnswer(models.Model):
    """Whether one person would take one lead, and why. `house` is theirs at their first answer."""

    tasting_lead = models.ForeignKey(TastingLead, on_delete=models.CASCADE, related_name="answers")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    house = models.CharField(max_length=16)
    takes = models.BooleanField()
    reason = models.CharField(max_length=300)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ("tasting_lead", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("tasting_lead", "person"), name="one_answer_per_person_and_tasted_lead"
            ),
            models.CheckConstraint(
                condition=Q(house__in=[house.value for house in HOUSES]), name="a_taster_is_of_a_house"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} on {self.tasting_lead_id}"
