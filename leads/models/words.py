"""The words by which people look for a lead."""

from __future__ import annotations

from django.db import models


class LeadWords(models.Model):
    """Name, e-mail, company and account of a lead in one text, in the key form, a space before each word.

    Written by `leads.facts.refresh` alone, as `LeadFit` is. On PostgreSQL an index of trigrams finds any
    piece of three letters, or of two at the beginning of a word, in a million leads (see the migration).
    """

    lead = models.OneToOneField(
        "leads.Lead", primary_key=True, on_delete=models.CASCADE, related_name="words"
    )
    text = models.TextField()

    def __str__(self) -> str:
        return f"words of lead {self.lead_id}"
