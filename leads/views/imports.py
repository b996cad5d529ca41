"""The doors of imports: a file comes in, its columns are named, its lines are counted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads.intake import policies, rejections, services, storage
from leads.intake.forms import MappingForm, UploadForm
from leads.models import Import
from leads.selectors.imports import (
    activity_kinds,
    attributes_for,
    first_records,
    imports_visible_to,
    rejected_lines,
    rejections_of,
    sources,
)
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.fragments import STOP_POLLING, render_page
from portal.common.requests import SignedInRequest

IMPORTS_PER_PAGE = 25
REJECTIONS_PER_PAGE = 50


@require_GET
def import_list(request: SignedInRequest) -> HttpResponse:
    page = Paginator(imports_visible_to(request.user), IMPORTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_import": policies.may_import(request.user)}
    return render(request, "leads/import_list.html", context)


@require_http_methods(["GET", "POST"])
def import_new(request: SignedInRequest) -> HttpResponse:
    may_import = policies.may_import(request.user)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        may_import.require()
        if form.is_valid():
            try:
                return redirect("leads:import_mapping", _opened(request, form).pk)
            except Invalid as error:
                blame(form, error, otherwise="file")
    context = {"form": form, "sources": sources(), "may_import": may_import}
    return render(request, "leads/import_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def import_mapping(request: SignedInRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(imports_visible_to(request.user), pk=pk)
    if batch.status != Import.Status.UPLOADED:
        return redirect(batch)
    if request.method == "POST":
        policies.may_import(request.user).require()
    records = first_records(batch)
    form = _mapping_form(request, batch, records)
    if request.method == "POST" and form.is_valid():
        try:
            services.import_start(batch=batch, mapping=form.chosen(), actor=request.user)
            return redirect(batch)
        except Invalid as error:
            blame(form, error)
    context = {
        "batch": batch,
        "form": form,
        "records": records[:5],
        "kinds": Import.Kind.choices,
        "may_import": policies.may_import(request.user),
    }
    return render(request, "leads/import_mapping.html", context, status=422 if form.errors else 200)


@require_GET
def import_page(request: SignedInRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(imports_visible_to(request.user), pk=pk)
    if batch.status == Import.Status.UPLOADED:
        return redirect("leads:import_mapping", pk)
    return render(request, "leads/import_page.html", _state(request, batch))


@require_GET
def import_state(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part of the page that changes."""
    batch = get_object_or_404(imports_visible_to(request.user), pk=pk)
    context = _state(request, batch)
    return render_page(
        request,
        "leads/import_page.html",
        "leads/_import_state.html",
        context,
        status=200 if context["is_open"] else STOP_POLLING,
    )


@require_GET
def import_rejections(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    batch = get_object_or_404(imports_visible_to(request.user), pk=pk)
    lines = rejections.as_csv(batch.headers, rejected_lines(batch))
    name = f"rejected-{batch.pk}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
def import_change_kind(request: SignedInRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(imports_visible_to(request.user), pk=pk)
    services.import_change_kind(batch=batch, kind=request.POST.get("kind", ""), actor=request.user)
    return redirect("leads:import_mapping", pk)


@require_POST
def import_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(imports_visible_to(request.user), pk=pk)
    services.import_cancel(batch=batch, actor=request.user)
    messages.success(request, _("The import is cancelled. The lines it had taken stay."))
    return redirect("leads:import_list")


@require_POST
def import_retry(request: SignedInRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(imports_visible_to(request.user), pk=pk)
    services.import_retry(batch=batch, actor=request.user)
    return redirect(batch)


def _opened(request: SignedInRequest, form: UploadForm) -> Import:
    """The import of an uploaded file; of a file that is no table nothing is kept."""
    upload = form.cleaned_data["file"]
    path = storage.keep(upload.chunks(), upload.name)
    try:
        return services.import_open(
            path=path,
            name=upload.name,
            kind=form.cleaned_data["kind"],
            source=form.cleaned_data["source"],
            encoding=form.cleaned_data["encoding"],
            actor=request.user,
        )
    except Invalid:
        path.unlink(missing_ok=True)
        raise


def _mapping_form(request: SignedInRequest, batch: Import, records: list[Any]) -> MappingForm:
    _suggested, notes = services.suggestion(batch.source, batch.kind, batch.headers, records)
    return MappingForm(
        request.POST or None,
        batch=batch,
        mapping=batch.mapping,
        notes=notes,
        records=records,
        attributes=list(attributes_for(batch.kind)),
        kinds=list(activity_kinds()),
    )


def _state(request: SignedInRequest, batch: Import) -> dict[str, Any]:
    percent = 100 if batch.status == Import.Status.DONE else 100 * batch.position // max(batch.size, 1)
    page = Paginator(rejections_of(batch), REJECTIONS_PER_PAGE).get_page(request.GET.get("page"))
    return {
        "batch": batch,
        "is_open": batch.is_open,
        "percent": min(percent, 100),
        "rejections": page,
        "may_import": policies.may_import(request.user),
    }
