"""One clause of a draft: written, with its rule built row by row, moved, removed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions import policies
from definitions.documents import criterion_document
from definitions.forms.clause_desk import ClauseDesk
from definitions.forms.drafts import CommentForm
from definitions.forms.rule_builder import TYPE_WORDS, RuleBuilder
from definitions.models import Criterion
from definitions.reading import read_clause
from definitions.selectors import catalogue, criteria_of
from definitions.selectors.discussion import comments_of
from definitions.services.criteria import criterion_add, criterion_edit, criterion_move, criterion_remove
from definitions.services.drafts import StaleEdit
from definitions.views.editor import visible_version
from portal.common.errors import Invalid
from portal.common.fragments import STOP_POLLING
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number


def criterion_new(request: SignedInRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    policies.may_edit_version(request.user, version).require()
    desk = ClauseDesk.of(
        version, None, catalogue(), request.POST or None, half=request.GET.get("half", "fit")
    )
    if desk.is_ready_to_save():
        try:
            saved = criterion_add(version=version, actor=request.user, **desk.values())
            return _back_to(request, saved, _("The clause is added."))
        except Invalid as error:
            desk.refuse(error)
    return render(
        request, "definitions/criterion_form.html", {"desk": desk, "version": version}, status=desk.status
    )


def criterion_page(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    version = visible_version(request, pk)
    policies.may_edit_version(request.user, version).require()
    criterion = get_object_or_404(criteria_of(version), key=key)
    desk = ClauseDesk.of(version, criterion, catalogue(), request.POST or None)
    if desk.is_ready_to_save():
        number = desk.edit_number
        try:
            saved = criterion_edit(
                criterion=criterion, actor=request.user, edit_number=number, **desk.values()
            )
            return _back_to(request, saved, _("The clause is saved."))
        except StaleEdit as error:
            desk.yield_to(error)
        except Invalid as error:
            desk.refuse(error)
    context = {
        "desk": desk,
        "version": version,
        "comments": comments_of(version, key),
        "comment_form": CommentForm(initial={"criterion_key": key}),
        "may_comment": policies.may_comment(request.user, version),
    }
    return render(request, "definitions/criterion_form.html", context, status=desk.status)


def _back_to(request: SignedInRequest, criterion: Criterion, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    response = redirect("definitions:draft_editor", criterion.version_id)
    response["Location"] += f"#clause-{criterion.key}"
    return response


def criterion_watch(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """Whether somebody saved this clause while it is open here; 204 as long as nobody has."""
    version = visible_version(request, pk)
    current = criteria_of(version).filter(key=key).first()
    if current is not None and request.GET.get("edit_number") == str(current.edit_number):
        return HttpResponse(status=204)
    groups = {group["key"]: group["label"] for group in version.groups}
    read = read_clause(criterion_document(current), groups, catalogue()) if current else None
    context = {"current": current, "read": read, "version": version}
    return render(request, "definitions/_criterion_watch.html", context, status=STOP_POLLING)


@require_POST
def rule_builder(request: SignedInRequest) -> HttpResponse:
    """The builder as the posted form leaves it, for the page that does not want to reload."""
    posted = request.POST.getlist("allows")
    allows = tuple(name for name, _words in TYPE_WORDS if name in posted)
    builder = RuleBuilder.from_post(request.POST, catalogue(), **({"allows": allows} if allows else {}))
    response = render(request, "definitions/_rule_builder.html", {"builder": builder})
    response["HX-Trigger-After-Swap"] = "accord:rule-changed"
    return response


@require_POST
def rule_preview(request: SignedInRequest) -> HttpResponse:
    """The rule and effect in words, or what is still missing; and the rule, to be counted by another page."""
    known = catalogue()
    desk = ClauseDesk.preview(known, request.POST)
    context: dict[str, Any] = {
        "sentence": desk.sentence,
        "problems": desk.problems,
        "effect": desk.effect_sentence,
    }
    if desk.sentence:
        context["values"] = json.dumps({"rule": json.dumps(desk.builder.rule())})
    return render(request, "definitions/_rule_preview.html", context)


@require_POST
def remove(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    criterion = get_object_or_404(criteria_of(visible_version(request, pk)), key=key)
    number = whole_number(request.POST.get("edit_number")) or 0
    criterion_remove(criterion=criterion, actor=request.user, edit_number=number)
    messages.success(request, _("The clause “%(clause)s” is removed.") % {"clause": criterion.wording})
    return redirect("definitions:draft_editor", pk)


@require_POST
def move(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    criterion = get_object_or_404(criteria_of(visible_version(request, pk)), key=key)
    direction = "up" if request.POST.get("direction") == "up" else "down"
    criterion_move(criterion=criterion, actor=request.user, direction=direction)
    response = redirect("definitions:draft_editor", pk)
    response["Location"] += f"#clause-{key}"
    return response
