"""One clause of a draft: written, with its rule built row by row, moved, removed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions import policies
from definitions.documents import criterion_document
from definitions.forms.clause_desk import ClauseDesk
from definitions.forms.drafts import CommentForm
from definitions.forms.rule_builder import TYPE_WORDS, RuleBuilder
from definitions.models import Criterion, UnsavedClause, Version
from definitions.reading import read_clause
from definitions.selectors import catalogue, criteria_of
from definitions.selectors.discussion import comments_of
from definitions.selectors.drafting import people_here, people_stamp, unsaved_of
from definitions.services.criteria import criterion_remove
from definitions.services.drafts import StaleEdit
from definitions.services.presence import visit_mark
from definitions.services.unsaved import clause_forget, clause_keep, clause_save
from definitions.views.editor import visible_version
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number


def criterion_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """A clause to be added. `?unsaved=` takes up what was typed before: of a clause, else of a new one."""
    version = visible_version(request, pk)
    policies.may_edit_version(request.user, version).require()
    kept_key = request.GET.get("unsaved", "").replace("\0", "")[:40]
    kept = _kept_text(request, version, kept_key)
    desk = ClauseDesk.of(
        version, None, catalogue(), _form_data(request, kept), half=request.GET.get("half", "fit")
    )
    if desk.is_ready_to_save():
        try:
            saved = clause_save(
                version=version,
                criterion=None,
                actor=request.user,
                edit_number=0,
                kept_key=kept_key,
                **desk.values(),
            )
            return _back_to(request, saved, _("The clause is added."))
        except Invalid as error:
            desk.refuse(error)
    context = {"desk": desk, "version": version} | _beside_form(request, version, "", desk, kept)
    return render(request, "definitions/criterion_form.html", context, status=desk.status)


def criterion_page(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    version = visible_version(request, pk)
    policies.may_edit_version(request.user, version).require()
    criterion = get_object_or_404(criteria_of(version), key=key)
    kept = _kept_text(request, version, key)
    desk = ClauseDesk.of(version, criterion, catalogue(), _form_data(request, kept))
    if desk.is_ready_to_save():
        number = desk.edit_number
        try:
            saved = clause_save(
                version=version,
                criterion=criterion,
                actor=request.user,
                edit_number=number,
                **desk.values(),
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
    } | _beside_form(request, version, key, desk, kept)
    return render(request, "definitions/criterion_form.html", context, status=desk.status)


def _kept_text(request: SignedInRequest, version: Version, key: str) -> UnsavedClause | None:
    """What this person typed into the clause and did not save."""
    if request.method == "POST":
        return None
    return unsaved_of(version, request.user).filter(criterion_key=key).first()


def _form_data(request: SignedInRequest, kept: UnsavedClause | None) -> QueryDict | None:
    """What the form is filled with: what is posted now, or what was typed before when that is asked for."""
    if request.method == "POST":
        return request.POST
    return QueryDict(kept.form) if kept and "unsaved" in request.GET else None


def _beside_form(
    request: SignedInRequest, version: Version, key: str, desk: ClauseDesk, kept: UnsavedClause | None
) -> dict[str, Any]:
    """Text that was not saved, where text is kept, and who else is here."""
    return {
        "kept": kept,
        "is_taken_up": kept is not None and "unsaved" in request.GET,
        "keep_url": _address("criterion_keep", version.pk, key),
        "forget_url": _address("criterion_forget", version.pk, kept.criterion_key if kept else key),
        "watch_url": _address("criterion_watch", version.pk, key),
        "is_opened": True,
    } | _others_at(request, version, key, desk.edit_number)


def _address(name: str, pk: int, key: str) -> str:
    """Of a clause, or of one that is not there yet."""
    return (
        reverse(f"definitions:{name}", args=[pk, key])
        if key
        else reverse(f"definitions:{name}_new", args=[pk])
    )


def _others_at(request: SignedInRequest, version: Version, key: str, number: int) -> dict[str, Any]:
    """Who else has the draft open, and who of them is at the same clause; `seen` says all of it in short."""
    here = people_here(version, request.user, timezone.now())
    return {
        "here": here,
        "at_clause": [each.person for each in here if key and key in each.keys],
        "seen": f"{number}:{people_stamp(here)}",
    }


def _back_to(request: SignedInRequest, criterion: Criterion, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    response = redirect("definitions:draft_editor", criterion.version_id)
    response["Location"] += f"#clause-{criterion.key}"
    return response


def criterion_watch(request: SignedInRequest, pk: int, key: str = "") -> HttpResponse:
    """Who else is here, and whether somebody saved this clause while it is open; 204 when nothing is new.

    `?edit_number=` is what the form started from, `?seen=` what the page shows. Asked by POST, it says as
    well that somebody has the form open.
    """
    version = visible_version(request, pk)
    if request.method == "POST":
        visit_mark(version=version, actor=request.user, key=key or "new")
    current = criteria_of(version).filter(key=key).first() if key else None
    number = current.edit_number if current else 0
    others = _others_at(request, version, key, number)
    if request.GET.get("seen") == others["seen"]:
        return HttpResponse(status=204)
    started = whole_number(request.GET.get("edit_number")) or 0
    groups = {group["key"]: group["label"] for group in version.groups}
    context = {
        "current": current,
        "is_changed": number != started,
        "read": read_clause(criterion_document(current), groups, catalogue()) if current else None,
        "version": version,
        "edit_number": started,
        "watch_url": request.path,
        "is_opened": False,
    } | others
    return render(request, "definitions/_criterion_watch.html", context)


@require_POST
def keep(request: SignedInRequest, pk: int, key: str = "") -> HttpResponse:
    """Keep what is being typed, as it is. Sent by the form itself while somebody types."""
    version = visible_version(request, pk)
    form = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "do"):
        form.pop(name, None)
    clause_keep(version=version, actor=request.user, key=key, form=form.urlencode())
    return HttpResponse(status=204)


@require_POST
def forget(request: SignedInRequest, pk: int, key: str = "") -> HttpResponse:
    """Throw away what was typed and not saved."""
    version = visible_version(request, pk)
    clause_forget(version=version, actor=request.user, key=key)
    messages.success(request, _("What you had typed is thrown away."))
    is_there = key and criteria_of(version).filter(key=key).exists()
    return (
        redirect("definitions:criterion_page", pk, key)
        if is_there
        else redirect("definitions:draft_editor", pk)
    )


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
