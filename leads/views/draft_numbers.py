"""What a draft asks of the leads: how many qualify, how many meet a rule, which values there are."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions.criteria.document import DocumentError
from definitions.selectors import catalogue, versions_visible_to
from leads.selectors.choices import ACTIVITY_COLUMNS, choices_of, numbers_of_draft, rule_count
from portal.common.fragments import render_page


@login_required
def draft_numbers(request: HttpRequest, version_pk: int) -> HttpResponse:
    """How many leads the draft would qualify, now, clause by clause, beside the active version."""
    version = get_object_or_404(versions_visible_to(request.user), pk=version_pk)
    context = {"version": version, "numbers": None, "problems": [], "as_of": timezone.now()}
    try:
        context["numbers"] = numbers_of_draft(version, context["as_of"])
    except DocumentError as error:
        context["problems"] = [str(problem.sentence) for problem in error.problems]
    return render_page(request, "leads/draft_numbers.html", "leads/_draft_numbers.html", context)


@login_required
@require_POST
def count_rule(request: HttpRequest) -> HttpResponse:
    """How many leads meet the posted `rule` (JSON) now."""
    context: dict[str, object] = {"count": None}
    try:
        context["count"] = rule_count(json.loads(request.POST.get("rule", "")), timezone.now())
    except (DocumentError, ValueError, RecursionError):
        context["count"] = None
    return render(request, "leads/_rule_count.html", context)


@login_required
def field_choices(request: HttpRequest) -> HttpResponse:
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
