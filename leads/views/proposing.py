"""The doors of proposing: here, above the definitions, since a proposal carries numbers about leads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from definitions import policies_ballots as policies
from definitions.checks import check_results, failures
from definitions.criteria.fingerprint import fingerprint as fingerprint_of
from definitions.documents import draft_document
from definitions.forms.proposals import AmendForm, ProposeForm
from definitions.models import Ballot, Version
from definitions.selectors.ballot_view import clauses_of, slip_instant, slip_lines
from definitions.selectors.ballots import ballots_visible_to
from definitions.selectors.proposals import (
    differences_from_agreed,
    electorate_of,
    obstacles,
    text_obstacles,
)
from definitions.selectors.versions import versions_visible_to
from definitions.services.ballots import ballot_edit, version_propose
from leads.scoring.impact import impact_slip
from leads.scoring.slip_recounts import recount_slip
from leads.selectors.leads import leads_visible_to
from leads.views.paging import page_of
from leads.views.sections import DEFINITIONS
from portal.common.errors import Conflict, Invalid
from portal.common.requests import SignedInRequest, next_address


@require_http_methods(["GET", "POST"])
def version_propose_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the draft would do, on real leads; and the button that opens the ballot."""
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    if request.method == "GET":
        return _propose_page(request, version)
    policies.may_propose(request.user, version).require()
    form = ProposeForm(request.POST)
    document = draft_document(version)
    if not form.is_valid() or text_obstacles(version, document):
        return _propose_page(request, version, typed=form, status=422)
    try:
        ballot = version_propose(
            version=version,
            actor=request.user,
            slip=impact_slip(document, version.definition.stage),
            **form.cleaned_data,
        )
    except (Invalid, Conflict) as error:
        return _propose_page(request, version, typed=form, status=error.status, alert=str(error))
    messages.success(request, _("The ballot is open, and both houses have been told."))
    return redirect(next_address(request, ballot.get_absolute_url()))


def _propose_page(
    request: SignedInRequest,
    version: Version,
    *,
    typed: ProposeForm | None = None,
    status: int = 200,
    alert: str = "",
) -> HttpResponse:
    document = draft_document(version)
    may_propose = policies.may_propose(request.user, version)
    context: dict[str, Any] = {"version": version, "may_propose": may_propose, "alert": alert}
    context["section_path"] = DEFINITIONS
    context["obstacles"] = obstacles(version, document, request.user) if may_propose else []
    context["electors"] = electorate_of(version, request.user)
    context["checks"] = []
    if may_propose and not text_obstacles(version, document):
        context["checks"] = check_results(version, document)
        slip = impact_slip(document, version.definition.stage)
        changes = differences_from_agreed(version, document)
        context |= {"slip": slip_lines(slip), "slip_as_of": slip_instant(slip), "differences": changes}
        context |= {"halves": clauses_of(document, changes), "document": document}
    context["is_ready"] = not (context["obstacles"] or failures(context["checks"]))
    # The text may have moved on: the form always names the one on this page.
    statement = typed.data.get("statement", "") if typed else ""
    context["form"] = ProposeForm(initial={"statement": statement, "fingerprint": fingerprint_of(document)})
    return render(request, "leads/propose.html", context, status=status)


@require_http_methods(["GET", "POST"])
def ballot_amend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what is being voted on. The page says what that does to the votes."""
    ballot = get_object_or_404(ballots_visible_to(request.user), pk=pk)
    policies.may_amend(request.user, ballot).require()
    if request.method == "GET":
        form = AmendForm(document=ballot.document, initial={"fingerprint": ballot.fingerprint})
        return render(request, "leads/ballot_amend.html", _amend_context(ballot, form))
    form = AmendForm(request.POST, document=ballot.document)
    if form.is_valid() and _amend(request, ballot, form):
        return redirect(ballot)
    return render(request, "leads/ballot_amend.html", _amend_context(ballot, form), status=422)


def _amend_context(ballot: Ballot, form: AmendForm) -> dict[str, Any]:
    return {"ballot": ballot, "form": form, "section_path": DEFINITIONS}


def _amend(request: SignedInRequest, ballot: Ballot, form: AmendForm) -> bool:
    """Whether it was done; if not, the form says why."""
    document = form.amended()
    if problems := text_obstacles(ballot.version, document):
        form.add_error(None, problems)
        return False
    try:
        edited = ballot_edit(
            ballot=ballot,
            actor=request.user,
            document=document,
            slip=impact_slip(document, ballot.version.definition.stage),
            fingerprint=form.cleaned_data["fingerprint"],
        )
    except Invalid as error:
        form.add_error(None, str(error))
        return False
    if edited.round != ballot.round:
        messages.success(
            request, _("The text is changed. Voting starts over, and the voters have been told.")
        )
    else:
        messages.success(
            request, _("The wording is changed. The votes stand, and the voters have been told.")
        )
    return True


@require_POST
def slip_recount(request: SignedInRequest, pk: int) -> HttpResponse:
    """Count the numbers of an open ballot again, now."""
    ballot = get_object_or_404(ballots_visible_to(request.user), pk=pk)
    if recount_slip(ballot=ballot, actor=request.user):
        messages.success(request, _("The numbers are counted again. They stand beside those of the opening."))
    else:
        messages.info(request, _("They were counted less than a minute ago, and those stand here."))
    return redirect(ballot)


@require_GET
def slip_leads(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """The leads behind one number of a frozen slip."""
    ballot = get_object_or_404(ballots_visible_to(request.user), pk=pk)
    line = next((line for line in slip_lines(ballot.slip) if line["key"] == key), None)
    if line is None:
        raise Http404
    leads = leads_visible_to(request.user).filter(pk__in=line["ids"]).select_related("account").order_by("pk")
    page = page_of(request, leads)
    context = {"ballot": ballot, "line": line, "page": page, "section_path": DEFINITIONS}
    return render(request, "leads/slip_leads.html", context)
