"""Reads of comments, and of the answers to the two questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from definitions.models import AnswerReflection, Comment, RepAnswer, Version
from portal.common.models import Notification, Team, User
from portal.common.selectors import people_of


def comments_of(version: Version, criterion_key: str | None = None) -> QuerySet[Comment]:
    """Comments with their replies, oldest first; of one clause, of the whole ("") or of both (None).

    Those on a clause that has been removed are of the whole: nowhere else could they be settled.
    """
    replies = Comment.objects.select_related("author", "resolved_by")
    comments = (
        version.comments.filter(reply_to=None)
        .select_related("author", "resolved_by", "version")
        .prefetch_related(Prefetch("replies", queryset=replies))
    )
    if criterion_key == "":
        return comments.exclude(criterion_key__in=version.criteria.values("key"))
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


def answers_by_question() -> dict[str, list[dict[str, Any]]]:
    """For each question everyone in sales, and whoever else has answered: `person` and `answer` (or None).

    Those who have answered come first, by name. Two queries.
    """
    reps = {person.pk: person for person in people_of(Team.SALES)}
    given: dict[str, dict[int, RepAnswer]] = defaultdict(dict)
    for answer in all_answers():
        given[answer.question][answer.person_id] = answer
    found = {}
    for question in RepAnswer.Question.values:
        answers = given[question]
        people = reps | {answer.person_id: answer.person for answer in answers.values()}
        ordered = sorted(people.values(), key=lambda one: (one.pk not in answers, one.name.casefold()))
        found[question] = [{"person": person, "answer": answers.get(person.pk)} for person in ordered]
    return found


@dataclass(frozen=True)
class AnswersStanding:
    """How far the asking has come: people in sales, those of them who owe an answer, the newest answer,
    and how many answers a draft has not decided on (0 without a draft)."""

    reps: int
    silent: list[User]
    newest: RepAnswer | None
    undecided: int


def answers_standing(draft: Version | None) -> AnswersStanding:
    answers = list(RepAnswer.objects.select_related("person"))
    given = Counter(answer.person_id for answer in answers)
    reps = list(people_of(Team.SALES))
    decided = set(draft.reflections.values_list("answer_id", flat=True)) if draft else set()
    return AnswersStanding(
        reps=len(reps),
        silent=[person for person in reps if given[person.pk] < len(RepAnswer.Question)],
        newest=max(answers, key=lambda answer: answer.changed_at, default=None),
        undecided=sum(answer.pk not in decided for answer in answers) if draft else 0,
    )


def key_of_today() -> str:
    """Names a reminder of this day, so that each person gets one at most."""
    return f"answers-asked:{timezone.localdate().isoformat()}"


def asked_today(people: Iterable[User]) -> set[int]:
    """Those who were reminded today already, by id."""
    rows = Notification.objects.filter(person__in=list(people), key=key_of_today())
    return set(rows.values_list("person_id", flat=True))


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
    return {row.answer_id: row for row in version.reflections.select_related("decided_by", "answer")}


def answers_with_reflections(version: Version) -> dict[str, list[dict[str, Any]]]:
    """For a draft: per question the answers, each with its `reflection` or None."""
    reflections = reflections_of(version)
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for answer in all_answers():
        grouped[answer.question].append({"answer": answer, "reflection": reflections.get(answer.pk)})
    return dict(grouped)
