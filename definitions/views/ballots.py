"""The doors of ballots: the list, the page, the vote, and what may happen to a block or a proposal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from definitions.forms.ballots import BlockAnswerForm, VoteForm
from definitions.models import Ballot, BallotStatus
from definitions.selectors.ballot_outcome import ballot_outcome
from definitions.selectors.ballot_view import ballot_view, clauses_of
from definitions.selectors.ballots import ballots_visible_to, ballots_with_turnout, votes_of
from definitions.services.closing import version_withdraw
from definitions.services.votes import block_answer, block_settle, vote_cast
from portal.common.blame import blame
from portal.common.errors import Conflict, Invalid
from portal.common.fragments import STOP_POLLING
from portal.common.requests import SignedInRequest


def _ballot(request: SignedInRequest, pk: int) -> Ballot:
    return get_object_or_404(ballots_visible_to(request.user), pk=pk)


def _page(
    request: SignedInRequest, ballot: Ballot, *, status: int = 200, alert: str = "", **forms: Any
) -> HttpResponse:
    context = ballot_view(ballot, request.user)
    context["halves"] = clauses_of(ballot.document, ballot.differences)
    context["form"] = forms.get("form") or VoteForm.of(ballot, context["mine"], forms.get("typed"))
    context["answer_form"] = forms.get("answer_form") or BlockAnswerForm()
    context["answered_vote"] = forms.get("answered_vote")
    context["alert"] = alert
    if ballot.status == BallotStatus.OPEN:
        return render(request, "definitions/ballot_page.html", context, status=status)
    context |= ballot_outcome(ballot, context["said"])
    return render(request, "definitions/ballot_outcome.html", context, status=status)


@require_GET
def ballot_list(request: SignedInRequest) -> HttpResponse:
    return render(
        request, "definitions/ballot_list.html", {"ballots": ballots_with_turnout(request.user)[:200]}
    )


@require_GET
def ballot_page(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, _ballot(request, pk))


@require_GET
def ballot_state(request: SignedInRequest, pk: int) -> HttpResponse:
    """The keyholes alone, asked for again and again while the ballot is open."""
    ballot = _ballot(request, pk)
    status = 200 if ballot.status == BallotStatus.OPEN else STOP_POLLING
    return render(request, "definitions/_ballot_state.html", ballot_view(ballot, request.user), status=status)


@require_POST
def ballot_vote(request: SignedInRequest, pk: int) -> HttpResponse:
    ballot = _ballot(request, pk)
    form = VoteForm(request.POST)
    if not form.is_valid():
        if form.names_no_text:
            alert = _("The form did not say which text you read, so your vote was not counted. Vote here.")
            return _page(request, ballot, status=422, alert=alert)
        return _page(request, ballot, form=form, status=422)
    try:
        vote_cast(ballot=ballot, actor=request.user, **form.cleaned_data)
    except Invalid as error:
        blame(form, error)
        return _page(request, ballot, form=form, status=422)
    except Conflict as error:
        # What was typed is kept; the form now names the text as it stands.
        typed = {name: form.cleaned_data[name] for name in ("choice", "reason", "prediction")}
        return _page(request, _ballot(request, pk), status=error.status, alert=str(error), typed=typed)
    messages.success(request, _said(_ballot(request, pk)))
    return redirect(ballot)


def _said(ballot: Ballot) -> str:
    """What a vote has brought about: it may have been the one that turned the second key."""
    if ballot.status == BallotStatus.RATIFIED:
        return _(
            "Your vote turned the last key: %(version)s is ratified, and all leads are being scored."
        ) % {"version": ballot.version}
    if ballot.status != BallotStatus.OPEN:
        return _("Your vote is counted, and with it the ballot is closed.")
    return _("Your vote is counted. You can change it until the ballot closes.")


@require_POST
def ballot_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    ballot = version_withdraw(ballot=_ballot(request, pk), actor=request.user)
    messages.success(request, _("The proposal is withdrawn. Its votes are kept."))
    return redirect(ballot)


@require_POST
def block_answer_give(request: SignedInRequest, pk: int, vote_pk: int) -> HttpResponse:
    ballot = _ballot(request, pk)
    vote = get_object_or_404(votes_of(ballot), pk=vote_pk)
    form = BlockAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, ballot, answer_form=form, answered_vote=vote_pk, status=422)
    block_answer(ballot=ballot, vote=vote, actor=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("Your answer is sent. The block stands until it is taken as settled."))
    return redirect(ballot)


@require_POST
def block_settle_confirm(request: SignedInRequest, pk: int, vote_pk: int) -> HttpResponse:
    ballot = _ballot(request, pk)
    vote = get_object_or_404(votes_of(ballot), pk=vote_pk)
    block_settle(ballot=ballot, vote=vote, actor=request.user)
    messages.success(request, _("Your block is settled. Change your vote as well if you now agree."))
    return redirect(ballot)
