"""The doors of evidence: what history says of each clause, and who the customers are."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from definitions.criteria.catalogue import Field
from definitions.criteria.document import DocumentError
from definitions.documents import document_of
from definitions.models import Version
from definitions.reading import read_document
from definitions.selectors import catalogue
from definitions.selectors.versions import versions_visible_to
from leads.evidence import words
from leads.evidence.clauses import CHALLENGES, ENDS, GROUPS, MOST_HANDOFFS, ClauseEvidence, evidence_of
from leads.evidence.intervals import Contrast
from leads.evidence.profile import fields_to_profile, leads_with_value, profile_of
from leads.selectors.handoffs import handoffs_visible_to, with_words
from leads.views.paging import page_of
from leads.views.sections import DEFINITIONS
from portal.common.requests import SignedInRequest


@require_GET
def evidence_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every clause of a version with its lift."""
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    context = _context(version)
    try:
        found = evidence_of(document_of(version), timezone.now())
    except DocumentError as error:
        return render(request, "leads/evidence_list.html", context | {"problems": error.sentences})
    context["rows"] = [
        {"clause": one, "sales_qualified": _lift(one.sales_qualified), "won": _lift(one.won)} for one in found
    ]
    context["judged"] = max((len(one.judged) for one in found), default=0)
    return render(request, "leads/evidence_list.html", context)


@require_GET
def clause_evidence(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """One clause: conversion where it was met and where not, quarter by quarter, and its returns."""
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    context = _context(version)
    try:
        found = _evidence(version, key)
    except DocumentError as error:
        return render(request, "leads/evidence_list.html", context | {"problems": error.sentences})
    readings = [
        clause for half in read_document(document_of(version), catalogue()).values() for clause in half
    ]
    context |= {
        "clause": next(one for one in readings if one.key == key),
        "found": found,
        "judged": len(found.judged),
        "ends": [_end(version, found, end) for end in ENDS],
        "challenges_url": _address(version, key, CHALLENGES),
        "quarters": [_quarter(version, found, first) for first in found.quarters],
    }
    return render(request, "leads/clause_evidence.html", context)


@require_GET
def evidence_leads(request: SignedInRequest, pk: int, key: str, group: str) -> HttpResponse:
    """The handoffs behind one number."""
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    if group not in GROUPS and group != CHALLENGES:
        raise Http404
    try:
        found = _evidence(version, key)
    except DocumentError as error:
        raise Http404 from error
    quarter = next((day for day in found.quarters if day.isoformat() == request.GET.get("quarter")), None)
    ids = [one.handoff_id for one in found.behind(group, quarter)]
    page = page_of(request, ids)
    rows = handoffs_visible_to(request.user).filter(pk__in=list(page)).order_by("-offered_at", "-pk")
    handoffs = list(rows)
    with_words(handoffs)
    context = _context(version) | {"found": found, "page": page, "handoffs": handoffs}
    context |= {"label": _group_label(group), "quarter": quarter}
    return render(request, "leads/evidence_leads.html", context)


@require_GET
def customer_profile(request: SignedInRequest) -> HttpResponse:
    """Who the customers are, by the values of one field."""
    known = catalogue()
    fields = fields_to_profile(known)
    field = _chosen(fields, request.GET.get("field"))
    profile = profile_of(field, known)
    context = {
        "section_path": DEFINITIONS,
        "fields": fields,
        "field": field,
        "profile": profile,
        "rule_of_too_little": words.rule_of_too_little(),
        "rows": [
            {
                "row": row,
                "of_won": words.share_words(row.contrast.matched_ended, profile.won),
                "of_all": words.share_words(row.contrast.matched, profile.leads),
                "lift": _lift(row.contrast),
                "url": reverse("leads:profile_leads")
                + "?"
                + urlencode({"field": field.key, "value": row.key or ""}),
            }
            for row in profile.rows
        ],
    }
    return render(request, "leads/customer_profile.html", context)


@require_GET
def profile_leads(request: SignedInRequest) -> HttpResponse:
    """The leads behind one number of the profile."""
    known = catalogue()
    field = _chosen(fields_to_profile(known), request.GET.get("field"))
    value = request.GET.get("value", "").replace("\0", "")
    is_won = request.GET.get("won") == "1"
    rows = leads_with_value(request.user, field, value, is_won=is_won)
    context = {
        "section_path": DEFINITIONS,
        "field": field,
        "value": value or _("not known"),
        "is_won": is_won,
        "page": page_of(request, rows.select_related("account").order_by("-captured_at", "-pk")),
    }
    return render(request, "leads/profile_leads.html", context)


# -- what the pages show -----------------------------------------------------------------------------------


def _context(version: Version) -> dict[str, Any]:
    return {
        "version": version,
        "section_path": DEFINITIONS,
        "most": MOST_HANDOFFS,
        "rule_of_too_little": words.rule_of_too_little(),
    }


def _evidence(version: Version, key: str) -> ClauseEvidence:
    found = evidence_of(document_of(version), timezone.now(), key)
    if not found:
        raise Http404
    return found[0]


def _lift(contrast: Contrast) -> dict[str, str]:
    return {"words": words.lift_words(contrast), "tone": words.lift_look(contrast)}


def _end(version: Version, found: ClauseEvidence, end: str) -> dict[str, Any]:
    """One end, with its two sides; each number with the address of what it counts."""
    title, population = _END_WORDS[end]()
    contrast = found.contrast(end)
    sides = _sides(version, found.key, end, contrast)
    return {"title": title, "population": population, "lift": _lift(contrast), "sides": sides}


def _quarter(version: Version, found: ClauseEvidence, first: date) -> dict[str, Any]:
    contrast = found.contrast("sales-qualified", first)
    sides = _sides(version, found.key, "sales-qualified", contrast, f"?quarter={first.isoformat()}")
    title = _("from %(day)s") % {"day": date_format(first, "j M Y")}
    return {"title": title, "lift": _lift(contrast), "sides": sides}


def _sides(version: Version, key: str, end: str, contrast: Contrast, query: str = "") -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "ended": ended,
            "all": whole,
            "share": words.share_words(ended, whole),
            "url": _address(version, key, f"{end}-{side}") + query,
            "all_url": _address(version, key, f"{end}-{side}-all") + query,
        }
        for label, side, ended, whole in (
            (_("Clause met"), "met", contrast.matched_ended, contrast.matched),
            (_("Not met"), "unmet", contrast.others_ended, contrast.others),
        )
    ]


_END_WORDS = {
    "sales-qualified": lambda: (
        _("Sales-qualified"),
        _("of the handoffs that sales called sales-qualified, ruled out or returned"),
    ),
    "won": lambda: (_("Won"), _("of the handoffs that are older than the sales cycle")),
    "returned": lambda: (
        _("Returned"),
        _("of the handoffs that sales called sales-qualified, ruled out or returned"),
    ),
}


def _group_label(group: str) -> str:
    if group == CHALLENGES:
        return _("Returned handoffs that met the clause and whose return names it")
    end, is_met, is_part = GROUPS[group]
    title, population = _END_WORDS[end]()
    side = _("met the clause") if is_met else _("did not meet the clause")
    if is_part:
        return _("%(end)s, %(side)s") % {"end": title, "side": side}
    return _("Handoffs that %(side)s, %(population)s") % {"side": side, "population": population}


def _address(version: Version, key: str, group: str) -> str:
    return reverse("leads:evidence_leads", args=[version.pk, key, group])


def _chosen(fields: list[Field], key: str | None) -> Field:
    found = {field.key: field for field in fields}
    return found.get(key or "", found["account.industry"])
