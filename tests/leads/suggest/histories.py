"""Histories that are made up: with a signal that is known, and without any."""

from __future__ import annotations

import numpy as np

from definitions.criteria.catalogue import Field
from leads.suggest.columns import column_of
from leads.suggest.history import Column, History

INDUSTRIES = ("Software", "Banking", "Retail", "Farming", "Mining")
FIELDS = {
    "industry": Field("account.industry", "Industry", "choice", "industry_key"),
    "employees": Field("account.employees", "Employees", "number", "employees"),
    "title": Field("lead.job_title", "Job title", "text", "job_title_key", "job_title_words"),
    "phone": Field("lead.has_phone", "Has a phone number", "yes_no", "has_phone"),
}


def facts(leads: int, seed: int) -> dict[str, list[object]]:
    """Draws without any relation to each other; a fifth of the job titles is unknown."""
    chance = np.random.default_rng(seed)
    titles = ("Head of Sales", "Head of IT", "Clerk", "Analyst", None)
    return {
        "industry": [INDUSTRIES[place] for place in chance.integers(0, 5, leads)],
        "employees": chance.lognormal(4, 1.5, leads).round().tolist(),
        "title": [titles[place] for place in chance.integers(0, 5, leads)],
        "phone": chance.integers(0, 2, leads).astype(bool).tolist(),
    }


def columns(drawn: dict[str, list[object]]) -> tuple[Column, ...]:
    return tuple(column_of(FIELDS[name], values) for name, values in drawn.items())


def telling(leads: int = 3_000, seed: int = 1) -> History:
    """Of software companies 60 % are won, heads win more often, the size says nothing."""
    drawn, chance = facts(leads, seed), np.random.default_rng(seed + 1)
    share = np.array(
        [
            0.1 + 0.5 * (industry == "Software") + 0.25 * (title is not None and "Head" in str(title))
            for industry, title in zip(drawn["industry"], drawn["title"], strict=True)
        ]
    )
    return History(chance.random(leads) < share, columns(drawn))


def silent(leads: int = 2_000, seed: int = 1, share: float = 0.2) -> History:
    """Nothing tells the outcome."""
    chance = np.random.default_rng(10_000 + seed)
    return History(chance.random(leads) < share, columns(facts(leads, seed)))
