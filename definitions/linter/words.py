"""Wordings that say nothing, or something else than the rule. Pure.

What a product can know of a text that people wrote: which numbers stand in it, which words of it mean a
different thing to everybody, and whether the rule was changed while it was not. A wording that was made
from the rule says what the rule says, and is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.fingerprint import canonical_rule
from definitions.criteria.matching import words_form
from definitions.criteria.wording import sentence_of_effect, sentence_of_rule
from definitions.linter.findings import LintFinding

Json = dict[str, Any]

# Each means another thing to whoever reads it, unless a number stands beside it.
VAGUE = tuple(
    f" {phrase} "
    for phrase in (
        "good fit", "right fit", "great fit", "strong fit", "ideal", "suitable", "appropriate", "relevant",
        "engaged", "engagement", "interest", "interested", "active", "actively", "intent", "serious",
        "seriously", "promising", "likely", "hot", "warm", "strong", "significant", "substantial",
        "sufficient", "enough", "decent", "reasonable", "large", "big", "small", "many", "several", "some",
        "often", "frequent", "frequently", "regular", "regularly", "repeatedly", "recent", "recently",
        "lately", "soon", "important", "strategic", "qualified", "high value", "high quality",
    )
)  # fmt: skip
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f]\d{3})*(?:[.]\d+)?")
# 14 days are two weeks, 90 seconds are no round number of minutes.
_SPANS = {
    "within_days": (7, 30, 365),
    "silence_days": (7, 30, 365),
    "within_any_hours": (24,),
    "total_seconds": (60, 3600),
    "per_days": (7, 30, 365),
    "fade_days": (7, 30, 365),
}


def unclear(document: Json, catalogue: Catalogue, agreed: Json | None, label: str) -> Iterator[LintFinding]:
    """`agreed` is the document in force and `label` its name: what the wording said before."""
    before = {item["key"]: item for item in agreed["criteria"]} if agreed else {}
    for item in document["criteria"]:
        made = sentence_of_rule(item["rule"], catalogue)
        if item["wording"].strip() == made:
            continue
        yield from _other_numbers(item, made)
        yield from _vague(item, made)
        yield from _left_behind(item, before.get(item["key"]), label)


def _other_numbers(item: Json, made: str) -> Iterator[LintFinding]:
    told = set(_numbers(f"{made} {sentence_of_effect(item['effect'])}"))
    told |= set(_numbers_in({**item["rule"], "effect": item["effect"]}))
    strange = [number for number in _numbers(item["wording"]) if number not in told]
    if strange:
        sentence = _("The wording says %(number)s, and the rule does not: “%(rule)s”.")
        yield _about(item, sentence % {"number": strange[0], "rule": made})


def _vague(item: Json, made: str) -> Iterator[LintFinding]:
    if _NUMBER.search(item["wording"]):
        return
    words, of_rule = words_form(item["wording"]), words_form(made)
    phrase = next((phrase for phrase in VAGUE if phrase in words and phrase not in of_rule), None)
    if phrase:
        sentence = _("“%(word)s” means another thing to everybody. The rule behind it: “%(rule)s”.")
        yield _about(item, sentence % {"word": phrase.strip(), "rule": made})


def _left_behind(item: Json, before: Json | None, label: str) -> Iterator[LintFinding]:
    if before is None or before["wording"] != item["wording"]:
        return
    if canonical_rule(before["rule"]) != canonical_rule(item["rule"]):
        sentence = _("The rule is another one than in %(version)s, and the wording is still the same.")
        yield _about(item, sentence % {"version": label})


def _about(item: Json, sentence: str) -> LintFinding:
    return LintFinding("vague", sentence, item["key"])


def _numbers(text: str) -> list[str]:
    """As plain digits: “1,000” and “1000” are one number."""
    return [re.sub(r"[,\u00a0\u202f]", "", found) for found in _NUMBER.findall(text)]


def _numbers_in(value: Any, name: str = "") -> Iterator[str]:
    """Every number of a rule or effect, and the spans of time in larger units as well."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _numbers_in(member, key)
    elif isinstance(value, list):
        for member in value:
            yield from _numbers_in(member, name)
    elif isinstance(value, str):
        yield from _numbers(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _numbers(f"{abs(value):g}" if isinstance(value, float) else str(abs(value)))
        yield from (str(int(value // unit)) for unit in _SPANS.get(name, ()) if value >= unit)
