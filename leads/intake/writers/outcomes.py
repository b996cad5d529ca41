"""Outcomes: what became of leads. One line may tell of an opportunity and of how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leads import bulk
from leads.handoffs.outcomes import stages_follow
from leads.intake.recognise import LOST_WORDS, WON_WORDS, plain
from leads.intake.rows import LineProblem, Row
from leads.intake.writers.leads_named import LeadsNamed
from leads.intake.writers.result import Job, SliceResult, hash_of, without_duplicates
from leads.models import Outcome, OutcomeKind

_COLUMNS = ("lead_id", "kind", "at", "value", "source_id", "external_id", "import_id")
# What one line says: (kind, when, value).
Said = tuple[str, datetime, int | None]


class OutcomeWriter:
    """Outcomes are known by (source, opportunity, kind); a lead not named is that of the opportunity."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def write(self, rows: list[Row], result: SliceResult) -> None:
        named = []
        for row in rows:
            if row.values.get("external_id"):
                named.append(row)
            else:
                column = self.job.column("external_id")
                result.reject(row.line, row.cells, "The line has no id of the opportunity.", column)
        named = without_duplicates(
            self.job, named, lambda row: [hash_of("outcome", row.values["external_id"])], result
        )
        known, leads = self._known(named), LeadsNamed(self.job, named)
        leads_of = {key[0]: values[0] for key, values in known.items()}
        written: list[tuple[Any, ...]] = []
        for row in named:
            key = row.values["external_id"]
            try:
                said = self._said(row)
                lead = leads_of[key] if key in leads_of and not _names_lead(row) else leads.of(row)
            except LineProblem as problem:
                result.reject(row.line, row.cells, problem.reason, problem.column)
                continue
            before = [known.get((key, kind)) for kind, _at, _value in said]
            differing = [
                (kind, at, value)
                for (kind, at, value), old in zip(said, before, strict=True)
                if old is None or old != (lead, at, old[2] if value is None else value)
            ]
            written += [self._columns(lead, key, *entry) for entry in differing]
            if not any(before):
                result.created += 1
            elif differing:
                result.updated += 1
            else:
                result.unchanged += 1
        bulk.insert(
            Outcome,
            _COLUMNS,
            written,
            conflict=("source_id", "external_id", "kind"),
            update=("lead_id", "at", "value", "import_id"),
        )
        stages_follow((row[0] for row in written), self.job.now)

    def _known(self, rows: list[Row]) -> dict[tuple[str, str], tuple[int, datetime, int | None]]:
        found: dict[tuple[str, str], tuple[int, datetime, int | None]] = {}
        for batch in bulk.batches(row.values["external_id"] for row in rows):
            stored = Outcome.objects.filter(source=self.job.source, external_id__in=batch)
            for key, kind, lead, at, value in stored.values_list(
                "external_id", "kind", "lead_id", "at", "value"
            ):
                found[key, kind] = (lead, at, value)
        return found

    def _said(self, row: Row) -> list[Said]:
        values, column = row.values, self.job.column
        opened_at, closed_at, value = values.get("opened_at"), values.get("closed_at"), values.get("value")
        ended = self.job.mapping.get("fixed_outcome") or _ending(values)
        said: list[Said] = []
        if opened_at is not None:
            said.append((OutcomeKind.OPPORTUNITY.value, opened_at, value))
        if ended:
            at = closed_at or opened_at
            if at is None:
                raise LineProblem("The line does not say when it ended.", column("closed_at"))
            said.append((ended, at, value))
        if not said:
            raise LineProblem(
                "The line says neither when it was opened nor how it ended.", column("opened_at")
            )
        return said

    def _columns(self, lead: int, key: str, kind: str, at: datetime, value: int | None) -> tuple[Any, ...]:
        return (lead, kind, bulk.instant_value(at), value, self.job.source.pk, key, self.job.batch.pk)


def _names_lead(row: Row) -> bool:
    return bool(row.values.keys() & {"lead.external_id", "lead.email"})


def _ending(values: dict[str, Any]) -> str:
    """won, lost, or empty while it is open. An outcome column goes before yes-or-no columns."""
    word = plain(values.get("outcome", ""))
    if word in WON_WORDS:
        return OutcomeKind.WON.value
    if word in LOST_WORDS:
        return OutcomeKind.LOST.value
    if values.get("is_won") and values.get("is_closed", 1.0):
        return OutcomeKind.WON.value
    return OutcomeKind.LOST.value if values.get("is_closed") and "is_won" in values else ""
