"""A draft: started, watched while others work on it, given its numbers, discarded, or read from a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions import policies
from definitions.criteria.document import HALVES
from definitions.documents import criterion_document, grade_bounds_of
from definitions.forms.drafts import CommentForm, GroupForm, SettingsForm, StartForm, UploadForm
from definitions.models import Definition, Version, VersionStatus
from definitions.policies_shadows import may_run_shadow
from definitions.reading import read_clause
from definitions.selectors import catalogue, criteria_of
from definitions.selectors.discussion import answers_decided, comment_counts, comments_of
from definitions.selectors.drafting import people_here, people_stamp, undoing_of, unsaved_of
from definitions.selectors.versions import change_stamp, definitions_of, versions_visible_to
from definitions.services.documents import document_import
from definitions.services.drafts import StaleEdit, draft_create, draft_discard, version_edit
from definitions.services.presence import visit_mark
from definitions.starting_points import STARTING_POINTS
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.fragments import wants_fragment
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number


def visible_version(request: SignedInRequest, pk: int) -> Version:
    return get_object_or_404(versions_visible_to(request.user), pk=pk)


@dataclass(frozen=True)
class Unsaved:
    """What somebody typed into the `box` (the id of its form) and why it was not saved.

    `theirs` is what somebody else made it meanwhile, where `is_stale`: both are shown, to be decided.
    """

    box: str
    mine: str
    sentence: str
    theirs: int | str | None = None
    is_stale: bool = False


def draft_context(request: SignedInRequest, version: Version) -> dict[str, Any]:
    """The clauses of a draft in words, group by group, with what is said about each, and who else is here."""
    known, counts = catalogue(), comment_counts(version)
    here = people_here(version, request.user, timezone.now())
    groups = {group["key"]: group["label"] for group in version.groups}
    nothing = {"open": 0, "concerns": 0}
    clauses: list[dict[str, Any]] = [
        {
            "row": row,
            "read": read_clause(criterion_document(row), groups, known),
            "comments": counts.get(row.key, nothing),
            "editors": [each.person for each in here if row.key in each.keys],
        }
        for row in criteria_of(version)
    ]
    may_edit = policies.may_edit_version(request.user, version)
    return {
        "version": version,
        "stamp": f"{change_stamp(version)}:{people_stamp(here)}",
        "here": here,
        "halves": [_half_in_lists(version, half, clauses) for half in HALVES],
        "groups": [
            {**group, "count": sum(each["row"].group == group["key"] for each in clauses)}
            for group in version.groups
        ],
        "grade_bounds": [
            (f"grade_{grade}", grade, bound) for grade, bound in enumerate(grade_bounds_of(version), start=2)
        ],
        "clause_count": len(clauses),
        "concerns": sum(count["concerns"] for count in counts.values()),
        "concerned": [each["row"] for each in clauses if each["comments"]["concerns"]],
        "may_edit": may_edit,
        "undoing": undoing_of(version.pk, request.user, known) if may_edit else None,
        "unsaved_texts": _unsaved_texts(request, version, clauses) if may_edit else [],
        "group_form": GroupForm(),
    }


def _unsaved_texts(
    request: SignedInRequest, version: Version, clauses: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What one has typed and not saved: the row, and the wording of its clause, empty for one that is new."""
    wordings = {each["row"].key: each["row"].wording for each in clauses}
    found = unsaved_of(version, request.user)
    return [
        {
            "row": row,
            "wording": wordings.get(row.criterion_key, ""),
            "is_gone": bool(row.criterion_key) and row.criterion_key not in wordings,
        }
        for row in found
    ]


def _half_in_lists(version: Version, half: str, clauses: list[dict[str, Any]]) -> dict[str, Any]:
    """The clauses of one half: those of no group, then group by group."""
    lists = []
    for group in ({"key": "", "label": "", "cap": None}, *version.groups):
        of_group = [
            each for each in clauses if each["row"].half == half and each["row"].group == group["key"]
        ]
        if of_group or not group["key"]:
            lists.append({"group": group, "clauses": of_group})
    return {
        "half": half,
        "lists": lists,
        "count": sum(len(each["clauses"]) for each in lists),
        "minimum": getattr(version, f"minimum_{half}"),
        "cap": getattr(version, f"cap_{half}"),
    }


def page_context(request: SignedInRequest, version: Version) -> dict[str, Any]:
    """What the whole page of a draft shows beside its clauses."""
    return (
        draft_context(request, version)
        | answers_decided(version)
        | {
            "is_opened": True,
            "comments": comments_of(version, ""),
            "is_whole": True,
            "comment_form": CommentForm(),
            "may_comment": policies.may_comment(request.user, version),
            "may_run_shadow": may_run_shadow(request.user),
            "may_discard": policies.may_discard(request.user, version),
        }
    )


def draft_editor(request: SignedInRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    if version.status != VersionStatus.DRAFT:
        return redirect(version)
    return render(request, "definitions/editor.html", page_context(request, version))


def editor_answer(
    request: SignedInRequest,
    pk: int,
    *,
    status: int = 200,
    said: str = "",
    moved: str = "",
    anchor: str = "",
    **context: Any,
) -> HttpResponse:
    """The draft after an act on its page: its clauses alone to htmx, else the page again.

    `said` is told in a word, and of the clause `moved` where it stands now. With a refusal, `context` holds
    what was typed.
    """
    version = visible_version(request, pk)
    if not wants_fragment(request):
        if status != 200:
            page = page_context(request, version) | context
            return render(request, "definitions/editor.html", page, status=status)
        if said:
            messages.success(request, said)
        return redirect(f"{reverse('definitions:draft_editor', args=[pk])}#{anchor}".rstrip("#"))
    whole = draft_context(request, version) | context
    response = render(request, "definitions/_editor_clauses.html", whole, status=status)
    if status == 200:
        response["HX-Trigger"] = _events(said or _place_in_words(whole["halves"], moved))
    return response


def number_answer(request: SignedInRequest, pk: int, *, said: str) -> HttpResponse:
    """After a number was saved that its field shows already: to htmx what can be undone now, else the page.

    What else on the page speaks of the number follows with the page's next look, within three seconds: all
    clauses anew would be twice the work of saving, for every step of an arrow key.
    """
    if not wants_fragment(request) or "whole" in request.POST:
        return editor_answer(request, pk, said=said)
    context = {"undoing": undoing_of(pk, request.user, catalogue()), "is_oob": True}
    response = render(request, "definitions/_undo.html", context)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = _events(said)
    return response


def _events(sentence: str) -> str:
    return json.dumps({"accord:draft-changed": None, "accord:said": {"sentence": sentence}})


def _place_in_words(halves: list[dict[str, Any]], key: str) -> str:
    """Where a clause stands: what somebody who does not see the page has to be told."""
    for half in halves:
        for each in half["lists"]:
            keys = [clause["row"].key for clause in each["clauses"]]
            if key in keys:
                place = keys.index(key)
                words = {
                    "clause": each["clauses"][place]["row"].wording,
                    "place": place + 1,
                    "count": len(keys),
                    "group": each["group"]["label"],
                }
                if each["group"]["key"]:
                    return _("“%(clause)s” is now %(place)d of %(count)d in the group “%(group)s”.") % words
                return _("“%(clause)s” is now %(place)d of %(count)d.") % words
    return ""


def draft_clauses(request: SignedInRequest, pk: int) -> HttpResponse:
    """The clauses as they stand, for the page that asks every three seconds; 204 when nothing is new.

    Asked by POST, it says as well that somebody has the draft open.
    """
    version = visible_version(request, pk)
    if version.status != VersionStatus.DRAFT:
        # Proposed or put away meanwhile: the page that still shows an editor goes where the wording is.
        return HttpResponse(status=200, headers={"HX-Redirect": version.get_absolute_url()})
    if request.method == "POST":
        visit_mark(version=version, actor=request.user)
    here = people_here(version, request.user, timezone.now())
    seen, changed = request.GET.get("stamp", ""), change_stamp(version)
    if seen == f"{changed}:{people_stamp(here)}":
        return HttpResponse(status=204)
    response = render(request, "definitions/_editor_clauses.html", draft_context(request, version))
    if seen.partition(":")[0] != changed:
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
