"""The door by which the agreement is relaxed for a time: the numbers first, then the lighter vote."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from definitions import policies_temporary as policies
from definitions.forms.relaxing import RelaxForm
from definitions.models import Definition, Version
from definitions.selectors.ballot_view import slip_instant, slip_lines
from definitions.selectors.versions import definitions_of
from definitions.services.relaxing import relaxation_propose, relaxed_document
from leads.scoring.impact import impact_slip
from leads.views.sections import DEFINITIONS
from portal.common.blame import blame
from portal.common.errors import Conflict, Invalid
from portal.common.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
def relax(request: SignedInRequest, stage: str) -> HttpResponse:
    """Choose what to relax and until when; `do=look` counts, `do=propose` opens the ballot."""
    definition = get_object_or_404(definitions_of(stage))
    policies.may_relax(request.user).require()
    version = definition.active_version
    if version is None or version.document is None:
        raise Conflict(_("There is no version in force to relax."))
    if request.method == "GET":
        return _page(request, definition, RelaxForm(document=version.document))
    form = RelaxForm(request.POST, document=version.document)
    if not form.is_valid():
        return _page(request, definition, form, status=422)
    try:
        return _answer(request, version, form)
    except Invalid as error:
        blame(form, error)
        return _page(request, definition, form, status=422)


def _answer(request: SignedInRequest, version: Version, form: RelaxForm) -> HttpResponse:
    said = {"left_out": [], **form.cleaned_data}
    document = relaxed_document(version, said["left_out"], said["threshold"])
    slip = impact_slip(document, version.definition.stage)
    if request.POST.get("do") != "propose":
        return _page(request, version.definition, form, slip=slip)
    ballot = relaxation_propose(definition=version.definition, actor=request.user, slip=slip, **said)
    messages.success(request, _("The ballot is open for two working days, and both houses have been told."))
    return redirect(ballot)


def _page(
    request: SignedInRequest,
    definition: Definition,
    form: RelaxForm,
    *,
    slip: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"definition": definition, "form": form, "section_path": DEFINITIONS}
    context |= {"slip": slip_lines(slip or {}), "slip_as_of": slip_instant(slip or {})}
    return render(request, "leads/relax.html", context, status=status)
