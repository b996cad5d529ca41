"""What is not known of a lead and would matter: what its definition asks for, and what sales missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from definitions.criteria.catalogue import Field
from definitions.criteria.document import DocumentError, parse
from definitions.criteria.nodes import AttributeTest, nodes_of
from definitions.models import Version
from definitions.selectors import catalogue
from leads.models import AccountValue, Handoff, Lead, LeadFit, LeadValue
from leads.selectors.handoffs import MISSING_FACTS

# Known by their very absence: without a web address a lead has no business website.
_NEVER_UNKNOWN = frozenset({"has_business_website", "has_phone", "captured_at"})


@dataclass(frozen=True)
class Missing:
    """One fact by its name, and who asks for it in a sentence."""

    label: str
    why: str


def missing_of(lead: Lead, version: Version | None, handoffs: Iterable[Handoff]) -> list[Missing]:
    """What sales said was missing first, then what clauses of `version` ask for. Five queries at most.

    A clause that asks whether a fact is unknown is content without it and asks for nothing.
    """
    said = [
        Missing(
            str(MISSING_FACTS.get(row.missing_field, row.missing_field)),
            _("%(name)s returned it for want of this.") % {"name": row.decided_by or row.owner},
        )
        for row in handoffs
        if row.missing_field
    ]
    return list(dict.fromkeys(said)) + [
        Missing(label, _("Asked for by “%(clause)s”.") % {"clause": wording})
        for label, wording in _asked_for(lead, version)
    ]


def _asked_for(lead: Lead, version: Version | None) -> list[tuple[str, str]]:
    """(name of the fact, wording of the first clause that asks for it)."""
    if version is None or version.document is None:
        return []
    try:
        document = parse(version.document, catalogue())
    except DocumentError:
        return []
    asked: dict[Field, str] = {}
    for clause in document.criteria:
        for node in nodes_of(clause.rule):
            if isinstance(node, AttributeTest) and node.operator != "unknown":
                asked.setdefault(node.field, clause.wording)
    known = _known(lead, list(asked))
    return [(str(field.label), wording) for field, wording in asked.items() if field not in known]


def _known(lead: Lead, fields: list[Field]) -> set[Field]:
    fit = LeadFit.objects.filter(lead=lead).first()
    custom = {field.attribute_id for field in fields if field.attribute_id is not None}
    values: set[int] = set()
    if custom:
        values.update(
            LeadValue.objects.filter(lead=lead, attribute__in=custom).values_list("attribute", flat=True)
        )
        if lead.account_id:
            rows = AccountValue.objects.filter(account=lead.account_id, attribute__in=custom)
            values.update(rows.values_list("attribute", flat=True))
    return {
        field
        for field in fields
        if field.attribute_id in values
        or field.column in _NEVER_UNKNOWN
        or (field.column and fit is not None and getattr(fit, field.column) is not None)
    }
