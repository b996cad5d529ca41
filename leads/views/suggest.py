"""A definition suggested from history: asked, shown with its evidence, opened as a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from definitions import policies
from definitions.selectors.versions import definitions_of
from leads.suggest.answer import Answer, answer_of
from leads.suggest.evidence import Evidence, Quality
from leads.suggest.forms import SuggestForm
from leads.suggest.question import ENDED, outcome_counts
from leads.suggest.services import sealed, suggestion_open
from leads.suggest.summary import found_words, quality_words, summary_words
from leads.suggest.words import percent, times, why_nothing_words, wording_of
from leads.views.sections import DEFINITIONS
from portal.common.errors import Invalid
from portal.common.models import Team
from portal.common.requests import SignedInRequest
from portal.common.selectors import weekly_capacity_of


@require_GET
def suggest_page(request: SignedInRequest, stage: str) -> HttpResponse:
    """The question; and, once it is asked, the answer. Searching takes some seconds at ten thousand leads."""
    definition = get_object_or_404(definitions_of(stage))
    capacity = weekly_capacity_of(Team.SALES)
    form = SuggestForm(
        request.GET if "outcome" in request.GET else None, counts=outcome_counts(), capacity=capacity
    )
    context: dict[str, Any] = {
        "definition": definition,
        "form": form,
        "may_draft": policies.may_draft(request.user),
        "section_path": DEFINITIONS,
    }
    if form.is_bound and form.is_valid():
        now = timezone.now()
        answer = answer_of(
            definition,
            form.question(now),
            now,
            kept=form.kept,
            weekly_capacity=capacity if form.wants_capacity else None,
        )
        context |= _shown(answer) | {"kept": form.kept}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "leads/suggest.html", context, status=status)


@require_POST
def suggest_open(request: SignedInRequest, stage: str) -> HttpResponse:
    definition = get_object_or_404(definitions_of(stage))
    try:
        version = suggestion_open(
            definition=definition, seal=request.POST.get("seal", ""), actor=request.user
        )
    except Invalid as error:
        messages.error(request, str(error))
        return redirect("leads:suggest", stage)
    messages.success(
        request, _("The draft is open. Every clause says what it rests on; change what you like.")
    )
    return redirect("definitions:draft_editor", version.pk)


# -- what the page shows -------------------------------------------------------------------------------------


def _shown(answer: Answer) -> dict[str, Any]:
    suggestion, in_force = answer.suggestion, answer.in_force
    shown = {
        "answer": answer,
        "suggestion": suggestion,
        "ended": ENDED[answer.question.outcome],
        "found": found_words(answer.population, suggestion),
        "left_out": [leak for leak in suggestion.leaks if leak.is_left_out],
        "look_at": [leak for leak in suggestion.leaks if not leak.is_left_out],
        "profile": answer.profile,
    }
    if not suggestion.is_supported:
        return shown | {"why_nothing": why_nothing_words(suggestion)}
    qualities = [(_("Suggested"), _quality(suggestion.later))]
    if in_force:
        qualities.append((_("In force"), _quality(in_force)))
    summary = summary_words(answer.population, suggestion, str(shown["ended"]))
    return shown | {
        "rows": [
            {
                "clause": clause,
                "wording": wording_of(clause.rule, answer.catalogue),
                "earlier": _evidence(clause.earlier),
                "later": _evidence(clause.later),
            }
            for clause in suggestion.clauses
        ],
        "qualities": qualities,
        "quality_words": quality_words(suggestion, in_force),
        "seal": sealed(answer.document, summary),
    }


def _evidence(evidence: Evidence) -> dict[str, str]:
    lift = evidence.lift
    return {
        "matched": f"{evidence.matched:,}",
        "rate": percent(evidence.rate),
        "others": percent(evidence.others_rate),
        "lift": times(lift.ratio) if lift else "–",
        "interval": f"{times(lift.low)} – {times(lift.high)}" if lift else "",
    }


def _quality(quality: Quality) -> dict[str, str]:
    area = quality.area
    return {
        "leads": f"{quality.leads:,}",
        "area": f"{area.value:.2f}" if area else "–",
        "interval": f"{area.low:.2f} – {area.high:.2f}" if area else "",
        "precision": percent(quality.precision),
        "recall": percent(quality.recall),
        "weekly": f"{quality.weekly:.1f}" if quality.weekly is not None else "–",
    }
