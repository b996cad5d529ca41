"""The leads behind the numbers of a draft, and whose queue it would lengthen."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from definitions.criteria.document import DocumentError
from definitions.models import Version
from definitions.selectors import versions_visible_to
from leads.handoffs.growth import growth_of
from leads.scoring.preview.lists import Pick, entering_and_leaving, list_of
from leads.scoring.preview.looks import Looked, look_at
from leads.selectors.leads import leads_visible_to
from leads.views.paging import page_of
from leads.views.sections import DEFINITIONS
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest


@require_GET
def draft_leads(request: SignedInRequest, version_pk: int, group: str) -> HttpResponse:
    """Exactly the leads that one number beside a draft counts. 404 where there is no such number."""
    version, looked = _look(request, version_pk)
    context: dict[str, Any] = {"version": version, "looked": looked, "section_path": DEFINITIONS}
    if looked.look is None:
        return render(request, "leads/draft_leads.html", context)
    named = request.GET
    found = list_of(
        looked.look,
        Pick(group, named.get("of", ""), named.get("beside", ""), is_active=named.get("under") == "active"),
    )
    if found is None:
        raise Http404
    page = page_of(request, found.lead_ids)
    ids = [int(lead) for lead in page]
    rows = leads_visible_to(request.user).filter(pk__in=ids).select_related("account").order_by("pk")
    page.object_list = list(rows.defer("provenance", "account__provenance"))
    return render(request, "leads/draft_leads.html", context | {"found": found, "page": page})


@require_GET
def draft_queues(request: SignedInRequest, version_pk: int) -> HttpResponse:
    """Whose queue grows, and by how much: the offers that the draft would make and withdraw."""
    version, looked = _look(request, version_pk)
    context: dict[str, Any] = {"version": version, "looked": looked, "section_path": DEFINITIONS}
    look = looked.look
    if look is not None and look.active is not None:
        growths = growth_of(*entering_and_leaving(look), look.asked.catalogue)
        context["growths"] = growths
        context["is_too_many"] = growths is None
        context["total"] = {
            "joining": sum(len(one.joining) for one in growths or ()),
            "withdrawn": sum(len(one.withdrawn) for one in growths or ()),
            "change": sum(one.change for one in growths or ()),
        }
    return render_page(request, "leads/draft_queues.html", "leads/_draft_queues.html", context)


def _look(request: SignedInRequest, version_pk: int) -> tuple[Version, Looked]:
    version = get_object_or_404(versions_visible_to(request.user), pk=version_pk)
    try:
        return version, look_at(version)
    except DocumentError as error:
        raise Http404 from error
