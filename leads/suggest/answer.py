"""One question to history, answered: the suggestion, beside the version in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from definitions.criteria.catalogue import Catalogue
from definitions.models import Definition
from definitions.selectors import catalogue
from leads.suggest.comparing import quality_of_document
from leads.suggest.evidence import Quality
from leads.suggest.population import Population, population_of
from leads.suggest.profile import FieldProfile, profile_of
from leads.suggest.question import ENDED, Question
from leads.suggest.reading import history_of
from leads.suggest.suggestion import Suggestion, earlier_part, suggest, weeks_of
from leads.suggest.words import document_of_suggestion, rule_mark

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """`document` is empty where nothing is supported; `in_force` None where no version is."""

    question: Question
    population: Population
    suggestion: Suggestion
    catalogue: Catalogue
    profile: list[FieldProfile]
    document: Json
    in_force: Quality | None


def answer_of(
    definition: Definition,
    question: Question,
    now: datetime,
    *,
    kept: Iterable[str] = (),
    weekly_capacity: float | None = None,
) -> Answer:
    """Some seconds for ten thousand leads."""
    known = catalogue()
    population = population_of(question, now)
    history = history_of(population, known)
    suggestion = suggest(history, kept=kept, weekly_capacity=weekly_capacity)
    active, document, in_force = definition.active_version, {}, None
    if suggestion.is_supported:
        agreed = active.document if active and active.document else {"criteria": []}
        document = document_of_suggestion(
            suggestion,
            stage=definition.stage,
            title=_("Suggested from history"),
            catalogue=known,
            ended=str(ENDED[question.outcome]),
            keys={rule_mark(each["rule"]): each["key"] for each in agreed["criteria"]},
        )
        if active and active.document:
            is_later = ~earlier_part(len(population.outcome))
            in_force = quality_of_document(active.document, population, is_later, weeks_of(history, is_later))
    return Answer(question, population, suggestion, known, profile_of(history), document, in_force)
