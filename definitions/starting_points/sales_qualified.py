"""Sales-qualified leads, held to the same discipline."""

from __future__ import annotations

from definitions.starting_points.parts import clause, did, points

SALES_QUALIFIED = {
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
        clause(
            "c-sql-company-size",
            "fit",
            "The company has at least 50 employees",
            {"attribute": "account.employees", "is": "at_least", "value": 50},
            points(30),
            "The offer starts to pay from this size.",
        ),
        clause(
            "c-sql-two-people",
            "behaviour",
            "At least two people of the account were active in the last 60 days",
            {"account_people": 2, "meet": did("any", 60)},
            points(20),
            "One person alone rarely gets a budget.",
        ),
        clause(
            "c-sql-asked",
            "behaviour",
            "Asked for a demo or a trial in the last 90 days",
            {"any": [did("demo_requested", 90), did("trial_requested", 90)]},
            points(30),
            "They want to see it work.",
        ),
    ],
}
