"""Facts as of then, for the statements of the compiler.

A common table with the name of a real one stands in its place for the whole statement: the compiler asks
`leads_leadfit` as always and reads the leads that were known then, with what was known of them then. So
the meaning of a definition stands in one place, and nothing is written to ask about the past.

Where each lead is to be judged as of an instant of its own, its history is moved in time until all these
instants meet: windows, silence, spans of hours and fading only know how long ago something was. Two
things do not bear it, `must_stay_in_place` says which.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from definitions.criteria.nodes import AttributeTest, Node, PeopleTest, RolesTest, nodes_of
from leads.evidence.rewinding import ATTRIBUTE_COLUMNS, Rewound
from leads.models import LeadFit
from leads.scoring.scope import Scope
from leads.scoring.sql import Sql, joined, name, sql
from portal.common.fields import to_microseconds

FIT_COLUMNS = tuple(field.attname for field in LeadFit._meta.concrete_fields)
ACTIVITY_COLUMNS = ("kind_id", "subject_id", "campaign_id", "channel_id", "seconds", "properties")

Table = tuple[str, Sql]


@dataclass(frozen=True)
class Past(Scope):
    """All leads that were known then. `facts` stand in the place of the tables that they are named after."""

    facts: tuple[Table, ...] = ()

    def tables(self, *, needs_mates: bool) -> list[Table]:
        return [*self.facts, *super().tables(needs_mates=needs_mates)]


def all_as_of(instant: datetime, rewound: Rewound) -> Past:
    """Every lead that had been captured before `instant`. Activities need no table: `as_of` bounds them."""
    return Past(facts=(*_values(rewound), ("leads_leadfit", _known_before(instant, rewound))))


def some_as_of(instant: datetime, rewound: Rewound, lead_ids: Iterable[int]) -> Past:
    """The same for some leads; of the others, those of their accounts alone are there to be asked about."""
    ids = sorted(set(lead_ids))
    fit = sql(
        "{} AND (x.lead_id IN ({}) OR x.account_id IN "
        "(SELECT o.account_id FROM ({}) o WHERE o.lead_id IN ({})))",
        _known_before(instant, rewound),
        ids,
        _fit(rewound),
        ids,
    )
    return Past(lead_ids=tuple(ids), facts=(*_values(rewound), ("leads_leadfit", fit)))


def _known_before(instant: datetime, rewound: Rewound) -> Sql:
    columns = joined(", ", (name("x", column) for column in FIT_COLUMNS))
    return sql(
        "SELECT {} FROM ({}) x WHERE x.captured_at < {}", columns, _fit(rewound), to_microseconds(instant)
    )


def each_as_of(moments: Mapping[int, datetime], rewound: Rewound) -> tuple[Past, datetime]:
    """These leads, each with what was known before its own moment; and the instant to ask as of."""
    meeting = max(moments.values())
    pairs = json.dumps([[lead, to_microseconds(at)] for lead, at in sorted(moments.items())])
    shift = sql("({} - m.at)", to_microseconds(meeting))
    columns = (
        sql("x.captured_at + {} AS captured_at", shift) if column == "captured_at" else name("x", column)
        for column in FIT_COLUMNS
    )
    fit = sql(
        "SELECT {} FROM ({}) x JOIN moments m ON m.lead_id = x.lead_id", joined(", ", columns), _fit(rewound)
    )
    done = sql(
        "SELECT a.lead_id, a.occurred_at + {} AS occurred_at, {} FROM {} a "
        "JOIN moments m ON m.lead_id = a.lead_id WHERE a.occurred_at < m.at",
        shift,
        joined(", ", (name("a", column) for column in ACTIVITY_COLUMNS)),
        real("leads_activity"),
    )
    tables = (
        ("moments", _pairs(pairs)),
        *_values(rewound),
        ("leads_leadfit", fit),
        ("leads_activity", done),
    )
    return Past(facts=tables), meeting


def must_stay_in_place(rule: Node) -> bool:
    """Whether a rule asks about other people of the account, or for the day of capture itself."""
    return any(
        isinstance(node, PeopleTest | RolesTest)
        or (isinstance(node, AttributeTest) and node.field.column == "captured_at")
        for node in nodes_of(rule)
    )


def real(table: str) -> Sql:
    """The table itself. SQLite would take the bare name for the common table that is being made."""
    return name("main", table) if connection.vendor == "sqlite" else name(table)


def _fit(rewound: Rewound) -> Sql:
    columns = joined(", ", (name("r", column) for column in FIT_COLUMNS))
    if not rewound.fit:
        return sql("SELECT {} FROM {} r", columns, real("leads_leadfit"))
    rows = rows_sent("leads_leadfit", FIT_COLUMNS, rewound.fit)
    return sql(
        "SELECT {} FROM {} r WHERE r.lead_id NOT IN (SELECT b.lead_id FROM ({}) b) UNION ALL {}",
        columns,
        real("leads_leadfit"),
        rows_sent("leads_leadfit", ("lead_id",), [{"lead_id": row["lead_id"]} for row in rewound.fit]),
        rows,
    )


def _values(rewound: Rewound) -> Sequence[Table]:
    """Custom attributes, where any of them has changed since."""
    if not rewound.changed_values:
        return ()
    changed = [{"lead_id": lead, "attribute_id": attribute} for lead, attribute in rewound.changed_values]
    table = sql(
        "SELECT {} FROM {} r WHERE NOT EXISTS (SELECT 1 FROM ({}) c WHERE c.lead_id = r.lead_id AND "
        "c.attribute_id = r.attribute_id) UNION ALL {}",
        joined(", ", (name("r", column) for column in ATTRIBUTE_COLUMNS)),
        real("leads_leadvalue"),
        rows_sent("leads_leadvalue", ("lead_id", "attribute_id"), changed),
        rows_sent("leads_leadvalue", ATTRIBUTE_COLUMNS, rewound.values),
    )
    return (("leads_leadvalue", table),)


def rows_sent(table: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Sql:
    """Rows that are sent along, however many, as one parameter; typed as those of the table."""
    sent = json.dumps(rows)
    if connection.vendor == "sqlite":
        read = (sql("JSON_EXTRACT(s.value, {}) AS {}", f"$.{column}", name(column)) for column in columns)
        return sql("SELECT {} FROM JSON_EACH({}) s", joined(", ", read), sent)
    return sql(
        "SELECT {} FROM JSON_POPULATE_RECORDSET(NULL::{}, {}) s",
        joined(", ", (name("s", column) for column in columns)),
        name(table),
        sql("CAST({} AS json)", sent),
    )


def _pairs(sent: str) -> Sql:
    if connection.vendor == "sqlite":
        return sql(
            "SELECT JSON_EXTRACT(s.value, '$[0]') AS lead_id, JSON_EXTRACT(s.value, '$[1]') AS at "
            "FROM JSON_EACH({}) s",
            sent,
        )
    return sql(
        "SELECT CAST(s.value ->> 0 AS bigint) AS lead_id, CAST(s.value ->> 1 AS bigint) AS at "
        "FROM JSON_ARRAY_ELEMENTS(CAST({} AS json)) s",
        sent,
    )
