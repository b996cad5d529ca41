"""The receipt: the lines that add up to a score, and what became of it, in words.

A receipt can be made again from version, instant and facts, and is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from definitions.criteria.nodes import Clause, Document
from definitions.documents import draft_document
from definitions.models import Version
from definitions.selectors import signatures_of
from leads.models import Qualification
from leads.scoring.compiler import compiled, criterion_columns
from leads.scoring.compiler_rules import RuleCompiler
from leads.scoring.lines import CriterionHit, Judgement, Line, confirmed, judge
from leads.scoring.notes import NoteTaker, note_is_wanted
from leads.scoring.scope import Scope
from portal.common.fields import to_microseconds

Receipt = dict[str, Any]


def receipt(definition: Version | dict[str, Any], lead_id: int, as_of: datetime) -> Receipt | None:
    """The receipt of one lead under a version or a document; None for a lead merged into another."""
    return receipts(definition, [lead_id], as_of).get(lead_id)


def receipts(
    definition: Version | dict[str, Any],
    lead_ids: Iterable[int],
    as_of: datetime,
    *,
    said: Mapping[int, Collection[str]] | None = None,
) -> dict[int, Receipt]:
    """The receipts of these leads, by lead id. As many queries for a thousand as for one.

    `said` names, by lead id, clauses that count as met by a person's word. Each receipt is {lines: [{key,
    wording, half, points, is_met, note}], fit, behaviour, points, threshold, grade, is_qualified,
    qualification, outcome, version_label, as_of, ratified_by}. The lines of caps have no key and no half.
    """
    raw = _document_of(definition)
    ready = compiled(raw)
    scope = Scope.ids(lead_ids)
    columns = criterion_columns(ready, scope, as_of)
    rules = RuleCompiler(ready.catalogue, ready.vendor, to_microseconds(as_of), scope)
    notes = _notes(NoteTaker(ready.document, raw, rules), columns)
    head = _head(definition, ready.document, as_of)
    return {
        lead_id: _receipt(
            ready.document,
            judge(ready.document, confirmed(ready.document, hits, (said or {}).get(lead_id, ()))),
            notes.get(lead_id, {}),
            head,
        )
        for lead_id, hits in columns.items()
    }


def _document_of(definition: Version | dict[str, Any]) -> dict[str, Any]:
    if isinstance(definition, dict):
        return definition
    return definition.document or draft_document(definition)


def _head(definition: Version | dict[str, Any], document: Document, as_of: datetime) -> Receipt:
    if isinstance(definition, Version):
        label, ratified = str(definition), ratified_by(definition)
    else:
        label, ratified = document.title or _("Draft"), ""
    return {
        "threshold": document.threshold,
        "version_label": label,
        "as_of": as_of,
        "ratified_by": ratified,
    }


def ratified_by(version: Version) -> str:
    """Who turned the two keys and when, in a sentence."""
    if version.ratified_at is None:
        return _("Not ratified")
    values = {
        "day": formats.date_format(version.ratified_at, "j M Y"),
        "names": ", ".join(dict.fromkeys(str(vote.person) for vote in signatures_of(version))),
    }
    if not values["names"]:
        return _("Ratified on %(day)s") % values
    return _("Ratified on %(day)s by %(names)s") % values


def _notes(taker: NoteTaker, columns: dict[int, tuple[CriterionHit, ...]]) -> dict[int, dict[str, str]]:
    """By lead id and key of the criterion, the words beside its line where they are wanted."""
    notes: dict[int, dict[str, str]] = {lead_id: {} for lead_id in columns}
    for number, clause in enumerate(taker.document.criteria):
        wanting = [
            lead_id for lead_id, hits in columns.items() if note_is_wanted(clause, hits[number].is_met)
        ]
        if wanting:
            found = taker.notes_of(number, wanting)
            for lead_id in wanting:
                notes[lead_id][clause.key] = found.get(lead_id, "")
    return notes


def _receipt(document: Document, judgement: Judgement, notes: dict[str, str], head: Receipt) -> Receipt:
    clauses = {clause.key: clause for clause in document.criteria}
    return {
        "lines": [
            _cap_line(document, line) if line.cap else _line(clauses[line.key], line, notes)
            for line in judgement.lines
        ],
        "fit": judgement.fit,
        "behaviour": judgement.behaviour,
        "points": judgement.points,
        "grade": judgement.grade,
        "is_qualified": judgement.is_qualified,
        "qualification": judgement.qualification,
        "outcome": _outcome(document, judgement),
        **head,
    }


def _line(clause: Clause, line: Line, notes: dict[str, str]) -> dict[str, Any]:
    words = {
        "required": _("required"),
        "alone": _("qualifies alone"),
        "disqualifies": _("disqualifies"),
    }
    effect = words.get(clause.effect.kind, "")
    return {
        "key": line.key,
        "wording": clause.wording,
        "half": line.half,
        "points": line.points,
        "is_met": line.is_met,
        "note": " · ".join(part for part in (effect, notes.get(line.key, "")) if part),
    }


def _cap_line(document: Document, line: Line) -> dict[str, Any]:
    if line.cap == "group":
        label = next(group.label for group in document.groups if group.key == line.key)
        wording = _("“%(group)s” counts at most %(cap)d") % {"group": label, "cap": line.cap_points}
    else:
        half = _("Fit") if line.key == "fit" else _("Behaviour")
        wording = _("%(half)s counts at most %(cap)d") % {"half": half, "cap": line.cap_points}
    return {"key": "", "wording": wording, "half": "", "points": line.points, "is_met": True, "note": ""}


def _outcome(document: Document, judgement: Judgement) -> str:
    """What the score came to, in a sentence that names the clause or the number that decided."""
    values = {"points": judgement.points, "threshold": document.threshold}
    if judgement.qualification == Qualification.DISQUALIFIED:
        return _("Disqualified: %(clause)s") % {"clause": _first(document, judgement, "disqualifies", True)}
    if judgement.qualification == Qualification.ALONE:
        return _("Qualified by one clause alone: %(clause)s") % {
            "clause": _first(document, judgement, "alone", True)
        }
    if judgement.qualification == Qualification.REQUIRED_MISSING:
        return _("Not qualified: a required clause is not met: %(clause)s") % {
            "clause": _first(document, judgement, "required", False)
        }
    if judgement.qualification == Qualification.BELOW_MINIMUM:
        return _below_minimum(document, judgement)
    if judgement.qualification == Qualification.BELOW_THRESHOLD:
        values["short"] = document.threshold - judgement.points
        return _("Not qualified: %(short)d short of the threshold of %(threshold)d") % values
    return _("Qualified: %(points)d points, the threshold is %(threshold)d") % values


def _first(document: Document, judgement: Judgement, kind: str, is_met: bool) -> str:
    met = {line.key: line.is_met for line in judgement.lines if not line.cap}
    return next(
        clause.wording
        for clause in document.criteria
        if clause.effect.kind == kind and met[clause.key] is is_met
    )


def _below_minimum(document: Document, judgement: Judgement) -> str:
    reached = {"fit": judgement.fit, "behaviour": judgement.behaviour}
    names = {"fit": _("fit"), "behaviour": _("behaviour")}
    half, low = next(
        (half, low) for half, low in document.minimums.items() if low is not None and reached[half] < low
    )
    return _("Not qualified: %(reached)d points of %(half)s, its minimum is %(low)d") % {
        "reached": reached[half],
        "half": names[half],
        "low": low,
    }
