"""Leads that a rep attaches to an answer, to show what the words mean."""

from __future__ import annotations

from django.db import models


class AnswerExample(models.Model):
    """One lead beside one answer. Only the person who answered attaches it."""

    answer = models.ForeignKey("definitions.RepAnswer", on_delete=models.CASCADE, related_name="examples")
    lead = models.ForeignKey("leads.Lead", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("answer", "id")
        constraints = (
            models.UniqueConstraint(fields=("answer", "lead"), name="one_example_per_answer_and_lead"),
        )

    def __str__(self) -> str:
        return f"{self.lead} for answer {self.answer_id}"
