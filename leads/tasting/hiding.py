"""What names a person or a company is taken out of every text that tasters see. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "…"
# Words that stand in many companies' names and name none of them.
ORDINARY = frozenset(
    """
    agency bank bau capital care company consulting corp data design digital energy engineering finance
    food foundation gmbh group health holding home house inc industries institute insurance international
    logistics ltd management market marketing media network office partners pharma power print products
    retail sales school service services shop software solutions store studio system systems tech
    technologies technology trade travel union university wood work works world
    """.split()  # noqa: SIM905
)
LEAST_LETTERS, LEAST_INSIDE = 3, 5
_WORD = re.compile(r"\w+", re.UNICODE)
_ADDRESS = re.compile(r"\S*@\S*")
_NUMBER = re.compile(r"\+?\d[\d\s()/.-]{5,}\d")


def secrets_of(
    *, names: Iterable[str | None], companies: Iterable[str | None], addresses: Iterable[str | None]
) -> frozenset[str]:
    """The words to hide, casefolded: every word of people's names that is longer than an initial; of
    companies' names and of addresses those that are not short and not ordinary. A short number names
    nobody."""
    personal = {word for text in names for word in _words(text) if len(word) > 1}
    others = {
        word for text in (*companies, *addresses) for word in _words(text) if len(word) >= LEAST_LETTERS
    }
    found = personal | (others - ORDINARY)
    return frozenset(word for word in found if not (word.isdigit() and len(word) < LEAST_INSIDE))


def hide(text: str, secrets: frozenset[str]) -> str:
    """`text` with an ellipsis for each word that is one of `secrets`, or that holds one of the longer ones.

    Anything with an @ goes as a whole, whoever's it is, and so does anything like a number to call.
    """
    longer = [secret for secret in secrets if len(secret) >= LEAST_INSIDE]

    def shown(found: re.Match[str]) -> str:
        word = found.group().casefold()
        return HIDDEN if word in secrets or any(secret in word for secret in longer) else found.group()

    return _WORD.sub(shown, _NUMBER.sub(HIDDEN, _ADDRESS.sub(HIDDEN, text)))


def _words(text: str | None) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text or "")]
