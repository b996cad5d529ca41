"""What the sample company has agreed on, version by version, as definition documents."""
# ruff: noqa: E501

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from definitions.starting_points import parts
from portal.seed.people import DOMAIN

Json = dict[str, Any]

PERSONAS = (
    (
        "head-of-it", "Head of IT", "Decides on tools, signs off security", "Any", "50 to 2,000",
        "Too many tools that do not talk to each other; audits.", "Four to six months, in autumn for January.",
        {"attribute": "lead.job_title", "is": "contains_word", "values": ["head of it", "it manager", "cto", "cio"]},
    ),
    (
        "operations-lead", "Operations lead", "Owns the process that hurts", "Logistics, manufacturing", "50 to 2,000",
        "Approvals by e-mail; nobody knows where a case stands.", "Two to three months after a bad quarter.",
        {
            "any": [
                {"attribute": "lead.job_title", "is": "contains_word", "values": ["operations", "coo"]},
                {"attribute": "lead.department", "is": "one_of", "values": ["Operations"]},
            ]
        },
    ),
    (
        "finance-lead", "Finance lead", "Holds the budget, wants month-end sooner", "Any", "200 and more",
        "Month-end takes eight days; auditors ask for trails.", "Decides before the budget round.",
        {"attribute": "lead.job_title", "is": "contains_word", "values": ["cfo", "financial controller"]},
    ),
)  # fmt: skip


def _attribute(name: str, test: str, *values: Any) -> Json:
    if test in ("at_least", "at_most", "before", "after"):
        return {"attribute": name, "is": test, "value": values[0]}
    return {"attribute": name, "is": test, **({"values": list(values)} if values else {})}


def _activity(kind: str, days: int | None, *, subject: tuple[str, ...] = (), **measure: int) -> Json:
    where = [{"on": "subject", "is": "contains_word", "values": list(subject)}] if subject else []
    return {"activity": kind, "where": where, "within_days": days, **measure}


def _once(points: int, **more: int) -> Json:
    return {"kind": "points", "points": points, "count": "once", **more}


INDUSTRY = _attribute(
    "account.industry", "one_of", "Software", "Financial services", "Logistics", "Manufacturing", "Insurance"
)
ROLE: Json = {"any": [{"persona": "head-of-it"}, {"persona": "operations-lead"}, {"persona": "finance-lead"}]}
REACHABLE: Json = {"any": [_attribute("lead.has_free_email", "no"), _attribute("lead.has_phone", "yes")]}
RULED_OUT: Json = {
    "any": [
        _attribute("account.kind", "one_of", "competitor", "customer"),
        _attribute("lead.job_title", "contains_word", "student", "intern"),
        _attribute("lead.has_disposable_email", "yes"),
    ]
}
MEANS_IT: Json = {
    "any": [
        _attribute("custom.time-frame", "one_of", "This quarter", "This half-year"),
        _attribute("custom.stated-budget", "at_least", 20000),
        _attribute("custom.current-tool", "contains_word", "spreadsheets"),
    ]
}
ASKED: Json = {
    "any": [
        _activity("contact_requested", 30, at_least=1),
        _activity("demo_requested", 30, at_least=1),
        _activity("trial_requested", 30, at_least=1),
    ]
}
LIVE_ACCOUNT: Json = {"account_people": 2, "meet": _activity("any", 30, at_least=3)}


class Clauses:
    """All clauses that were ever agreed or proposed; `today` places their review dates."""

    def __init__(self, today: date) -> None:
        def clause(
            key: str, half: str, wording: str, rule: Json, effect: Json, owner: str, reason: str, **more: Any
        ) -> Json:
            bare = parts.clause(key, half, wording, rule, effect, reason)
            return {**bare, "owner": f"{owner}@{DOMAIN}", **more}

        def day(days: int) -> str:
            return (today + timedelta(days=days)).isoformat()

        web = {"group": "web"}
        everyone = ["finance-lead", "head-of-it", "operations-lead"]
        self.by_key = {
            each["key"]: each
            for each in (
                clause(
                    "industry", "fit", "Works in an industry where we win", INDUSTRY, _once(20), "mona",
                    "Seven of ten deals of last year came from these five.", basis="data", review_on=day(120),
                ),
                clause(
                    "size", "fit", "The company has 50 to 2,000 people",
                    _attribute("account.employees", "between", 50, 2000), _once(20), "rita",
                    "Below 50 nobody pays for approvals; above 2,000 procurement takes a year.",
                    basis="data", review_on=day(30),
                ),
                clause(
                    "role", "fit", "Has a say in buying: IT, operations or finance lead", ROLE, _once(25), "sofia",
                    "Users love us but do not sign.", personas=everyone, review_on=day(-12),
                ),
                clause(
                    "reachable", "fit", "We can reach the person at work", REACHABLE, {"kind": "required"}, "sam",
                    "A private mailbox and no phone is where calls go to die.",
                ),
                clause(
                    "ruled-out", "fit", "Not a competitor, customer, student or throw-away address", RULED_OUT,
                    {"kind": "disqualifies"}, "maya", "Customers have their own team; students write theses.",
                ),
                clause(
                    "means-it", "fit", "Says when, with how much, or instead of spreadsheets", MEANS_IT, _once(10),
                    "marco", "We think a stated time frame or budget halves the cycle.", review_on=day(-3),
                ),
                clause(
                    "asked", "behaviour", "Asked for contact, a demo or a trial in the last 30 days", ASKED,
                    {"kind": "alone"}, "rita", "Whoever asks gets an answer, whatever the score says.",
                ),
                clause(
                    "pricing", "behaviour", "Looked at prices at least twice in 30 days",
                    _activity("page_viewed", 30, subject=("pricing",), at_least=2), _once(20), "maya",
                    "Winners looked at prices three times as often as the others.", basis="data", **web,
                ),
                clause(
                    "pages", "behaviour", "Reads our pages: the newer, the more it counts",
                    _activity("page_viewed", 60, at_least=1),
                    {"kind": "points", "points": 3, "count": "each", "times": 8, "per_days": 30, "fade_days": 60},
                    "aiko", "Reading is interest, but it cools down.", review_on=day(60), **web,
                ),
                clause(
                    "burst", "behaviour", "Came back: six acts within any three days",
                    {**_activity("any", 60, at_least=6), "within_any_hours": 72}, _once(15), "jonas",
                    "A burst is somebody preparing a meeting.", review_on=day(45),
                ),
                clause(
                    "committee", "behaviour", "At least two people of the company are active", LIVE_ACCOUNT,
                    _once(15), "liam", "One reader is curiosity, two are a project.",
                ),
                clause(
                    "silence", "behaviour", "Nothing heard for 45 days", {"silence_days": 45, "activity": "any"},
                    _once(-25), "nadia", "Calls to the silent were answered in one of twenty cases.", basis="data",
                ),
                # Came with later proposals.
                clause(
                    "breadth", "behaviour", "Took two different guides in 90 days",
                    _activity("content_downloaded", 90, different_subjects=2), _once(10), "elena",
                    "Two guides are a question that one did not answer.",
                ),
                clause(
                    "webinar", "behaviour", "Stayed in a webinar for half an hour in 90 days",
                    _activity("webinar_attended", 90, total_seconds=1800), _once(15), "marco",
                    "Half an hour of attention is worth a call.",
                ),
                clause(
                    "switching", "fit", "The current contract ends within our reach",
                    _attribute("custom.contract-ends", "between", day(0), day(270)), _once(15), "pedro",
                    "Nobody buys against a running contract.",
                ),
                clause(
                    "cold-list", "fit", "Comes from a bought list",
                    _attribute("lead.source", "one_of", "Bought list"), _once(-20), "astrid",
                    "Bought addresses made a third of all returns.",
                ),
                # Of the second definition: what a rep hears when they talk.
                clause(
                    "need", "fit", "Has the problem that we solve", _attribute("custom.has-need", "yes"),
                    {"kind": "required"}, "sofia", "Without a problem there is no project.",
                ),
                clause(
                    "budget", "fit", "The budget is there or can be found",
                    _attribute("custom.has-budget", "yes"), _once(20), "rita",
                    "Half of what we lost was lost to “no money this year”.",
                ),
                clause(
                    "authority", "fit", "We speak with whoever decides",
                    _attribute("custom.has-authority", "yes"), _once(20), "sam",
                    "Champions without a say cost us a quarter each.",
                ),
                clause(
                    "timing", "fit", "Wants to decide within half a year",
                    _attribute("custom.has-timing", "yes"), _once(20), "pedro",
                    "Later is a date in nurture, not an opportunity.",
                ),
            )
        }  # fmt: skip

    def document(
        self,
        title: str,
        threshold: int,
        keys: tuple[str, ...],
        *,
        effects: dict[str, Json] | None = None,
        **more: Any,
    ) -> Json:
        """A document of the clauses `keys`, some with another effect."""
        effects = effects or {}
        criteria = [
            {**self.by_key[key], "effect": effects.get(key, self.by_key[key]["effect"])} for key in keys
        ]
        if "web" not in {criterion["group"] for criterion in criteria}:
            more.setdefault("groups", [])
        return {
            "format": "accord.definition/1",
            "stage": "mql",
            "title": title,
            "threshold": threshold,
            "minimums": {"fit": None, "behaviour": 15},
            "caps": {"fit": None, "behaviour": 70},
            "groups": [{"key": "web", "label": "Website", "cap": 35}],
            "grades": [20, 45, 65, 85],
            "personas": {key: {"name": name, "rule": rule} for key, name, *_, rule in PERSONAS},
            "criteria": criteria,
            **more,
        }


FIRST = ("industry", "size", "role", "ruled-out", "asked", "pricing", "pages")
SECOND = (
    "industry", "size", "role", "reachable", "ruled-out", "means-it",
    "asked", "pricing", "pages", "burst", "committee", "silence",
)  # fmt: skip


def mql_documents(today: date) -> dict[int, Json]:
    """The five versions by number: superseded, active, rejected, proposed, draft."""
    clauses = Clauses(today)
    without_cold = (*SECOND, "cold-list")
    return {
        1: clauses.document("The first agreement", 55, FIRST, minimums={"fit": None, "behaviour": None}),
        2: clauses.document("Fewer, and they pick up the phone", 75, SECOND),
        3: clauses.document("A higher bar", 95, SECOND, effects={"means-it": _once(5)}),
        4: clauses.document(
            "No bought lists", 75, (*without_cold, "webinar"), effects={"committee": _once(20)}
        ),
        5: clauses.document("Guides and running contracts", 75, (*SECOND, "breadth", "switching")),
    }


def sales_qualified_documents(today: date) -> dict[int, Json]:
    """The second definition, held to the same discipline: in force, and the draft of the next."""
    clauses = Clauses(today)
    more: Json = {
        "stage": "sql",
        "groups": [],
        "minimums": {"fit": None, "behaviour": None},
        "caps": {"fit": None, "behaviour": None},
    }
    agreed = ("need", "budget", "authority", "timing", "role", "means-it")
    return {
        1: clauses.document("When a lead becomes an opportunity", 60, agreed, **more),
        2: clauses.document("Running contracts", 60, (*agreed, "switching"), **more),
    }
