"""The doors of shadows: a candidate scored in silence, and what it would have let in. Not for reps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from definitions.policies_shadows import may_run_shadow, may_see_shadows
from definitions.selectors.versions import definitions_of, versions_visible_to
from leads.evidence import words
from leads.evidence.intervals import ENOUGH_CASES, Contrast
from leads.models import Shadow
from leads.selectors.runs import run_of_shadow
from leads.selectors.shadows import (
    ALL,
    FROM_START,
    GROUPS,
    Group,
    Result,
    leads_behind,
    result_of,
    shadows_of,
    shadows_visible_to,
)
from leads.shadows.forms import ShadowForm
from leads.shadows.services import DEFAULT_WEEKS, default_last_day, shadow_start, shadow_stop
from leads.views.paging import page_of
from leads.views.sections import DEFINITIONS
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest

Json = dict[str, Any]


@require_GET
def shadow_list(request: SignedInRequest, stage: str) -> HttpResponse:
    may_see_shadows(request.user).require()
    definition = get_object_or_404(definitions_of(stage))
    context = {
        "definition": definition,
        "section_path": DEFINITIONS,
        "page": page_of(request, shadows_of(request.user, definition)),
    }
    return render(request, "leads/shadow_list.html", context)


@require_http_methods(["GET", "POST"])
def shadow_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask to have a version scored in silence."""
    may_see_shadows(request.user).require()
    may_run_shadow(request.user).require()
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    form = ShadowForm(request.POST or None, initial={"ends_on": default_last_day(timezone.now())})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(shadow_start(version=version, actor=request.user, **form.cleaned_data))
        except Invalid as error:
            blame(form, error)
    context = {"version": version, "form": form, "weeks": DEFAULT_WEEKS, "section_path": DEFINITIONS}
    status = 422 if request.method == "POST" else 200
    return render(request, "leads/shadow_new.html", context, status=status)


@require_GET
def shadow_page(request: SignedInRequest, pk: int) -> HttpResponse:
    shadow = _the_shadow(request, pk)
    result = result_of(shadow, timezone.now())
    context: Json = {
        "shadow": shadow,
        "section_path": DEFINITIONS,
        "may_run": may_run_shadow(request.user),
        "run": run_of_shadow(shadow),
        "result": result,
        "enough": ENOUGH_CASES,
        "rule_of_too_little": words.rule_of_too_little(),
    }
    if result is not None:
        context["groups"] = {name: _group(shadow, name, result.groups[name]) for name in GROUPS}
        context["comparisons"] = _comparisons(shadow, result)
        context["from_start"] = [
            (_GROUPS[name.partition("-")[2]](shadow), _number(shadow, name, ALL, result.from_start[name]))
            for name in FROM_START
        ]
    return render(request, "leads/shadow_page.html", context)


@require_GET
def shadow_leads(request: SignedInRequest, pk: int, group: str, fate: str) -> HttpResponse:
    """The leads behind one number."""
    shadow = _the_shadow(request, pk)
    try:
        leads = leads_behind(request.user, shadow, group, fate, timezone.now())
    except KeyError as error:
        raise Http404 from error
    context = {
        "shadow": shadow,
        "section_path": DEFINITIONS,
        "group": _GROUPS[group.rpartition("-")[2]](shadow),
        "is_from_start": group in FROM_START,
        "fate": _FATES[fate]() if fate in _FATES else "",
        "page": page_of(request, leads.select_related("account").order_by("-captured_at", "-pk")),
    }
    return render(request, "leads/shadow_leads.html", context)


@require_POST
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    shadow = _the_shadow(request, pk)
    shadow_stop(shadow=shadow, actor=request.user)
    messages.success(request, _("It has ended. What it found so far stays here."))
    return redirect(shadow)


def _the_shadow(request: SignedInRequest, pk: int) -> Shadow:
    may_see_shadows(request.user).require()
    return get_object_or_404(shadows_visible_to(request.user), pk=pk)


# -- what the pages show -----------------------------------------------------------------------------------

_GROUPS = {
    "both": lambda shadow: _("Both let through"),
    "active": lambda shadow: _("Only %(version)s lets through") % {"version": shadow.against},
    "candidate": lambda shadow: _("Only the candidate lets through"),
    "neither": lambda shadow: _("Neither lets through"),
}
_FATES = {
    "decided": lambda: _("accepted or returned by sales"),
    "accepted": lambda: _("accepted by sales"),
    "returned": lambda: _("returned by sales"),
    "sales_qualified": lambda: _("sales-qualified"),
    "won": lambda: _("won"),
    "settled": lambda: _("old enough to say"),
    "sales_qualified-settled": lambda: _("sales-qualified, old enough to say"),
    "won-settled": lambda: _("won, old enough to say"),
    "early": lambda: _("too early to say"),
    "final": lambda: _("decided for good"),
}


def _number(shadow: Shadow, group: str, fate: str, value: int) -> Json:
    return {"value": value, "url": reverse("leads:shadow_leads", args=[shadow.pk, group, fate])}


def _group(shadow: Shadow, name: str, group: Group) -> Json:
    """A row of the table: each number with its address, each share with its interval."""
    counts = group.counts
    numbers = {fate: _number(shadow, name, fate, value) for fate, value in counts.items()}
    return {
        "label": _GROUPS[name](shadow),
        "all": _number(shadow, name, ALL, group.total),
        **{fate.replace("-", "_"): number for fate, number in numbers.items()},
        "accepted_share": _share(counts["accepted"], counts["decided"], _("not decided on")),
        "returned_share": _share(counts["returned"], counts["decided"], _("not decided on")),
        **{
            f"{fate}_share": _share(counts[f"{fate}-settled"], counts["settled"], words.too_early())
            for fate in ("sales_qualified", "won")
        },
    }


def _share(part: int, whole: int, without: str) -> str:
    return words.enough_share_words(part, whole) if whole else without


def _comparisons(shadow: Shadow, result: Result) -> list[Json]:
    both, active, candidate, neither = (result.groups[name] for name in GROUPS)
    names = {"version": shadow.against}
    return [
        _comparison(
            _("What both let through, beside what only %(version)s lets through: accepted by sales") % names,
            both.contrast(active, "accepted", "decided"),
        ),
        _comparison(
            _("What both let through, beside what only %(version)s lets through: won") % names,
            both.contrast(active, "won-settled", "settled"),
        ),
        _comparison(
            _("What only the candidate lets through, beside what neither does: won"),
            candidate.contrast(neither, "won-settled", "settled"),
        ),
    ]


def _comparison(label: str, contrast: Contrast) -> Json:
    if not (contrast.matched and contrast.others):
        return {"label": label, "words": words.too_early(), "tone": "quiet"}
    return {"label": label, "words": words.lift_words(contrast), "tone": words.lift_look(contrast)}
