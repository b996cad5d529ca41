"""Whose turn it is: the rules in order, pools, reps with their week and days away; and a try of one lead."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from definitions.forms.rule_builder import RuleBuilder
from definitions.reading import rule_in_words
from definitions.selectors import catalogue
from definitions.services.drafts import StaleEdit
from leads.handoffs import turn_rules as services
from leads.handoffs.turn_forms import SOME, PoolForm, TurnRuleForm
from leads.handoffs.turn_policies import may_manage_turns
from leads.models import Pool, TurnRule
from leads.selectors import turns as selectors
from leads.selectors.leads import leads_found, leads_visible_to
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest, words_sought
from portal.common.whole_numbers import whole_number

ONLY_FACTS = ("attribute",)


@require_GET
def turns_page(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    reps, shared = selectors.rep_rows(now)
    context = {
        "rules": selectors.rule_rows(),
        "pools": selectors.pools(),
        "reps": reps,
        "shared": shared,
        "spread_total": shared + sum(row.dealt for row in reps),
        "days": selectors.SPREAD_DAYS,
        "left": selectors.left_with_leads(),
        "may_manage": may_manage_turns(request.user),
        **_tried(request, now),
    }
    return render(request, "leads/turns.html", context)


def _tried(request: SignedInRequest, now: Any) -> dict[str, Any]:
    """`?q=` finds leads, `?lead=` tries one out."""
    query, number = words_sought(request), whole_number(request.GET.get("lead"))
    rows = leads_visible_to(request.user).select_related("account")
    lead = rows.filter(pk=number).first() if number else None
    if lead is None:
        return {"query": query, "found": leads_found(request.user, query) if query else []}
    turn, steps, person = selectors.try_out(lead, now)
    return {"query": query, "tried": lead, "turn": turn, "steps": steps, "turn_person": person}


# -- rules -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def rule_form(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """A new rule, or one that exists. Buttons of the rule builder come back with the form as it stands."""
    may_manage_turns(request.user).require()
    rule = get_object_or_404(selectors.turn_rules(), pk=pk) if pk else None
    wants_save = request.method == "POST" and request.POST.get("do") == "save"
    form = _rule_form(request, rule, wants_save)
    builder = _builder(request, rule)
    theirs, problems = None, []
    if wants_save and form.is_valid():
        try:
            _save(request, rule, form, builder)
            messages.success(request, _("Saved. It holds for offers from now on."))
            return redirect("leads:turns")
        except StaleEdit as error:
            theirs = error.current
        except Invalid as error:
            if error.field == "rule":
                problems = [str(error)]
            else:
                blame(form, error)
        except ValueError as error:
            problems = [str(error)]
    context = {
        "form": form,
        "builder": builder,
        "problems": problems,
        "rule": rule,
        "theirs": theirs,
        "theirs_words": rule_in_words(theirs.rule, catalogue()) if theirs and theirs.rule else "",
        "edit_number": theirs.edit_number if theirs else _edit_number(request, rule),
    }
    status = 409 if theirs else 422 if wants_save else 200
    return render(request, "leads/turn_rule.html", context, status=status)


def _rule_form(request: SignedInRequest, rule: TurnRule | None, wants_save: bool) -> TurnRuleForm:
    """A post that only changes the shape of the conditions keeps what was typed, without scolding."""
    initial = request.POST.dict() or TurnRuleForm.initial_of(rule)
    data = request.POST if wants_save else None
    return TurnRuleForm(data, initial=initial, pools=selectors.pools(), people=selectors.sellers())


def _builder(request: SignedInRequest, rule: TurnRule | None) -> RuleBuilder:
    if request.method == "POST":
        return RuleBuilder.from_post(request.POST, catalogue(), allows=ONLY_FACTS)
    return RuleBuilder.for_rule(rule.rule if rule else {}, catalogue(), allows=ONLY_FACTS)


def _edit_number(request: SignedInRequest, row: TurnRule | Pool | None) -> int:
    """That of the row as the person saw it: a form that comes back keeps the number it was opened with."""
    sent = whole_number(request.POST.get("edit_number"))
    if sent is not None:
        return sent
    return row.edit_number if row else 0


def _save(request: SignedInRequest, rule: TurnRule | None, form: TurnRuleForm, builder: RuleBuilder) -> None:
    asks = form.cleaned_data["which"] == SOME and form.cleaned_data["kind"] == TurnRule.Kind.FACTS
    values = {**form.values(), "rule": builder.rule() if asks else {}}
    if asks and not values["rule"]:
        raise Invalid(_("Say which leads: add a condition."), field="rule")
    if rule is None:
        services.turn_rule_add(actor=request.user, **values)
    else:
        number = _edit_number(request, rule)
        services.turn_rule_edit(turn_rule=rule, edit_number=number, actor=request.user, **values)


@require_POST
def rule_move(request: SignedInRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(selectors.turn_rules(), pk=pk)
    seen = whole_number(request.POST.get("position")) or 0
    is_up = request.POST.get("do") == "up"
    services.turn_rule_move(turn_rule=rule, is_up=is_up, seen_position=seen, actor=request.user)
    return redirect("leads:turns")


@require_POST
def rule_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(selectors.turn_rules(), pk=pk)
    services.turn_rule_remove(turn_rule=rule, actor=request.user)
    messages.success(request, _("“%(rule)s” is taken away.") % {"rule": rule.name})
    return redirect("leads:turns")


# -- pools -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def pool_form(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    may_manage_turns(request.user).require()
    pool = get_object_or_404(selectors.pools(), pk=pk) if pk else None
    form = PoolForm(request.POST or None, people=selectors.sellers(), initial=PoolForm.initial_of(pool))
    theirs, status = None, 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            if pool is None:
                services.pool_add(actor=request.user, **form.values())
            else:
                number = _edit_number(request, pool)
                services.pool_edit(pool=pool, edit_number=number, actor=request.user, **form.values())
            messages.success(request, _("The pool is saved."))
            return redirect("leads:turns")
        except StaleEdit as error:
            theirs, status = get_object_or_404(selectors.pools(), pk=error.current.pk), error.status
        except Invalid as error:
            blame(form, error)
    context = {
        "form": form,
        "pool": pool,
        "theirs": theirs,
        "edit_number": theirs.edit_number if theirs else _edit_number(request, pool),
    }
    return render(request, "leads/turn_pool.html", context, status=status)


@require_POST
def pool_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    pool = get_object_or_404(selectors.pools(), pk=pk)
    services.pool_remove(pool=pool, actor=request.user)
    messages.success(request, _("“%(pool)s” is taken away.") % {"pool": pool.name})
    return redirect("leads:turns")
