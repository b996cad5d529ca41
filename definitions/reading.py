"""A definition document as people read it: plain sentences, half by half. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import HALVES, DocumentError, parse_rule
from definitions.criteria.fingerprint import personas_of
from definitions.criteria.wording import sentence_of_effect, sentence_of_rule


@dataclass(frozen=True)
class ReadClause:
    """One clause in words. `rule_sentence` is empty where the wording says the same already."""

    key: str
    half: str
    wording: str
    rule_sentence: str
    effect_sentence: str
    effect: dict[str, Any]
    group_label: str
    owner: str
    reason: str
    basis: str
    review_on: date | None
    personas: list[str]

    @property
    def is_points(self) -> bool:
        return self.effect.get("kind") == "points"

    @property
    def is_more_than_once(self) -> bool:
        """Whether a number of points alone does not say what it gives."""
        return self.effect.get("count") == "each" or bool(self.effect.get("fade_days"))


def rule_in_words(rule: Any, catalogue: Catalogue) -> str:
    """The sentence of a rule; empty when the rule can no longer be read with this catalogue."""
    try:
        parse_rule(rule, catalogue)
    except DocumentError:
        return ""
    return sentence_of_rule(rule, catalogue)


def read_clause(
    item: dict[str, Any],
    groups: dict[str, str],
    catalogue: Catalogue,
    look_again_on: Mapping[str, date | None] | None = None,
    names: Mapping[str, str] | None = None,
) -> ReadClause:
    """One clause. `look_again_on` says for keys of clauses when to look again, where a review has decided;
    `names` gives the names of owners by their addresses."""
    own = date.fromisoformat(item["review_on"]) if item.get("review_on") else None
    sentence = rule_in_words(item["rule"], catalogue)
    return ReadClause(
        key=item["key"],
        half=item["half"],
        wording=item["wording"],
        rule_sentence="" if sentence == item["wording"] else sentence,
        effect_sentence=sentence_of_effect(item["effect"]),
        effect=item["effect"],
        group_label=groups.get(item.get("group", ""), ""),
        owner=(names or {}).get(item.get("owner", ""), item.get("owner", "")),
        reason=item.get("reason", ""),
        basis=item.get("basis", "assumption"),
        review_on=(look_again_on or {}).get(item["key"], own),
        personas=[catalogue.persona_names.get(key, key) for key in item.get("personas", [])],
    )


def read_document(
    document: dict[str, Any],
    catalogue: Catalogue,
    look_again_on: Mapping[str, date | None] | None = None,
    names: Mapping[str, str] | None = None,
) -> dict[str, list[ReadClause]]:
    """The clauses of each half, in order."""
    groups = {group["key"]: group["label"] for group in document["groups"]}
    clauses = [read_clause(item, groups, catalogue, look_again_on, names) for item in document["criteria"]]
    return {half: [clause for clause in clauses if clause.half == half] for half in HALVES}


def clauses_by_persona(document: dict[str, Any]) -> dict[str, list[str]]:
    """For each persona's key the wordings of the clauses that serve it or ask whether a lead fits it."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in document["criteria"]:
        for key in sorted({*item.get("personas", []), *personas_of(item["rule"])}):
            found[key].append(item["wording"])
    return found
