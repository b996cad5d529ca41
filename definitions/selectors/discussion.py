"""Reads of comments, and of the answers to the two questions."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from definitions.models import AnswerReflection, Comment, RepAnswer, Version
from portal.common.models import Team, User
from portal.common.selectors import people_of


def comments_of(version: Version, criterion_key: str | None = None) -> QuerySet[Comment]:
    """Comments with their replies, oldest first; of one clause, of the whole ("") or of both (None)."""
    replies = Comment.objects.select_related("author", "resolved_by")
    comments = (
        version.comments.filter(reply_to=None)
        .select_related("author", "resolved_by", "version")
        .prefetch_related(Prefetch("replies", queryset=replies))
    )
    return comments if criterion_key is None else comments.filter(criterion_key=criterion_key)


def comments_visible_to(user: User) -> QuerySet[Comment]:
    if not user.is_active:
        return Comment.objects.none()
    return Comment.objects.select_related("author", "version__definition")


def open_concerns(version: Version) -> QuerySet[Comment]:
    """What keeps the version from being proposed."""
    return version.comments.filter(kind=Comment.Kind.CONCERN, resolved_at=None).select_related("author")


def settled_concerns(version: Version) -> QuerySet[Comment]:
    """The one settled last first."""
    settled = version.comments.filter(kind=Comment.Kind.CONCERN, resolved_at__isnull=False)
    return settled.select_related("resolved_by").order_by("-resolved_at", "-pk")


def comment_counts(version: Version) -> dict[str, dict[str, int]]:
    """Per clause (and "" for the whole) how many comments are `open`, and how many of them `concerns`."""
    rows = (
        version.comments.filter(reply_to=None, resolved_at=None)
        .order_by()
        .values("criterion_key")
        .annotate(open=Count("pk"), concerns=Count("pk", filter=Q(kind="concern")))
    )
    return {row["criterion_key"]: {"open": row["open"], "concerns": row["concerns"]} for row in rows}


def answers_by_person(question: str) -> list[dict[str, Any]]:
    """Everyone in sales, and whoever else has answered: `person` and `answer` (or None), by name."""
    answers = {
        answer.person_id: answer
        for answer in RepAnswer.objects.filter(question=question).select_related("person")
    }
    people = {person.pk: person for person in people_of(Team.SALES)}
    people |= {answer.person_id: answer.person for answer in answers.values()}
    ordered = sorted(people.values(), key=lambda person: (person.pk not in answers, person.name.casefold()))
    return [{"person": person, "answer": answers.get(person.pk)} for person in ordered]


def answers_of(user: User) -> dict[str, RepAnswer]:
    """A person's own answers by question."""
    return {answer.question: answer for answer in user.answers.all()}


def all_answers() -> QuerySet[RepAnswer]:
    return RepAnswer.objects.select_related("person")


def answers_decided(version: Version) -> dict[str, int]:
    """How many answers there are (`answer_count`), and of how many the draft says what it made of them."""
    return RepAnswer.objects.aggregate(
        answer_count=Count("pk", distinct=True),
        reflected_count=Count("reflections", filter=Q(reflections__version=version)),
    )


def reflections_of(version: Version) -> dict[int, AnswerReflection]:
    """What the draft made of each answer, by the answer's id."""
    return {row.answer_id: row for row in version.reflections.select_related("decided_by")}


def answers_with_reflections(version: Version) -> dict[str, list[dict[str, Any]]]:
    """For a draft: per question the answers, each with its `reflection` or None."""
    reflections = reflections_of(version)
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for answer in all_answers():
        grouped[answer.question].append({"answer": answer, "reflection": reflections.get(answer.pk)})
    return dict(grouped)
