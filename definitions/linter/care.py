"""Clauses that nobody looks after. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.linter.findings import LintFinding

# Where more clauses than this lack the same, as in a draft that begins with a template, it is said once.
FEW = 3


def untended(document: dict[str, Any]) -> Iterator[LintFinding]:
    clauses = document["criteria"]
    unowned = [item["key"] for item in clauses if not item.get("owner")]
    if len(unowned) > FEW:
        sentence = ngettext(
            "%(n)d clause has no owner: who is asked when it misleads?",
            "%(n)d clauses have no owner: who is asked when one misleads?",
            len(unowned),
        )
        yield LintFinding("unowned", sentence % {"n": len(unowned)}, is_of_clauses=True)
    else:
        for key in unowned:
            yield LintFinding("unowned", _("Nobody owns it: who is asked when it misleads?"), key)
    undated = [item["key"] for item in clauses if _is_undated(item)]
    if len(undated) > FEW:
        sentence = ngettext(
            "%(n)d clause is an assumption without a review date: nobody looks whether it held.",
            "%(n)d clauses are assumptions without a review date: nobody looks whether they held.",
            len(undated),
        )
        yield LintFinding("undated", sentence % {"n": len(undated)}, is_of_clauses=True)
    else:
        sentence = _("It is an assumption without a review date: nobody is reminded to look whether it held.")
        yield from (LintFinding("undated", sentence, key) for key in undated)


def _is_undated(item: dict[str, Any]) -> bool:
    return item.get("basis", "assumption") == "assumption" and not item.get("review_on")
