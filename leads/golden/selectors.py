"""Reads of golden leads: each with what the version in force and a draft make of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from definitions import selectors as definitions
from definitions.criteria.document import DocumentError
from definitions.documents import document_of
from definitions.models import Definition, Version
from leads.golden import policies
from leads.models import GoldenLead, Lead
from leads.scoring.compiler import compile_version
from leads.scoring.compiler_statement import Compiled
from leads.scoring.golden import broken_under, golden_leads_of
from portal.common.decisions import Decision
from portal.common.models import User


@dataclass(frozen=True)
class Held:
    """All golden leads of a definition against one text. `broken` holds keys of golden leads; `problems`
    says why the text cannot be read yet, and then nothing is known."""

    version: Version
    total: int
    broken: frozenset[int]
    problems: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        return self.total - len(self.broken)

    def verdict(self, golden: GoldenLead) -> str:
        """`kept`, `broken`, or nothing where the text cannot be read."""
        if self.problems:
            return ""
        return "broken" if golden.pk in self.broken else "kept"


@dataclass(frozen=True)
class Row:
    """One golden lead as a page shows it. A verdict is `kept`, `broken`, or empty where there is none."""

    golden: GoldenLead
    now: str
    draft: str
    may_change: Decision


def golden_visible_to(user: User) -> QuerySet[GoldenLead]:
    """Who sees the leads sees which ones are golden."""
    if not user.is_active:
        return GoldenLead.objects.none()
    return GoldenLead.objects.select_related("lead__account", "created_by", "retired_by", "definition")


def golden_of(user: User, definition: Definition) -> list[GoldenLead]:
    """Those that hold, the newest first."""
    rows = golden_visible_to(user).filter(definition=definition, retired_at=None)
    return list(rows.defer("lead__provenance", "lead__account__provenance").order_by("-created_at", "-pk"))


def retired_golden_of(user: User, definition: Definition) -> QuerySet[GoldenLead]:
    """Those that hold nothing any more, the last retired first."""
    return (
        golden_visible_to(user)
        .filter(definition=definition, retired_at__isnull=False)
        .order_by("-retired_at")
    )


def golden_of_lead(user: User, lead: Lead) -> list[GoldenLead]:
    """What is laid down of one lead, for each definition."""
    return list(golden_visible_to(user).filter(lead=lead, retired_at=None).order_by("definition__stage"))


def held_against(version: Version, ready: Compiled, as_of: datetime) -> Held:
    """All golden leads of the version's definition against its text, compiled by the caller."""
    golden = golden_leads_of(version.definition.stage)
    broken = broken_under(ready, golden, as_of)
    return Held(version, len(golden), frozenset(one.pk for one in broken))


def held(versions: Iterable[Version], golden: Sequence[GoldenLead], as_of: datetime) -> list[Held]:
    """These golden leads against the texts of some versions."""
    catalogue, found = definitions.catalogue(), []
    for version in versions:
        try:
            ready = compile_version(document_of(version), catalogue, connection.vendor)
        except DocumentError as error:
            found.append(Held(version, len(golden), frozenset(), tuple(error.sentences)))
            continue
        broken = broken_under(ready, golden, as_of)
        found.append(Held(version, len(golden), frozenset(one.pk for one in broken)))
    return found


def rows_of(user: User, golden: list[GoldenLead], now: Held | None, draft: Held | None) -> list[Row]:
    return [
        Row(
            one,
            now.verdict(one) if now else "",
            draft.verdict(one) if draft else "",
            policies.may_change_golden(user, one),
        )
        for one in golden
    ]
