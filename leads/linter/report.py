"""Everything that the linter finds in a draft: of its text and of the leads, for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from definitions.criteria.document import DocumentError
from definitions.documents import document_of
from definitions.linter.findings import LintFinding
from definitions.linter.text import mended_at, text_findings
from definitions.models import Version
from leads.linter.leads import LeadFinding, of_fields, of_leads
from leads.scoring.preview import looks
from leads.scoring.preview.lists import Pick
from leads.scoring.preview.questions import fields_of


@dataclass(frozen=True)
class Item:
    """One finding with the words of what it is about, where it is mended, and the leads behind its number."""

    finding: LintFinding
    wording: str
    url: str
    leads_url: str = ""


@dataclass(frozen=True)
class Report:
    """`problems` says why the draft cannot be read. `is_owed`: the leads are still being looked up, so that
    what they show is not told, or not all of it."""

    items: Sequence[Item] = ()
    problems: Sequence[str] = ()
    is_owed: bool = False

    @property
    def errors(self) -> list[Item]:
        return [item for item in self.items if item.finding.is_error]

    @property
    def warnings(self) -> list[Item]:
        return [item for item in self.items if not item.finding.is_error]


def report_of(version: Version) -> Report:
    """Errors first, then what the leads show, then the rest."""
    document = document_of(version)
    try:
        text = text_findings(version, document)
        looked = looks.look_at(version)
    except DocumentError as error:
        return Report(problems=error.sentences)
    found, is_owed = _of_look(version, looked)
    wordings = {item["key"]: item["wording"] for item in document["criteria"]}
    # A clause that no lead can ever meet is named as that, and not once more as one that nobody meets.
    never = {finding.clause for finding in text if finding.is_error and finding.clause}
    found = [each for each in found if not (each.finding.rule == "dead" and each.finding.clause in never)]
    first = [LeadFinding(finding) for finding in text if finding.is_error]
    rest = [LeadFinding(finding) for finding in text if not finding.is_error]
    items = [_item(version, each, wordings) for each in (*first, *found, *rest)]
    return Report(items, is_owed=is_owed)


def _of_look(version: Version, looked: looks.Looked) -> tuple[list[LeadFinding], bool]:
    look = looked.look
    if look is None:
        return [], True
    asked = fields_of(look.asked.draft.criteria)
    known = look.known_of(asked.values())
    is_owed = len(known) < len(asked)
    if is_owed:
        looks.owe(version)
    return [*of_leads(look), *of_fields(look, known)], is_owed


def _item(version: Version, each: LeadFinding, wordings: dict[str, str]) -> Item:
    finding = each.finding
    leads_url = leads_address(version, each.pick) if each.pick else ""
    of_draft = _("Several clauses") if finding.is_of_clauses else _("Threshold and grades")
    return Item(finding, wordings.get(finding.clause, of_draft), mended_at(version, finding), leads_url)


def leads_address(version: Version, pick: Pick) -> str:
    """Where the leads behind a number are listed."""
    query = {
        name: value
        for name, value in (("of", pick.of), ("beside", pick.beside), ("under", "active" * pick.is_active))
        if value
    }
    url = reverse("leads:draft_leads", args=[version.pk, pick.group])
    return f"{url}?{urlencode(query)}" if query else url
