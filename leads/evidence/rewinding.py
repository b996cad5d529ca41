"""What was known of leads before a change: the history of fields, turned back to an instant.

The portal writes a change when it learns of it. What it does not know: facts of accounts have no history,
and whatever was brought in with a lead counts as known since its capture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from definitions.criteria.matching import key_form, words_form
from definitions.criteria.nodes import AttributeTest, Node, nodes_of
from definitions.models import Attribute
from leads import bulk
from leads.facts import fit_values
from leads.models import Account, FieldChange, Lead

ATTRIBUTE_COLUMNS = ("lead_id", "attribute_id", "text_key", "text_words", "number", "day")
# The column of a lead that an attribute is read from, where its name differs.
_COLUMN_OF = {
    "lead.source": "lead_source",
    "lead.email_domain": "email",
    "lead.has_free_email": "email",
    "lead.has_disposable_email": "email",
    "lead.has_business_website": "website",
    "lead.has_phone": "phone",
    "account.name": "company",
}
# Whose account a lead is, and since when it is known, can matter to every rule.
_ALWAYS = frozenset({"account_id", "captured_at"})

Json = dict[str, Any]
Key = tuple[int, str]


@dataclass(frozen=True)
class Rewound:
    """Rows that stand in for those of today: of the fit table, and of custom attributes.

    `changed_values` names the (lead, attribute) that today's rows no longer speak for; there is no row
    in `values` where nothing was known.
    """

    fit: list[Json] = field(default_factory=list)
    values: list[Json] = field(default_factory=list)
    changed_values: list[tuple[int, int]] = field(default_factory=list)


class Rewinder:
    """The recorded changes of what some rules read, since `start`; asked for one instant after the other.

    Of all leads, or of these.
    """

    def __init__(self, rules: Iterable[Node], start: datetime, leads: Iterable[int] | None = None) -> None:
        wanted = {
            _COLUMN_OF.get(node.field.key, node.field.key.partition(".")[2])
            for rule in rules
            for node in nodes_of(rule)
            if isinstance(node, AttributeTest)
        }
        changes = FieldChange.objects.filter(changed_at__gte=start, field__in=wanted | _ALWAYS)
        if leads is not None:
            changes = changes.filter(lead__in=list(leads))
        # Latest first, so that the last one met is the first change after an instant.
        self._changes = list(
            changes.order_by("-changed_at", "-pk").values_list("lead_id", "field", "before", "changed_at")
        )
        self._attributes = {row.key: row for row in Attribute.objects.filter(key__in=wanted, holder="lead")}
        self._columns = {column.attname for column in Lead._meta.concrete_fields}

    def to(self, instant: datetime) -> Rewound:
        """All leads as they were known before one instant."""
        return self._to(lambda lead: instant)

    def to_each(self, moments: dict[int, datetime]) -> Rewound:
        """These leads, each as it was known before its own moment."""
        return self._to(moments.get)

    def _to(self, moment_of: Callable[[int], datetime | None]) -> Rewound:
        columns: dict[int, dict[str, str]] = {}
        values: dict[Key, str] = {}
        for lead_id, name, before, changed_at in self._changes:
            moment = moment_of(lead_id)
            if moment is None or changed_at < moment:
                continue
            if name in self._columns:
                columns.setdefault(lead_id, {})[name] = before
            elif name in self._attributes:
                values[lead_id, name] = before
        rows = ((key, self._attributes[key[1]], before) for key, before in sorted(values.items()))
        found = [(lead_id, attribute, _value(attribute, before)) for (lead_id, _n), attribute, before in rows]
        return Rewound(
            fit=_fit_rows(columns),
            values=[
                {"lead_id": lead, "attribute_id": attribute.pk, **value}
                for lead, attribute, value in found
                if value is not None
            ],
            changed_values=[(lead, attribute.pk) for lead, attribute, _value in found],
        )


def _fit_rows(columns: dict[int, dict[str, str]]) -> list[Json]:
    """Fit rows of these leads with some columns put back."""
    rows: list[Json] = []
    for batch in bulk.batches(columns):
        leads = [
            (vars(lead), {name: _fact(name, text) for name, text in columns[lead.pk].items()})
            for lead in Lead.objects.filter(pk__in=batch, merged_into=None)
        ]
        accounts = Account.objects.in_bulk(
            {known for lead, before in leads if (known := {**lead, **before}["account_id"])}
        )
        for lead, before in leads:
            facts = {**lead, **before, "pk": lead["id"]}
            account = accounts.get(facts["account_id"])
            rows.append(fit_values(facts, vars(account) if account else {}))
    return rows


def _fact(column: str, text: str) -> Any:
    """A value as the history shows it, back in its type."""
    if column == "account_id":
        return int(text) if text else None
    if column == "captured_at":
        return datetime.fromisoformat(text)
    return text or None


def _value(attribute: Attribute, text: str) -> Json | None:
    """The columns of a custom value; None where nothing was known."""
    if not text:
        return None
    empty: Json = {"text_key": None, "text_words": None, "number": None, "day": None}
    if attribute.value_type in ("number", "yes_no"):
        return empty | {"number": float(text)}
    if attribute.value_type == "date":
        return empty | {"day": date.fromisoformat(text).isoformat()}
    return empty | {"text_key": key_form(text), "text_words": words_form(text)}
