"""What the nightly count found: the incidents, and the leads of each."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from leads.leaks import nightly, policies
from leads.leaks.forms import SettleForm
from leads.leaks.words import ADVICE
from leads.selectors import incidents
from leads.views.paging import page_of
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest


@require_GET
def incident_list(request: SignedInRequest) -> HttpResponse:
    policies.may_see_incidents(request.user).require()
    context = {
        "open": incidents.open_incidents(),
        "page": page_of(request, incidents.closed_incidents()),
        "nights": incidents.nights(),
    }
    return render(request, "leads/incident_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def incident_page(request: SignedInRequest, pk: int) -> HttpResponse:
    policies.may_see_incidents(request.user).require()
    incident = get_object_or_404(incidents.incidents(), pk=pk)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            nightly.incident_settle(incident=incident, actor=request.user, note=form.cleaned_data["note"])
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("Settled. It is raised again only if it goes and comes back."))
            return redirect(incident)
    context = {
        "incident": incident,
        "advice": ADVICE[incident.kind],
        "page": page_of(request, incidents.leads_of(incident)),
        "form": form,
    }
    return render(request, "leads/incident_page.html", context, status=422 if form.errors else 200)
