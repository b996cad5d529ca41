"""What sales finds out after accepting: its own checks of clauses, and how a lead became sales-qualified."""

from __future__ import annotations

from django.db import models


class SalesCheck(models.Model):
    """A clause of the sales-qualified definition that a rep has found to hold, of a lead they work.

    `key` is the clause's, the same from version to version. A check that is taken back is deleted; the trail
    keeps both.
    """

    handoff = models.ForeignKey("leads.Handoff", on_delete=models.CASCADE, related_name="sales_checks")
    key = models.SlugField(max_length=40)
    checked_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ("checked_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("handoff", "key"), name="one_check_per_handoff_and_clause"),
        )

    def __str__(self) -> str:
        return f"{self.key} of handoff {self.handoff_id}"


class SalesQualification(models.Model):
    """What the definition of that moment answered when a lead was made sales-qualified, for ever.

    `receipt` counts the rep's checks; `by_facts` is the same without them. `reason` is why the rep went on
    where the definition said no.
    """

    handoff = models.OneToOneField(
        "leads.Handoff", on_delete=models.CASCADE, related_name="sales_qualification"
    )
    version = models.ForeignKey("definitions.Version", on_delete=models.PROTECT, related_name="+")
    receipt = models.JSONField()
    by_facts = models.JSONField()
    is_met = models.BooleanField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(is_met=True) | ~models.Q(reason=""),
                name="an_override_has_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"how handoff {self.handoff_id} became sales-qualified"
