"""What the linter finds in a draft."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from definitions.selectors import versions_visible_to
from leads.linter.report import report_of
from leads.views.sections import DEFINITIONS
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest


@require_GET
def draft_lints(request: SignedInRequest, version_pk: int) -> HttpResponse:
    """Each weak spot with its numbers, where it is mended, and the leads behind it."""
    version = get_object_or_404(versions_visible_to(request.user), pk=version_pk)
    context = {"version": version, "report": report_of(version), "section_path": DEFINITIONS}
    return render_page(request, "leads/draft_lints.html", "leads/_draft_lints.html", context)
