"""What people wrote stays text in the Markdown of the minutes, as a reader of Markdown of its own sees it."""

from __future__ import annotations

from html import escape, unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reviews.minutes import plain

TRICKS = (
    "**bold** and _more_",
    "- a list",
    "+ a list",
    "1. first",
    "2) second",
    "# heading",
    "=== rule",
    "--- rule",
    "> quoted",
    "<script>alert(1)</script>",
    "[here](https://example.com)",
    "![seen](https://example.com/x.png)",
    "~~gone~~",
    "a | b",
    "&amp; &lt;",
    "`code` and \\ back",
    "1\\. x",
    "*",
    "-",
)


def _read(markdown: str) -> str:
    return MarkdownIt("commonmark").enable(["strikethrough", "table"]).render(markdown).strip()


@pytest.mark.parametrize("words", TRICKS)
def test_tricks_are_read_as_they_were_written(words: str) -> None:
    assert _read(plain(words)) == f"<p>{escape(words).replace('&#x27;', chr(39))}</p>"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40))
@example("0" * 9 + ".")
def test_any_text_is_one_paragraph_of_itself(words: str) -> None:
    shown = " ".join(words.split())
    body = _read(f"Said: {plain(words)}\n\n- {plain(words)}\n\n> {plain(words)}")
    assert unescape(body).count(f"Said: {shown}".strip()) == 1
    if shown:
        assert unescape(body).count(shown) >= 3
        assert body.count("<p>") + body.count("<li>") == 3
    for tag in ("<strong", "<em", "<a ", "<img", "<code", "<s>", "<h", "<ol", "<table"):
        assert tag not in body
