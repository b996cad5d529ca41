"""The two questions that every rep is asked, and what a draft makes of the answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions import policies
from definitions.forms.people import AnswerForm, ReflectionForm
from definitions.models import RepAnswer
from definitions.selectors.discussion import (
    all_answers,
    answers_by_person,
    answers_of,
    answers_with_reflections,
)
from definitions.services.answers import answer_give, answer_reflect
from definitions.views.editor import visible_version
from portal.common.requests import SignedInRequest


def answers(request: SignedInRequest) -> HttpResponse:
    mine = answers_of(request.user)
    questions = []
    for question, words in RepAnswer.Question.choices:
        rows = answers_by_person(question)
        given = mine.get(question)
        initial = {"question": question, "text": given.text if given else ""}
        questions.append(
            {
                "key": question,
                "words": words,
                "rows": rows,
                "answered": sum(1 for row in rows if row["answer"]),
                "mine": given,
                "form": AnswerForm(initial=initial, auto_id=f"{question}_%s"),
            }
        )
    context = {"questions": questions, "may_answer": policies.may_answer(request.user)}
    return render(request, "definitions/answers.html", context)


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
    wordings = {criterion.key: criterion.wording for criterion in version.criteria.all()}
    for rows in grouped.values():
        for row in rows:
            reflection = row["reflection"]
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
