"""The meaning of a definition, in plain Python over plain lists: what the compiler is held against.

Reads raw documents and facts as people enter them, one lead at a time, slowly. It shares with the
product nothing but `key_form`, the one form in which texts are compared.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from definitions.criteria.matching import key_form

Json = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Deed:
    """One activity. `at` is its instant, by the clock of any zone; texts are as entered."""

    kind: str
    at: datetime
    subject: str | None = None
    campaign: str | None = None
    channel: str | None = None
    seconds: int | None = None
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def instant(self) -> datetime:
        return self.at.astimezone(UTC)


@dataclass
class Person:
    """One lead. `facts` maps attribute keys to values; what is not in it, None or blank, is unknown."""

    account: int | None
    captured_at: datetime
    facts: Json
    deeds: list[Deed]


@dataclass
class Verdict:
    lines: list[tuple[bool, int]]  # per criterion: met, points
    points: int
    fit: int
    behaviour: int
    grade: int
    qualification: int


class Oracle:
    """Judges the people of one world under one document as of an instant."""

    # What sales does, and of the worlds' own kinds the one that is none of a lead's.
    not_by_lead = frozenset({"sales_call", "sales_email", "sales_meeting", "partner_call"})

    def __init__(self, document: Json, people: list[Person], as_of: datetime) -> None:
        self.document = document
        self.people = people
        # Days are of 86,400 seconds: a night on which clocks change is no longer than another.
        self.as_of = as_of.astimezone(UTC)

    # -- totals --------------------------------------------------------------------------------------------

    def judge(self, person: Person) -> Verdict:
        lines = [self.line(criterion, person) for criterion in self.document["criteria"]]
        halves = {half: self.half(half, [points for _met, points in lines]) for half in ("fit", "behaviour")}
        score = halves["fit"] + halves["behaviour"]
        qualification = self.qualification(lines, halves, score)
        grade = 1 if qualification == 1 else 1 + len([b for b in self.document["grades"] if score >= b])
        return Verdict(lines, score, halves["fit"], halves["behaviour"], grade, qualification)

    def half(self, half: str, points: list[int]) -> int:
        total = 0
        by_group: dict[str, int] = {}
        for criterion, earned in zip(self.document["criteria"], points, strict=True):
            if criterion["half"] == half:
                if criterion["group"]:
                    by_group[criterion["group"]] = by_group.get(criterion["group"], 0) + earned
                else:
                    total += earned
        caps = {group["key"]: group["cap"] for group in self.document["groups"]}
        total += sum(min(earned, caps[key]) for key, earned in by_group.items())
        cap = self.document["caps"][half]
        return total if cap is None else min(total, cap)

    def qualification(self, lines: list[tuple[bool, int]], halves: Json, score: int) -> int:
        kinds = [criterion["effect"]["kind"] for criterion in self.document["criteria"]]
        met = {(kind, is_met) for kind, (is_met, _points) in zip(kinds, lines, strict=True)}
        if ("disqualifies", True) in met:
            return 1
        if ("alone", True) in met:
            return 2
        if ("required", False) in met:
            return 3
        for half, low in self.document["minimums"].items():
            if low is not None and halves[half] < low:
                return 4
        return 5 if score < self.document["threshold"] else 6

    def line(self, criterion: Json, person: Person) -> tuple[bool, int]:
        effect, is_met = criterion["effect"], self.meets(criterion["rule"], person)
        if effect["kind"] != "points" or not is_met:
            return is_met, 0
        fade = effect.get("fade_days")
        if effect["count"] == "once" and fade is None:
            return True, effect["points"]
        # One by one, newest first.
        counting = sorted(self.deeds(criterion["rule"], person), key=lambda deed: deed.instant, reverse=True)
        if effect["count"] == "once":
            counting = counting[:1]
        earned, used = 0, {}
        for deed in counting:
            if effect.get("times"):
                period = self.period(deed.instant, effect.get("per_days"))
                used[period] = used.get(period, 0) + 1
                if used[period] > effect["times"]:
                    continue
            earned += self.faded(effect["points"], deed.instant, fade)
        return True, earned

    def period(self, at: datetime, per_days: int | None) -> int:
        return 0 if per_days is None else (at - EPOCH) // timedelta(days=per_days)

    def faded(self, points: int, at: datetime, fade_days: int | None) -> int:
        if fade_days is None:
            return points
        age = (self.as_of - at) // timedelta(days=1)
        if age >= fade_days:
            return 0
        size = abs(points) * (fade_days - age) // fade_days
        return size if points > 0 else -size

    # -- conditions ----------------------------------------------------------------------------------------

    def meets(self, rule: Json, person: Person) -> bool:
        if "all" in rule:
            return all(self.meets(member, person) for member in rule["all"])
        if "any" in rule:
            return any(self.meets(member, person) for member in rule["any"])
        if "none" in rule:
            return not any(self.meets(member, person) for member in rule["none"])
        if "persona" in rule:
            return self.meets(self.document["personas"][rule["persona"]]["rule"], person)
        if "attribute" in rule:
            return self.attribute(rule, person.facts.get(rule["attribute"]))
        if "silence_days" in rule:
            days = rule["silence_days"]
            quiet = {"activity": rule.get("activity", "any"), "within_days": days}
            is_old = person.captured_at.astimezone(UTC) < self.as_of - timedelta(days=days)
            return is_old and not self.deeds(quiet, person)
        if "account_people" in rule:
            mates = self.mates(person)
            return len([mate for mate in mates if self.meets(rule["meet"], mate)]) >= rule["account_people"]
        if "account_roles" in rule:
            present = {key_form(mate.facts.get("lead.role") or "") for mate in self.mates(person)}
            asked = {key_form(role) for role in rule["account_roles"]}
            return len(present & asked) >= rule["at_least"]
        return self.activity(rule, person)

    def mates(self, person: Person) -> list[Person]:
        if person.account is None:
            return []
        return [mate for mate in self.people if mate.account == person.account]

    def attribute(self, rule: Json, value: Any) -> bool:
        operator = rule["is"]
        if isinstance(value, str) and not key_form(value):
            value = None
        if operator == "unknown":
            return value is None
        if value is None:
            return False
        if operator == "known":
            return True
        if operator in ("yes", "no"):
            return value is (operator == "yes")
        if operator == "contains_word":
            return self.has_words(value, rule["values"])
        if isinstance(value, datetime):
            value = value.astimezone(UTC).date()
        if isinstance(value, date):
            return self.day(rule, value)
        if operator == "at_least":
            return value >= rule["value"]
        if operator == "at_most":
            return value <= rule["value"]
        if operator == "between":
            return rule["values"][0] <= value <= rule["values"][1]
        if isinstance(value, str):
            is_one = key_form(value) in {key_form(one) for one in rule["values"]}
        else:
            is_one = value in rule["values"]
        return is_one if operator == "one_of" else not is_one

    def day(self, rule: Json, value: date) -> bool:
        if rule["is"] == "before":
            return value < date.fromisoformat(rule["value"])
        if rule["is"] == "after":
            return value > date.fromisoformat(rule["value"])
        first, last = rule["values"]
        return date.fromisoformat(first) <= value <= date.fromisoformat(last)

    def has_words(self, text: str | None, phrases: list[str]) -> bool:
        words = self.words(text or "")
        for phrase in map(self.words, phrases):
            for start in range(len(words) - len(phrase) + 1):
                if words[start : start + len(phrase)] == phrase:
                    return True
        return False

    def words(self, text: str) -> list[str]:
        words, word = [], ""
        for character in key_form(text) + " ":
            if character.isalnum() or unicodedata.category(character).startswith("M"):
                word += character
            elif word:
                words.append(word)
                word = ""
        return words

    # -- activities ----------------------------------------------------------------------------------------

    def activity(self, rule: Json, person: Person) -> bool:
        deeds = self.deeds(rule, person)
        if "total_seconds" in rule:
            return sum(deed.seconds or 0 for deed in deeds) >= rule["total_seconds"]
        if "different_subjects" in rule:
            subjects = {key_form(deed.subject) for deed in deeds if deed.subject is not None}
            return len(subjects) >= rule["different_subjects"]
        if rule.get("within_any_hours") is None:
            return len(deeds) >= rule["at_least"]
        span, number = timedelta(hours=rule["within_any_hours"]), rule["at_least"]
        for first in deeds:
            close = [deed for deed in deeds if timedelta(0) <= deed.instant - first.instant < span]
            if len(close) >= number:
                return True
        return False

    def deeds(self, rule: Json, person: Person) -> list[Deed]:
        return [
            deed
            for deed in person.deeds
            if self.is_of_kind(rule["activity"], deed)
            and self.is_in_window(deed.instant, rule.get("within_days"))
            and all(self.is_about(narrowing, deed) for narrowing in rule.get("where") or [])
        ]

    def is_of_kind(self, kind: str, deed: Deed) -> bool:
        return deed.kind not in self.not_by_lead if kind == "any" else deed.kind == kind

    def is_in_window(self, at: datetime, within_days: int | None) -> bool:
        if at >= self.as_of:
            return False
        return within_days is None or at >= self.as_of - timedelta(days=within_days)

    def is_about(self, narrowing: Json, deed: Deed) -> bool:
        if narrowing["on"] == "property":
            text = deed.properties.get(narrowing["property"])
        else:
            text = getattr(deed, narrowing["on"])
        if text is None:
            return False
        if narrowing["is"] == "contains_word":
            return self.has_words(text, narrowing["values"])
        return key_form(text) in {key_form(value) for value in narrowing["values"]}
