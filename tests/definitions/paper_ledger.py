"""A count of one ballot as people keep it on paper: the rules as they are stated, and none of our code."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

MARKETING, SALES = {"maya", "marco", "mona"}, {"sam", "sofia", "rita"}


@dataclass
class Ledger:
    """One ballot as a careful person would keep it on paper."""

    authors: set[str]
    round: int = 1
    words: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)

    def key_turns(self, house: set[str]) -> bool:
        voted = [name for name in house if name in self.words]
        agreeing = [name for name in voted if self.words[name] == "agree"]
        cast = [name for name in voted if self.words[name] != "abstain"]
        blocked = any(self.words[name] == "block" and name not in self.settled for name in voted)
        return (
            Fraction(len(voted), len(house)) >= Fraction(60, 100)
            and bool(cast)
            and Fraction(len(agreeing), len(cast)) >= Fraction(2, 3)
            and not blocked
            and not (len(agreeing) == 1 and agreeing[0] in self.authors)
        )

    @property
    def is_ratified(self) -> bool:
        return self.key_turns(MARKETING) and self.key_turns(SALES)

    @property
    def is_quorate(self) -> bool:
        # Two of three are the fewest that are 60 in a hundred.
        return all(len(house & set(self.words)) >= 2 for house in (MARKETING, SALES))
