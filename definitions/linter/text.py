"""What the text of a version shows, and where each finding is mended."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from definitions.criteria.document import parse
from definitions.documents import document_of
from definitions.linter.care import untended
from definitions.linter.findings import LintFinding
from definitions.linter.logic import impossible
from definitions.linter.words import unclear
from definitions.models import Version
from definitions.selectors import catalogue
from definitions.selectors.proposals import base_of


def text_findings(version: Version, document: dict[str, Any]) -> list[LintFinding]:
    """Everything, errors first. Raises `DocumentError` where the document cannot be read."""
    known = catalogue()
    base = base_of(version.definition)
    found = [
        *impossible(parse(document, known)),
        *unclear(document, known, document_of(base) if base else None, str(base)),
        *untended(document),
    ]
    return sorted(found, key=lambda finding: not finding.is_error)


def text_errors(document: dict[str, Any]) -> list[LintFinding]:
    """Only what keeps a text from the vote. Raises `DocumentError` where it cannot be read."""
    return [finding for finding in impossible(parse(document, catalogue())) if finding.is_error]


def mended_at(version: Version, finding: LintFinding) -> str:
    """The address of the clause's form, of all clauses, or of the numbers of the draft."""
    if finding.clause:
        return reverse("definitions:criterion_page", args=[version.pk, finding.clause])
    if finding.is_of_clauses:
        return f"{reverse('definitions:draft_editor', args=[version.pk])}#draft-clauses"
    return reverse("definitions:draft_settings", args=[version.pk])
