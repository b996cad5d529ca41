"""The doors of blind tastings: begun, tasted lead by lead, closed, and read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from definitions.criteria.document import DocumentError
from definitions.criteria.fingerprint import fingerprint
from definitions.documents import document_of
from definitions.models import Stage
from definitions.selectors.versions import text_in_work, the_definition, versions_visible_to
from leads.models import Tasting
from leads.selectors.tastings import (
    answers_by,
    leads_of,
    named_leads,
    next_place,
    progress_of,
    results_for,
    tasting_list,
    tastings_visible_to,
)
from leads.tasting import policies
from leads.tasting.forms import LEAVE, TAKE, TasteForm
from leads.tasting.laying import LEADS
from leads.tasting.results import Results
from leads.tasting.services import lead_taste, tasting_close, tasting_start
from leads.tasting.words import kappa_words
from leads.views.paging import page_of
from leads.views.sections import DEFINITIONS
from portal.common.errors import Invalid
from portal.common.models import HOUSES, Team
from portal.common.requests import SignedInRequest

Json = dict[str, Any]


@require_GET
def tastings(request: SignedInRequest) -> HttpResponse:
    context = {
        "section_path": DEFINITIONS,
        "page": page_of(request, tasting_list(request.user)),
        "version": text_in_work(the_definition(Stage.MQL)),
        "may_start": policies.may_start(request.user),
        "leads": LEADS,
    }
    return render(request, "leads/tasting_list.html", context)


@require_POST
def start(request: SignedInRequest, version_pk: int) -> HttpResponse:
    version = get_object_or_404(versions_visible_to(request.user), pk=version_pk)
    try:
        return redirect(tasting_start(version=version, actor=request.user))
    except DocumentError as error:
        raise Invalid(" ".join(error.sentences)) from error


@require_GET
def tasting_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far everybody is; the results for whoever may know them."""
    tasting = _tasting(request, pk)
    said, progress = answers_by(request.user, tasting), progress_of(tasting)
    total = leads_of(tasting).count()
    may_see = policies.may_see_results(request.user, tasting, has_finished=len(said) == total)
    context: Json = {
        "section_path": DEFINITIONS,
        "tasting": tasting,
        "progress": progress,
        "total": total,
        "said": len(said),
        "next_place": next_place(total, said),
        "may_taste": policies.may_taste(request.user, tasting),
        "may_close": policies.may_close(request.user, tasting),
        "may_see": may_see,
        "has_moved": fingerprint(document_of(tasting.version)) != tasting.fingerprint,
    }
    if may_see:
        context |= _results(tasting)
    return render(request, "leads/tasting_page.html", context)


@require_http_methods(["GET", "POST"])
def taste(request: SignedInRequest, pk: int, place: int) -> HttpResponse:
    """One lead without its name: looked at, and said yes or no to."""
    tasting = _tasting(request, pk)
    policies.may_taste(request.user, tasting).require()
    row = get_object_or_404(leads_of(tasting), place=place)
    said = answers_by(request.user, tasting)
    total = leads_of(tasting).count()
    form = TasteForm(request.POST or None, initial=_initial(said.get(place)))
    if request.method == "POST" and form.is_valid():
        lead_taste(tasting=tasting, place=place, actor=request.user, **form.values())
        return _onwards(request, tasting, place, total)
    context = {
        "section_path": DEFINITIONS,
        "tasting": tasting,
        "place": place,
        "total": total,
        "sketch": row.sketch,
        "form": form,
        "is_said": place in said,
        "is_over": len(said) == total,
        "places": [{"place": number, "is_said": number in said} for number in range(1, total + 1)],
        "tasted": len(said),
        "reasons": sorted({answer.reason for answer in said.values()}),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "leads/tasting_taste.html", context, status=status)


def _onwards(request: SignedInRequest, tasting: Tasting, place: int, total: int) -> HttpResponse:
    following = next_place(total, answers_by(request.user, tasting), place)
    if following is None:
        messages.success(request, _("That was the last one. Here is what the others said."))
        return redirect(tasting)
    return redirect("leads:taste", tasting.pk, following)


@require_POST
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    tasting_close(tasting=_tasting(request, pk), actor=request.user)
    messages.success(request, _("The tasting is closed. The leads have their names again."))
    return redirect("leads:tasting_page", pk)


def _tasting(request: SignedInRequest, pk: int) -> Tasting:
    return get_object_or_404(tastings_visible_to(request.user), pk=pk)


def _initial(answer: Any) -> Json:
    return {"verdict": TAKE if answer.takes else LEAVE, "reason": answer.reason} if answer else {}


# -- results -------------------------------------------------------------------------------------------------


def _results(tasting: Tasting) -> Json:
    found = results_for(tasting)
    names = named_leads(tasting) if not tasting.is_open else {}
    return {
        "results": found,
        "finished": sum(len(people) for people in found.raters.values()),
        "agreements": _agreements(found, str(tasting.version)),
        "disputes": [
            {
                "dispute": dispute,
                "row": names.get(dispute.tasted.place),
                "houses": [
                    {"house": house, "taken": dispute.taken[house], "asked": dispute.asked[house]}
                    for house in HOUSES
                ],
            }
            for dispute in found.disputes
        ],
        "splits": [
            {
                "split": split,
                "leaning": Team(split.leaning).label if split.leaning else "",
                "cells": [
                    {"label": Team(house).label, "met": split.met[house], "other": split.other[house]}
                    for house in HOUSES
                ],
            }
            for split in found.splits
        ],
        "names": [names[place] for place in sorted(names)],
    }


def _agreements(found: Results, text: str) -> list[Json]:
    version = {"version": text}
    rows = [
        (_("Within marketing"), found.within["marketing"], _pairs),
        (_("Within sales"), found.within["sales"], _pairs),
        (_("Between the houses"), found.between, _pairs),
        (_("Marketing with %(version)s") % version, found.with_text["marketing"], _people),
        (_("Sales with %(version)s") % version, found.with_text["sales"], _people),
    ]
    return [
        {
            "label": label,
            "share": agreement.share,
            "kappa": kappa_words(agreement),
            "population": counted(agreement.pairs),
        }
        for label, agreement, counted in rows
    ]


def _pairs(n: int) -> str:
    return ngettext("%(n)d pair of people", "%(n)d pairs of people", n) % {"n": n}


def _people(n: int) -> str:
    return ngettext("%(n)d person with the text", "%(n)d people, each with the text", n) % {"n": n}
