"""The two forms in which text is matched, everywhere and only these. Pure."""

from __future__ import annotations

import unicodedata


def key_form(text: str) -> str:
    """The text as compared for equality: NFC, trimmed, inner white space folded, casefolded."""
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", text).casefold().split()))


def words_form(text: str) -> str:
    """The text as searched for words: " head of sales ", cut at everything that is no letter or digit."""
    folded = key_form(text)
    cut = "".join(character if character.isalnum() else " " for character in folded)
    return " " + " ".join(cut.split()) + " "
