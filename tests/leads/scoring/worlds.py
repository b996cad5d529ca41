"""Random histories that a definition can tell apart.

Facts are drawn from what the definition asks for, in several spellings; instants lie on the edges of its
windows, silences, spans, fades and periods, a microsecond before them and a microsecond after.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.builders import NOW
from tests.leads.scoring.documents import (
    ACCOUNT_KINDS,
    CUSTOM,
    DOMAINS,
    LEAP_DAYS,
    PROPERTIES,
    TYPES,
    WORDS,
    Choices,
    Criterion,
    criterion,
    document_of,
    drawn_parts,
    leaves_in,
)
from tests.leads.scoring.documents import PARTS as DOCUMENT_PARTS
from tests.leads.scoring.oracle import EPOCH, Deed, Json, Person

# What follows from the e-mail address together.
_OF_EMAIL = ("lead.email_domain", "lead.has_free_email", "lead.has_disposable_email")
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
MOST_PEOPLE, MOST_DEEDS = 7, 4
PARTS = 3 + MOST_PEOPLE * (1 + MOST_DEEDS)
SIDES = (0, -1, 1)  # microseconds before, on and after an edge


@dataclass(frozen=True)
class Case:
    """A definition, the leads that it judges, and when. `asked` are all of them, some, or a span."""

    document: Json
    world: list[Person]
    as_of: datetime
    asked: str = "all"


# -- when --------------------------------------------------------------------------------------------------

ZONES = tuple(map(ZoneInfo, ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")))
_TURNS = (
    NOW,
    datetime(2031, 8, 17, 13, 7, 5, 123_457, tzinfo=UTC),
    # The nights on which clocks change, in Europe and America; the second 02:30 of an autumn night.
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    # Leap days, the day after none, and a century's year without one.
    datetime(2024, 2, 29, 12, tzinfo=UTC),
    datetime(2024, 3, 1, tzinfo=UTC),
    datetime(2027, 3, 1, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2100, 3, 1, tzinfo=UTC),
    # Years end; time in computers begins.
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(1970, 1, 20, tzinfo=UTC),
)


def instant(choices: Choices) -> datetime:
    """When leads are judged, as a clock of some zone shows it."""
    return beside(choices, choices.of(_TURNS)).astimezone(choices.of(ZONES))


def beside(choices: Choices, edge: datetime) -> datetime:
    """On an edge, a microsecond before or after it."""
    return edge + choices.of(SIDES) * MICROSECOND


# -- what a definition asks about --------------------------------------------------------------------------


@dataclass
class Asked:
    """`fields`: values by attribute; `ages`: what lies between an edge and the judgement."""

    fields: dict[str, list[Any]] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    ages: set[timedelta] = field(default_factory=lambda: {timedelta(0)})
    captured: set[timedelta] = field(default_factory=set)
    hours: set[int] = field(default_factory=set)
    texts: dict[str, list[str]] = field(default_factory=dict)  # by subject, campaign, channel, property
    has_seconds: bool = False


def asked_by(document: Json, as_of: datetime) -> Asked:
    asked = Asked()
    for leaf in leaves_in(document):
        if "attribute" in leaf:
            values = leaf.get("values") or ([leaf["value"]] if "value" in leaf else [])
            asked.fields.setdefault(leaf["attribute"], []).extend(values)
        if "account_roles" in leaf:
            asked.fields.setdefault("lead.role", []).extend(leaf["account_roles"])
        if leaf.get("attribute") == "lead.captured_on":
            midnights = (datetime.combine(date.fromisoformat(day), time(), UTC) for day in values)
            asked.captured |= {as_of - at for day in midnights for at in (day, day + DAY)}
        if "silence_days" in leaf:
            asked.captured.add(timedelta(days=leaf["silence_days"]))
            asked.ages.add(timedelta(days=leaf["silence_days"]))
        if "activity" in leaf:
            _read_activity(leaf, asked)
    for clause in document["criteria"]:
        effect = clause["effect"]
        if fade_days := effect.get("fade_days"):
            asked.ages |= {timedelta(days=days) for days in {1, fade_days // 2, fade_days - 1, fade_days}}
        if period := effect.get("per_days") and timedelta(days=effect["per_days"]):
            begun = (as_of - EPOCH) // period * period + EPOCH
            asked.ages |= {as_of - begun, as_of - begun + period}
    return asked


def _read_activity(leaf: Json, asked: Asked) -> None:
    asked.kinds.add(leaf["activity"])
    if leaf.get("within_days"):
        asked.ages.add(timedelta(days=leaf["within_days"]))
    if leaf.get("within_any_hours"):
        asked.hours.add(leaf["within_any_hours"])
    if leaf.get("different_subjects"):
        asked.texts.setdefault("subject", []).extend(WORDS[:3])
    asked.has_seconds = asked.has_seconds or "total_seconds" in leaf
    for narrowing in leaf.get("where") or ():
        asked.texts.setdefault(narrowing["on"], []).extend(narrowing["values"])


def spellings(text: str) -> tuple[str, ...]:
    """As asked, the same otherwise spelled, among other words, and what only looks like it."""
    same = (
        text.upper(), text.casefold(), unicodedata.normalize("NFD", text), f"\t{text}\u00a0 ",
        text.replace(" ", "  "), f"vice {text}", f"{text}, global", text.replace(" ", "-"),
    )  # fmt: skip
    like = (
        f"x{text}", f"{text}s", unicodedata.normalize("NFKC", text), f"{text}\u0301",
        f"{text[:1]}\u200b{text[1:]}", f"\u200f{text}",
    )  # fmt: skip
    return (*same, *like, *like, *[text] * 6)


# -- facts -------------------------------------------------------------------------------------------------


def values_of(key: str, asked: list[Any], as_of: datetime) -> list[Any]:
    """What may be known of one attribute: nothing, and values on and beside what is asked."""
    if key == "account.kind":
        return list(ACCOUNT_KINDS)
    if TYPES[key] == "yes_no":
        return (
            [True, False] if key in ("lead.has_phone", "lead.has_business_website") else [None, True, False]
        )
    if TYPES[key] == "number":
        beside = [value + step for value in asked or [50] for step in (0, 0, -1, 1, 0.5)]
        is_whole = key not in CUSTOM
        return [None, None, *(int(value) if is_whole else value for value in beside)]
    if TYPES[key] == "date":
        days = [date.fromisoformat(value) for value in asked] or [as_of.date(), *LEAP_DAYS]
        return [None, *(day + timedelta(days=step) for day in days for step in (0, 0, -1, 1))]
    words = [text for word in asked or WORDS[:4] for text in spellings(word)]
    return [None, " ", *words] + [None] * (len(words) // 3)


def facts(choices: Choices, pools: dict[str, list[Any]]) -> Json:
    """What is known of a lead or an account: of each attribute one of its values, or nothing."""
    return {key: choices.of(values) for key, values in pools.items()}


def deed(choices: Choices, asked: Asked, as_of: datetime, kinds: list[str]) -> list[Deed]:
    """One activity, or two: of the same instant, or as far apart as a rule asks."""
    age = choices.of([*sorted(asked.ages), timedelta(days=3, hours=5)])
    made = Deed(choices.of(kinds), beside(choices, as_of - age))
    for about, values in asked.texts.items():
        text = choices.of([None, *(text for value in values for text in spellings(value))])
        if about == "property":
            made.properties = {} if text is None else {choices.of(PROPERTIES): text}
        else:
            setattr(made, about, text)
    if asked.has_seconds:
        made.seconds = choices.of([None, 0, 29, 30, 150])
    if asked.hours and choices.of([True, False]):
        before = timedelta(hours=choices.of(sorted(asked.hours)))
        return [made, replace(made, at=beside(choices, made.at - before))]
    return [made] * choices.of([1, 1, 1, 2])


def burst(choices: Choices, asked: Asked, as_of: datetime, kinds: list[str]) -> list[Deed]:
    """Several hundred activities of one lead, evenly spread, in few kinds and subjects."""
    step = choices.of([timedelta(0), timedelta(minutes=7), timedelta(hours=6), MICROSECOND])
    newest = beside(choices, as_of - choices.of(sorted(asked.ages)))
    subjects = [None, *(asked.texts.get("subject") or [])]
    return [
        Deed(kinds[n % len(kinds)], newest - n * step, subject=subjects[n % len(subjects)], seconds=n % 3)
        for n in range(choices.of([200, 300, 301]))
    ]


def people_of(parts: Iterator[Choices], document: Json, as_of: datetime) -> list[Person]:
    """The leads of two accounts and of none; now and then nobody. Takes `PARTS` at most."""
    asked = asked_by(document, as_of)
    pools = {key: values_of(key, values, as_of) for key, values in asked.fields.items()}
    of_account = {key: values for key, values in pools.items() if is_of_account(key)}
    of_lead = {key: values for key, values in pools.items() if key not in (*of_account, *_OF_EMAIL)}
    accounts = [facts(next(parts), of_account), facts(next(parts), of_account)]
    result = []
    for _ in range(next(parts).of(range(MOST_PEOPLE + 1))):
        choices = next(parts)
        account, zone = choices.of([None, 0, 0, 0, 1]), choices.of(ZONES)
        captured_at = beside(choices, as_of - choices.of([timedelta(days=100), *sorted(asked.captured)]))
        known: Json = {}
        if any(key in pools for key in _OF_EMAIL):
            domain = choices.of([None, *DOMAINS])
            known |= dict(zip(_OF_EMAIL, (domain, *DOMAINS.get(domain, (None, None))), strict=True))
        history = _history(choices, parts, asked, as_of)
        for done in history:
            done.at = done.at.astimezone(zone)
        known |= facts(choices, of_lead) | (accounts[account] if account is not None else {})
        known["lead.captured_on"] = captured_at
        result.append(Person(account, captured_at.astimezone(zone), known, history))
    return result


def _history(choices: Choices, parts: Iterator[Choices], asked: Asked, as_of: datetime) -> list[Deed]:
    """A few activities; now and then hundreds."""
    kinds = sorted((asked.kinds - {"any"}) | {"page_viewed", "partner_call"})
    history = burst(choices, asked, as_of, kinds) if choices.of(range(40)) == 7 else []
    for _ in range(choices.of([0, 1, 2, 3, MOST_DEEDS])):
        history += deed(next(parts), asked, as_of, kinds)
    return history


def is_of_account(key: str) -> bool:
    return key.startswith("account.") or (key in CUSTOM and CUSTOM[key][0] == "account")


def case_of(parts: Iterator[Choices], criterion: Criterion = criterion) -> Case:
    """Takes `CASE_PARTS` at most."""
    choices = next(parts)
    as_of = instant(choices)
    document = document_of(parts, as_of.astimezone(UTC), criterion)
    world = people_of(parts, document, as_of.astimezone(UTC))
    return Case(document, world, as_of, choices.of(["all", "some", "span"]))


CASE_PARTS = 1 + DOCUMENT_PARTS + PARTS


@st.composite
def cases(draw: st.DrawFn) -> Case:
    return case_of(draw(drawn_parts(CASE_PARTS)))
