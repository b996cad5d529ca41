"""Outcomes: what became of a lead after sales had it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.models.facts import Lead, Source


class OutcomeKind(models.TextChoices):
    OPPORTUNITY = "opportunity", _("Opportunity")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class Outcome(models.Model):
    """What became of a lead in the end. Never read by scoring: it is known only afterwards."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(max_length=16, choices=OutcomeKind.choices)
    at = models.DateTimeField()
    value = models.BigIntegerField(null=True, blank=True)  # whole units of the workspace's currency
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=120)
    import_id = models.IntegerField(null=True)

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("source", "external_id", "kind"), name="one_outcome_per_source_id_and_kind"
            ),
            models.CheckConstraint(condition=Q(kind__in=OutcomeKind.values), name="outcome_kind_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of lead {self.lead_id}"
