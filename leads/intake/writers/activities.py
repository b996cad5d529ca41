"""Activities: appended once per (source, message id), for ever."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.text import slugify

from definitions.criteria.matching import key_form, words_form
from definitions.models import ActivityKind
from leads import bulk
from leads.facts import mark_touched
from leads.intake.profiles import profile_by_key
from leads.intake.recognise import EXTRA_KINDS, INCOMING, INCOMING_WORDS, KIND_WORDS, plain
from leads.intake.rows import LineProblem, Row, row_hash
from leads.intake.writers.leads_named import LeadsNamed
from leads.intake.writers.result import Job, SliceResult
from leads.models import Activity, Term
from portal.common.fields import to_microseconds

# A column with more distinct words than this is no column of kinds.
MAX_OWN_KINDS = 300
_MAX_VIEWS = 100
_MAX_SECONDS = 2**31 - 1
_COLUMNS = (
    "lead_id",
    "kind_id",
    "occurred_at",
    "subject_id",
    "campaign_id",
    "channel_id",
    "seconds",
    "source_id",
    "message_id",
    "import_id",
    "properties",
)


class Kinds:
    """The kind of activity that a word means; unknown words become kinds of the workspace's own."""

    def __init__(self, mapping: dict[str, Any]) -> None:
        self.profile = profile_by_key(mapping.get("profile", ""))
        self.fixed = mapping.get("fixed_kind", "")
        self.ids: dict[str, int] = {}
        self.by_word: dict[tuple[str, bool], int] = {}
        self.reload()

    def reload(self) -> None:
        self.ids = dict(ActivityKind.objects.values_list("key", "pk"))
        self.by_word.clear()

    def id_of(self, word: str, is_incoming: bool) -> int:
        found = self.by_word.get((word, is_incoming))
        if found is None:
            found = self.by_word[word, is_incoming] = self._find(word, is_incoming)
        return found

    def _find(self, word: str, is_incoming: bool) -> int:
        name = plain(word)
        if self.fixed:
            key = self.fixed
        elif self.profile and name in self.profile.kinds:
            key = self.profile.kinds[name]
        else:
            key = KIND_WORDS.get(name, "") or slugify(name.replace("_", "-"))[:40].strip("-") or "other"
            key = name if name in self.ids else key
        if is_incoming:
            key = INCOMING.get(key, key)
        if key not in self.ids:
            self._make(key, word, name)
        return self.ids[key]

    def _make(self, key: str, word: str, name: str) -> None:
        if len(self.ids) >= MAX_OWN_KINDS:
            raise LineProblem(
                f"The workspace has {len(self.ids)} kinds of activity; “{word[:40]}” would be another."
            )
        profile = self.profile
        by_sales = bool(profile and profile.is_by_sales and name not in profile.own_kinds)
        label, is_by_lead = EXTRA_KINDS.get(key, (word[:120], not by_sales))
        kind, _is_new = ActivityKind.objects.get_or_create(
            key=key, defaults={"label": label, "is_by_lead": is_by_lead}
        )
        self.ids[key] = kind.pk


class Terms:
    """Ids of the words that activities share; new ones are written before they are used."""

    LIMIT = 50_000  # kept in memory at most

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}

    def learn(self, texts: Iterable[str]) -> None:
        if len(self.ids) > self.LIMIT:
            self.ids.clear()
        new = {key_form(text)[:300]: text for text in texts if text not in self.ids}
        for batch in bulk.batches(new):
            self._read(batch)
        missing = [key for key in sorted(new) if key not in self.ids]
        bulk.insert(
            Term,
            ("key", "text", "words"),
            [(key, new[key], _cut(words_form(new[key]), 310)) for key in missing],
            conflict=("key",),
        )
        for batch in bulk.batches(missing):
            self._read(batch)

    def _read(self, keys: list[str]) -> None:
        self.ids.update(Term.objects.filter(key__in=keys).values_list("key", "pk"))

    def id_of(self, text: str | None) -> int | None:
        return self.ids[key_form(text)[:300]] if text else None


def _cut(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[:limit].rpartition(" ")[0] + " "


class ActivityWriter:
    """One line, one activity; a session's pricing and demo pages count as page views beside it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.kinds = Kinds(job.mapping)
        self.terms = Terms()
        self.prefix = job.mapping.get("prefix", "")

    def write(self, rows: list[Row], result: SliceResult) -> None:
        ids = {row.line: self._message_id(row) for row in rows}
        known = self._known(ids.values())
        leads = LeadsNamed(self.job, rows)
        self.terms.learn(_texts(rows))
        new: list[tuple[Any, ...]] = []
        touched: set[int] = set()
        for row in rows:
            message_id = ids[row.line]
            if message_id in known:
                if known[message_id] == self.job.batch.pk:
                    result.duplicates += 1
                else:
                    result.unchanged += 1
                continue
            try:
                lead = leads.of(row)
                new += self._activities(row, lead, message_id)
            except LineProblem as problem:
                result.reject(row.line, row.cells, problem.reason, problem.column)
                continue
            known[message_id] = self.job.batch.pk
            touched.add(lead)
            result.created += 1
        # Another import may have brought the same activity meanwhile: the first one stays.
        bulk.insert(Activity, _COLUMNS, new, conflict=("source_id", "message_id"))
        mark_touched(touched)

    def _message_id(self, row: Row) -> str:
        own = row.values.get("message_id")
        if own is None:
            return row_hash(row.cells)
        return f"{self.prefix}:{own}" if self.prefix else own

    def _known(self, message_ids: Iterable[str]) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for batch in bulk.batches(message_ids):
            rows = Activity.objects.filter(source=self.job.source, message_id__in=batch)
            found.update(rows.values_list("message_id", "import_id"))
        return found

    def _activities(self, row: Row, lead: int, message_id: str) -> list[tuple[Any, ...]]:
        values = row.values
        occurred_at = values.get("occurred_at")
        if occurred_at is None:
            raise LineProblem("The line does not say when it happened.", self.job.column("occurred_at"))
        word = values.get("kind", "")
        if not word and not self.kinds.fixed:
            raise LineProblem("The line does not say what kind of activity it is.", self.job.column("kind"))
        is_incoming = values.get("direction", "").casefold() in INCOMING_WORDS
        try:
            kind = self.kinds.id_of(word, is_incoming)
        except LineProblem as problem:
            raise LineProblem(problem.reason, self.job.column("kind")) from None
        seconds = values.get("seconds")
        if seconds is None and "minutes" in values:
            seconds = values["minutes"] * 60
        instant, term = to_microseconds(occurred_at), self.terms.id_of
        rest = (term(values.get("campaign")), term(values.get("channel")))
        batch, source = self.job.batch.pk, self.job.source.pk
        properties = bulk.json_value(_comparable({**_direction(values), **row.properties}) or None)
        seconds = min(seconds, _MAX_SECONDS) if seconds is not None else None
        subject = term(values.get("subject"))
        found: list[tuple[Any, ...]] = [
            (lead, kind, instant, subject, *rest, seconds, source, message_id, batch, properties)
        ]
        for page in ("pricing", "demo"):
            for number in range(min(values.get(f"views.{page}", 0), _MAX_VIEWS)):
                viewed = (lead, self.kinds.ids["page_viewed"], instant, term(page), *rest, None, source)
                found.append((*viewed, f"{message_id}/{page}/{number + 1}", batch, None))
        return found


def _direction(values: dict[str, Any]) -> dict[str, str]:
    return {"direction": values["direction"]} if values.get("direction") else {}


def _comparable(properties: dict[str, str]) -> dict[str, str]:
    """In the forms in which rules ask for them: names as plain words, values as keys."""
    return {plain(name)[:60]: key_form(text)[:300] for name, text in properties.items()}


def _texts(rows: list[Row]) -> set[str]:
    """Every subject, campaign and channel, cut to what a term holds."""
    found = {"pricing", "demo"}
    for row in rows:
        for name in ("subject", "campaign", "channel"):
            text = row.values.get(name)
            if text:
                row.values[name] = text = text[:300]
                found.add(text)
    return found
