"""A suggestion as a definition document, and its evidence in sentences. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import FORMAT
from definitions.criteria.fingerprint import canonical_rule
from definitions.criteria.wording import sentence_of_rule
from leads.evidence.intervals import Lift
from leads.suggest.evidence import Evidence
from leads.suggest.history import Json
from leads.suggest.suggestion import DID_NOT_LAST, NOTHING_FOUND, TOO_FEW, SuggestedClause, Suggestion

LONGEST_WORDING = 400


def document_of_suggestion(
    suggestion: Suggestion,
    *,
    stage: str,
    title: str,
    catalogue: Catalogue,
    ended: str,
    keys: Mapping[str, str],
) -> Json:
    """The definition document. `keys` has the key of each rule (by `rule_mark`) that the agreement has
    already, so that evidence and challenges follow it."""
    return {
        "format": FORMAT,
        "stage": stage,
        "title": title,
        "threshold": suggestion.threshold,
        "minimums": {"fit": None, "behaviour": None},
        "caps": {"fit": None, "behaviour": None},
        "groups": [],
        "grades": list(suggestion.grades),
        "personas": {},
        "criteria": [_criterion(clause, catalogue, ended, keys) for clause in suggestion.clauses],
    }


def _criterion(clause: SuggestedClause, catalogue: Catalogue, ended: str, keys: Mapping[str, str]) -> Json:
    mark = rule_mark(clause.rule)
    return {
        "key": keys.get(mark, f"c-data-{mark[:12]}"),
        "half": clause.half,
        "wording": wording_of(clause.rule, catalogue),
        "rule": clause.rule,
        "effect": {"kind": "points", "points": clause.points, "count": "once"},
        "group": "",
        "owner": "",
        "reason": reason_of(clause, ended),
        "basis": "data",
        "review_on": None,
        "personas": [],
    }


def rule_mark(rule: Json) -> str:
    """The same for the same rule, however it is written down: a key that stays from one suggestion to the
    next."""
    return hashlib.sha256(json.dumps(canonical_rule(rule), sort_keys=True).encode()).hexdigest()


def wording_of(rule: Json, catalogue: Catalogue) -> str:
    wording = sentence_of_rule(rule, catalogue)
    return wording if len(wording) <= LONGEST_WORDING else wording[: LONGEST_WORDING - 1] + "…"


def reason_of(clause: SuggestedClause, ended: str) -> str:
    """The evidence of one clause: on the leads that it was found on, and on later ones."""
    return " ".join(
        [
            _("Found in history, not agreed on by anybody yet."),
            _("Earlier leads: %(evidence)s") % {"evidence": evidence_sentence(clause.earlier, ended)},
            _("Later leads, not used in the search: %(evidence)s")
            % {"evidence": evidence_sentence(clause.later, ended)},
        ]
    )


def evidence_sentence(evidence: Evidence, ended: str) -> str:
    """“Of 718 that met it 92 % were won, of 8,522 others 34 %: 2.7 times as often (2.6 to 2.8).”"""
    if evidence.rate is None or evidence.others_rate is None:
        return ngettext("%(n)d of them met it.", "%(n)d of them met it.", evidence.matched) % {
            "n": evidence.matched
        }
    words = _("of %(matched)s that met it %(rate)s %(ended)s, of %(others)s others %(others_rate)s") % {
        "matched": f"{evidence.matched:,}",
        "rate": percent(evidence.rate),
        "ended": ended,
        "others": f"{evidence.others:,}",
        "others_rate": percent(evidence.others_rate),
    }
    lift = evidence.lift
    return f"{words}." if lift is None else f"{words}: {lift_words(lift)}."


def lift_words(lift: Lift) -> str:
    """A ratio with its interval: “2.6 times as often (2.3 to 2.9)”."""
    return _("%(lift)s times as often (%(low)s to %(high)s)") % {
        "lift": times(lift.ratio),
        "low": times(lift.low),
        "high": times(lift.high),
    }


def times(ratio: float) -> str:
    """2.6, 0.14, 34."""
    return f"{ratio:.2g}" if ratio < 1 else f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


def percent(share: float | None) -> str:
    if share is None:
        return "–"
    return f"{100 * share:.1f}\u00a0%" if 0 < share < 0.1 else f"{100 * share:.0f}\u00a0%"


def why_nothing_words(suggestion: Suggestion) -> str:
    """Why no clause is suggested; what would have to be otherwise."""
    said: dict[str, Any] = {
        "leads": f"{suggestion.earlier.leads + suggestion.later.leads:,}",
        "won": f"{suggestion.earlier.won + suggestion.later.won:,}",
        "tried": f"{suggestion.tried:,}",
    }
    return {
        TOO_FEW: _(
            "There is too little history: of %(leads)s leads %(won)s had the outcome. At least 30 earlier "
            "leads with and without it are needed, and 10 later ones of each."
        ),
        NOTHING_FOUND: _(
            "%(tried)s rules were tried on the earlier leads, and none told the outcome better than chance "
            "would, given how many were tried."
        ),
        DID_NOT_LAST: _(
            "Of %(tried)s rules some told the outcome of the earlier leads, but on the later ones that "
            "cannot be told from chance."
        ),
    }[suggestion.why_nothing] % said
