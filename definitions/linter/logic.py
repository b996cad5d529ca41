"""What can never be: conditions that shut each other out, and numbers that nobody can reach. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from definitions.criteria.document import HALVES
from definitions.criteria.nodes import Clause, Document
from definitions.criteria.reach import most_of_all, most_of_half
from definitions.criteria.together import can_hold
from definitions.linter.findings import ERROR, WARNING, LintFinding


def impossible(document: Document) -> Iterator[LintFinding]:
    """Contradictions first, then numbers. A clause that nobody can meet is named once, and no further."""
    dead = [clause for clause in document.criteria if not can_hold([clause.rule])]
    for clause in dead:
        yield LintFinding(
            "contradictory",
            _("No lead can ever meet it: its conditions shut each other out."),
            clause.key,
            ERROR,
        )
    alive = [clause for clause in document.criteria if clause not in dead]
    yield from _shut_out(alive)
    yield from _unreachable(document)


# -- clauses beside clauses --------------------------------------------------------------------------------


def _shut_out(clauses: list[Clause]) -> Iterator[LintFinding]:
    of_kind = {
        kind: [clause for clause in clauses if clause.effect.kind == kind]
        for kind in ("points", "required", "alone", "disqualifies")
    }
    required = of_kind["required"]
    for place, one in enumerate(required):
        for other in required[place + 1 :]:
            if not can_hold([one.rule, other.rule]):
                sentence = _(
                    "It is required, and so is “%(other)s”: no lead meets both, so none qualifies by points."
                )
                yield _about(one, other, sentence, ERROR)
    for out in of_kind["disqualifies"]:
        yield from _ruled_out(out, of_kind)
    for one in of_kind["points"]:
        for other in required:
            if not can_hold([one.rule, other.rule]):
                sentence = _(
                    "No lead can meet it and “%(other)s”, which is required: its points count for nothing."
                )
                yield _about(one, other, sentence, WARNING)


def _ruled_out(out: Clause, of_kind: dict[str, list[Clause]]) -> Iterator[LintFinding]:
    """What is met by nobody but leads that a clause rules out."""
    sentences = {
        "required": (
            _("It is required, and whoever meets it is ruled out by “%(other)s”: none qualifies by points."),
            ERROR,
        ),
        "alone": (
            _("It qualifies alone, and whoever meets it is ruled out by “%(other)s”: it does nothing."),
            ERROR,
        ),
        "points": (
            _("Whoever meets it is ruled out by “%(other)s”: its points count for nothing."),
            WARNING,
        ),
    }
    for kind, (sentence, severity) in sentences.items():
        for one in of_kind[kind]:
            if not can_hold([one.rule], [out.rule]):
                yield _about(one, out, sentence, severity)


def _about(one: Clause, other: Clause, sentence: str, severity: str) -> LintFinding:
    return LintFinding("contradictory", sentence % {"other": other.wording}, one.key, severity)


# -- numbers -----------------------------------------------------------------------------------------------


def _unreachable(document: Document) -> Iterator[LintFinding]:
    """Threshold and minimums are errors, unless one clause qualifies alone: then points may be unused."""
    has_alone = any(clause.effect.kind == "alone" for clause in document.criteria)
    severity = WARNING if has_alone else ERROR
    names = {"fit": _("fit"), "behaviour": _("behaviour")}
    for half in HALVES:
        low, most = document.minimums[half], most_of_half(document, half)
        if low is not None and most is not None and low > most:
            sentence = _("The minimum of %(half)s is %(low)d, and no lead can have more than %(most)d there.")
            values = {"half": names[half], "low": low, "most": most}
            yield LintFinding("unreachable", sentence % values, severity=severity)
    most = most_of_all(document)
    if most is None:
        return
    if document.threshold > most:
        sentence = _("The threshold is %(threshold)d, and no lead can have more than %(most)d points.")
        values = {"threshold": document.threshold, "most": most}
        yield LintFinding("unreachable", sentence % values, severity=severity)
    for grade, low in enumerate(document.grades, 2):
        if low > most:
            sentence = _("Grade %(grade)d begins at %(low)d points, and no lead can have more than %(most)d.")
            yield LintFinding("unreachable", sentence % {"grade": grade, "low": low, "most": most})
            return
