"""The two questions that every rep is asked, and what a draft makes of the answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions import policies
from definitions.documents import document_of
from definitions.examples import examples_of
from definitions.forms.people import AnswerForm, ReflectionForm
from definitions.models import RepAnswer, Stage, Version
from definitions.selectors.discussion import (
    all_answers,
    answers_by_question,
    answers_of,
    answers_standing,
    answers_with_reflections,
    asked_today,
    reflections_of,
)
from definitions.selectors.versions import text_in_work, the_definition
from definitions.services.answers import answer_give, answer_reflect, reps_remind
from definitions.views.editor import visible_version
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number


def answers(request: SignedInRequest) -> HttpResponse:
    mine = answers_of(request.user)
    by_question = answers_by_question()
    given = [row["answer"] for rows in by_question.values() for row in rows if row["answer"]]
    examples = examples_of(given)
    version = text_in_work(the_definition(Stage.MQL))
    reflections = _reflections(version) if version else {}
    questions = []
    for question, words in RepAnswer.Question.choices:
        rows = by_question[question]
        for row in rows:
            key = row["answer"].pk if row["answer"] else 0
            row |= {"examples": examples.get(key, []), "reflection": reflections.get(key)}
        own = mine.get(question)
        initial = {"question": question, "text": own.text if own else ""}
        questions.append(
            {
                "key": question,
                "words": words,
                "rows": rows,
                "answered": sum(1 for row in rows if row["answer"]),
                "mine": own,
                "form": AnswerForm(initial=initial, auto_id=f"{question}_%s"),
            }
        )
    silent = answers_standing(None).silent
    asked = asked_today(silent)
    context = {
        "questions": questions,
        "may_answer": policies.may_answer(request.user),
        "version": version,
        "silent": [{"person": person, "is_asked": person.pk in asked} for person in silent],
        "may_ask": policies.may_ask_reps(request.user),
        "to_ask": [one for one in silent if one.pk not in asked and one.pk != request.user.pk],
    }
    return render(request, "definitions/answers.html", context)


def _reflections(version: Version) -> dict[int, dict[str, Any]]:
    """What the text in work makes of each answer, by its id: the decision, and the clause's wording."""
    wordings = {item["key"]: item["wording"] for item in document_of(version)["criteria"]}
    return {
        key: {"row": row, "wording": wordings.get(row.criterion_key, "")}
        for key, row in reflections_of(version).items()
    }


@require_POST
def remind(request: SignedInRequest) -> HttpResponse:
    """Remind one person (`?person=`), or everybody who still owes an answer."""
    people = answers_standing(None).silent
    if (one := whole_number(request.POST.get("person"))) is not None:
        people = [person for person in people if person.pk == one]
    if told := reps_remind(actor=request.user, people=people):
        names = ", ".join(str(person) for person in told)
        messages.success(request, _("Reminded: %(names)s.") % {"names": names})
    else:
        messages.info(request, _("Nobody was reminded: everybody has answered, or heard of it today."))
    return redirect("definitions:answers")


@require_POST
def answer(request: SignedInRequest) -> HttpResponse:
    form = AnswerForm(request.POST)
    if form.is_valid():
        answer_give(actor=request.user, **form.cleaned_data)
        messages.success(request, _("Your answer is kept. You can change it at any time."))
    else:
        messages.error(request, _("Write a sentence or two."))
    return redirect("definitions:answers")


def draft_answers(request: SignedInRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    grouped = answers_with_reflections(version)
    examples = examples_of(row["answer"] for rows in grouped.values() for row in rows)
    wordings = {criterion.key: criterion.wording for criterion in version.criteria.all()}
    for rows in grouped.values():
        for row in rows:
            reflection = row["reflection"]
            row["examples"] = examples.get(row["answer"].pk, [])
            through = ""
            if reflection:
                through = (reflection.criterion_key or "whole") if reflection.is_reflected else "no"
                row["wording"] = wordings.get(reflection.criterion_key, "")
            row["form"] = ReflectionForm(
                version=version,
                initial={"through": through, "reason": reflection.reason if reflection else ""},
                auto_id=f"a{row['answer'].pk}_%s",
            )
    questions = [(words, grouped.get(key, [])) for key, words in RepAnswer.Question.choices]
    may_edit = policies.may_edit_version(request.user, version)
    context = {"version": version, "questions": questions, "may_edit": may_edit}
    return render(request, "definitions/answers_of_draft.html", context)


@require_POST
def reflect(request: SignedInRequest, pk: int, answer_pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    given = get_object_or_404(all_answers(), pk=answer_pk)
    form = ReflectionForm(request.POST, version=version)
    if form.is_valid():
        answer_reflect(answer=given, version=version, actor=request.user, **form.values())
    else:
        messages.error(request, _("Choose how the draft reflects the answer."))
    return redirect("definitions:draft_answers", pk)
