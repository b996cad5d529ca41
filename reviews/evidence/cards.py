"""The shape of an evidence card, and the addresses behind its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from definitions.models import Version
from leads.evidence import words
from leads.evidence.intervals import interval_of_share
from leads.selectors.funnel import ENOUGH, NOT_KNOWN, Period
from reviews.models import ItemKind

CAUSES = ("channel", "campaign", "last_channel", "last_campaign", "last_content")

Number = dict[str, str]
Json = dict[str, Any]


@dataclass(frozen=True)
class Proposal:
    """One item that the agenda should have. The same `source_key` is the same item."""

    source_key: str
    kind: ItemKind
    title: str
    evidence: dict[str, Any]
    minutes: int = 5
    needs_outcome: bool = False
    criterion_key: str = ""
    version: Version | None = field(default=None, compare=False)


def card(
    sentence: str,
    numbers: list[Number],
    as_of: datetime,
    *,
    tables: Iterable[Json | None] = (),
    charts: Iterable[Json | None] = (),
) -> Json:
    """A table or chart that is None had nothing to say."""
    return {
        "sentence": str(sentence),
        "numbers": numbers,
        "tables": [each for each in tables if each],
        "charts": [each for each in charts if each],
        "as_of": as_of.isoformat(),
    }


def number(label: str, value: object, of: str = "", url: str = "") -> Number:
    return {"label": str(label), "value": str(value), "of": str(of), "url": url}


def cell(value: object, of: str = "", url: str = "") -> Number:
    return {"value": str(value), "of": str(of), "url": url}


def row(label: object, *cells: Number, url: str = "") -> Json:
    return {"label": str(label), "url": url, "cells": list(cells)}


def table(title: str, columns: Sequence[str], rows: list[Json]) -> Json | None:
    """None without a row."""
    return {"title": str(title), "columns": [str(each) for each in columns], "rows": rows} if rows else None


def watch_address(period: Period, **narrowing: Any) -> str:
    """The list behind a number: handoffs of a period, narrowed as `handoffs.watch_list` of leads says."""
    # What captured a lead, or what it did last, may be known of none.
    narrowing = {
        name: NOT_KNOWN if name in CAUSES and not value else value for name, value in narrowing.items()
    }
    query = {"from": period.first.isoformat(), "to": period.last.isoformat(), **narrowing}
    return (
        f"{reverse('leads:watch_list')}?{urlencode({k: v for k, v in query.items() if v not in ('', None)})}"
    )


def share_words(part: int, whole: int) -> str:
    """“38 % (31 to 46)”, the share with its 95 % interval; or that it is too early to say so."""
    return words.share_words(part, whole) if whole >= ENOUGH else words.too_early()


def share_cell(part: int, whole: int, url: str = "") -> Number:
    return cell(share_words(part, whole), _("%(n)d of %(whole)d") % {"n": part, "whole": whole}, url)


def count_value(count: int, url: str) -> Json:
    """A count as a chart takes it."""
    return {"value": count, "words": str(count), "url": url}


def share_value(part: int, whole: int, url: str = "") -> Json:
    """A share as a chart takes it, in percent; a gap where it is too early to say."""
    said = {"words": share_words(part, whole), "url": url}
    if whole < ENOUGH:
        return {"value": None, **said}
    low, high = interval_of_share(part, whole)
    return {"value": 100 * part / whole, "low": 100 * low, "high": 100 * high, **said}


def of_decisions(whole: int) -> str:
    if whole < ENOUGH:
        return _("%(n)d decided, at least %(enough)d are needed") % {"n": whole, "enough": ENOUGH}
    return _("of %(n)d decided") % {"n": whole}
