"""What people say about a draft before they vote on it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _


class Comment(models.Model):
    """Feedback, a question or a concern: on one criterion (`criterion_key`) or the whole version."""

    class Kind(models.TextChoices):
        FEEDBACK = "feedback", _("Feedback")
        QUESTION = "question", _("Question")
        CONCERN = "concern", _("Concern")

    version = models.ForeignKey("definitions.Version", on_delete=models.CASCADE, related_name="comments")
    criterion_key = models.SlugField(max_length=40, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.FEEDBACK)
    text = models.TextField()
    author = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("feedback", "question", "concern")), name="comment_kind_is_known"
            ),
        )
        indexes = (
            # "An open concern blocks proposing."
            models.Index(
                fields=("version",), condition=Q(kind="concern", resolved_at=None), name="open_concerns"
            ),
        )

    def __str__(self) -> str:
        return Truncator(self.text).chars(80)


class RepAnswer(models.Model):
    """A person's answer to one of the two questions that every rep is asked."""

    class Question(models.TextChoices):
        QUALIFIED = "qualified", _("What is a qualified lead for you?")
        EASIEST = "easiest", _("Which leads are easiest to call and qualify?")

    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=16, choices=Question.choices)
    text = models.TextField()
    edit_number = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("question", "person__name")
        constraints = (
            models.UniqueConstraint(fields=("person", "question"), name="one_answer_per_person_and_question"),
            models.CheckConstraint(
                condition=Q(question__in=("qualified", "easiest")), name="question_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {Truncator(self.text).chars(60)}"


class AnswerReflection(models.Model):
    """Whether a draft reflects an answer, through which clause, or why not."""

    answer = models.ForeignKey(RepAnswer, on_delete=models.CASCADE, related_name="reflections")
    version = models.ForeignKey("definitions.Version", on_delete=models.CASCADE, related_name="reflections")
    criterion_key = models.SlugField(max_length=40, blank=True)
    is_reflected = models.BooleanField()
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("answer", "version"), name="one_reflection_per_answer_and_version"
            ),
        )

    def __str__(self) -> str:
        return f"{self.answer} in {self.version}"

    @property
    def is_outdated(self) -> bool:
        """The answer has changed since: what was decided was about other words."""
        return self.answer.changed_at > self.decided_at
