"""Accounts: found by id in the source, else by domain, else by name; made or brought up to date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from definitions.criteria.matching import key_form
from leads import bulk
from leads.domains import domain_of_website, is_free
from leads.facts import refresh
from leads.intake.rows import Row
from leads.intake.writers import attributes
from leads.intake.writers.result import Job, SliceResult, hash_of, without_duplicates
from leads.models import Account, AccountValue, Lead

FACTS = (
    "name",
    "domain",
    "website",
    "industry",
    "employees",
    "employee_band",
    "annual_revenue",
    "revenue_band",
    "country",
    "region",
    "city",
    "kind",
)
_KIND_WORDS = {
    "customer": "customer",
    "client": "customer",
    "competitor": "competitor",
    "partner": "partner",
    "reseller": "partner",
    "prospect": "prospect",
}


@dataclass
class AccountBook:
    """The accounts that one slice speaks of. `touched` are those whose facts changed."""

    job: Job
    by_id: dict[str, Account] = field(default_factory=dict)
    by_domain: dict[str, Account] = field(default_factory=dict)
    by_name: dict[str, Account] = field(default_factory=dict)
    new: list[Account] = field(default_factory=list)
    touched: dict[int, Account] = field(default_factory=dict)

    def look_up(self, hints: Iterable[dict[str, Any]]) -> None:
        """Read every account that one of these hints may mean, in three questions."""
        hints = list(hints)
        source = self.job.source
        for batch in bulk.batches(h["external_id"] for h in hints if h.get("external_id")):
            for account in Account.objects.filter(source=source, external_id__in=batch).order_by("-pk"):
                self._note(account)
        for batch in bulk.batches(h["domain"] for h in hints if h.get("domain")):
            for account in Account.objects.filter(domain__in=batch).order_by("-pk"):
                self._note(account)
        for batch in bulk.batches(_name_key(h["name"]) for h in hints if h.get("name")):
            for account in Account.objects.filter(name_key__in=batch).order_by("-pk"):
                self._note(account)

    def find(self, hint: dict[str, Any]) -> Account | None:
        """The account that is meant. One that carries another id of the same source is another account."""
        external_id = hint.get("external_id")
        if external_id and external_id in self.by_id:
            return self.by_id[external_id]
        for found in (
            self.by_domain.get(hint.get("domain") or ""),
            self.by_name.get(_name_key(hint.get("name") or "")),
        ):
            if found is not None and not (
                external_id and found.source_id == self.job.source.pk and found.external_id
            ):
                return found
        return None

    def make(self, hint: dict[str, Any]) -> Account:
        """A new account, written with the others by `write_new`."""
        account = Account(
            source=self.job.source,
            external_id=hint.get("external_id"),
            created_at=hint.get("created_at") or self.job.now,
        )
        self.set_facts(account, hint)
        self.new.append(account)
        self._note(account)
        return account

    def set_facts(self, account: Account, hint: dict[str, Any], *, only_unknown: bool = False) -> bool:
        """Take over what the hint knows; what a person wrote stays. Returns whether anything changed."""
        changed = False
        for name in FACTS:
            value, known = hint.get(name), getattr(account, name)
            if value is None or value == known or (only_unknown and known not in ("", None)):
                continue
            if str(account.provenance.get(name, "")).startswith("person:"):
                continue
            setattr(account, name, value)
            account.provenance[name] = self.job.batch.pk
            changed = True
        if hint.get("external_id") and not account.external_id:
            account.source, account.external_id, changed = self.job.source, hint["external_id"], True
        if changed:
            account.name_key = _name_key(account.name)
            self._note(account)
            if account.pk:
                self.touched[account.pk] = account
        return changed

    def write_new(self) -> None:
        Account.objects.bulk_create(self.new, batch_size=500)
        self.new.clear()

    def write_touched(self) -> None:
        """Write changed accounts, and refresh the leads that work for them."""
        if not self.touched:
            return
        names = [*FACTS, "name_key", "source", "external_id", "provenance"]
        Account.objects.bulk_update(self.touched.values(), names, batch_size=40)
        refresh_leads_of(self.touched)

    def _note(self, account: Account) -> None:
        if account.external_id and account.source_id == self.job.source.pk:
            self.by_id[account.external_id] = account
        if account.domain:
            self.by_domain[account.domain] = account
        if account.name_key:
            self.by_name[account.name_key] = account


def refresh_leads_of(accounts: Iterable[int]) -> None:
    for batch in bulk.batches(accounts):
        refresh(Lead.objects.filter(account__in=batch, merged_into=None).values_list("pk", flat=True))


def _name_key(name: str) -> str:
    return key_form(name)[:250]


def own_domain(*addresses: str | None) -> str:
    """The first of these addresses' domains that is a company's own."""
    for address in addresses:
        domain = domain_of_website(address) if address else None
        if domain and not is_free(domain):
            return domain
    return ""


class AccountWriter:
    """One line, one account."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def write(self, rows: list[Row], result: SliceResult) -> None:
        named = []
        for row in rows:
            row.values["domain"] = row.values.get("domain") or own_domain(row.values.get("website")) or None
            if "kind" in row.values:
                row.values["kind"] = _KIND_WORDS.get(key_form(row.values["kind"]), "prospect")
            if any(row.values.get(name) for name in ("external_id", "name", "domain")):
                named.append(row)
            else:
                result.reject(row.line, row.cells, "The line has neither an id nor a name nor a domain.")
        named = without_duplicates(self.job, named, self._keys, result)
        book = AccountBook(self.job)
        book.look_up(row.values for row in named)
        pairs: list[tuple[Row, Account, bool, bool]] = []
        for row in named:
            account = book.find(row.values)
            if account is None:
                pairs.append((row, book.make(row.values), True, False))
            else:
                pairs.append((row, account, False, self._bring_up_to_date(book, account, row)))
        book.write_new()
        book.write_touched()
        changed = self._write_attributes(pairs)
        for row, _account, is_new, has_changed in pairs:
            if is_new:
                result.created += 1
            elif has_changed or row.line in changed:
                result.updated += 1
            else:
                result.unchanged += 1

    def _bring_up_to_date(self, book: AccountBook, account: Account, row: Row) -> bool:
        changed = book.set_facts(account, row.values)
        created_at: datetime | None = row.values.get("created_at")
        if created_at and account.created_at != created_at and account.pk:
            # Not a fact of fit: no lead's score can follow from it.
            Account.objects.filter(pk=account.pk).update(created_at=created_at)
            changed = True
        return changed

    def _write_attributes(self, pairs: list[tuple[Row, Account, bool, bool]]) -> set[int]:
        """Write the values that differ; returns the lines whose account already stood and changed by it."""
        wanted = {attribute for row, *_rest in pairs for attribute in row.attributes}
        known = attributes.read(AccountValue, (account.pk for _r, account, *_s in pairs), wanted)
        values, changed, touched = [], set(), set()
        for row, account, is_new, _has_changed in pairs:
            for attribute, value in row.attributes.items():
                if known.get((account.pk, attribute)) != attributes.compared(value):
                    values.append((account.pk, attribute, value))
                    if not is_new:
                        changed.add(row.line)
                        touched.add(account.pk)
        attributes.write(AccountValue, values, self.job.batch.pk)
        refresh_leads_of(touched)
        return changed

    @staticmethod
    def _keys(row: Row) -> list[int]:
        for name in ("external_id", "domain", "name"):
            if row.values.get(name):
                value = row.values[name]
                return [hash_of(name, _name_key(value) if name == "name" else value)]
        return []
