"""What is searched: leads in order of time, what was known when each was judged, how it ended. Pure.

Arrays have one entry per lead, the earliest judged first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from definitions.criteria.catalogue import Field

Json = dict[str, Any]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class TextColumn:
    """One text or choice. `codes` are places in `texts` (as people write them), -1 where unknown."""

    field: Field
    codes: Ints
    texts: tuple[str, ...]

    @property
    def is_known(self) -> Bools:
        return self.codes >= 0


@dataclass(frozen=True)
class NumberColumn:
    """One number, or yes (1) and no (0); NaN where unknown."""

    field: Field
    numbers: Floats

    @property
    def is_known(self) -> Bools:
        return ~np.isnan(self.numbers)


Column = TextColumn | NumberColumn


@dataclass(frozen=True)
class Deeds:
    """What leads did before they were judged: arrays with one entry per activity.

    `lead` is the place of the lead, `kind` and `subject` places in `kinds` (keys) and `subjects` (-1:
    none), `age` the microseconds from the activity to the judging, above 0; `seconds` 0 where unknown.
    """

    kinds: tuple[str, ...]
    subjects: tuple[str, ...]
    lead: Ints
    kind: Ints
    subject: Ints
    age: Ints
    seconds: Ints


@dataclass(frozen=True)
class Leak:
    """A column (or kind of activity) that may know the outcome: why, in a sentence.

    `reason` is afterwards, too_well, blank or value. One that is left out takes no part in the search.
    """

    key: str
    label: str
    reason: str
    sentence: str
    is_left_out: bool


@dataclass(frozen=True)
class History:
    """`known_for` is how long each lead had been known when it was judged, in microseconds. `weeks` says
    when it was judged, in weeks; of a sample in weeks of as many leads as there are. `leaks` were seen
    while reading."""

    outcome: Bools
    columns: tuple[Column, ...]
    deeds: Deeds | None = None
    known_for: Ints | None = None
    weeks: Floats | None = None
    leaks: tuple[Leak, ...] = ()
