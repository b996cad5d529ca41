"""What one version says otherwise than another, in words."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from definitions.criteria.diff import differences
from definitions.documents import document_of
from definitions.models import Version
from definitions.selectors import catalogue, history_of
from definitions.selectors.versions import definitions_of
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number


@require_GET
def compare(request: SignedInRequest, stage: str) -> HttpResponse:
    """`?from=1&to=3`: any two of the history; without them the version in force and the one before it."""
    definition = get_object_or_404(definitions_of(stage))
    versions = {version.number: version for version in history_of(definition)}
    if len(versions) < 2:
        raise Http404
    later = _chosen(request, "to", versions) or definition.active_version or versions[max(versions)]
    earlier = _chosen(request, "from", versions) or _before(later, versions)
    context = {
        "definition": definition,
        "versions": list(versions.values()),
        "earlier": earlier,
        "later": later,
        "differences": differences(document_of(earlier), document_of(later), catalogue()),
    }
    return render(request, "definitions/compare.html", context)


def _chosen(request: SignedInRequest, name: str, versions: dict[int, Version]) -> Version | None:
    """None where the address names none; a number that there is not is an error."""
    number = whole_number(request.GET.get(name))
    if number is None:
        return None
    if number not in versions:
        raise Http404
    return versions[number]


def _before(later: Version, versions: dict[int, Version]) -> Version:
    """What it was written from, where that is known; else the number before it, or the next."""
    base = later.based_on
    if base is not None and base.number in versions:
        return base
    numbers = sorted(versions)
    place = numbers.index(later.number)
    return versions[numbers[place - 1 if place else 1]]
