"""Definitions to start from when there is none yet.

The shape follows what the field teaches: a definition of two halves, who they are and what they do
(Eloqua's and Marketo's scoring guides); a direct request for sales qualifies alone; competitors and
students are ruled out; points of behaviour fade. The numbers are first guesses, each marked as an
assumption, and the first review is there to test them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class StartingPoint:
    label: str | Promise
    stage: str
    document: dict[str, Any]


def _clause(
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


def _points(points: int, **more: Any) -> dict[str, Any]:
    return {"kind": "points", "points": points, "count": "once", **more}


def _did(kind: str, days: int | None = None, number: int = 1, *words: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"activity": kind, "at_least": number}
    if words:
        rule["where"] = [{"on": "subject", "is": "contains_word", "values": list(words)}]
    if days:
        rule["within_days"] = days
    return rule


_SAAS = {
    "format": "accord.definition/1",
    "stage": "mql",
    "title": "Business software, first agreement",
    "threshold": 60,
    "minimums": {"fit": 20, "behaviour": 10},
    "caps": {"fit": 60, "behaviour": 60},
    "groups": [
        {"key": "web", "label": "Website", "cap": 20},
        {"key": "content", "label": "Content and e-mail", "cap": 20},
    ],
    "grades": [20, 40, 60, 80],
    "personas": {},
    "criteria": [
        _clause(
            "c-company-size",
            "fit",
            "The company has at least 50 employees",
            {"attribute": "account.employees", "is": "at_least", "value": 50},
            _points(20),
            "Smaller companies rarely have the problem that we solve.",
        ),
        _clause(
            "c-decides-or-advises",
            "fit",
            "The job title says head, director, chief or vice president",
            {
                "attribute": "lead.job_title",
                "is": "contains_word",
                "values": ["head", "director", "chief", "vp", "vice president", "ceo", "cto", "cio", "cmo"],
            },
            _points(20),
            "They decide, or are asked before somebody decides.",
        ),
        _clause(
            "c-business-address",
            "fit",
            "Writes from a company's own e-mail domain",
            {"attribute": "lead.has_free_email", "is": "no"},
            _points(10),
            "A company address lets sales see at once whom they would be calling.",
        ),
        _clause(
            "c-can-be-reached",
            "fit",
            "Left a phone number",
            {"attribute": "lead.has_phone", "is": "yes"},
            _points(5),
            "A lead that can be called is decided on sooner.",
        ),
        _clause(
            "c-competitor-or-student",
            "fit",
            "Competitors, students and people with a throw-away address never qualify",
            {
                "any": [
                    {"attribute": "account.kind", "is": "one_of", "values": ["competitor"]},
                    {
                        "attribute": "lead.job_title",
                        "is": "contains_word",
                        "values": ["student", "intern", "professor"],
                    },
                    {"attribute": "lead.has_disposable_email", "is": "yes"},
                ]
            },
            {"kind": "disqualifies"},
            "They read, and do not buy.",
        ),
        _clause(
            "c-asked-for-sales",
            "behaviour",
            "Asked for contact, a demo or a trial in the last 30 days",
            {
                "any": [
                    _did("contact_requested", 30),
                    _did("demo_requested", 30),
                    _did("trial_requested", 30),
                ]
            },
            {"kind": "alone"},
            "Somebody who asks for a call gets one, whatever the points say.",
        ),
        _clause(
            "c-pricing-pages",
            "behaviour",
            "Looked at the pricing pages at least twice in the last 30 days",
            _did("page_viewed", 30, 2, "pricing", "price", "plans"),
            _points(20),
            "People look at prices when they have begun to compare.",
            "web",
        ),
        _clause(
            "c-back-on-the-site",
            "behaviour",
            "Each visit to the website, at most 4 a month, fading over 60 days",
            _did("session", 60),
            {"kind": "points", "points": 4, "count": "each", "times": 4, "per_days": 30, "fade_days": 60},
            "Coming back is worth more than staying long.",
            "web",
        ),
        _clause(
            "c-content",
            "behaviour",
            "Downloaded something to read, at most 3 a month, fading over 90 days",
            _did("content_downloaded", 90),
            {"kind": "points", "points": 8, "count": "each", "times": 3, "per_days": 30, "fade_days": 90},
            "Reading is interest in the subject, not yet in us.",
            "content",
        ),
        _clause(
            "c-webinar",
            "behaviour",
            "Attended a webinar in the last 90 days",
            _did("webinar_attended", 90),
            _points(15, fade_days=90),
            "An hour of somebody's time is a strong sign.",
        ),
        _clause(
            "c-clicked-mail",
            "behaviour",
            "Clicked in at least two e-mails in the last 30 days",
            _did("email_clicked", 30, 2),
            _points(8),
            "Opens are counted by machines, clicks mostly by people.",
            "content",
        ),
        _clause(
            "c-buying-committee",
            "behaviour",
            "At least two people of the account were active in the last 30 days",
            {"account_people": 2, "meet": _did("any", 30)},
            _points(15),
            "Companies buy in groups: a second reader means the subject is being talked about.",
        ),
        _clause(
            "c-gone-quiet",
            "behaviour",
            "Nothing heard for 60 days",
            {"silence_days": 60, "activity": "any"},
            _points(-20),
            "Interest has an end, and a call after it is a cold call.",
        ),
    ],
}

_SALES_QUALIFIED = {
    "format": "accord.definition/1",
    "stage": "sql",
    "title": "Sales-qualified, first agreement",
    "threshold": 50,
    "minimums": {"fit": 20, "behaviour": None},
    "caps": {"fit": None, "behaviour": None},
    "groups": [],
    "grades": [20, 35, 50, 70],
    "personas": {},
    "criteria": [
        _clause(
            "c-sql-company-size",
            "fit",
            "The company has at least 50 employees",
            {"attribute": "account.employees", "is": "at_least", "value": 50},
            _points(30),
            "The offer starts to pay from this size.",
        ),
        _clause(
            "c-sql-two-people",
            "behaviour",
            "At least two people of the account were active in the last 60 days",
            {"account_people": 2, "meet": _did("any", 60)},
            _points(20),
            "One person alone rarely gets a budget.",
        ),
        _clause(
            "c-sql-asked",
            "behaviour",
            "Asked for a demo or a trial in the last 90 days",
            {"any": [_did("demo_requested", 90), _did("trial_requested", 90)]},
            _points(30),
            "They want to see it work.",
        ),
    ],
}

STARTING_POINTS: dict[str, StartingPoint] = {
    "saas": StartingPoint(_("A template for business software"), "mql", _SAAS),
    "sales-qualified": StartingPoint(_("A template for sales-qualified leads"), "sql", _SALES_QUALIFIED),
}
