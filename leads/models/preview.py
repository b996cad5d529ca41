"""The columns that a preview is computed from, and whether they are still true."""

from __future__ import annotations

import uuid

from django.db import models

from portal.common.fields import InstantField


class FactsChange(models.Model):
    """That facts of leads changed: a row by each transaction that changed some, and never changed itself.

    Nobody waits for a row of somebody else's, as they would for one counter. How many rows there are,
    and the first and the last id, name a state of the facts: `leads.facts.facts_stamp`.
    """

    def __str__(self) -> str:
        return f"change {self.pk} of facts"


class PreviewSnapshot(models.Model):
    """All leads as of one instant, with the columns that were computed for them. The newest one counts."""

    # Never met twice, also after a database was restored: processes keep columns in memory by it.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    as_of = InstantField()
    facts_stamp = models.CharField(max_length=64)
    population = models.IntegerField()
    lead_ids = models.BinaryField()  # ascending, eight bytes each, little-endian
    built_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-as_of", "-built_at")

    def __str__(self) -> str:
        return f"{self.population} leads as of {self.as_of}"


class PreviewColumn(models.Model):
    """What one criterion says of each lead of a snapshot: `leads.scoring.preview.columns`.

    `key` is the hash of the question that the column answers. At a million leads `hits` has 125 kB.
    """

    snapshot = models.ForeignKey(
        PreviewSnapshot, on_delete=models.CASCADE, db_index=False, related_name="columns"
    )
    key = models.CharField(max_length=64)
    hits = models.BinaryField()
    occurrences = models.BinaryField(default=b"")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("snapshot", "key"), name="one_preview_column_per_question"),
        )

    def __str__(self) -> str:
        return f"column {self.key[:8]} of {self.snapshot_id}"


class PreviewWish(models.Model):
    """Columns that the numbers of a version still need: owed by the workers to who looks at it."""

    version = models.OneToOneField(
        "definitions.Version", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    wished_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "preview wishes"

    def __str__(self) -> str:
        return f"preview of version {self.version_id}"
