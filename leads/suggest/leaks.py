"""Columns that seem to know the outcome: too good, telling by their blanks, or filled in afterwards. Pure.

A criterion on such a column looks perfect in the past and is worth nothing on the leads of tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from django.utils.translation import gettext as _

from leads.evidence.intervals import interval_of_share
from leads.suggest.evidence import area
from leads.suggest.history import Bools, Column, History, Ints, Leak, NumberColumn

# One column alone that ranks better than this has most likely seen the outcome.
IMPLAUSIBLE_AREA = 0.9
# The blanks of a column alone: honest ones are blank by chance or by the form that was used.
TELLING_BLANKS = 0.6
# Nearly all leads with one value ended alike: worth a look, though it can be true.
SURE_SHARE = 0.9
SURE_LEADS = 50
BINS = 20
# A value is common when this share of the leads of which something is known has it.
COMMON_SHARE = 0.05
# A share of blanks (or of values) below this says nothing.
FEW = 0.02


def leaks_of(history: History, is_earlier: Bools, kept: Iterable[str] = ()) -> list[Leak]:
    """What was seen while reading, and what the columns themselves give away. `kept` are keys of columns
    that somebody insists on: they are named all the same, and stay."""
    insisted = frozenset(kept)
    found = {leak.key: leak for leak in history.leaks}
    for column in history.columns:
        key = column.field.key
        if key in found and found[key].is_left_out:
            continue
        leak = _leak(column, history.outcome, is_earlier)
        # What the values give away outweighs a mere word of caution.
        if leak is not None and (key not in found or leak.is_left_out):
            found[key] = leak
    for leak in _sure_kinds(history):
        found.setdefault(leak.key, leak)
    return [
        replace(leak, is_left_out=leak.is_left_out and key not in insisted) for key, leak in found.items()
    ]


def _leak(column: Column, outcome: Bools, is_earlier: Bools) -> Leak | None:
    key, label = column.field.key, column.field.label
    alone = area_alone(column, outcome, is_earlier)
    if alone is not None and alone > IMPLAUSIBLE_AREA:
        return Leak(key, label, "too_well", _too_well(alone), True)
    known = column.is_known
    if area_of_blanks(column, outcome, is_earlier) > TELLING_BLANKS:
        sentence = _(
            "Its blanks tell the outcome: of leads where it is blank %(blank)s had it, of the others "
            "%(known)s. It may be filled in only once sales has spoken to the lead."
        ) % {"blank": _percent(outcome[~known]), "known": _percent(outcome[known])}
        return Leak(key, label, "blank", sentence, True)
    return _sure_value(column, outcome)


def _sure_kinds(history: History) -> Iterator[Leak]:
    """Kinds of activity that alone, by whether a lead did it, tell the outcome too well."""
    deeds, outcome = history.deeds, history.outcome
    for place, kind in enumerate(deeds.kinds if deeds is not None else ()):
        assert deeds is not None
        has_done = np.bincount(deeds.lead[deeds.kind == place], minlength=len(outcome)) > 0
        found = area(has_done, outcome)
        if found is not None and max(found.value, 1 - found.value) > IMPLAUSIBLE_AREA:
            yield Leak(kind, kind, "too_well", _too_well(max(found.value, 1 - found.value)), True)


def _too_well(alone: float) -> str:
    return _("It alone ranks the leads with an AUC of %(area).2f: better than facts of before do.") % {
        "area": alone
    }


def _percent(outcome: Bools) -> str:
    return f"{round(100 * float(outcome.mean()))}\u00a0%"


def area_of_blanks(column: Column, outcome: Bools, is_earlier: Bools) -> float:
    """How well being known tells the outcome, 0.5 (not) to 1, whichever way.

    Not by one telling value among others (references buy, whoever fills the field in): leads with that
    value are put aside in turn, and the least of what remains counts.
    """
    known = column.is_known
    least = _area_of_known(known, outcome)
    if least <= TELLING_BLANKS:
        return least
    bins = _bins(column, is_earlier)
    counts = np.bincount(bins[known])
    for place in np.flatnonzero(counts >= COMMON_SHARE * counts.sum()):
        rest = bins != place
        # Where this is the only value, to be known and to have it are the same.
        if known[rest].mean() >= FEW:
            least = min(least, _area_of_known(known[rest], outcome[rest]))
    return least


def _area_of_known(known: Bools, outcome: Bools) -> float:
    share = known.mean() if len(known) else 0.0
    found = area(known, outcome) if FEW <= share <= 1 - FEW else None
    return 0.5 if found is None else max(found.value, 1 - found.value)


def area_alone(column: Column, outcome: Bools, is_earlier: Bools) -> float | None:
    """How well the column alone ranks the later leads, each value by its share among the earlier ones."""
    bins = _bins(column, is_earlier)
    size = int(bins.max()) + 1 if len(bins) else 0
    if not size or not is_earlier.any() or is_earlier.all():
        return None
    leads = np.bincount(bins[is_earlier], minlength=size)
    won = np.bincount(bins[is_earlier], outcome[is_earlier], minlength=size)
    shares = (won + 10 * outcome[is_earlier].mean()) / (leads + 10)
    found = area(shares[bins[~is_earlier]], outcome[~is_earlier])
    return found.value if found else None


def _bins(column: Column, is_earlier: Bools) -> Ints:
    """0 where unknown, then one for each value or, of numbers, for each of some equal parts."""
    if isinstance(column, NumberColumn):
        known = column.is_known
        values = column.numbers[is_earlier & known]
        cuts = np.unique(np.quantile(values, np.arange(1, BINS) / BINS)) if len(values) else np.zeros(0)
        places = np.searchsorted(cuts, np.nan_to_num(column.numbers), side="right") + 1
        return np.where(known, places, 0)
    return column.codes + 1


def _sure_value(column: Column, outcome: Bools) -> Leak | None:
    """A value of which nearly all leads had the outcome: a warning only, for references do buy."""
    if isinstance(column, NumberColumn) or not column.texts:
        return None
    leads = np.bincount(column.codes[column.is_known], minlength=len(column.texts))
    won = np.bincount(column.codes[column.is_known], outcome[column.is_known], minlength=len(column.texts))
    for place in np.argsort(-leads, kind="stable"):
        if leads[place] < SURE_LEADS:
            break
        if interval_of_share(int(won[place]), int(leads[place]))[0] > SURE_SHARE:
            sentence = _("%(won)d of %(leads)d leads with the value “%(value)s” had the outcome.") % {
                "won": won[place],
                "leads": leads[place],
                "value": column.texts[place],
            }
            note = _("Was it known before? The column was used all the same.")
            return Leak(column.field.key, column.field.label, "value", f"{sentence} {note}", False)
    return None
