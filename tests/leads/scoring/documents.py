"""Random definitions: every condition, operator, effect, cap and limit, in few words and round numbers.

Few words in many spellings, and few days and hours, so that rules and facts meet often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from definitions.criteria.catalogue import BUILT_IN_FIELDS, OPERATORS
from definitions.criteria.matching import key_form, words_form
from tests.builders import NOW
from tests.leads.scoring.oracle import Json

# Attributes of a workspace's own: every type, of leads and of accounts.
CUSTOM = {
    f"custom.{prefix}{name}": (holder, value_type)
    for holder, prefix in (("lead", ""), ("account", "account-"))
    for name, value_type in (
        ("note", "text"),
        ("plan", "choice"),
        ("index", "number"),
        ("renewal", "date"),
        ("pilot", "yes_no"),
    )
}
FIELDS = {field.key: field for field in BUILT_IN_FIELDS}
TYPES = {key: field.value_type for key, field in FIELDS.items()} | {k: t for k, (_h, t) in CUSTOM.items()}
# Kinds of activity of a workspace's own: by leads, and by sales, which is no behaviour.
OWN_KINDS = {"booth_visited": True, "partner_call": False}

# What casefolding, composing, cutting into words, LIKE, JSON and parameters of SQL could trip over.
WORDS = (
    "software", "Head of Sales", "head of", "sales", "of", "cto", "strasse", "Straße", "İzmir", "ﬁnance",
    "ΣΟΦΟΣ", "Å", "Ǆ", "cafe\u0301", "q\u0323\u0307", "x\u0302y", "R&D", "c++", "50", "50%", "100%_x", "_id",
    "مدير المبيعات", "क्षेत्र", "a\u200bb", "🚀 growth", "O'Brien \"x\"", "back\\slash", "%s", "?", "½",
)  # fmt: skip
WORDY = tuple(word for word in WORDS if words_form(word))
DOMAINS = {"gmail.com": (True, False), "mailinator.com": (False, True), "acme.example": (False, False)}
ACCOUNT_KINDS = ("prospect", "customer", "competitor", "partner")
NUMBERS = (-5, 0, 0.5, 1, 49, 50, 50.5, 51, 1000, 10**12)
LEAP_DAYS = (date(2024, 2, 29), date(2028, 2, 29))

KINDS = ("page_viewed", "page_viewed", "webinar_attended", "booth_visited", "any")
WINDOWS = (None, None, 1, 5, 7, 30, 60, 365)
SILENCE_DAYS = (1, 7, 30)
HOURS = (1, 5, 24, 48)
FADE_DAYS = (1, 2, 7, 60)
PERIOD_DAYS = (None, 1, 7, 30)
POINTS = (-30, -7, 1, 7, 20, 50)
LIMITS = (None, None, 0, 10, 40)
PROPERTIES = ("room", "plan-b")
MOST_CLAUSES = 6
PARTS = MOST_CLAUSES + 2

Value = TypeVar("Value")


class Choices:
    """Choices that random bytes make. Bytes that are used up choose the first, where shrinking leads too.

    A case is one draw of Hypothesis: a hundred would cost more than scoring it, and most cases would
    be made of pieces of the one before.
    """

    BYTES = 32

    def __init__(self, drawn: bytes) -> None:
        self.rest = int.from_bytes(drawn, "little")

    @classmethod
    def parts(cls, drawn: bytes) -> Iterator[Choices]:
        """Bytes cut into parts, so that what one part decides does not move what the next decides."""
        for start in range(0, len(drawn), cls.BYTES):
            yield cls(drawn[start : start + cls.BYTES])

    def of(self, values: Sequence[Value]) -> Value:
        self.rest, place = divmod(self.rest, len(values))
        return values[place]

    def some(self, values: Sequence[Value], least: int, most: int) -> list[Value]:
        return [self.of(values) for _ in range(self.of(range(least, most + 1)))]


# -- conditions --------------------------------------------------------------------------------------------


def attribute_rule(choices: Choices, as_of: datetime) -> Json:
    key = choices.of(_KEYS)
    operator = choices.of(_OPERATORS[TYPES[key]])
    rule: Json = {"attribute": key, "is": operator}
    if operator in ("known", "unknown", "yes", "no"):
        return rule
    values = _values_of(key, operator, as_of)
    if operator in ("at_least", "at_most", "before", "after"):
        return rule | {"value": choices.of(values)}
    if operator == "between":
        return rule | {"values": sorted(choices.some(values, 2, 2))}
    return rule | {"values": choices.some(values, 1, 3)}


# Of a type with many fields each comes seldom; of the others, and where edges are finest, often.
_KEYS = [*FIELDS, *["lead.captured_on", "lead.job_title", "account.name"] * 3, *CUSTOM, *CUSTOM]
_OPERATORS = OPERATORS | {"text": (*OPERATORS["text"], "contains_word", "contains_word")}


def _values_of(key: str, operator: str, as_of: datetime) -> Sequence[Any]:
    if key == "lead.email_domain":
        return tuple(DOMAINS)
    if key == "account.kind":
        return ACCOUNT_KINDS
    if TYPES[key] == "number":
        return NUMBERS
    if TYPES[key] == "date":
        near = [as_of.date() + timedelta(days=days) for days in (-366, -40, -1, 0, 1, 40)]
        return [day.isoformat() for day in (*near, *LEAP_DAYS)]
    return WORDY if operator == "contains_word" else WORDS


def narrowing(choices: Choices) -> Json:
    on = choices.of(["subject", "subject", "campaign", "channel", "property"])
    if on == "property":
        values = choices.some(WORDS, 1, 2)
        return {"on": on, "property": choices.of(PROPERTIES), "is": "one_of", "values": values}
    operator = choices.of(["one_of", "contains_word"])
    return {"on": on, "is": operator, "values": choices.some(WORDY if "word" in operator else WORDS, 1, 2)}


def counted_rule(choices: Choices) -> Json:
    return {
        "activity": choices.of(KINDS),
        "where": [narrowing(choices) for _ in range(choices.of([0, 0, 1, 2]))],
        "within_days": choices.of(WINDOWS),
        "at_least": choices.of([1, 2, 3]),
    }


def activity_rule(choices: Choices) -> Json:
    rule = counted_rule(choices)
    measure = choices.of(["at_least", "within_any_hours", "total_seconds", "different_subjects"])
    if measure == "within_any_hours":
        return rule | {"at_least": choices.of([2, 3]), measure: choices.of(HOURS)}
    if measure in ("total_seconds", "different_subjects"):
        del rule["at_least"]
        rule[measure] = choices.of([30, 60, 180] if measure == "total_seconds" else [1, 2, 3])
    return rule


def roles_rule(choices: Choices) -> Json:
    asked = choices.some(WORDS, 1, 3)
    most = len({key_form(role) for role in asked})
    return {"account_roles": asked, "at_least": choices.of(range(1, most + 1))}


def people_rule(choices: Choices, as_of: datetime) -> Json:
    meet = choices.of(["attribute", "activity", "persona", "either"])
    rule = {
        "attribute": lambda: attribute_rule(choices, as_of),
        "activity": lambda: activity_rule(choices),
        "persona": lambda: {"persona": "buyer"},
        "either": lambda: {"any": [attribute_rule(choices, as_of), activity_rule(choices)]},
    }[meet]()
    return {"account_people": choices.of([1, 2, 3]), "meet": rule}


def rule_of(choices: Choices, as_of: datetime, levels: int = 2) -> Json:
    """`levels` of groupings at most; with the groupings of a committee these are the four there may be."""
    leaves = [*["attribute"] * 4, "activity", "activity", "silence", "people", "roles", "persona"]
    kind = choices.of(leaves + ["all", "any", "none"] * (levels > 0))
    if kind in ("all", "any", "none"):
        members = range(choices.of([1, 2, 3]))
        return {kind: [rule_of(choices, as_of, levels - 1) for _ in members]}
    if kind == "attribute":
        return attribute_rule(choices, as_of)
    if kind == "activity":
        return activity_rule(choices)
    if kind == "silence":
        return {"silence_days": choices.of(SILENCE_DAYS), "activity": choices.of(KINDS)}
    if kind == "persona":
        return {"persona": "buyer"}
    # Within two groupings the committee's own would be one level too many.
    return people_rule(choices, as_of) if kind == "people" and levels else roles_rule(choices)


# -- documents ---------------------------------------------------------------------------------------------


def counted_effect(choices: Choices) -> Json:
    """Points that fade, count each time, or each time up to a limit."""
    way = choices.of(["fades", "each", "each fades", "limit", "limit fades"])
    count = "once" if way == "fades" else "each"
    effect: Json = {"kind": "points", "points": choices.of(POINTS), "count": count}
    if "fades" in way:
        effect["fade_days"] = choices.of(FADE_DAYS)
    if "limit" in way:
        effect |= {"times": choices.of([1, 2]), "per_days": choices.of(PERIOD_DAYS)}
    return effect


def criterion(choices: Choices, number: int, as_of: datetime) -> Json:
    kind = choices.of(["points", "points", "counted", "counted", "required", "alone", "disqualifies"])
    half = choices.of(["fit", "behaviour"])
    group = choices.of(["", f"{half}-group"])
    if kind == "counted":
        effect, rule = counted_effect(choices), counted_rule(choices)
    else:
        effect = {"kind": kind}
        if kind == "points":
            effect |= {"points": choices.of(POINTS), "count": "once"}
        rule = rule_of(choices, as_of)
    return {
        "key": f"c-{number}",
        "half": half,
        "wording": f"Clause {number}",
        "rule": rule,
        "effect": effect,
        "group": group,
    }


def timed_criterion(choices: Choices, number: int, as_of: datetime) -> Json:
    """One that the clock alone can move."""
    plain: Json = criterion(choices, number, as_of)
    days, kind = choices.of([1, 7, 30]), choices.of(["any", "page_viewed"])
    window: Json = {"activity": kind, "within_days": days, "at_least": choices.of([1, 2])}
    points: Json = {"kind": "points", "points": choices.of(POINTS), "count": choices.of(["once", "each"])}
    once = points | {"count": "once"}
    # Of an age that no other clause asks for.
    meet = window | {"within_days": days + 1}
    rule, effect = choices.of(
        [
            (window, once),
            ({"activity": kind, "at_least": 1}, points | {"fade_days": choices.of([1, 2, 7])}),
            ({"silence_days": days, "activity": kind}, once),
            ({"account_people": choices.of([1, 2]), "meet": meet}, once),
            (window | {"at_least": 2, "within_any_hours": choices.of(HOURS)}, {"kind": "required"}),
        ]
    )
    return plain | {"rule": rule, "effect": effect}


Criterion = Callable[[Choices, int, datetime], Json]


def document_of(parts: Iterator[Choices], as_of: datetime, criterion: Criterion = criterion) -> Json:
    """A definition for leads judged about `as_of`: its dates lie near. Takes `PARTS` at most."""
    choices = next(parts)
    clauses = [
        criterion(next(parts), number, as_of) for number in range(choices.of(range(1, MOST_CLAUSES + 1)))
    ]
    personas = {}
    if any("persona" in leaf for clause in clauses for leaf in leaves_of(clause["rule"])):
        persona = next(parts)
        members = [attribute_rule(persona, as_of) for _ in range(persona.of([1, 2, 3]))]
        personas = {"buyer": {"name": "Buyer", "rule": {persona.of(["all", "any", "none"]): members}}}
    return {
        "format": "accord.definition/1",
        "stage": "mql",
        "threshold": choices.of([1, 7, 20, 50]),
        "minimums": {"fit": choices.of(LIMITS), "behaviour": choices.of(LIMITS)},
        "caps": {"fit": choices.of(LIMITS), "behaviour": choices.of(LIMITS)},
        "groups": [{"key": f"{half}-group", "cap": choices.of([0, 15, 30])} for half in ("fit", "behaviour")],
        "grades": choices.of([[20, 40, 60, 80], [-10, 0, 1, 7]]),
        "personas": personas,
        "criteria": clauses,
    }


def drawn_parts(number: int) -> st.SearchStrategy[Iterator[Choices]]:
    size = number * Choices.BYTES
    return st.binary(min_size=size, max_size=size).map(Choices.parts)


def documents() -> st.SearchStrategy[Json]:
    return drawn_parts(PARTS).map(lambda parts: document_of(parts, NOW))


def leaves_of(rule: Any) -> Iterator[Json]:
    """Every condition in a raw rule, also those that the account's people are to meet."""
    joints = [joint for joint in ("all", "any", "none") if joint in rule]
    for joint in joints:
        for member in rule[joint]:
            yield from leaves_of(member)
    if not joints:
        yield rule
    if "meet" in rule:
        yield from leaves_of(rule["meet"])


def leaves_in(document: Json) -> Iterator[Json]:
    """Every condition in a document, personas included."""
    for clause in document["criteria"]:
        yield from leaves_of(clause["rule"])
    for persona in document["personas"].values():
        yield from leaves_of(persona["rule"])
