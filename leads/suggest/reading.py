"""From the database to a history: what was known of each lead, and what it had done, when it was judged.

Attributes are those of the instant of judging as far as the record of changes goes; of an account those of
today. Activities from the judging on do not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, ExpressionWrapper, F
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from definitions.criteria.catalogue import Catalogue, Field
from leads import bulk
from leads.intake.values import number_of
from leads.models import AccountValue, FieldChange, Handoff, LeadFit, LeadValue, Term
from leads.scoring.sql import sql
from leads.selectors.choices import SPELLINGS
from leads.suggest.columns import SEARCHED_FIELDS, column_of
from leads.suggest.deeds import DAY
from leads.suggest.history import Column, Deeds, History, Leak
from leads.suggest.population import Population
from leads.suggest.words import percent
from portal.common.fields import to_microseconds

_PLAIN = BigIntegerField()
# A field of which this share was filled in only after the judging knows what came later.
FILLED_AFTER = 0.2
# Known of so many more (as a share) of the leads handed over than of the others.
KNOWN_MORE = 0.4
# A kind of activity of which this share came only after the handoff answers sales.
DONE_AFTER = 0.8
LEAST = 20
# What the record of changes calls the built-in attributes.
_RECORDED = {
    field.key: field.key.partition(".")[2] for field in SEARCHED_FIELDS if field.key.startswith("lead.")
} | {"lead.source": "lead_source", "lead.has_phone": "phone"}

Cells = dict[str, dict[int, Any]]  # attribute key to lead to value; a lead without one is unknown


def history_of(population: Population, catalogue: Catalogue) -> History:
    """All that the search looks at. About twenty queries for every thousand leads."""
    ids = population.lead_ids.tolist()
    judged = dict(zip(ids, population.judged_at.tolist(), strict=True))
    offered = _first_offers(ids)
    custom = [field for field in catalogue.fields.values() if field.attribute_id is not None]
    fields = [*SEARCHED_FIELDS, *custom]
    cells, captured = _built_in(ids)
    cells |= _custom(ids, custom)
    leaks = list(_rewind(cells, fields, judged))
    named = {leak.key for leak in leaks}
    leaks += (leak for leak in _known_more(cells, fields, ids, offered) if leak.key not in named)
    columns: list[Column] = [
        column_of(field, [cells[field.key].get(lead) for lead in ids]) for field in fields if cells[field.key]
    ]
    deeds, late = _deeds(population, catalogue, offered)
    known_for = population.judged_at - np.array([captured[lead] for lead in ids], dtype=np.int64)
    # Of a sample, as many leads as there are go by in a shorter week.
    share = len(ids) / max(population.found, 1)
    return History(
        population.outcome,
        tuple(columns),
        deeds,
        known_for,
        weeks=population.judged_at / (7 * DAY) * share,
        leaks=(*leaks, *late),
    )


def _batches(rows: Any, ids: Iterable[int], *columns: str, by: str = "lead") -> Iterator[tuple[Any, ...]]:
    for batch in bulk.batches(ids):
        yield from rows.filter(**{f"{by}__in": batch}).values_list(*columns)


def _first_offers(ids: list[int]) -> dict[int, int]:
    """When each lead was first handed over."""
    first: dict[int, int] = {}
    for lead, at in _batches(Handoff.objects.order_by("-offered_at"), ids, "lead_id", "offered_at"):
        first[lead] = to_microseconds(at)
    return first


# -- attributes ----------------------------------------------------------------------------------------------


def _built_in(ids: list[int]) -> tuple[Cells, dict[int, int]]:
    """Values of the built-in attributes as people write them, and when each lead was captured."""
    columns: list[str] = []
    places: list[tuple[Field, int, range]] = []
    for field in SEARCHED_FIELDS:
        paths = SPELLINGS.get(field.key, ())
        places.append((field, len(columns), range(len(columns) + 1, len(columns) + 1 + len(paths))))
        columns += [field.column, *paths]
    cells: Cells = {field.key: {} for field in SEARCHED_FIELDS}
    captured: dict[int, int] = {}
    rows = LeadFit.objects.annotate(at=ExpressionWrapper(F("captured_at"), output_field=_PLAIN))
    for lead, at, *values in _batches(rows, ids, "lead_id", "at", *columns):
        captured[lead] = at
        for field, place, spelled in places:
            if values[place] is not None:
                shown = next((values[each] for each in spelled if values[each]), values[place])
                cells[field.key][lead] = shown
    return cells, captured


def _custom(ids: list[int], fields: list[Field]) -> Cells:
    """Values of the workspace's own attributes, of leads and of their accounts."""
    by_id = {field.attribute_id: field for field in fields}
    cells: Cells = {field.key: {} for field in fields}
    values = ("attribute_id", "text", "number", "day")
    for lead, attribute, *value in _batches(LeadValue.objects, ids, "lead_id", *values):
        _put(cells, by_id.get(attribute), [lead], value)
    if any(field.holder == "account" for field in fields):
        mates: dict[int, list[int]] = defaultdict(list)
        for lead, account in _batches(LeadFit.objects, ids, "lead_id", "account_id"):
            if account:
                mates[account].append(lead)
        for account, attribute, *value in _batches(
            AccountValue.objects, mates, "account_id", *values, by="account"
        ):
            _put(cells, by_id.get(attribute), mates[account], value)
    return cells


def _put(cells: Cells, field: Field | None, leads: list[int], value: list[Any]) -> None:
    if field is None:
        return
    text, number, day = value
    shown = {"number": number, "yes_no": number, "date": day}.get(field.value_type, text)
    if shown not in (None, ""):
        cells[field.key].update(dict.fromkeys(leads, shown))


# -- as of then ----------------------------------------------------------------------------------------------


def _rewind(cells: Cells, fields: list[Field], judged: dict[int, int]) -> Iterator[Leak]:
    """Put back what was known at the judging; name the fields that were filled in only afterwards."""
    by_name = {recorded_name(field): field for field in fields}
    filled: dict[str, int] = defaultdict(int)
    known = {field.key: len(cells[field.key]) for field in fields}
    # The earliest change after the judging says what was known until then: it is read last.
    changes = FieldChange.objects.filter(field__in=by_name).order_by("-changed_at", "-pk")
    for lead, name, before, at in _batches(changes, judged, "lead_id", "field", "before", "changed_at"):
        if to_microseconds(at) < judged[lead]:
            continue
        field = by_name[name]
        value = _recorded(field)(before)
        if value is None:
            filled[field.key] += cells[field.key].pop(lead, None) is not None
        else:
            cells[field.key][lead] = value
    for field in fields:
        count = filled[field.key]
        if count >= LEAST and count >= FILLED_AFTER * known[field.key]:
            sentence = _(
                "It was filled in only after the judging for %(count)s of the %(known)s leads of which it "
                "is known today."
            ) % {"count": f"{count:,}", "known": f"{known[field.key]:,}"}
            yield Leak(field.key, field.label, "afterwards", sentence, True)


def recorded_name(field: Field) -> str:
    """What the record of changes calls an attribute."""
    return _RECORDED.get(field.key, field.key.partition(".")[2])


def _recorded(field: Field) -> Callable[[str], Any]:
    """How the record of changes writes a value of this field."""
    if field.key == "lead.has_phone":
        return bool
    if field.value_type in ("number", "yes_no"):
        return lambda before: number_of(before) if before else None
    return lambda before: before or None


def _known_more(cells: Cells, fields: list[Field], ids: list[int], offered: dict[int, int]) -> Iterator[Leak]:
    """Fields that are known of the leads handed over and hardly of the others."""
    handed = [lead for lead in ids if lead in offered]
    others = len(ids) - len(handed)
    if len(handed) < LEAST or others < LEAST:
        return
    for field in fields:
        known = cells[field.key]
        of_handed = sum(lead in known for lead in handed)
        here, there = of_handed / len(handed), (len(known) - of_handed) / others
        if here - there > KNOWN_MORE:
            sentence = _(
                "It is known of %(here)s of the leads that were handed over and of %(there)s of the others: "
                "it may be filled in after the handoff."
            ) % {"here": percent(here), "there": percent(there)}
            yield Leak(field.key, field.label, "afterwards", sentence, True)


# -- activities ----------------------------------------------------------------------------------------------


def _deeds(population: Population, catalogue: Catalogue, offered: dict[int, int]) -> tuple[Deeds, list[Leak]]:
    kinds = [kind for kind in catalogue.kinds.values() if kind.is_by_lead and kind.key in catalogue.kind_ids]
    place_of = {catalogue.kind_ids[kind.key]: place for place, kind in enumerate(kinds)}
    ids = population.lead_ids
    table = _activities(ids.tolist(), sorted(place_of))
    # Leads are ordered by time, activities name them by id.
    order = np.argsort(ids, kind="stable")
    lead = order[np.searchsorted(ids[order], table[:, 0])] if len(ids) else table[:, 0]
    of_kind = np.array([place_of[kind] for kind in table[:, 1].tolist()], dtype=np.int64)
    age = population.judged_at[lead] - table[:, 2]
    terms, subject = np.unique(table[:, 3], return_inverse=True)
    names = _terms(terms.tolist())
    # The place of “about nothing” comes first, if there is any.
    shift = 1 if len(terms) and terms[0] == -1 else 0
    counts = age > 0
    deeds = Deeds(
        tuple(kind.key for kind in kinds),
        tuple(names[term] for term in terms.tolist()[shift:]),
        lead[counts],
        of_kind[counts],
        subject[counts] - shift,
        age[counts],
        table[counts, 4],
    )
    handed_at = np.array([offered.get(each, np.iinfo(np.int64).max) for each in ids.tolist()])
    is_late = table[:, 2] >= handed_at[lead]
    late = []
    for place, kind in enumerate(kinds):
        done, after = int(np.sum(of_kind == place)), int(np.sum((of_kind == place) & is_late))
        if after >= LEAST and after >= DONE_AFTER * done:
            sentence = _("%(after)s of %(done)s of these activities came only after the handoff.") % {
                "after": f"{after:,}",
                "done": f"{done:,}",
            }
            late.append(Leak(kind.key, kind.label, "afterwards", sentence, True))
    return deeds, late


def _activities(lead_ids: list[int], kind_ids: list[int]) -> NDArray[np.int64]:
    """Rows of lead, kind, instant, subject (-1: none) and seconds. Plain SQL: of a quarter of a million
    rows the ORM would turn each value over once more."""
    rows: list[tuple[int, ...]] = []
    with connection.cursor() as cursor:
        for batch in bulk.batches(lead_ids):
            statement = sql(
                "SELECT a.lead_id, a.kind_id, a.occurred_at, COALESCE(a.subject_id, -1), "
                "COALESCE(a.seconds, 0) FROM leads_activity a "
                "WHERE a.lead_id IN ({}) AND a.kind_id IN ({})",
                batch,
                kind_ids,
            )
            cursor.execute(statement.text, statement.params)
            rows += cursor.fetchall()
    return np.array(rows, dtype=np.int64).reshape(-1, 5)


def _terms(ids: list[int]) -> dict[int, str]:
    return dict(_batches(Term.objects, [each for each in ids if each >= 0], "pk", "text", by="pk"))  # type: ignore[arg-type]
