"""Leads: found by id in the source or by e-mail; made, or brought up to date field by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models.functions import Lower

from definitions.models import Attribute
from leads import bulk
from leads.domains import domain_of_email, is_free
from leads.facts import refresh
from leads.intake.rows import Row, Value
from leads.intake.writers import attributes
from leads.intake.writers.accounts import AccountBook, own_domain
from leads.intake.writers.result import Job, SliceResult, hash_of, without_duplicates
from leads.models import Account, FieldChange, Lead, LeadStage, LeadValue

TEXTS = (
    "first_name",
    "last_name",
    "phone",
    "company",
    "job_title",
    "role",
    "seniority",
    "department",
    "website",
    "country",
    "region",
    "city",
    "language",
    "lead_source",
    "channel",
    "campaign",
)
_READ = ("id", "source_id", "external_id", "email", *TEXTS, "captured_at", "account_id", "provenance")
_FACTS = ("external_id", "email", *TEXTS, "captured_at", "account_id")
_WRITTEN = ("source_id", *_FACTS, "provenance", "last_import_id", "changed_at")

Known = dict[str, Any]  # one lead as read: the names of `_READ`, and merged_into_id


class LeadWriter:
    """One line, one lead; or, matched by an attribute, all leads that carry its value."""

    def __init__(self, job: Job) -> None:
        self.job = job
        targets = [target for _place, _header, target, _convert in job.reader.fields]
        self.match = next((target for target in targets if target.startswith("match:")), "")

    def write(self, rows: list[Row], result: SliceResult) -> None:
        rows = [row for row in rows if self._is_named(row, result)]
        for row in rows:
            _split_name(row.values)
        rows = without_duplicates(self.job, rows, self._keys, result)
        found = self._find_by_attribute(rows, result) if self.match else self._find(rows, result)
        accounts = self._accounts(row for row in rows if row.line in found)
        new: list[tuple[Row, Known]] = []
        changed: dict[int, Known] = {}
        history: list[tuple[Any, ...]] = []
        updated: set[int] = set()
        for row in rows:
            for lead in found.get(row.line, ()):
                account = accounts.get(row.line)
                if lead is None:
                    new.append((row, self._made(row, account)))
                elif changes := self._differences(lead, row, account):
                    changed[lead["id"]] = lead
                    updated.add(row.line)
                    history += [(lead["id"], name, *pair) for name, pair in changes.items()]
        created = self._insert(new)
        self._update(changed.values())
        values, more_history, more_lines = self._values(rows, found, created)
        attributes.write(LeadValue, values, self.job.batch.pk)
        self._write_history(history + more_history)
        updated |= more_lines
        refresh({*created.values(), *changed, *(entry[0] for entry in more_history)})
        for row in rows:
            if row.line in created:
                result.created += 1
            elif row.line in updated:
                result.updated += 1
            elif row.line in found:
                result.unchanged += 1

    # -- which lead is meant ------------------------------------------------------------------------------

    def _is_named(self, row: Row, result: SliceResult) -> bool:
        if any(row.values.get(name) for name in ("external_id", "email", self.match) if name):
            return True
        if self.match:
            reason = "The line has no value to find its leads by."
        else:
            reason = "The line has neither an id nor an e-mail address."
        column = self.job.column("external_id") or self.job.column("email") or self.job.column(self.match)
        result.reject(row.line, row.cells, reason, column)
        return False

    def _keys(self, row: Row) -> list[int]:
        keys = [hash_of(name, row.values[name]) for name in ("external_id", "email") if row.values.get(name)]
        return [hash_of(self.match, row.values[self.match])] if self.match else keys

    def _find(self, rows: list[Row], result: SliceResult) -> dict[int, list[Known | None]]:
        """For each line its lead, or None when it is new. Lines in conflict are rejected and left out."""
        by_id: dict[str, Known] = {}
        by_email: dict[str, Known] = {}
        source = self.job.source
        for batch in bulk.batches(row.values["external_id"] for row in rows if row.values.get("external_id")):
            for lead in self._read(Lead.objects.filter(source=source, external_id__in=batch)):
                by_id[lead["external_id"]] = lead
        for batch in bulk.batches(row.values["email"] for row in rows if row.values.get("email")):
            same = Lead.objects.annotate(address=Lower("email")).filter(address__in=batch, merged_into=None)
            for lead in self._read(same):
                by_email[lead["email"].lower()] = lead
        self._follow_merges(by_id)
        # One lead found both ways is one object, so that a second line sees what the first changed.
        one = {lead["id"]: lead for lead in (*by_email.values(), *by_id.values())}
        found: dict[int, list[Known | None]] = {}
        for row in rows:
            external_id, email = row.values.get("external_id"), row.values.get("email")
            first = by_id.get(external_id) if external_id else None
            second = by_email.get(email) if email else None
            meant: Known | None = one[first["id"]] if first else None
            other: Known | None = one[second["id"]] if second else None
            belongs_elsewhere = other is not None and (
                other is not meant
                if meant is not None
                else bool(external_id and other["external_id"] and other["source_id"] == source.pk)
            )
            if belongs_elsewhere and other is not None:
                name = other["external_id"] or other["id"]
                reason = f"The address belongs to another lead of this source, {name}."
                result.reject(row.line, row.cells, reason, self.job.column("email"))
            else:
                found[row.line] = [meant or other]
        return found

    def _read(self, leads: Any) -> list[Known]:
        rows = leads.order_by("pk").select_for_update().values(*_READ, "merged_into_id")
        return list(rows)

    def _follow_merges(self, leads: dict[str, Known]) -> None:
        """A merged lead's line speaks of the lead that it was merged into."""
        while merged := {known["merged_into_id"] for known in leads.values() if known["merged_into_id"]}:
            survivors = {
                lead["id"]: lead
                for batch in bulk.batches(merged)
                for lead in self._read(Lead.objects.filter(pk__in=batch))
            }
            for key, known in leads.items():
                if known["merged_into_id"]:
                    leads[key] = survivors[known["merged_into_id"]]

    def _find_by_attribute(self, rows: list[Row], result: SliceResult) -> dict[int, list[Known | None]]:
        key = self.match.partition(":")[2]
        attribute = Attribute.objects.filter(key=key, holder="lead").first()
        ids: dict[str, list[int]] = defaultdict(list)
        for batch in bulk.batches(row.values[self.match] for row in rows if attribute):
            values = LeadValue.objects.filter(
                attribute=attribute, text_key__in=batch, lead__merged_into=None
            ).order_by("lead_id")
            for text_key, pk in values.values_list("text_key", "lead_id"):
                ids[str(text_key)].append(pk)
        leads = {
            lead["id"]: lead
            for batch in bulk.batches(pk for found in ids.values() for pk in found)
            for lead in self._read(Lead.objects.filter(pk__in=batch))
        }
        found: dict[int, list[Known | None]] = {}
        column = self.job.column(self.match)
        for row in rows:
            wanted = row.values[self.match]
            if wanted in ids:
                found[row.line] = [leads[pk] for pk in ids[wanted]]
            else:
                result.reject(
                    row.line,
                    row.cells,
                    f"No lead has the {column} “{wanted}”. Import the leads first, then this file again.",
                    column,
                )
        return found

    # -- what is known of its company ---------------------------------------------------------------------

    def _accounts(self, rows: Iterable[Row]) -> dict[int, Account]:
        """The account of each line that says enough; made where it is new, filled in where it is blank."""
        hints: dict[int, dict[str, Any]] = {}
        for row in rows:
            values = row.values
            hint = {name.partition(".")[2]: value for name, value in values.items() if name[:8] == "account."}
            mailed = domain_of_email(values.get("email"))
            hint["name"] = values.get("company")
            hint["domain"] = hint.get("domain") or own_domain(values.get("website"))
            if not hint["domain"] and mailed and not is_free(mailed):
                hint["domain"] = mailed
            if any(hint.get(name) for name in ("external_id", "name", "domain")):
                hints[row.line] = {name: value for name, value in hint.items() if value not in (None, "")}
        book = AccountBook(self.job)
        book.look_up(hints.values())
        found: dict[int, Account] = {}
        for line, hint in hints.items():
            account = book.find(hint)
            if account is not None:
                book.set_facts(account, hint, only_unknown=True)
            elif hint.keys() & {"external_id", "name"}:
                account = book.make(hint)
            if account is not None:
                found[line] = account
        book.write_new()
        book.write_touched()
        return found

    # -- what differs -------------------------------------------------------------------------------------

    def _made(self, row: Row, account: Account | None) -> Known:
        values = row.values
        lead: Known = {name: values.get(name, "") for name in TEXTS}
        lead |= {"external_id": values.get("external_id"), "email": values.get("email")}
        lead["captured_at"] = values.get("captured_at") or self.job.now
        lead["account_id"] = account.pk if account else None
        lead["provenance"] = {name: self.job.batch.pk for name in _FACTS if values.get(name)}
        return lead

    def _differences(self, lead: Known, row: Row, account: Account | None) -> dict[str, tuple[str, str]]:
        """Bring the lead as read up to date; returns {field: (before, after)} of what changed."""
        values = {name: row.values[name] for name in _FACTS if name in row.values}
        if account is not None:
            values["account_id"] = account.pk
        if lead["external_id"] and "external_id" in values:
            # Met by e-mail, or merged: a lead keeps the id it is known by.
            del values["external_id"]
        elif values.get("external_id"):
            lead["source_id"] = self.job.source.pk
        if lead["account_id"] and self.match:
            values.pop("account_id", None)
        changes: dict[str, tuple[str, str]] = {}
        for name, value in values.items():
            if lead[name] == value or str(lead["provenance"].get(name, "")).startswith("person:"):
                continue
            changes[name] = (_shown(lead[name]), _shown(value))
            lead[name] = value
            lead["provenance"][name] = self.job.batch.pk
        return changes

    def _values(
        self, rows: list[Row], found: dict[int, list[Known | None]], created: dict[int, int]
    ) -> tuple[list[tuple[int, int, Value]], list[tuple[Any, ...]], set[int]]:
        """Attribute values that differ, their history, and the lines of known leads that they change."""
        holders = {
            row.line: [lead["id"] for lead in found.get(row.line, ()) if lead is not None] for row in rows
        }
        wanted = {attribute for row in rows for attribute in row.attributes}
        known = attributes.read(LeadValue, (pk for pks in holders.values() for pk in pks), wanted)
        keys = dict(Attribute.objects.filter(pk__in=wanted).values_list("pk", "key"))
        values: dict[tuple[int, int], Value] = {}
        history, lines = [], set()
        for row in rows:
            if row.line in created:
                for attribute, value in row.attributes.items():
                    values[created[row.line], attribute] = value
            for pk in holders[row.line]:
                for attribute, value in row.attributes.items():
                    before = known.get((pk, attribute))
                    if before != attributes.compared(value):
                        values[pk, attribute] = value
                        after = attributes.compared(value)
                        history.append(
                            (pk, keys[attribute], attributes.shown(before), attributes.shown(after))
                        )
                        lines.add(row.line)
        return [(pk, attribute, value) for (pk, attribute), value in values.items()], history, lines

    # -- writing ------------------------------------------------------------------------------------------

    def _insert(self, new: list[tuple[Row, Known]]) -> dict[int, int]:
        """Write new leads; returns {line: id}."""
        now, batch, source = bulk.instant_value(self.job.now), self.job.batch.pk, self.job.source
        columns = (*_WRITTEN, "stage", "is_recycled", "created_at")
        bulk.insert(
            Lead,
            columns,
            [
                (source.pk, *_columns(lead), batch, now, LeadStage.NOT_ASSESSED.value, False, now)
                for _row, lead in new
            ],
        )
        ids: dict[tuple[str, str], int] = {}
        with_id = [lead["external_id"] for _row, lead in new if lead["external_id"]]
        for wanted in bulk.batches(with_id):
            rows = Lead.objects.filter(source=source, external_id__in=wanted)
            ids |= {("id", str(key)): pk for key, pk in rows.values_list("external_id", "pk")}
        without_id = [lead["email"] for _row, lead in new if not lead["external_id"]]
        for wanted in bulk.batches(without_id):
            rows = Lead.objects.filter(email__in=wanted, merged_into=None)
            ids |= {("email", str(key)): pk for key, pk in rows.values_list("email", "pk")}
        return {
            row.line: ids["id", lead["external_id"]] if lead["external_id"] else ids["email", lead["email"]]
            for row, lead in new
        }

    def _update(self, leads: Iterable[Known]) -> None:
        now, batch = bulk.instant_value(self.job.now), self.job.batch.pk
        bulk.update(
            Lead, _WRITTEN, [(lead["source_id"], *_columns(lead), batch, now, lead["id"]) for lead in leads]
        )

    def _write_history(self, entries: list[tuple[Any, ...]]) -> None:
        now = bulk.instant_value(self.job.now)
        bulk.insert(
            FieldChange,
            ("lead_id", "field", "before", "after", "changed_at", "import_id"),
            [
                (pk, field[:80], before[:500], after[:500], now, self.job.batch.pk)
                for pk, field, before, after in entries
            ],
        )


def _columns(lead: Known) -> tuple[Any, ...]:
    facts = {**lead, "captured_at": bulk.instant_value(lead["captured_at"])}
    return (*(facts[name] for name in _FACTS), bulk.json_value(lead["provenance"]))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _split_name(values: dict[str, Any]) -> None:
    """A full name fills first and last name where the file has no columns of their own."""
    full = values.pop("full_name", "")
    if full and not values.get("first_name") and not values.get("last_name"):
        first, _blank, last = full.rpartition(" ")
        values |= {"first_name": first[:120], "last_name": last[:120]} if first else {"last_name": last[:120]}
