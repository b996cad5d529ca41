"""What a draft asks of the leads: how many qualify, how many meet a rule, which values there are."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from definitions.criteria.document import DocumentError
from definitions.selectors import catalogue, versions_visible_to
from leads.golden.selectors import held_against
from leads.scoring.preview.numbers import preview_of
from leads.scoring.preview.reading import TooSlow
from leads.selectors.choices import ACTIVITY_COLUMNS, choices_of, rule_count
from leads.views.sections import DEFINITIONS
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest


@require_GET
def draft_numbers(request: SignedInRequest, version_pk: int) -> HttpResponse:
    """How many leads the draft would qualify, clause by clause, beside the active version."""
    version = get_object_or_404(versions_visible_to(request.user), pk=version_pk)
    context: dict[str, Any] = {
        "version": version,
        "preview": None,
        "problems": [],
        "section_path": DEFINITIONS,
    }
    try:
        context["preview"] = preview = preview_of(version)
        # As of now and not of the snapshot: it is what the vote will ask.
        context["golden"] = held_against(version, preview.asked.ready, timezone.now())
    except DocumentError as error:
        context["problems"] = error.sentences
    return render_page(request, "leads/draft_numbers.html", "leads/_draft_numbers.html", context)


@require_POST
def count_rule(request: SignedInRequest) -> HttpResponse:
    """How many leads meet the posted `rule` (JSON) now."""
    context: dict[str, object] = {"count": None, "is_slow": False}
    try:
        rule = json.loads(request.POST.get("rule", ""))
        if isinstance(rule, dict):
            context["count"] = rule_count(rule, timezone.now())
    except TooSlow:
        context["is_slow"] = True
    except (DocumentError, ValueError, RecursionError):
        context["count"] = None
    return render(request, "leads/_rule_count.html", context)


@require_GET
def field_choices(request: SignedInRequest) -> HttpResponse:
    """The values that leads have in `?field=`: boxes to tick in the form, or a page to read."""
    key, known = request.GET.get("field", ""), catalogue()
    field = known.fields.get(key)
    labels = {
        "activity.subject": _("Subject"),
        "activity.campaign": _("Campaign"),
        "activity.channel": _("Channel"),
    }
    context = {
        "label": field.label if field else labels.get(key, key),
        "is_of_activities": key in ACTIVITY_COLUMNS,
        "choices": choices_of(key, known),
        "area": request.GET.get("area", "")[:40],
    }
    return render_page(request, "leads/field_choices.html", "leads/_field_choices.html", context)
