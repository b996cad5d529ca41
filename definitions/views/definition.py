"""The agreement as it is read: the active version as a treaty, every other version, the file."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header

from definitions import policies, policies_temporary
from definitions.documents import document_of
from definitions.forms.ballots import RestoreForm
from definitions.forms.drafts import CommentForm
from definitions.models import Version, VersionStatus
from definitions.policies_shadows import may_run_shadow, may_see_shadows
from definitions.reading import read_document
from definitions.selectors import catalogue, drafts_of, history_of, open_ballots_of, signatures_of
from definitions.selectors.ageing import looks_ahead, owners_of
from definitions.selectors.ballot_outcome import expected_of
from definitions.selectors.discussion import comments_of
from definitions.selectors.versions import definitions_of, versions_visible_to
from definitions.steps import standing_of
from portal.common.models import HOUSES, User
from portal.common.requests import SignedInRequest


def reading_of(request: SignedInRequest, version: Version) -> dict[str, Any]:
    """What the treaty and the version page show of one version."""
    document = document_of(version)
    return {
        "version": version,
        "document": document,
        "halves": read_document(
            document,
            catalogue(),
            look_again_on=looks_ahead(version.definition, document),
            names=owners_of(document),
        ),
        "grade_rows": list(zip((2, 3, 4, 5), document["grades"], strict=True)),
        "signatures": signatures_of(version),
        "expected": expected_of(version),
        "version_link": request.build_absolute_uri(version.get_absolute_url()),
        "permalink": request.build_absolute_uri(version.definition.get_absolute_url())
        if version.status == VersionStatus.ACTIVE
        else "",
    }


def temporary_view(version: Version, reader: User) -> dict[str, Any]:
    """What the banner says of a version that is in force until a day."""
    return {
        "temporary": version if version.ends_at else None,
        "may_end_early": policies_temporary.may_end_early(reader, version),
    }


def definition_index(request: SignedInRequest) -> HttpResponse:
    return redirect("definitions:definition_page", "mql")


def definition_page(request: SignedInRequest, stage: str) -> HttpResponse:
    definition = get_object_or_404(definitions_of(stage))
    history = list(history_of(definition))
    context: dict[str, Any] = {
        "definition": definition,
        "history": history,
        "drafts": drafts_of(definition),
        "ballots": open_ballots_of(definition),
        "building": [version for version in history if version.status == VersionStatus.RATIFIED],
        "may_draft": policies.may_draft(request.user),
        "may_relax": policies_temporary.may_relax(request.user),
        "may_see_shadows": may_see_shadows(request.user),
        "may_promise": any(policies.may_set_promise(request.user, house) for house in HOUSES),
        "version": definition.active_version,
        "review": standing_of("review", definition),
    }
    if definition.active_version:
        context |= reading_of(request, definition.active_version)
        context |= temporary_view(definition.active_version, request.user)
    return render(request, "definitions/definition_page.html", context)


def version_page(request: SignedInRequest, stage: str, number: int) -> HttpResponse:
    found = versions_visible_to(request.user).filter(definition__stage=stage)
    version = get_object_or_404(found, number=number)
    if version.status == VersionStatus.DRAFT:
        return redirect("definitions:draft_editor", version.pk)
    context = {
        **reading_of(request, version),
        "comments": comments_of(version),
        "comment_form": CommentForm(),
        "may_comment": policies.may_comment(request.user, version),
        "ballots": version.ballots.all(),
        "may_draft": policies.may_draft(request.user),
        "may_restore": policies_temporary.may_restore(request.user, version),
        "may_run_shadow": may_run_shadow(request.user),
        "restore_form": RestoreForm(),
        **temporary_view(version, request.user),
    }
    return render(request, "definitions/version_page.html", context)


def version_export(request: SignedInRequest, pk: int) -> HttpResponse:
    """The definition document as one readable file."""
    version = get_object_or_404(versions_visible_to(request.user), pk=pk)
    text = json.dumps(document_of(version), indent=2, ensure_ascii=False) + "\n"
    name = f"{version.definition.stage}-v{version.number}.json"
    return HttpResponse(
        text,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )
