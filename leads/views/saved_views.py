"""A person's saved views of the queue."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.filters import QueueFilter
from leads.saved_views import view_delete, view_save
from leads.selectors.queue import SORTS, saved_views_of
from portal.common.requests import SignedInRequest


@require_POST
def saved_view_save(request: SignedInRequest) -> HttpResponse:
    # Read as the queue reads it: what it does not know is not kept.
    sent = QueryDict(request.POST.get("query", ""))
    sort = sent.get("sort", "")
    query = QueueFilter(sent).query(sort=sort if sort in SORTS else "")
    name = request.POST.get("name", "").replace("\0", "")
    view = view_save(name=name, query=query, actor=request.user)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view})
    return redirect(f"{reverse('leads:queue')}?{view.query}")


@require_POST
def saved_view_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(saved_views_of(request.user), pk=pk)
    view_delete(view=view, actor=request.user)
    messages.success(request, _("The view “%(name)s” is gone.") % {"name": view})
    return redirect("leads:queue")
