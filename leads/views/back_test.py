"""The doors of back-tests: what a version would have let through, and how strict it had better be."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from definitions import policies as definition_policies
from definitions.criteria.document import DocumentError
from definitions.models import Version
from definitions.selectors.versions import versions_visible_to
from leads.evidence import drawing, policies, words
from leads.evidence.back_tests import back_test_at_once
from leads.evidence.intervals import ENOUGH_CASES, forecast, interval_of_share
from leads.evidence.weeks import DIAL_GROUPS
from leads.models import BackTest
from leads.selectors.back_tests import (
    SIDES,
    Standing,
    contrast_of,
    leads_at_threshold,
    leads_behind,
    outlook_of,
    standing_of,
)
from leads.selectors.leads import leads_visible_to
from leads.views.paging import page_of
from leads.views.sections import DEFINITIONS
from portal.common.errors import Invalid
from portal.common.fragments import STOP_POLLING, render_page
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number

Json = dict[str, Any]


@require_GET
def back_test(request: SignedInRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    return render(request, "leads/back_test.html", _page(request, version, _standing(request, version)))


@require_GET
def back_test_state(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far the one under way is; when it ends, the page is loaded anew with its result."""
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    standing = _standing(request, version)
    if standing.latest is None or not standing.latest.is_open:
        return HttpResponse(status=STOP_POLLING, headers={"HX-Refresh": "true"})
    context = _page(request, version, standing)
    return render_page(request, "leads/back_test.html", "leads/_back_test_state.html", context)


@require_POST
def back_test_start(request: SignedInRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    try:
        return redirect(back_test_at_once(version=version, actor=request.user))
    except DocumentError as error:
        raise Invalid(" ".join(error.sentences)) from error


@require_GET
def back_test_leads(request: SignedInRequest, pk: int, side: str, group: str) -> HttpResponse:
    """The leads behind one number."""
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    told = _standing(request, version).told
    week, threshold = (whole_number(request.GET.get(name)) for name in ("week", "threshold"))
    if told is None or told.result is None or not told.result.get(side):
        raise Http404
    try:
        if threshold is not None:
            ids = leads_at_threshold(told, threshold, group)
        else:
            ids = leads_behind(told.result, side, group, week)
    except KeyError as error:
        raise Http404 from error
    leads = leads_visible_to(request.user).filter(pk__in=ids).select_related("account")
    context = {
        "version": version,
        "section_path": DEFINITIONS,
        "label": _GROUPS.get(group.partition("-")[0], lambda: group)(),
        "threshold": threshold,
        "week": _week_end(told.result, side, week),
        "judged_by": version if side == SIDES[0] else told.against,
        "page": page_of(request, leads.order_by("pk")),
    }
    return render(request, "leads/back_test_leads.html", context)


_GROUPS = {
    "qualified": lambda: _("Qualify"),
    "won": lambda: _("Won"),
    "lost": lambda: _("Lost"),
    "sales_qualified": lambda: _("Sales-qualified"),
    "returned": lambda: _("Returned"),
    "ruled_out": lambda: _("Ruled out"),
    "unknown": lambda: _("Nothing yet"),
    "good": lambda: _("Sales-qualified or won"),
    "decided": lambda: _("Accepted or returned by sales"),
    "accepted": lambda: _("Accepted by sales"),
    "settled": lambda: _("Qualify in weeks that are old enough to say"),
    "already": lambda: _("Customers already when they first qualify"),
    "caught": lambda: _("Won leads that had qualified before"),
    "missed": lambda: _("Won leads that had not qualified before"),
}
# The columns of the table of weeks.
_COLUMNS = ("won", "lost", "sales_qualified", "returned", "ruled_out", "unknown")


def _standing(request: SignedInRequest, version: Version) -> Standing:
    return standing_of(request.user, version)


def _week_end(result: Json, side: str, week: int | None) -> str:
    weeks = result[side]["weeks"]
    return weeks[week - 1]["ends_at"][:10] if week and week <= len(weeks) else ""


def _page(request: SignedInRequest, version: Version, standing: Standing) -> Json:
    context: Json = {
        "version": version,
        "section_path": DEFINITIONS,
        "standing": standing,
        "back_test": standing.latest,
        "may_back_test": policies.may_back_test(request.user),
        "result": None,
        "progress": _progress(version, standing.latest),
    }
    if standing.told is None or standing.told.result is None:
        return context
    told, result = standing.told, standing.told.result
    context |= {
        "told": told,
        "result": result,
        "sides": [_side(version, told, side) for side in SIDES if result[side]],
        "columns": [_GROUPS[name]() for name in _COLUMNS],
        "weeks": _weeks(version, result),
        "outlook": outlook_of(result["version"]["volumes"]),
        "rule_of_too_little": words.rule_of_too_little(),
    }
    return context | _dial(request, version, result)


def _progress(version: Version, back_test: BackTest | None) -> Json | None:
    if back_test is None or not back_test.is_open:
        return None
    return {
        "id": "back-test-state",
        "label": _("Judging past weeks"),
        "done": back_test.weeks_done,
        "total": back_test.weeks_total,
        "is_finished": False,
        "sentence": _("You can leave this page; it goes on."),
        "url": reverse("leads:back_test_state", args=[version.pk]),
    }


def _address(version: Version, side: str, group: str, week: int | None = None) -> str:
    path = reverse("leads:back_test_leads", args=[version.pk, side, group])
    return f"{path}?week={week}" if week else path


def _number(version: Version, side: str, group: str, value: int, week: int | None = None) -> Json:
    return {"value": value, "url": _address(version, side, group, week)}


def _side(version: Version, told: BackTest, side: str) -> Json:
    """One version's totals: volume, precision, recall, lift."""
    one, contrast = told.result[side], contrast_of(told.result[side])  # type: ignore[index]
    wins = len(one["caught"]) + len(one["missed"])
    volume = sum(one["volumes"])
    return {
        "label": version if side == SIDES[0] else told.against,
        "threshold": one["threshold"],
        "qualified": _number(version, side, "qualified", volume),
        "weekly": round(volume / len(one["volumes"]), 1),
        "settled": _number(version, side, "qualified-settled", one["settled"]),
        "won": _number(version, side, "won-settled", one["won"]),
        "won_share": words.share_words(one["won"], one["settled"]),
        "good": _number(version, side, "good-settled", one["good"]),
        "good_share": words.share_words(one["good"], one["settled"]),
        "caught": _number(version, side, "caught", len(one["caught"])),
        "missed": _number(version, side, "missed", len(one["missed"])),
        "wins": wins,
        "recall": words.share_words(len(one["caught"]), wins),
        "lift": words.lift_words(contrast) if contrast else _("too early to say"),
        "tone": words.lift_look(contrast) if contrast else "quiet",
        "already": _number(version, side, "already", len(one["already"])),
        "before": one["before"],
    }


def _weeks(version: Version, result: Json) -> list[Json]:
    """The newest week first, each beside the version in force."""
    against = result["against"]["weeks"] if result["against"] else [None] * len(result["version"]["weeks"])
    rows = []
    for number, (week, other) in enumerate(zip(result["version"]["weeks"], against, strict=True), start=1):
        rows.append(
            {
                "ends_on": week["ends_at"][:10],
                "is_early": week["is_early"],
                "volume": _number(version, "version", "qualified", week["volume"], number),
                "precision": words.too_early()
                if week["is_early"]
                else words.share_words(len(week["good"]), week["volume"]),
                "cells": [
                    {"label": _GROUPS[name](), **_number(version, "version", name, len(week[name]), number)}
                    for name in _COLUMNS
                ],
                "against": _number(version, "against", "qualified", other["volume"], number)
                if other
                else None,
            }
        )
    return rows[::-1]


def _dial(request: SignedInRequest, version: Version, result: Json) -> Json:
    """The strictness dial at `?threshold=`, else at the version's own."""
    rows = result["dial"]
    known = {row["threshold"] for row in rows}
    asked = whole_number(request.GET.get("threshold"))
    own = result["version"]["threshold"]
    chosen: int = asked if asked is not None and asked in known else own
    outlook = outlook_of(result["version"]["volumes"])
    stops = [_stop(row) for row in rows]
    is_draft = bool(definition_policies.may_edit_version(request.user, version))
    settings_url = reverse("definitions:draft_settings", args=[version.pk])
    table = [
        {
            "threshold": row["threshold"],
            "is_chosen": row["threshold"] == chosen,
            "is_own": row["threshold"] == own,
            "weekly": round(stop.volume, 1),
            "range": stop.volume_range,
            "accepted": words.share_words(row["accepted"], row["decided"])
            if stop.share is not None
            else words.too_little(),
            "good": words.share_words(row["good"], row["settled"]) if row["settled"] else words.too_early(),
            "won": words.share_words(row["won"], row["settled"]) if row["settled"] else words.too_early(),
            "counts": {
                name: {
                    "value": row[name],
                    "url": f"{_address(version, 'version', name)}?threshold={row['threshold']}",
                }
                for name in DIAL_GROUPS
            },
            "settings_url": f"{settings_url}?threshold={row['threshold']}" if is_draft else "",
        }
        for row, stop in zip(rows, stops, strict=True)
    ]
    return {
        "dial": drawing.draw(stops, chosen, outlook.capacity),
        "stops": table,
        "chosen": next(row for row in table if row["is_chosen"]),
        "enough_decided": ENOUGH_CASES,
    }


def _stop(row: Json) -> drawing.Stop:
    volumes, decided, accepted = row["volumes"], row["decided"], row["accepted"]
    found = forecast(volumes)
    is_enough = decided >= ENOUGH_CASES
    return drawing.Stop(
        row["threshold"],
        sum(volumes) / len(volumes),
        (found.low, found.high) if found else None,
        accepted / decided if is_enough else None,
        interval_of_share(accepted, decided) if is_enough else None,
    )
