"""A column: what one criterion says of every lead of a snapshot. Pure; NumPy arrays in, bytes out.

A column knows nothing of points, so that a change of points, threshold, cap or grade is arithmetic. A
criterion whose points count once is one bit a lead. Where occurrences count each time or fade, the
occurrences that count are kept beside it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from definitions.criteria.nodes import Effect

Array = NDArray[Any]  # of whole numbers
Bits = NDArray[np.uint8]  # a bit for each lead, in the order of the snapshot's leads; the rest are 0
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Occurrences:
    """Rows for the leads that are hit, lead after lead: `counts` occurrences of `ages` whole days.

    `lengths` says how many rows each of these leads has; empty when each has one. What has no points
    any more has a count of 0, or an age of all the days over which the criterion fades.
    """

    lengths: Array
    ages: Array
    counts: Array


@dataclass(frozen=True)
class Column:
    hits: Bits
    occurrences: Occurrences | None = None

    @property
    def met(self) -> int:
        """How many leads meet the criterion."""
        return count(self.hits)

    @property
    def size(self) -> int:
        """In bytes."""
        rows = self.occurrences
        more = rows.lengths.nbytes + rows.ages.nbytes + rows.counts.nbytes if rows else 0
        return self.hits.nbytes + more

    def points(self, effect: Effect, population: int) -> Array:
        """The points of every lead, for a criterion whose occurrences count.

        Each occurrence gives points * (D - d) / D at a whole age of d days, cut towards zero.
        """
        rows, days = self.occurrences, effect.fade_days
        assert rows is not None, "This column was not asked for its occurrences."
        if days is None:
            worth = np.array([effect.points])
        else:
            cut = abs(effect.points) * np.arange(days, -1, -1) // days
            worth = cut if effect.points > 0 else -cut
        most = int(rows.counts.max(initial=1)) * int(rows.lengths.max(initial=1))
        found = worth.astype(_signed(abs(effect.points) * most))[rows.ages]
        np.multiply(found, rows.counts, out=found, casting="unsafe")
        if rows.lengths.size:
            starts = np.cumsum(rows.lengths, dtype=np.int64) - rows.lengths
            found = np.add.reduceat(found, starts, dtype=found.dtype)
        found = found.astype(_signed(int(max(found.max(initial=0), -found.min(initial=0)))))
        every = np.zeros(population, found.dtype)
        every[np.flatnonzero(np.unpackbits(self.hits, count=population))] = found
        return every


def _signed(most: int) -> type[np.signedinteger[Any]]:
    """The smallest type of numbers that goes up to `most`, and as far down."""
    return next(kind for kind in (np.int16, np.int32, np.int64) if most <= np.iinfo(kind).max)


def count(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


def ids_of(bits: Bits, lead_ids: Ids) -> Ids:
    """The leads whose bit is set."""
    return lead_ids[np.unpackbits(bits, count=lead_ids.size).view(bool)]


def by_age(column: Column, bits: Bits, most: int) -> Array:
    """How many of the leads whose bit is set have their one occurrence at each age, 0 to `most` - 1."""
    rows = column.occurrences
    assert rows is not None, "This column was not asked for its occurrences."
    assert not rows.lengths.size, "A lead has several occurrences here."
    is_hit = np.unpackbits(column.hits).view(bool)
    return np.bincount(rows.ages[np.unpackbits(bits).view(bool)[is_hit]], minlength=most)


# -- from rows ---------------------------------------------------------------------------------------------


def column_of_ids(lead_ids: Ids, met: Ids) -> Column:
    """From the ids of the leads that meet a criterion, in any order. Both hold each id once."""
    return Column(np.packbits(np.isin(lead_ids, met, assume_unique=True)))


def column_of_rows(lead_ids: Ids, ids: Ids, ages: Array, counts: Array) -> Column:
    """From rows of lead id, age and count; a lead that has several has them one after the other.

    Rows of leads that are not in the snapshot (merged into others) are dropped.
    """
    if ids.size > 1 and not bool((ids[1:] >= ids[:-1]).all()):
        order = np.argsort(ids, kind="stable")
        ids, ages, counts = ids[order], ages[order], counts[order]
    is_new = np.ones(ids.size, bool)
    np.not_equal(ids[1:], ids[:-1], out=is_new[1:])
    starts = np.flatnonzero(is_new)
    hit, lengths = ids[starts], np.diff(starts, append=ids.size)
    is_known = np.isin(hit, lead_ids, assume_unique=True)
    if not is_known.all():
        is_kept = np.repeat(is_known, lengths)
        hit, lengths, ages, counts = hit[is_known], lengths[is_known], ages[is_kept], counts[is_kept]
    if lengths.max(initial=1) == 1:
        lengths = lengths[:0]
    rows = Occurrences(_narrow(lengths), _narrow(ages), _narrow(counts))
    return Column(column_of_ids(lead_ids, hit).hits, rows)


def _narrow(values: Array) -> Array:
    """As few bytes a number as hold the largest; none is negative."""
    return values.astype(np.min_scalar_type(int(values.max(initial=0))))


# -- as bytes ----------------------------------------------------------------------------------------------


def to_bytes(arrays: Sequence[Array]) -> bytes:
    """Arrays one after the other, each with its type and length in front (NumPy's own .npy)."""
    file = io.BytesIO()
    for array in arrays:
        np.save(file, array, allow_pickle=False)
    return file.getvalue()


def from_bytes(data: bytes | memoryview, number: int) -> list[Array]:
    file = io.BytesIO(data)
    return [np.load(file, allow_pickle=False) for _ in range(number)]


def pack(column: Column) -> tuple[bytes, bytes]:
    """Hits and occurrences as they are stored; no occurrences are no bytes."""
    rows = column.occurrences
    return column.hits.tobytes(), to_bytes((rows.lengths, rows.ages, rows.counts)) if rows else b""


def unpack(hits: bytes | memoryview, occurrences: bytes | memoryview) -> Column:
    rows = Occurrences(*from_bytes(occurrences, 3)) if occurrences else None
    return Column(np.frombuffer(hits, np.uint8), rows)
