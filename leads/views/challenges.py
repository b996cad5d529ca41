"""What the returns say of each clause of the version in force, and the returns that named one."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from definitions.models import Stage
from definitions.selectors import active_version
from leads.challenges import selectors
from leads.selectors.handoffs import with_words
from leads.views.paging import page_of
from leads.views.sections import DEFINITIONS
from portal.common.requests import SignedInRequest


@require_GET
def challenge_list(request: SignedInRequest) -> HttpResponse:
    version = active_version(Stage.MQL)
    context = {
        "section_path": DEFINITIONS,
        "version": version,
        "clauses": selectors.clauses_challenged(version),
        "level": selectors.the_level(),
        "days": selectors.COUNTED.days,
    }
    return render(request, "leads/challenge_list.html", context)


@require_GET
def challenges_of_clause(request: SignedInRequest, key: str) -> HttpResponse:
    """Who challenged it, when, and which leads; of all versions, since the key stays the same."""
    clause = next(
        (row for row in selectors.clauses_challenged(active_version(Stage.MQL)) if row.key == key), None
    )
    page = page_of(request, selectors.challenges_of_clause(request.user, key))
    if clause is None and not page.object_list:
        raise Http404
    with_words(page)
    context = {
        "section_path": DEFINITIONS,
        "key": key,
        "clause": clause,
        "wording": clause.wording if clause else page.object_list[0].challenged_wording or key,
        "page": page,
        "level": selectors.the_level(),
        "days": selectors.COUNTED.days,
    }
    return render(request, "leads/challenges_of_clause.html", context)
