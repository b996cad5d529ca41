"""What leads show of a draft: too broad, dead, redundant, mostly unknown, filled in too late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from django.utils import formats
from django.utils.translation import gettext as _

from definitions.criteria.catalogue import Field
from definitions.criteria.nodes import Clause
from definitions.linter.findings import LintFinding
from leads.linter.late import Late, late_of
from leads.scoring.preview.columns import Column, count
from leads.scoring.preview.lists import Pick
from leads.scoring.preview.looks import Look
from leads.scoring.preview.questions import fields_of

# The issue's own measures: a clause that more leads meet than this tells few apart, and a field of which
# more is unknown than this mostly says who filled in a form.
BROAD = 0.6
MOSTLY_UNKNOWN = 0.5
# Two clauses that share so many of the leads that meet either are nearly one.
NEARLY = 0.95


@dataclass(frozen=True)
class LeadFinding:
    """A finding, and which leads stand behind its number."""

    finding: LintFinding
    pick: Pick | None = None


def of_leads(look: Look) -> Iterator[LeadFinding]:
    """Nothing where there are no leads."""
    if not look.population:
        return
    yield from _whole(look)
    yield from _broad_or_dead(look)
    yield from _redundant(look)


def of_fields(look: Look, known: dict[str, Column]) -> Iterator[LeadFinding]:
    """`known` has the leads of which each field is known; what is not in it is not looked at."""
    if not look.population:
        return
    late = late_of(look, known)
    for clause in look.asked.draft.criteria:
        for key, field in fields_of([clause]).items():
            if key in known:
                yield from _unknown(look.population, known[key].met, clause, field)
            if key in late and late[key].is_leak:
                yield _leak(late[key], clause, field)


def _unknown(population: int, known: int, clause: Clause, field: Field) -> Iterator[LeadFinding]:
    unknown = population - known
    if unknown > MOSTLY_UNKNOWN * population:
        values = {"field": field.label, "share": _share(unknown, population)}
        sentence = _("“%(field)s” is unknown of %(share)s.") % values
        yield LeadFinding(LintFinding("unknown", sentence, clause.key), Pick("unknown", field.key))


def _leak(late: Late, clause: Clause, field: Field) -> LeadFinding:
    sentence = _(
        "“%(field)s” was filled in only after the handoff for %(late)s of the %(known)s leads handed over of "
        "which it is known: it may say what sales found out."
    )
    values = {"field": field.label, "late": _number(len(late.lead_ids)), "known": _number(late.known)}
    return LeadFinding(LintFinding("late", sentence % values, clause.key), Pick("late", field.key))


# -- who meets what ----------------------------------------------------------------------------------------


def _whole(look: Look) -> Iterator[LeadFinding]:
    qualified = look.draft.count
    if not qualified:
        sentence = _("Nobody of %(n)s leads would qualify.") % {"n": _number(look.population)}
        yield LeadFinding(LintFinding("dead", sentence))
    elif qualified > BROAD * look.population:
        sentence = _("%(share)s would qualify: it tells few apart.") % {
            "share": _share(qualified, look.population)
        }
        yield LeadFinding(LintFinding("broad", sentence), Pick("qualified"))


def _broad_or_dead(look: Look) -> Iterator[LeadFinding]:
    for clause, met in zip(look.asked.draft.criteria, look.draft.met, strict=True):
        if not met:
            sentence = _("Nobody of %(n)s leads meets it.") % {"n": _number(look.population)}
            yield LeadFinding(LintFinding("dead", sentence, clause.key))
        elif met > BROAD * look.population:
            sentence = _("%(share)s meet it: it tells few apart.") % {"share": _share(met, look.population)}
            yield LeadFinding(LintFinding("broad", sentence, clause.key), Pick("met", clause.key))


def _redundant(look: Look) -> Iterator[LeadFinding]:
    """Pairs of clauses that the same leads meet, or nearly; each said of the later clause."""
    clauses = list(zip(look.asked.draft.criteria, look.columns, look.draft.met, strict=True))
    for (one, hits, met), (other, other_hits, other_met) in combinations(clauses, 2):
        # Sets of unlike sizes cannot share enough: most pairs need no look at the leads.
        if not met or not other_met or min(met, other_met) < NEARLY * max(met, other_met):
            continue
        both = count(hits.hits & other_hits.hits)
        either = met + other_met - both
        if both < NEARLY * either:
            continue
        values = {"both": _number(both), "either": _number(either), "other": one.wording}
        if both == either:
            sentence = _("The same %(both)s leads meet it and “%(other)s”.") % values
        else:
            values["share"] = _percent(both, either)
            sentence = (
                _("Of the %(either)s leads that meet it or “%(other)s”, %(both)s meet both (%(share)s).")
                % values
            )
        finding = LintFinding("redundant", sentence, other.key)
        yield LeadFinding(finding, Pick("both", one.key, other.key))


# -- words -------------------------------------------------------------------------------------------------


def _share(part: int, whole: int) -> str:
    return _("%(part)s of %(whole)s leads (%(share)s)") % {
        "part": _number(part), "whole": _number(whole), "share": _percent(part, whole),
    }  # fmt: skip


def _percent(part: int, whole: int) -> str:
    """Rounded down, so that what is not all is not called 100 %."""
    return f"{100 * part // whole}\u00a0%"


def _number(value: int) -> str:
    return formats.number_format(value, force_grouping=True)
