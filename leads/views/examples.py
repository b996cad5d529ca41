"""The leads beside an answer: found, attached with a word, taken away."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from definitions.selectors.discussion import all_answers
from leads.examples.policies import may_attach
from leads.examples.services import MOST_EXAMPLES, example_attach, example_detach
from leads.selectors.examples import attached_leads, examples_of
from leads.selectors.leads import leads_found, leads_visible_to
from leads.views.sections import DEFINITIONS
from portal.common.requests import SignedInRequest, words_sought


@require_GET
def example_page(request: SignedInRequest, pk: int) -> HttpResponse:
    answer = get_object_or_404(all_answers(), pk=pk)
    query = words_sought(request)
    rows, decision = list(examples_of(answer)), may_attach(request.user, answer)
    context = {
        "section_path": DEFINITIONS,
        "answer": answer,
        "examples": rows,
        "may_attach": decision,
        "is_full": len(rows) >= MOST_EXAMPLES,
        "most": MOST_EXAMPLES,
        "query": query,
        "found": leads_found(request.user, query, but=attached_leads(answer)) if decision else [],
    }
    return render(request, "leads/answer_examples.html", context)


@require_POST
def attach(request: SignedInRequest, pk: int, lead_pk: int) -> HttpResponse:
    answer = get_object_or_404(all_answers(), pk=pk)
    lead = get_object_or_404(leads_visible_to(request.user), pk=lead_pk)
    note = request.POST.get("note", "").replace("\0", "")
    example_attach(answer=answer, lead=lead, actor=request.user, note=note)
    return redirect("leads:answer_examples", pk)


@require_POST
def detach(request: SignedInRequest, pk: int, lead_pk: int) -> HttpResponse:
    answer = get_object_or_404(all_answers(), pk=pk)
    lead = get_object_or_404(attached_leads(answer), pk=lead_pk)
    example_detach(answer=answer, lead=lead, actor=request.user)
    return redirect("leads:answer_examples", pk)
