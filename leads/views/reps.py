"""One rep's turns: how many a week, days away; and leads that are handed on, one or all of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads.handoffs import passing_on, turn_rules
from leads.handoffs.turn_forms import AbsenceForm, CapacityForm, HandOnForm
from leads.handoffs.turn_policies import may_manage_turns, may_reassign_handoff
from leads.selectors import turns as selectors
from leads.selectors.handoffs import handoffs_visible_to
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.models import User
from portal.common.requests import SignedInRequest


def _the_rep(pk: int) -> User:
    """Somebody in sales, or who was and in whose name leads still stand."""
    return get_object_or_404(selectors.sellers() | selectors.left_with_leads(), pk=pk)


def _answer(request: SignedInRequest, person: User, status: int = 200, **forms: Any) -> HttpResponse:
    others = selectors.sellers().exclude(pk=person.pk)
    context = {
        "person": person,
        "is_self": person.pk == request.user.pk,
        "absences": selectors.absences_of(person, timezone.now()),
        "open_leads": selectors.open_leads_of(person),
        "may_manage": may_manage_turns(request.user),
        "capacity_form": CapacityForm(initial={"weekly": person.weekly_capacity}),
        "absence_form": AbsenceForm(),
        "hand_on_form": HandOnForm(people=others, may_go_by_rules=True),
        **forms,
    }
    return render(request, "leads/turn_rep.html", context, status=status)


@require_GET
def rep_page(request: SignedInRequest, pk: int) -> HttpResponse:
    return _answer(request, _the_rep(pk))


@require_POST
def capacity_set(request: SignedInRequest, pk: int) -> HttpResponse:
    person, form = _the_rep(pk), CapacityForm(request.POST)
    may_manage_turns(request.user).require()
    if form.is_valid():
        try:
            turn_rules.capacity_set(person=person, actor=request.user, **form.cleaned_data)
            messages.success(request, _("Saved. It holds for offers from now on."))
            return redirect("leads:turn_rep", pk=pk)
        except Invalid as error:
            blame(form, error)
    return _answer(request, person, status=422, capacity_form=form)


@require_POST
def absence_add(request: SignedInRequest, pk: int) -> HttpResponse:
    person, form = _the_rep(pk), AbsenceForm(request.POST)
    if person != request.user:
        may_manage_turns(request.user).require()
    if form.is_valid():
        try:
            turn_rules.absence_add(person=person, actor=request.user, **form.cleaned_data)
            messages.success(request, _("Noted. No offer goes to %(name)s then.") % {"name": person})
            return redirect("leads:turn_rep", pk=pk)
        except Invalid as error:
            blame(form, error)
    return _answer(request, person, status=422, absence_form=form)


@require_POST
def absence_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    absence = get_object_or_404(selectors.absences_visible_to(request.user), pk=pk)
    turn_rules.absence_remove(absence=absence, actor=request.user)
    return redirect("leads:turn_rep", pk=absence.person_id)


@require_POST
def leads_hand_on(request: SignedInRequest, pk: int) -> HttpResponse:
    """All open leads of one rep, to a colleague or to the rules again."""
    person = _the_rep(pk)
    others = selectors.sellers().exclude(pk=person.pk)
    form = HandOnForm(request.POST, people=others, may_go_by_rules=True)
    may_manage_turns(request.user).require()
    if form.is_valid():
        try:
            count = passing_on.leads_hand_on(person=person, actor=request.user, **form.values())
            said = ngettext("%(n)d lead is handed on.", "%(n)d leads are handed on.", count) % {"n": count}
            messages.success(request, said)
            return redirect("leads:turns")
        except Invalid as error:
            blame(form, error)
    return _answer(request, person, status=422, hand_on_form=form)


@require_http_methods(["GET", "POST"])
def handoff_reassign(request: SignedInRequest, pk: int) -> HttpResponse:
    """One open lead, to somebody else in sales."""
    handoff = get_object_or_404(handoffs_visible_to(request.user), pk=pk)
    may = may_reassign_handoff(request.user, handoff)
    others = selectors.sellers().exclude(pk=handoff.owner_id or 0)
    form = HandOnForm(request.POST or None, people=others)
    if request.method == "POST":
        may.require()
        if form.is_valid():
            try:
                passing_on.handoff_reassign(handoff=handoff, actor=request.user, **form.values())
                said = {"lead": handoff.lead, "name": handoff.owner}
                messages.success(request, _("%(lead)s is with %(name)s now.") % said)
                return redirect(handoff)
            except Invalid as error:
                blame(form, error)
    context = {"handoff": handoff, "lead": handoff.lead, "form": form, "may": may}
    return render(request, "leads/handoff_reassign.html", context, status=422 if form.is_bound else 200)
