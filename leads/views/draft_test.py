"""Test a lead: its receipt under a draft beside the one under the version in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from definitions.criteria.document import DocumentError
from definitions.documents import document_of
from definitions.models import Version
from definitions.selectors import versions_visible_to
from leads.golden.selectors import golden_of_lead
from leads.models import GoldenLead, Lead
from leads.scoring.receipt import Receipt, receipt
from leads.selectors.leads import leads_found, leads_visible_to
from leads.views.sections import DEFINITIONS
from portal.common.fragments import render_page
from portal.common.requests import SignedInRequest, words_sought
from portal.common.whole_numbers import whole_number

# As many tested leads as stay at hand while drafting.
MOST_TESTED = 6


@dataclass(frozen=True)
class Test:
    """One lead under the draft and under the version in force (None where there is none)."""

    lead: Lead
    draft: Receipt | None
    active: Receipt | None
    golden: GoldenLead | None
    problems: tuple[str, ...] = ()

    @property
    def is_golden_kept(self) -> bool:
        return bool(self.golden and self.draft and self.draft["is_qualified"] == self.golden.must_qualify)


@require_GET
def draft_test(request: SignedInRequest, version_pk: int) -> HttpResponse:
    """`?q=` finds leads, `?lead=` tests one. The leads tested last stay at hand for this session."""
    version = get_object_or_404(versions_visible_to(request.user), pk=version_pk)
    query = words_sought(request)
    lead = _lead(request, version)
    context: dict[str, Any] = {
        "version": version,
        "section_path": DEFINITIONS,
        "query": query,
        "found": leads_found(request.user, query),
        "test": _test(request, version, lead, timezone.now()) if lead else None,
        "tested": _tested(request, version, lead),
    }
    response = render_page(request, "leads/draft_test.html", "leads/_draft_test.html", context)
    if lead and request.GET.get("lead"):
        # The address of the page around this part carries the lead, so that it can be sent to somebody.
        response["HX-Replace-Url"] = f"{_page_around(request, version)}?lead={lead.pk}"
    return response


def _lead(request: SignedInRequest, version: Version) -> Lead | None:
    """The lead asked for, else the one that was tested last."""
    rows = leads_visible_to(request.user).select_related("account")
    number = whole_number(request.GET.get("lead"))
    if number is not None:
        return get_object_or_404(rows, pk=number)
    last = _kept(request, version)[:1]
    return rows.filter(pk__in=last).first()


def _tested(request: SignedInRequest, version: Version, lead: Lead | None) -> list[Lead]:
    """The leads tested with this draft, the last one first; `lead` joins them."""
    before = _kept(request, version)
    kept = before if lead is None else [lead.pk, *(pk for pk in before if pk != lead.pk)][:MOST_TESTED]
    if kept != before:
        request.session[_key(version)] = kept
    rows = {each.pk: each for each in leads_visible_to(request.user).filter(pk__in=kept)}
    return [rows[pk] for pk in kept if pk in rows]


def _kept(request: SignedInRequest, version: Version) -> list[int]:
    return request.session.get(_key(version), [])


def _key(version: Version) -> str:
    return f"tested-{version.pk}"


def _test(request: SignedInRequest, version: Version, lead: Lead, now: datetime) -> Test:
    active = version.definition.active_version
    golden = [one for one in golden_of_lead(request.user, lead) if one.definition_id == version.definition_id]
    problems: tuple[str, ...] = ()
    try:
        draft = receipt(document_of(version) | {"title": str(version)}, lead.pk, now)
    except DocumentError as error:
        draft, problems = None, tuple(error.sentences)
    return Test(
        lead,
        draft,
        receipt(active, lead.pk, now) if active else None,
        golden[0] if golden else None,
        problems,
    )


def _page_around(request: SignedInRequest, version: Version) -> str:
    editor = reverse("definitions:draft_editor", args=[version.pk])
    path = request.headers.get("HX-Current-URL", "").partition("?")[0].partition("#")[0]
    # Only how it ends is looked at: what a browser sends may be no address at all.
    is_editor = path.endswith(editor)
    return editor if is_editor else reverse("leads:draft_test", args=[version.pk])
