"""The search: it finds what is there, finds nothing where nothing is, and stays within its bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from definitions.criteria.catalogue import Catalogue, Field
from definitions.criteria.document import parse
from leads.suggest.columns import column_of
from leads.suggest.history import History
from leads.suggest.search import MOST_RULES, Search, sums
from leads.suggest.suggestion import (
    DID_NOT_LAST,
    NOTHING_FOUND,
    TOO_FEW,
    Suggestion,
    earlier_part,
    suggest,
)
from leads.suggest.words import document_of_suggestion
from tests.leads.suggest.histories import columns, facts, silent, telling


def rules(suggestion: Suggestion) -> list[dict[str, object]]:
    return [clause.rule for clause in suggestion.clauses]


def test_what_tells_the_outcome_is_found_and_nothing_else() -> None:
    suggestion = suggest(telling())

    assert suggestion.is_supported
    assert rules(suggestion) == [
        {"attribute": "account.industry", "is": "one_of", "values": ["Software"]},
        {"attribute": "lead.job_title", "is": "contains_word", "values": ["head"]},
    ]
    software, heads = suggestion.clauses
    assert software.points > heads.points > 0
    assert all(clause.points % 5 == 0 for clause in suggestion.clauses)
    assert all(clause.lasts for clause in suggestion.clauses)
    assert suggestion.later.area is not None
    assert 0.7 < suggestion.later.area.low < suggestion.later.area.value < 0.85


def test_no_signal_no_suggestion() -> None:
    """Forty histories without signal. A search without a price for what it tries suggests on them."""
    found = [suggest(silent(seed=seed)).why_nothing for seed in range(40)]

    assert set(found) <= {NOTHING_FOUND, DID_NOT_LAST}
    assert found.count(NOTHING_FOUND) >= 38


def test_a_search_that_asks_no_price_is_caught() -> None:
    history = silent(seed=3)
    met = np.random.default_rng(5).random((200, len(history.outcome))) < 0.3

    priced = Search(met, history.outcome, np.full(200, np.log(200.0))).go()
    # What is left of the price without the logarithm of the number of leads is nothing.
    careless = Search(met, history.outcome, np.full(200, -np.log(len(history.outcome)) / 2)).go()

    assert priced.chosen == ()
    assert len(careless.chosen) == MOST_RULES


def test_what_holds_only_in_the_past_is_not_suggested() -> None:
    history = telling()
    is_later = ~earlier_part(len(history.outcome))
    outcome = history.outcome.copy()
    outcome[is_later] = np.random.default_rng(4).permutation(outcome[is_later])

    suggestion = suggest(replace(history, outcome=outcome))

    assert suggestion.why_nothing == DID_NOT_LAST


@pytest.mark.parametrize(("leads", "won"), [(0, 0), (1, 1), (90, 45), (5_000, 20), (5_000, 4_990)])
def test_too_little_history_says_so(leads: int, won: int) -> None:
    outcome = np.arange(leads) % max(leads // max(won, 1), 1) == 0
    suggestion = suggest(History(outcome, columns(facts(leads, 1))))

    assert suggestion.why_nothing in (TOO_FEW, NOTHING_FOUND)
    assert not suggestion.clauses


def test_the_later_leads_are_not_looked_at() -> None:
    """Other outcomes of the later leads change what judges, and not what is found."""
    history = telling()
    is_later = ~earlier_part(len(history.outcome))
    turned = history.outcome.copy()
    turned[is_later] ^= np.random.default_rng(6).random(int(is_later.sum())) < 0.2

    one, other = suggest(history), suggest(replace(history, outcome=turned))

    assert [(clause.rule, clause.points) for clause in one.clauses] == [
        (clause.rule, clause.points) for clause in other.clauses
    ]
    assert one.threshold == other.threshold
    assert one.later != other.later


def test_at_most_ten_rules() -> None:
    chance = np.random.default_rng(7)
    met = chance.random((20, 6_000)) < 0.4
    logits = met.T @ np.full(20, 1.0) - 8.0
    outcome = chance.random(6_000) < 1 / (1 + np.exp(-logits))

    found = Search(met, outcome, np.full(20, np.log(20.0))).go()

    assert len(found.chosen) == MOST_RULES
    assert len(set(found.chosen)) == MOST_RULES
    assert np.all(found.points > 0)


def test_points_say_what_the_weights_say() -> None:
    """Three rules of the weights 2, 1 and −1: the points stand in about that relation."""
    chance = np.random.default_rng(8)
    met = chance.random((3, 20_000)) < 0.5
    logits = np.array([2.0, 1.0, -1.0]) @ met - 1.0
    outcome = chance.random(20_000) < 1 / (1 + np.exp(-logits))

    found = Search(met, outcome, np.full(3, np.log(3.0))).go()
    points = dict(zip(found.chosen, found.points.tolist(), strict=True))

    assert points[0] / points[1] == pytest.approx(2.0, abs=0.35)
    assert points[2] / points[1] == pytest.approx(-1.0, abs=0.25)


def test_where_only_no_is_said_it_is_turned_into_yes() -> None:
    """One industry never buys, all others do alike: a definition needs a threshold of at least 1."""
    chance = np.random.default_rng(9)
    drawn = facts(3_000, 9)
    is_farm = np.array([industry == "Farming" for industry in drawn["industry"]])
    outcome = chance.random(3_000) < np.where(is_farm, 0.05, 0.8)

    suggestion = suggest(History(outcome, columns(drawn)))

    assert suggestion.threshold >= 1
    assert rules(suggestion) == [
        {"none": [{"attribute": "account.industry", "is": "one_of", "values": ["Farming"]}]}
    ]
    assert suggestion.clauses[0].points > 0
    assert suggestion.later.recall is not None
    assert suggestion.later.recall > 0.95


def test_the_capacity_of_sales_sets_the_threshold() -> None:
    history = replace(telling(), weeks=np.arange(3_000) / 30.0)  # thirty leads a week

    balanced = suggest(history)
    tight = suggest(history, weekly_capacity=4)

    assert tight.earlier.weekly is not None
    assert balanced.earlier.weekly is not None
    assert tight.earlier.weekly <= 4 < balanced.earlier.weekly
    assert tight.threshold > balanced.threshold


def test_the_document_scores_as_the_search_did() -> None:
    """Every rule is one that a definition can have, and the grades rise around the threshold."""
    suggestion = suggest(telling())
    document = document_of_suggestion(
        suggestion, stage="mql", title="", catalogue=Catalogue(), ended="were won", keys={}
    )

    parsed = parse(document, Catalogue())

    assert [clause.effect.points for clause in parsed.criteria] == [
        clause.points for clause in suggestion.clauses
    ]
    assert {item["basis"] for item in document["criteria"]} == {"data"}
    assert parsed.grades[2] == parsed.threshold
    scores = sums(
        np.array([clause.met for clause in suggestion.clauses]), [c.points for c in suggestion.clauses]
    )
    assert (
        int((scores >= parsed.threshold).sum()) == suggestion.earlier.qualified + suggestion.later.qualified
    )


def test_a_rule_keeps_its_key() -> None:
    """The same rule, however written, is the same clause: evidence follows it from draft to draft."""
    field = Field("account.industry", "Industry", "choice", "industry_key")
    history = telling()
    spelled = [str(name).upper() for name in facts(3_000, 1)["industry"]]
    other = replace(history, columns=(column_of(field, spelled), *history.columns[1:]))

    documents = [
        document_of_suggestion(
            suggest(each), stage="mql", title="", catalogue=Catalogue(), ended="were won", keys={}
        )
        for each in (history, other)
    ]

    keys = [[item["key"] for item in document["criteria"]] for document in documents]
    assert keys[0] == keys[1]
    assert documents[0]["criteria"][0]["rule"] != documents[1]["criteria"][0]["rule"]
