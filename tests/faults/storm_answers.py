"""What pages and rows said, and whether it was true. Pure: text and numbers in, sentences out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.faults.killable import Outage
from tests.faults.storm_workspace import Truth

AWAY_SENTENCE = "A service that the portal needs is busy or away. Try again in a few seconds."

_UNDER = re.compile(r'Scored under <a href="[^"]*">([^<]+)</a>')
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_LEAD = re.compile(r'<a href="/leads/(\d+)/"')
_GRADE = re.compile(r'class="grade grade-(\d)"')
# No points are a dash; points under another version than the page's come with its label.
_POINTS = re.compile(
    r'data-label="Score">(?:<span class="text-quiet">–</span>|([^<]+))'
    r'(?:<span class="cell-sub">([^<]*)</span>)?</td>'
)
_RECEIPT = re.compile(r'<div class="receipt">.*?<b>([^<]+)</b>(.*?)</table>', re.DOTALL)
_LINE = re.compile(r'<tr class="line[^"]*">.*?<td class="pts">([^<]*)</td>', re.DOTALL)
_TOTAL = re.compile(
    r'<tr class="total">.*?class="grade grade-(\d)".*?<td class="pts">([^<]*)</td>', re.DOTALL
)
_COLLEAGUE = re.compile(
    r'<li><div class="row-between"><span><a href="/leads/(\d+)/">.*?class="grade grade-(\d)"', re.DOTALL
)


@dataclass(frozen=True)
class Answer:
    """One thing asked. `under` is the version that the answer names; `wrong` is empty when it is true."""

    what: str
    began: float
    ended: float
    is_away: bool = False
    under: str = ""
    wrong: tuple[str, ...] = ()


class Reading(NamedTuple):
    """The version that an answer names, and what is untrue in it, in sentences."""

    under: str
    wrong: tuple[str, ...]


def read_queue(page: str, truth: Truth) -> Reading:
    """Each offer has the score that its own version gives: the one in force, or the one its row names."""
    under, wrong = _under(page), []
    for row in _ROW.findall(page):
        if lead := _LEAD.search(row):
            points, named = _found(_POINTS, row)
            wrong += _untrue(
                truth, named or under, int(lead[1]), _number(points), int(_found(_GRADE, row)[0])
            )
    return Reading(under, tuple(wrong))


def read_list(page: str, truth: Truth) -> Reading:
    """Every lead has the score of the version in force, and none is without."""
    under, wrong, rows = _under(page), [], 0
    for row in _ROW.findall(page):
        if lead := _LEAD.search(row):
            rows += 1
            number, points = int(lead[1]), _found(_POINTS, row)[0]
            if points:
                wrong += _untrue(truth, under, number, _number(points), int(_found(_GRADE, row)[0]))
            else:
                wrong.append(f"lead {number} has no score under {under}")
    if not rows:
        wrong.append("the list is empty")
    return Reading(under, tuple(wrong))


def read_lead(page: str, number: int, truth: Truth) -> Reading:
    """The receipt is true and adds up, and the grades of the colleagues are those of the same version."""
    under, table = _found(_RECEIPT, page)
    grade, points = _found(_TOTAL, table)
    wrong = _untrue(truth, under, number, _number(points), int(grade))
    if sum(map(_number, _LINE.findall(table))) != _number(points):
        wrong.append(f"the receipt of lead {number} does not add up")
    for other, seen in _COLLEAGUE.findall(page):
        if int(seen) not in {grade for _points, grade in truth.scores(under, int(other))}:
            wrong.append(f"lead {other} has grade {seen} beside a receipt under {under}")
    return Reading(under, tuple(wrong))


def read_rows(rows: Sequence[tuple[str, int, int, int]], expected: int, truth: Truth) -> Reading:
    """Rows of one statement, (version, lead, points, grade): all there, of one version, and true."""
    labels = {label for label, *_ in rows}
    wrong = [] if len(rows) == expected else [f"{len(rows)} scores in force of {expected} leads"]
    if len(labels) > 1:
        wrong.append(f"scores of {sorted(labels)} in one answer")
    for label, number, points, grade in rows:
        wrong += _untrue(truth, label, number, points, grade)
    return Reading(min(labels, default=""), tuple(wrong[:5]))


def untimely(answers: Iterable[Answer], order: Sequence[str]) -> list[str]:
    """Answers under a version that never was in force, or under one that somebody had seen replaced."""
    named = [answer for answer in answers if answer.under]
    wrong = [
        f"{each.what}: answered under {each.under}, which was never in force"
        for each in named
        if each.under not in order
    ]
    for place, label in enumerate(order[1:], start=1):
        seen_at = min((each.ended for each in named if each.under == label), default=float("inf"))
        wrong += [
            f"{each.what}: answered under {each.under} {each.began - seen_at:.2f} s after {label} was seen"
            for each in named
            if each.under in order[:place] and each.began > seen_at
        ]
    return wrong


def unexcused(answers: Iterable[Answer], outages: Sequence[Outage]) -> list[str]:
    """Answers of 503 while every service was there."""
    return [
        f"{each.what}: 503 though no service was away"
        for each in answers
        if each.is_away
        and not any(each.began <= outage.ended and outage.began <= each.ended for outage in outages)
    ]


def _under(page: str) -> str:
    return _found(_UNDER, page)[0]


def _found(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    found = pattern.search(text)
    assert found, f"{pattern.pattern} is not on this page:\n{text[:2000]}"
    return tuple(group or "" for group in found.groups())


def _number(text: str) -> int:
    digits = int(re.sub(r"\D", "", text) or 0)
    return -digits if "\u2212" in text else digits


def _untrue(truth: Truth, label: str, number: int, points: int, grade: int) -> list[str]:
    true = truth.scores(label, number)
    if (points, grade) in true:
        return []
    return [f"lead {number} has {points} points and grade {grade} under {label}, not {sorted(true)}"]
