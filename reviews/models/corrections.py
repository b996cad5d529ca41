"""What was put right after a meeting was closed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Correction(models.Model):
    """One late word beside the frozen minutes: who, when, and what they said before. Rows are only added."""

    class Of(models.TextChoices):
        OUTCOME = "outcome", _("Outcome")
        NOTES = "notes", _("Notes")
        MINUTES = "minutes", _("Minutes")

    meeting = models.ForeignKey("reviews.Meeting", on_delete=models.PROTECT, related_name="corrections")
    # Empty for a word about the minutes as a whole.
    item = models.ForeignKey(
        "reviews.AgendaItem", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    of = models.CharField(max_length=16, choices=Of.choices)
    before = models.TextField(blank=True)  # in words, as the minutes had it
    after = models.TextField()
    reason = models.TextField(blank=True)
    corrected_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(of__in=("outcome", "notes", "minutes")), name="correction_is_of_something"
            ),
            models.CheckConstraint(
                condition=Q(of="minutes", item=None) | (~Q(of="minutes") & Q(item__isnull=False)),
                name="a_correction_names_its_item",
            ),
        )

    def __str__(self) -> str:
        return f"{self.of}: {self.after[:60]}"
