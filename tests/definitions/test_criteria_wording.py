"""Rules and effects in words."""

from __future__ import annotations

from typing import Any

import pytest

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.wording import sentence_of_effect, sentence_of_rule

INDUSTRY = {"attribute": "account.industry", "is": "one_of", "values": ["software", "fintech"]}
VIEWS = {"activity": "page_viewed", "at_least": 2, "within_days": 30}
PRICING = [{"on": "subject", "is": "contains_word", "values": ["pricing"]}]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (INDUSTRY, "Industry is software or fintech"),
        ({**INDUSTRY, "is": "none_of"}, "Industry is known and not software or fintech"),
        ({"attribute": "account.employees", "is": "between", "values": [50, 5000]},
         "Employees is from 50 to 5,000"),
        ({"attribute": "lead.captured_on", "is": "before", "value": "2026-01-31"},
         "Captured on: before 31 January 2026"),
        ({"attribute": "lead.has_free_email", "is": "no"}, "Has no free e-mail address"),
        ({"attribute": "lead.job_title", "is": "contains_word", "values": ["Head of", "CTO"]},
         "Job title contains “Head of” or “CTO”"),
        ({**VIEWS, "where": PRICING}, "Viewed a page about “pricing” at least 2 times in the last 30 days"),
        ({"activity": "session", "total_seconds": 300},
         "Visited the website for at least 5 minutes in total"),
        ({"activity": "any", "at_least": 3, "within_any_hours": 24},
         "Was active at least 3 times within any 24 hours"),
        ({"activity": "page_viewed", "different_subjects": 3},
         "Viewed a page on at least 3 different subjects"),
        ({"silence_days": 60}, "No activity for 60 days"),
        ({"all": [INDUSTRY, VIEWS]},
         "Industry is software or fintech, and viewed a page at least 2 times in the last 30 days"),
        ({"none": [INDUSTRY]}, "Not so: industry is software or fintech"),
        ({"account_people": 2, "meet": VIEWS},
         "At least 2 people of the account: viewed a page at least 2 times in the last 30 days"),
        ({"account_roles": ["CTO", "Buyer"], "at_least": 2},
         "At least 2 of these roles are present in the account: CTO, Buyer"),
        ({}, "No condition yet"),
    ],
)  # fmt: skip
def test_a_rule_in_words(rule: dict[str, Any], sentence: str) -> None:
    assert sentence_of_rule(rule, Catalogue()) == sentence


@pytest.mark.parametrize(
    ("effect", "sentence"),
    [
        ({"kind": "points", "points": 1, "count": "once"}, "+1 point"),
        ({"kind": "points", "points": -10}, "−10 points"),
        ({"kind": "points", "points": 20, "count": "each", "times": 3, "per_days": 30, "fade_days": 60},
         "+20 points each time, at most 3 times per 30 days, fading over 60 days"),
        ({"kind": "disqualifies"}, "Disqualifies"),
    ],
)  # fmt: skip
def test_an_effect_in_words(effect: dict[str, Any], sentence: str) -> None:
    assert sentence_of_effect(effect) == sentence


def test_a_form_half_filled_in_gets_words_too() -> None:
    assert sentence_of_rule({"activity": "page_viewed", "at_least": "two"}, Catalogue()) == (
        "A rule that cannot be read yet"
    )
    assert sentence_of_effect({"kind": "points", "points": "many"}) == "An effect that cannot be read yet"
