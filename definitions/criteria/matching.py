"""The two forms in which text is compared: the key of a whole value, and its words. Pure.

Facts are stored in these forms beside the text that people see, and the values of a rule are brought
into them when it is read, so that the database compares plain strings and both databases agree.
"""

from __future__ import annotations

import unicodedata


def key_form(text: str) -> str:
    """NFC, casefolded, trimmed, inner white space folded to one space; "" for text without content.

    Folded on the decomposed text and composed afterwards (Unicode 3.13, D145), which makes it stable:
    the key of a key is the key. NUL, which PostgreSQL cannot store, counts as white space.
    """
    folded = unicodedata.normalize("NFD", text.replace("\x00", " ")).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def words_form(text: str) -> str:
    """The words of the key, a space around each (" head of sales "); "" when there is no word.

    A word is a run of letters, digits and the marks that belong to them. A phrase is contained in a
    text exactly when its words form is a substring of the text's words form.
    """
    spaced = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in key_form(text))
    words = " ".join(spaced.split())
    return f" {words} " if words else ""
