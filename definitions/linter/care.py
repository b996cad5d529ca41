"""Clauses that nobody looks after. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from definitions.linter.findings import LintFinding


def untended(document: dict[str, Any]) -> Iterator[LintFinding]:
    for item in document["criteria"]:
        if not item.get("owner"):
            yield LintFinding("unowned", _("Nobody owns it: who is asked when it misleads?"), item["key"])
        if item.get("basis", "assumption") == "assumption" and not item.get("review_on"):
            yield LintFinding(
                "undated",
                _("It is an assumption without a review date: nobody is reminded to look whether it held."),
                item["key"],
            )
