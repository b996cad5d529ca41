"""When a clause has been challenged often enough for the portal to draft an amendment. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Below this many leads a share says more about chance than about the clause (as in the funnel).
LEAST_CARRIED = 20


@dataclass(frozen=True)
class Level:
    """So many challenges, or such a share of the leads that met the clause; whichever comes first."""

    challenges: int
    percent: int

    def is_reached(self, challenges: int, carried: int) -> bool:
        """`carried` is how many handed-over leads met the clause in the same time."""
        if challenges >= self.challenges:
            return True
        return carried >= LEAST_CARRIED and 100 * challenges >= self.percent * carried

    def most_carried(self, challenges: int) -> int:
        """The most leads of which so many challenges are the share."""
        return 100 * challenges // self.percent
