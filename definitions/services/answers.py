"""The two questions: what each person answers, and what a draft makes of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies
from definitions.models import AnswerReflection, RepAnswer, Version
from definitions.selectors.discussion import answers_standing, asked_today, key_of_today
from portal.common import audit
from portal.common.errors import Invalid
from portal.common.models import Topic, User
from portal.common.notify import owe_notification


@transaction.atomic
def answer_give(*, actor: User, question: str, text: str) -> RepAnswer:
    """Answer one of the two questions, or change the answer given before. Only one's own."""
    policies.may_answer(actor).require()
    if question not in RepAnswer.Question.values:
        raise Invalid(_("That is not one of the two questions."), field="question")
    if not text.strip():
        raise Invalid(_("Write a sentence or two."), field="text")
    answer, is_new = RepAnswer.objects.get_or_create(
        person=actor, question=question, defaults={"text": text.strip()}
    )
    if not is_new:
        if answer.text == text.strip():
            return answer
        before = answer.text
        RepAnswer.objects.filter(pk=answer.pk).update(
            text=text.strip(), edit_number=F("edit_number") + 1, changed_at=timezone.now()
        )
        answer.refresh_from_db()
        audit.record(
            "answer.changed",
            subject=answer,
            actor=actor,
            before={"text": before},
            after={"text": answer.text},
        )
        return answer
    audit.record("answer.given", subject=answer, actor=actor, after={"text": answer.text})
    return answer


@transaction.atomic
def reps_remind(*, actor: User, people: Iterable[User]) -> list[User]:
    """Ask those of `people` again who still owe an answer; returns whom a word was sent.

    Nobody is asked twice on one day, whoever presses: a second word of the same day is never written.
    """
    policies.may_ask_reps(actor).require()
    silent = {person.pk: person for person in answers_standing(None).silent}
    asked = asked_today(silent.values())
    told = [silent[person.pk] for person in people if person.pk in silent and person.pk not in asked]
    told = [person for person in told if person.pk != actor.pk]
    for person in told:
        owe_notification(
            person=person,
            key=key_of_today(),
            sentence=_("%(name)s asks for your answers to the two questions.") % {"name": actor},
            url=reverse("definitions:answers"),
            topic=Topic.AGREEMENT,
        )
    if told:
        names = sorted(str(person) for person in told)
        audit.record("answers.asked_for", subject=actor, actor=actor, after={"people": names})
    return told


@transaction.atomic
def answer_reflect(
    *,
    answer: RepAnswer,
    version: Version,
    actor: User,
    is_reflected: bool,
    criterion_key: str = "",
    reason: str = "",
) -> AnswerReflection:
    """Say through which clause a draft reflects an answer, or why it does not."""
    policies.may_edit_version(actor, version).require()
    if is_reflected and criterion_key and not version.criteria.filter(key=criterion_key).exists():
        raise Invalid(_("This draft has no such clause."), field="criterion_key")
    if not is_reflected and not reason.strip():
        raise Invalid(_("Say why the draft does not follow this answer."), field="reason")
    reflection, _is_new = AnswerReflection.objects.update_or_create(
        answer=answer,
        version=version,
        defaults={
            "is_reflected": is_reflected,
            "criterion_key": criterion_key if is_reflected else "",
            "reason": reason.strip(),
            "decided_by": actor,
        },
    )
    audit.record(
        "answer.reflected" if is_reflected else "answer.declined",
        subject=answer,
        actor=actor,
        after={"version": version.number, "criterion": criterion_key},
        note=reason.strip(),
    )
    return reflection
