"""Reads of the leads that illustrate answers."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import QuerySet

from definitions import examples
from definitions.examples import Example
from definitions.models import RepAnswer
from leads.models import AnswerExample, Lead


def register() -> None:
    examples.register(examples_by_answer)


def examples_by_answer(answer_ids: list[int]) -> dict[int, list[Example]]:
    """One query for all of them. A lead that was merged into another is shown as that other."""
    found: dict[int, list[Example]] = defaultdict(list)
    rows = AnswerExample.objects.filter(answer__in=answer_ids).select_related("lead__merged_into")
    for row in rows.order_by("id"):
        lead = row.lead.merged_into or row.lead
        found[row.answer_id].append(Example(lead.name, lead.get_absolute_url(), row.note))
    return found


def examples_of(answer: RepAnswer) -> QuerySet[AnswerExample]:
    return AnswerExample.objects.filter(answer=answer).select_related("lead__account", "lead__merged_into")


def attached_leads(answer: RepAnswer) -> QuerySet[Lead]:
    return Lead.objects.filter(pk__in=AnswerExample.objects.filter(answer=answer).values("lead"))
