"""Golden leads: listed with what each text makes of them, laid down, reworded, retired."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from definitions.models import Definition, Version
from definitions.selectors import drafts_of
from definitions.selectors.versions import definitions_of
from leads.golden import policies, services
from leads.golden.forms import GoldenForm, RewordForm
from leads.golden.selectors import (
    golden_of,
    golden_visible_to,
    held,
    retired_golden_of,
    rows_of,
)
from leads.models import GoldenLead, Lead
from leads.selectors.leads import leads_found, leads_visible_to
from leads.views.paging import page_of
from leads.views.sections import DEFINITIONS
from portal.common.blame import blame
from portal.common.errors import Conflict, Invalid
from portal.common.requests import SignedInRequest, words_sought
from portal.common.whole_numbers import whole_number


@require_GET
def golden_list(request: SignedInRequest, stage: str) -> HttpResponse:
    """Every golden lead under the version in force and under a draft; `?broken=` those that `now` or the
    `draft` breaks."""
    definition = get_object_or_404(definitions_of(stage))
    drafts = list(drafts_of(definition))
    active, draft = definition.active_version, _chosen(drafts, request.GET.get("draft"))
    golden = golden_of(request.user, definition)
    texts = [version for version in (active, draft) if version is not None]
    by_text = {one.version: one for one in held(texts, golden, timezone.now())}
    now, then = by_text.get(active), by_text.get(draft)  # type: ignore[arg-type]
    breaker = {"now": now, "draft": then}.get(request.GET.get("broken", ""))
    shown = [one for one in golden if one.pk in breaker.broken] if breaker else golden
    page = page_of(request, shown)
    context = {
        "section_path": DEFINITIONS,
        "definition": definition,
        "drafts": drafts,
        "now": now,
        "draft": then,
        "page": page,
        "rows": rows_of(request.user, list(page), now, then),
        "breaker": breaker,
        "retired": retired_golden_of(request.user, definition),
        "may_lay": policies.may_lay_golden(request.user),
    }
    return render(request, "leads/golden_list.html", context)


def _chosen(drafts: list[Version], key: str | None) -> Version | None:
    """The draft asked for, else the one changed last."""
    number = whole_number(key)
    return next((draft for draft in drafts if draft.pk == number), drafts[0] if drafts else None)


@require_http_methods(["GET", "POST"])
def golden_new(request: SignedInRequest, stage: str) -> HttpResponse:
    """Choose a lead by name, then say what must hold and why. `?lead=` comes from the lead's own page."""
    definition = get_object_or_404(definitions_of(stage))
    policies.may_lay_golden(request.user).require()
    lead = _lead(request)
    if lead is None:
        return _search(request, definition)
    form = GoldenForm(request.POST or None, initial=_said_before(request, definition, lead))
    if request.method == "POST" and form.is_valid():
        try:
            golden = services.golden_lay(
                definition=definition, lead=lead, actor=request.user, **form.values()
            )
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("Every draft is held against %(lead)s from now on.") % {"lead": lead})
            return redirect("leads:golden_list", golden.definition.stage)
    context = {"section_path": DEFINITIONS, "definition": definition, "lead": lead, "form": form}
    return render(request, "leads/golden_form.html", context, status=422 if form.is_bound else 200)


def _lead(request: SignedInRequest) -> Lead | None:
    number = whole_number(request.POST.get("lead") or request.GET.get("lead"))
    if number is None:
        return None
    return get_object_or_404(leads_visible_to(request.user).select_related("account"), pk=number)


def _search(request: SignedInRequest, definition: Definition) -> HttpResponse:
    query = words_sought(request)
    context = {
        "section_path": DEFINITIONS,
        "definition": definition,
        "query": query,
        "found": leads_found(request.user, query),
    }
    return render(request, "leads/golden_search.html", context)


def _said_before(request: SignedInRequest, definition: Definition, lead: Lead) -> dict[str, Any]:
    """Of a lead that was golden once, what was said then."""
    last = retired_golden_of(request.user, definition).filter(lead=lead).first()
    if last is None:
        return {}
    return {"demand": "always" if last.must_qualify else "never", "sentence": last.sentence}


@require_http_methods(["GET", "POST"])
def golden_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    golden = _the_golden(request, pk)
    policies.may_change_golden(request.user, golden).require()
    form, alert, status = RewordForm.of(golden, request.POST or None), "", 200
    if request.method == "POST":
        status = 422
        try:
            if form.is_valid():
                services.golden_reword(golden=golden, actor=request.user, **form.cleaned_data)
                messages.success(request, _("The sentence is saved."))
                return redirect("leads:golden_list", golden.definition.stage)
        except Invalid as error:
            blame(form, error)
        except Conflict as error:
            alert, status = str(error), error.status
            # Saving once more is then a decision, made with both sentences in sight.
            form.data = request.POST.copy()
            form.data["seen"] = golden.sentence
    context = {"section_path": DEFINITIONS, "golden": golden, "form": form, "alert": alert}
    return render(request, "leads/golden_edit.html", context, status=status)


@require_POST
def golden_retire(request: SignedInRequest, pk: int) -> HttpResponse:
    golden = services.golden_retire(golden=_the_golden(request, pk), actor=request.user)
    messages.success(request, _("No draft is held against %(lead)s any more.") % {"lead": golden.lead})
    return redirect("leads:golden_list", golden.definition.stage)


def _the_golden(request: SignedInRequest, pk: int) -> GoldenLead:
    return get_object_or_404(golden_visible_to(request.user), pk=pk)
