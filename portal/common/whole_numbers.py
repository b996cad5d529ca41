"""Whole numbers out of what a browser sent: never an error, whatever it was."""

from __future__ import annotations

MOST_DIGITS = 18  # nothing longer is a key of ours, and every such number fits 64 bits


def whole_number(text: str | None) -> int | None:
    """The number that plain ASCII digits say; None for anything else, such as “²”, “-1” or 5,000 nines."""
    if not text or len(text) > MOST_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    return int(text)
