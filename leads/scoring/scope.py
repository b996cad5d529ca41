"""Which leads a statement speaks of: all, a span of ids, or some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from leads.scoring.sql import Sql, joined, name, sql


@dataclass(frozen=True)
class Scope:
    """Made by `all()`, `span()` or `ids()`. `has_mates` widens it to everybody of the same accounts."""

    first: int | None = None
    last: int | None = None
    lead_ids: tuple[int, ...] | None = None
    has_mates: bool = False

    @classmethod
    def all(cls) -> Scope:
        return cls()

    @classmethod
    def span(cls, first: int, last: int) -> Scope:
        """Leads with an id from first to last, both included."""
        return cls(first=int(first), last=int(last))

    @classmethod
    def ids(cls, lead_ids: Iterable[int]) -> Scope:
        return cls(lead_ids=tuple(sorted({int(lead_id) for lead_id in lead_ids})))

    @property
    def is_all(self) -> bool:
        return self.first is None and self.lead_ids is None

    @property
    def is_empty(self) -> bool:
        return self.lead_ids == ()

    @property
    def _one_lead(self) -> int | None:
        """Needs no list to be looked up in, which planning would pay for again at each place."""
        return self.lead_ids[0] if self.lead_ids and len(self.lead_ids) == 1 and not self.has_mates else None

    def with_mates(self) -> Scope:
        return replace(self, has_mates=not self.is_all)

    def tables(self, *, needs_mates: bool) -> list[tuple[str, Sql]]:
        """`wanted`: the leads asked for; `mates`: these and everybody of their accounts."""
        if self.is_all:
            return []
        tables = []
        if self._one_lead is not None:
            given = sql("SELECT {} AS lead_id", self._one_lead)
        elif self.lead_ids is not None:
            # Each id once, however often the statement asks: SQLite counts parameters.
            rows = joined(", ", (sql("({})", lead_id) for lead_id in self.lead_ids))
            tables.append(("given", sql("SELECT column1 AS lead_id FROM (VALUES {}) AS v", rows)))
            given = sql("SELECT g.lead_id FROM given g")
        else:
            given = sql(
                "SELECT s.lead_id FROM leads_leadfit s WHERE s.lead_id BETWEEN {} AND {}",
                self.first,
                self.last,
            )
        mates = sql(
            "SELECT m.lead_id FROM leads_leadfit m WHERE m.account_id IN "
            "(SELECT o.account_id FROM leads_leadfit o WHERE o.lead_id IN ({}))",
            given,
        )
        widened = sql("{} UNION {}", given, mates)
        if self._one_lead is None or needs_mates:
            tables.append(("wanted", widened if self.has_mates else given))
        if needs_mates:
            tables.append(("mates", widened))
        return tables

    def holds(self, alias: str) -> Sql:
        """The condition that a row's `lead_id` is in scope."""
        if self.first is not None and not self.has_mates:
            return sql("{} BETWEEN {} AND {}", name(alias, "lead_id"), self.first, self.last)
        return self.holds_one_by_one(alias)

    def holds_one_by_one(self, alias: str) -> Sql:
        """The same, as a list of leads to look up. SQLite, which knows no more of an index than its
        columns, would rather read all activities of a kind than those of a span of leads."""
        if self.is_all:
            return sql("1 = 1")
        if self._one_lead is not None:
            return sql("{} = {}", name(alias, "lead_id"), self._one_lead)
        return sql("{} IN (SELECT w.lead_id FROM wanted w)", name(alias, "lead_id"))

    def holds_mate(self, alias: str) -> Sql:
        if self.is_all:
            return sql("1 = 1")
        return sql("{} IN (SELECT w.lead_id FROM mates w)", name(alias, "lead_id"))
