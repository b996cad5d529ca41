"""Amendments that the portal drafts when a clause has been challenged often enough."""

from __future__ import annotations

from django.db import models
from django.urls import reverse


class Amendment(models.Model):
    """The draft that the portal opened for one challenged clause of one version in force, and why.

    `evidence` is of that moment: {"challenges", "carried", "decided", "accepted": counts of the last `days`
    days, "returns": [{"handoff", "lead", "person", "at", "reason", "note"}]}.
    """

    version = models.ForeignKey("definitions.Version", on_delete=models.PROTECT, related_name="amendments")
    criterion_key = models.SlugField(max_length=40)
    draft = models.OneToOneField("definitions.Version", on_delete=models.PROTECT, related_name="amends")
    evidence = models.JSONField()
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ("-opened_at", "-id")
        constraints = (
            # What keeps two workers, or one that was killed half-way, from drafting the same thing twice.
            models.UniqueConstraint(
                fields=("version", "criterion_key"), name="one_amendment_per_clause_and_version"
            ),
        )

    def __str__(self) -> str:
        return f"amendment of {self.criterion_key}"

    def get_absolute_url(self) -> str:
        return reverse("leads:challenges_of_clause", args=[self.criterion_key])
