"""Comments on a draft: said, answered, settled."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions import policies
from definitions.forms.drafts import CommentForm
from definitions.models import Comment, Version, VersionStatus
from definitions.selectors.discussion import comments_of, comments_visible_to
from definitions.services.discussion import comment_add, comment_resolve
from definitions.views.editor import visible_version
from portal.common.requests import SignedInRequest


def comment_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """The comments on the whole draft, or with `?on=key` on one clause, as a fragment."""
    version = visible_version(request, pk)
    key = request.GET.get("on", "").replace("\0", "")[:40]
    context = {
        "version": version,
        "comments": comments_of(version, key),
        "is_whole": not key,
        "may_comment": policies.may_comment(request.user, version),
    }
    return render(request, "definitions/_comments.html", context)


@require_POST
def comment_new(request: SignedInRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write what you want to say, in at most 4,000 letters."))
        return _back(version, request.POST.get("criterion_key", ""))
    data = form.cleaned_data
    reply_to = (
        get_object_or_404(comments_visible_to(request.user), pk=data["reply_to"])
        if data["reply_to"]
        else None
    )
    comment = comment_add(
        version=version,
        actor=request.user,
        kind=data["kind"],
        text=data["text"],
        criterion_key=data["criterion_key"],
        reply_to=reply_to,
    )
    return _back(version, comment.criterion_key)


@require_POST
def comment_settle(request: SignedInRequest, pk: int) -> HttpResponse:
    comment: Comment = get_object_or_404(comments_visible_to(request.user), pk=pk)
    comment_resolve(comment=comment, actor=request.user)
    return _back(comment.version, comment.criterion_key)


def _back(version: Version, criterion_key: str) -> HttpResponse:
    if version.status != VersionStatus.DRAFT:
        return redirect(f"{version.get_absolute_url()}#comments")
    is_on_clause = bool(criterion_key) and version.criteria.filter(key=criterion_key).exists()
    address = (
        reverse("definitions:criterion_page", args=[version.pk, criterion_key])
        if is_on_clause
        else reverse("definitions:draft_editor", args=[version.pk])
    )
    return redirect(f"{address}#comments")
