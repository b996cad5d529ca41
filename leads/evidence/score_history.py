"""The score of one lead at instants of the past, by what was known then, under one definition.

Scores are not kept: they are computed again. At each instant stands a copy of the lead, and of the people
of its account where the definition asks for them, with the facts of then; their histories are moved in
time until all these instants meet (see `past`), so that one statement answers for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from definitions.criteria.nodes import AttributeTest, nodes_of
from leads.evidence.past import ACTIVITY_COLUMNS, FIT_COLUMNS, Past, Table, real, rows_sent
from leads.evidence.rewinding import ATTRIBUTE_COLUMNS, Rewinder, Rewound
from leads.models import Lead, LeadFit, LeadValue
from leads.scoring.compiler import Compiled, ScoreRow, compiled, score_rows
from leads.scoring.sql import Sql, joined, name, sql
from portal.common.fields import to_microseconds

WEEKS = 12
WEEK = timedelta(days=7)
# More people of one account are not copied: those that came first count.
MOST_PEOPLE = 200

Json = dict[str, Any]


@dataclass(frozen=True)
class ScoreThen:
    """The lead at one instant; without a score it had not been captured."""

    at: datetime
    score: ScoreRow | None


def score_history(document: Json, lead: Lead, now: datetime, weeks: int = WEEKS) -> list[ScoreThen]:
    """At the end of each of the last `weeks` weeks, the latest being now, oldest first.

    Eight queries, and two more for every week in which a fact changed; as many as there are weeks where a
    clause asks for the day of capture, which bears no moving. Facts of accounts have no history: they are
    those of today.
    """
    ready = compiled(document)
    moments = [now - back * WEEK for back in range(weeks - 1, -1, -1)]
    copies = _Copies(ready, lead, moments)
    stays = any(
        isinstance(node, AttributeTest) and node.field.column == "captured_at"
        for clause in ready.document.criteria
        for node in nodes_of(clause.rule)
    )
    rounds = [[moment] for moment in moments] if stays else [moments]
    found = {at: score for some in rounds for at, score in copies.ask(some)}
    return [ScoreThen(at, found.get(at)) for at in moments]


class _Copies:
    """The lead and its mates as they are, and what to put back for each instant."""

    def __init__(self, ready: Compiled, lead: Lead, moments: Sequence[datetime]) -> None:
        self.ready, self.lead = ready, lead
        ids = [lead.pk]
        if ready.document.reads_account_mates and lead.account_id:
            mates = LeadFit.objects.filter(account=lead.account_id).exclude(lead=lead).order_by("lead")
            ids += list(mates.values_list("lead_id", flat=True)[: MOST_PEOPLE - 1])
        self.places = {pk: place for place, pk in enumerate(ids, start=1)}
        self.fit = {
            row["lead_id"]: _sent(row) for row in LeadFit.objects.filter(lead__in=ids).values(*FIT_COLUMNS)
        }
        self.values = list(LeadValue.objects.filter(lead__in=ids).values(*ATTRIBUTE_COLUMNS))
        rules = [clause.rule for clause in ready.document.criteria]
        self.rewinder = Rewinder(rules, moments[0], ids)

    def ask(self, moments: Sequence[datetime]) -> Iterator[tuple[datetime, ScoreRow]]:
        """The score of the lead at these moments, in one statement; nothing for one before its capture."""
        meeting = moments[-1]
        copies: list[Json] = []
        fits: list[Json] = []
        values: list[Json] = []
        number_of: dict[int, datetime] = {}
        for nth, moment in enumerate(moments):
            shift = to_microseconds(meeting) - to_microseconds(moment)
            first = nth * len(self.places)
            then = self.rewinder.to(moment)
            for fit in self._fits(then):
                if fit["captured_at"] >= to_microseconds(moment):
                    continue
                number = first + self.places[fit["lead_id"]]
                copies.append({"lead_id": number, "of": fit["lead_id"], "at": to_microseconds(moment)})
                # Each instant has an account of its own, so that nobody meets somebody of another time.
                account = None if fit["account_id"] is None else fit["account_id"] * len(moments) + nth
                captured = fit["captured_at"] + shift
                fits.append({**fit, "lead_id": number, "account_id": account, "captured_at": captured})
                if fit["lead_id"] == self.lead.pk:
                    number_of[number] = moment
            values += [{**row, "lead_id": first + self.places[row["lead_id"]]} for row in self._values(then)]
        if not number_of:
            return
        facts = _tables(copies, fits, values, len(moments), to_microseconds(meeting))
        for row in score_rows(self.ready, Past(lead_ids=tuple(number_of), facts=facts), meeting):
            yield number_of[row.lead_id], row

    def _fits(self, then: Rewound) -> list[Json]:
        before = {row["lead_id"]: row for row in then.fit}
        return [before.get(pk, fit) for pk, fit in self.fit.items()]

    def _values(self, then: Rewound) -> list[Json]:
        changed = set(then.changed_values)
        kept = [row for row in self.values if (row["lead_id"], row["attribute_id"]) not in changed]
        return [_sent(row) for row in [*kept, *then.values]]


def _sent(row: Json) -> Json:
    """A row as it is sent along: instants as whole microseconds, days as text."""
    return {
        column: to_microseconds(value)
        if isinstance(value, datetime)
        else value.isoformat()
        if hasattr(value, "isoformat")
        else value
        for column, value in row.items()
    }


def _tables(
    copies: list[Json], fits: list[Json], values: list[Json], moments: int, meeting: int
) -> tuple[Table, ...]:
    done = sql(
        "SELECT c.lead_id, a.occurred_at + ({} - c.at) AS occurred_at, {} FROM copies c "
        "JOIN {} a ON a.lead_id = c.original AND a.occurred_at < c.at",
        meeting,
        joined(", ", (name("a", column) for column in ACTIVITY_COLUMNS)),
        real("leads_activity"),
    )
    return (
        ("copies", _copies(copies)),
        ("leads_leadfit", rows_sent("leads_leadfit", FIT_COLUMNS, fits)),
        ("leads_leadvalue", rows_sent("leads_leadvalue", ATTRIBUTE_COLUMNS, values)),
        ("leads_accountvalue", _account_values({row["account_id"] for row in fits}, moments)),
        ("leads_activity", done),
    )


def _copies(copies: list[Json]) -> Sql:
    sent = json.dumps([[row["lead_id"], row["of"], row["at"]] for row in copies])
    if connection.vendor == "sqlite":
        return sql(
            "SELECT JSON_EXTRACT(s.value, '$[0]') AS lead_id, JSON_EXTRACT(s.value, '$[1]') AS original, "
            "JSON_EXTRACT(s.value, '$[2]') AS at FROM JSON_EACH({}) s",
            sent,
        )
    return sql(
        "SELECT CAST(s.value ->> 0 AS bigint) AS lead_id, CAST(s.value ->> 1 AS bigint) AS original, "
        "CAST(s.value ->> 2 AS bigint) AS at FROM JSON_ARRAY_ELEMENTS(CAST({} AS json)) s",
        sent,
    )


def _account_values(accounts: set[int | None], moments: int) -> Sql:
    """The custom facts of the accounts, for each of their copies."""
    numbers = sorted(number for number in accounts if number is not None) or [0]
    given = joined(", ", (sql("({}, {})", number, number // moments) for number in numbers))
    columns = ("attribute_id", "text_key", "text_words", "number", "day")
    return sql(
        "SELECT g.column1 AS account_id, {} FROM (VALUES {}) AS g JOIN {} v ON v.account_id = g.column2",
        joined(", ", (name("v", column) for column in columns)),
        given,
        real("leads_accountvalue"),
    )
