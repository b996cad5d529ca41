"""A draft: started, watched while others work on it, given its numbers, discarded, or read from a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions import policies
from definitions.criteria.document import HALVES
from definitions.documents import criterion_document
from definitions.forms.drafts import CommentForm, SettingsForm, StartForm, UploadForm
from definitions.models import Definition, Version, VersionStatus
from definitions.policies_shadows import may_run_shadow
from definitions.reading import read_clause
from definitions.selectors import catalogue, criteria_of
from definitions.selectors.discussion import all_answers, comment_counts, comments_of, open_concerns
from definitions.selectors.versions import change_stamp, definitions_of, versions_visible_to
from definitions.services.documents import document_import
from definitions.services.drafts import StaleEdit, draft_create, draft_discard, version_edit
from definitions.starting_points import STARTING_POINTS
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number


def visible_version(request: SignedInRequest, pk: int) -> Version:
    return get_object_or_404(versions_visible_to(request.user), pk=pk)


def draft_context(request: SignedInRequest, version: Version) -> dict[str, Any]:
    """The clauses of a draft in words, with what is being said about each."""
    known, counts = catalogue(), comment_counts(version)
    groups = {group["key"]: group["label"] for group in version.groups}
    nothing = {"open": 0, "concerns": 0}
    clauses: list[dict[str, Any]] = [
        {
            "row": row,
            "read": read_clause(criterion_document(row), groups, known),
            "comments": counts.get(row.key, nothing),
        }
        for row in criteria_of(version)
    ]
    return {
        "version": version,
        "stamp": change_stamp(version),
        "halves": [(half, [each for each in clauses if each["row"].half == half]) for half in HALVES],
        "clause_count": len(clauses),
        "concerns": sum(count["concerns"] for count in counts.values()),
        "may_edit": policies.may_edit_version(request.user, version),
    }


def draft_editor(request: SignedInRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    if version.status != VersionStatus.DRAFT:
        return redirect(version)
    context = draft_context(request, version) | {
        "comments": comments_of(version, ""),
        "comment_form": CommentForm(),
        "may_comment": policies.may_comment(request.user, version),
        "may_run_shadow": may_run_shadow(request.user),
        "may_discard": policies.may_discard(request.user, version),
        "open_concerns": open_concerns(version),
        "answer_count": all_answers().count(),
        "reflected_count": version.reflections.count(),
    }
    return render(request, "definitions/editor.html", context)


def draft_clauses(request: SignedInRequest, pk: int) -> HttpResponse:
    """The clauses as they stand, for the page that asks every three seconds; 204 when nothing is new."""
    version = visible_version(request, pk)
    if version.status != VersionStatus.DRAFT:
        # Proposed or put away meanwhile: the page that still shows an editor goes where the wording is.
        return HttpResponse(status=200, headers={"HX-Redirect": version.get_absolute_url()})
    if request.GET.get("stamp") == change_stamp(version):
        return HttpResponse(status=204)
    response = render(request, "definitions/_editor_clauses.html", draft_context(request, version))
    response["HX-Trigger"] = "accord:draft-changed"
    return response


def draft_new(request: SignedInRequest, stage: str) -> HttpResponse:
    definition = get_object_or_404(definitions_of(stage))
    policies.may_draft(request.user).require()
    base = _base_of(request, definition)
    form = StartForm(request.POST or None, definition=definition, base=base)
    if request.method == "POST" and form.is_valid():
        source = form.cleaned_data["source"]
        point = STARTING_POINTS.get(source)
        version = draft_create(
            definition=definition,
            actor=request.user,
            based_on=base if source == "version" else None,
            title=form.cleaned_data["title"],
            document=point.document if point else None,
        )
        return redirect("definitions:draft_editor", version.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "definition": definition, "base": base}
    return render(request, "definitions/editor_new.html", context, status=status)


def _base_of(request: SignedInRequest, definition: Definition) -> Version | None:
    """The version to start from: the one asked for by `?from=number`, else the active one."""
    number = whole_number(request.GET.get("from"))
    if number is not None:
        return get_object_or_404(
            versions_visible_to(request.user).filter(definition=definition), number=number
        )
    return definition.active_version


def draft_settings(request: SignedInRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    policies.may_edit_version(request.user, version).require()
    initial = SettingsForm.initial_of(version)
    # A page that shows what another threshold would bring leads here with it; nothing is saved by that.
    if threshold := whole_number(request.GET.get("threshold")):
        initial["threshold"] = threshold
    form, theirs = SettingsForm(request.POST or None, initial=initial), None
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["edit_number"]
        try:
            version_edit(version=version, actor=request.user, edit_number=number, **form.values())
            messages.success(request, _("The numbers are saved."))
            return redirect("definitions:draft_editor", pk)
        except StaleEdit as error:
            theirs = error.current
            # Saving once more is then a decision, made with both texts in sight.
            form.data = request.POST.copy()
            form.data["edit_number"] = theirs.edit_number
        except Invalid as error:
            blame(form, error)
    status = 409 if theirs else 422 if form.is_bound else 200
    context = {"form": form, "version": version, "theirs": theirs}
    return render(request, "definitions/editor_settings.html", context, status=status)


@require_POST
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    version = draft_discard(version=visible_version(request, pk), actor=request.user)
    messages.success(
        request,
        _("%(version)s is put away. It can still be read, and be the base of a new draft.")
        % {"version": version},
    )
    return redirect("definitions:definition_page", version.definition.stage)


def document_upload(request: SignedInRequest) -> HttpResponse:
    policies.may_draft(request.user).require()
    form = UploadForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            version = document_import(document=data["file"], actor=request.user, title=data["title"])
            return redirect("definitions:draft_editor", version.pk)
        except Invalid as error:
            problems = str(error).splitlines()
    context = {"form": form, "problems": problems}
    return render(request, "definitions/editor_upload.html", context, status=422 if form.is_bound else 200)
