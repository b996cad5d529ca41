"""What surrounds the work on a draft: acts that can be taken back, text not saved yet, who is here."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class DraftStep(models.Model):
    """One act on a draft that the person who did it can take back.

    What the act changed stands in its entry of the trail, before and after, and is not kept twice.
    `criterion_key` is empty where the numbers of the draft were changed. `undoes` names the step that this
    one took back; to take that back in turn is a redo.
    """

    version = models.ForeignKey("definitions.Version", on_delete=models.CASCADE, related_name="steps")
    actor = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    # DO_NOTHING: entries of the trail are never deleted.
    entry = models.OneToOneField("common.AuditEntry", on_delete=models.DO_NOTHING, related_name="+")
    criterion_key = models.SlugField(max_length=40, blank=True)
    undoes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            # "What may this person take back on this draft, the last act first?"
            models.Index(
                fields=("version", "actor", "-id"), condition=Q(undone_at=None), name="steps_to_take_back"
            ),
        )

    def __str__(self) -> str:
        return str(self.entry)


class UnsavedClause(models.Model):
    """What a person has typed into the form of a clause and not saved; without `criterion_key`, of a new one.

    `form` is the form as a browser sends it: it may be unfinished or wrong, and is never part of the draft.
    """

    version = models.ForeignKey(
        "definitions.Version", on_delete=models.CASCADE, related_name="unsaved_clauses"
    )
    person = models.ForeignKey("common.User", on_delete=models.CASCADE, related_name="+")
    criterion_key = models.SlugField(max_length=40, blank=True)
    form = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ("-kept_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("version", "person", "criterion_key"), name="one_unsaved_text_per_person_and_clause"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.criterion_key}"


class DraftVisit(models.Model):
    """Somebody has a draft open, or the form of a clause: `criterion_key`, “new” for one to be added.

    Their page says so every few seconds; who has been silent for longer is gone.
    """

    version = models.ForeignKey("definitions.Version", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("common.User", on_delete=models.CASCADE, related_name="+")
    criterion_key = models.SlugField(max_length=40, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("version", "person", "criterion_key"), name="one_visit_per_person_and_page"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.version}"
