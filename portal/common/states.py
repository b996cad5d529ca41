"""A noun moves from state to state by compare-and-set, and all its moves stand in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise

from portal.common.errors import Conflict


@dataclass(frozen=True)
class Move:
    """One verb: the states it may start from, and the one it leads to."""

    verb: str
    sources: tuple[str, ...]
    target: str


class StateTable:
    """Every move of one model's `status` field.

    `apply` is one `UPDATE … WHERE id = … AND status IN (sources)`: of two people who act at the
    same instant exactly one finds a row, on every database and at every isolation level.
    """

    def __init__(
        self, *moves: Move, field: str = "status", too_late: str | Promise = "This has changed meanwhile."
    ) -> None:
        self.moves = {move.verb: move for move in moves}
        self.field = field
        self.too_late = too_late

    def apply(self, subject: models.Model, verb: str, *, too_late: str = "", **values: Any) -> None:
        """Move `subject` and set `values` with it; raise `Conflict` (409) if it stood elsewhere.

        The instance in memory is brought up to date. Further guards (an edit number, a token) go
        into the caller's own `UPDATE`; this one guards the state alone.
        """
        move = self.moves[verb]
        changes = {self.field: move.target, **values}
        manager = type(subject)._base_manager
        moved = manager.filter(pk=subject.pk, **{f"{self.field}__in": move.sources}).update(**changes)
        if not moved:
            raise Conflict(str(too_late or self.too_late))
        for name, value in changes.items():
            setattr(subject, name, value)
