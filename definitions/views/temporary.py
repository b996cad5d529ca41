"""The doors of versions that are in force until a day."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions.selectors.versions import versions_visible_to
from definitions.services.restoring import restore_ask
from definitions.services.temporary import temporary_end_now
from portal.common.requests import SignedInRequest


@require_POST
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for a former version in an emergency."""
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    ballot = restore_ask(version=version, actor=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("Everybody has been told. It takes one agreement of the other house."))
    return redirect(ballot)


@require_POST
def end_now(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a version that is in force for a time before its day."""
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    temporary_end_now(version=version, actor=request.user)
    messages.success(request, _("It ends now. What was agreed before comes back once every lead is scored."))
    return redirect(version.definition)
