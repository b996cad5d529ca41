"""What starting points are made of: clauses, points and rules, each an assumption until the data speaks."""

from __future__ import annotations

from typing import Any


def clause(
    key: str,
    half: str,
    wording: str,
    rule: dict[str, Any],
    effect: dict[str, Any],
    reason: str,
    group: str = "",
) -> dict[str, Any]:
    return {
        "key": key,
        "half": half,
        "wording": wording,
        "rule": rule,
        "effect": effect,
        "group": group,
        "owner": "",
        "reason": reason,
        "basis": "assumption",
        "review_on": None,
        "personas": [],
    }


def points(points: int, **more: Any) -> dict[str, Any]:
    return {"kind": "points", "points": points, "count": "once", **more}


def did(kind: str, days: int | None = None, number: int = 1, *words: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"activity": kind, "at_least": number}
    if words:
        rule["where"] = [{"on": "subject", "is": "contains_word", "values": list(words)}]
    if days:
        rule["within_days"] = days
    return rule


def out_of_the_question(key: str, wording: str, *titles: str) -> dict[str, Any]:
    """Competitors, throw-away addresses and people of these titles read, and do not buy."""
    return clause(
        key,
        "fit",
        wording,
        {
            "any": [
                {"attribute": "account.kind", "is": "one_of", "values": ["competitor"]},
                {"attribute": "lead.job_title", "is": "contains_word", "values": list(titles)},
                {"attribute": "lead.has_disposable_email", "is": "yes"},
            ]
        },
        {"kind": "disqualifies"},
        "They read, and do not buy.",
    )
