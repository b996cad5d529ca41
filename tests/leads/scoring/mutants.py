"""Functions of ours that say something slightly else for a while, to see whether a property notices."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from types import CodeType
from typing import Any

from leads.scoring import clock, clockwork, compiler_behaviour, compiler_rules, lines, notes
from leads.scoring.compiler_rules import RuleCompiler
from leads.scoring.compiler_statement import Compiled
from leads.scoring.scope import Scope


class Mutant:
    """`before`, which stands in the function's source once, reads `after` while the mutant is at work."""

    def __init__(self, name: str, function: Callable[..., Any], before: str, after: str) -> None:
        self.name, self.function, self.before, self.after = name, function, before, after

    def __repr__(self) -> str:
        return self.name

    @cached_property
    def code(self) -> CodeType:
        source = textwrap.dedent(inspect.getsource(self.function))
        assert source.count(self.before) == 1, f"{self.name}: mend the mutant, {self.before!r} is gone."
        made: dict[str, Any] = {}
        exec(source.replace(self.before, self.after), self.function.__globals__, made)
        code: CodeType = made[self.function.__name__].__code__
        return code

    @contextmanager
    def at_work(self) -> Iterator[None]:
        # Whoever imported the function holds the same object, so its code is exchanged and not its name.
        original = self.function.__code__  # type: ignore[attr-defined]
        self.function.__code__ = self.code  # type: ignore[attr-defined]
        try:
            yield
        finally:
            self.function.__code__ = original  # type: ignore[attr-defined]


_of_kind, _narrowed, _since = RuleCompiler.of_kind, RuleCompiler.narrowed, RuleCompiler.since
_activity_set, _measured = RuleCompiler.activity_set, compiler_rules.measured
_pass, _limited = compiler_behaviour._pass, compiler_behaviour._limited_points
_occurrence_points, _faded = compiler_behaviour._occurrence_points, compiler_behaviour._faded
_compared, _instants, _days = compiler_rules._compared, compiler_rules._instants, compiler_rules._days

WINDOWS = [
    Mutant("now counts", _of_kind, "a.occurred_at < {}", "a.occurred_at <= {}"),
    Mutant("a window's first instant is out", _since, "a.occurred_at >= {}", "a.occurred_at > {}"),
    Mutant("a window is a day short", _since, "days * DAY", "days * DAY + DAY"),
    Mutant("a window is forgotten", _narrowed, "if days is not None:", "if False:"),
    Mutant("a span includes its end", _activity_set, "w.span < {}", "w.span <= {}"),
    Mutant("a span holds one more", _activity_set, "test.number - 1,", "test.number,"),
    Mutant("who came just then is silent", RuleCompiler.silence, "({} < {} AND", "({} <= {} AND"),
    Mutant("who is new is silent", RuleCompiler.silence, "self.as_of - test.days * DAY", "self.as_of"),
    Mutant("a pass looks back too little", _pass, "max(filter", "min(filter"),
    Mutant(
        "a pass forgets what each asks", compiler_behaviour._filter, "if conditions else", "if False else"
    ),
]
COUNTS = [
    Mutant("at least is more than", _pass, "{}{} >= {} AS", "{}{} > {} AS"),
    Mutant("a subject counts twice", _measured, "COUNT(DISTINCT a.subject_id)", "COUNT(a.subject_id)"),
    Mutant("the longest is the total", _measured, "SUM(a.seconds)", "MAX(a.seconds)"),
    Mutant("what sales does is behaviour", RuleCompiler._kind, " if k.is_by_lead", ""),
    Mutant("campaigns are forgotten", _narrowed, "test.where)", "test.where if 'm' not in narrowing.on)"),
    Mutant("properties are forgotten", _narrowed, "test.where)", "test.where if not narrowing.property)"),
    Mutant("a subject within a word", RuleCompiler._narrowing, 'f"%{words}%"', 'f"%{words.strip()}%"'),
    Mutant("the lead is not of its account", RuleCompiler._account,
           "WHERE p.account_id IS NOT NULL", "WHERE p.lead_id <> f.lead_id"),
    Mutant("a role counts once a person", RuleCompiler._account, "DISTINCT p.role_key", "p.role_key"),
    Mutant("others of the account are unseen", Scope.holds_mate, "FROM mates w", "FROM wanted w"),
]  # fmt: skip
FACTS = [
    Mutant("unknown is none of", RuleCompiler._attribute, 'sql("({} IS NOT NULL AND {})"',
           'sql("({} IS NULL OR {})" if test.operator == "none_of" else "({} IS NOT NULL AND {})"'),
    Mutant("none of is not all of", RuleCompiler._condition, '" OR "',
           '" OR " if node.op == "any" else " AND "'),
    Mutant("any of is all of", RuleCompiler._condition, '" OR "', '" AND " if node.op == "any" else " OR "'),
    Mutant("an account's value is a lead's", RuleCompiler._custom_attribute,
           'if field.holder == "account"', "if False"),
    Mutant("an own value is known without", RuleCompiler._custom_attribute, '"(NOT ({}))"', '"({})"'),
    Mutant("a fact of at least", _compared, "{} >= {}", "{} > {}"),
    Mutant("a fact of at most", _compared, "{} <= {}", "{} < {}"),
    Mutant("a word within a word", _compared, 'f"%{words}%"', 'f"%{words.strip()}%"'),
    Mutant("a word at the end only", _compared, 'f"%{words}%"', 'f"%{words}"'),
    Mutant("before includes the day", _instants, "(test.values[0])", "(test.values[0]) + DAY"),
    Mutant("before includes its first instant", _instants, '"{} < {}", column', '"{} <= {}", column'),
    Mutant("after includes the day", _instants, "+ DAY", ""),
    Mutant("between includes the next midnight", _instants, "AND {} < {}", "AND {} <= {}"),
    Mutant("before includes the day of an own value", _days, '"{} < {}"', '"{} <= {}"'),
    Mutant("after includes the day of an own value", _days, '"{} > {}"', '"{} >= {}"'),
]  # fmt: skip
POINTS = [
    Mutant("a group's cap is forgotten", Compiled._halves, "_capped(total, group.cap)", "total"),
    Mutant("a half's cap is forgotten", Compiled._totals, "self.document.caps[half]", "None"),
    Mutant("a limit is forgotten", _limited, "n.place <= {}", "n.place <= 1000 + {}"),
    Mutant("the oldest of a period count", _limited, "occurred_at DESC", "occurred_at ASC"),
    Mutant("a period is for ever", compiler_behaviour.period, "per_days is None", "per_days != 0"),
    Mutant("periods begin at noon", compiler_behaviour.period, "+ 1) * span", "+ 1) * span + DAY // 2"),
    Mutant("once fades with the oldest", _occurrence_points, "MAX(a.", "MIN(a."),
    Mutant("each counts from the first", _limited, "COUNT(*) >= {}", "COUNT(*) >= 0 * {}"),
    Mutant("a fade is a day ahead", _faded, '/ {})", as_of', '/ {} + 1)", as_of'),
    Mutant("a fade never ends", _faded, "ELSE 0 END", "ELSE 1 END"),
    Mutant("a fade is rounded up", _faded, "{} * ({} - {}) / {} ELSE", "({} * ({} - {}) + 1) / {} ELSE"),
]  # fmt: skip
OUTCOMES = [
    Mutant("the threshold is too low", Compiled._outcomes, "t.behaviour < {}", "t.behaviour <= {}"),
    Mutant("a minimum is too low", Compiled._outcomes, 'sql("{} < {}"', 'sql("{} <= {}"'),
    Mutant("one minimum is enough", Compiled._outcomes, '" OR "', '" AND "'),
    Mutant("alone goes before disqualified", Compiled._outcomes,
           "WHEN t.is_disqualified THEN {} WHEN t.is_alone THEN {}",
           "WHEN t.is_alone THEN 3 - {} WHEN t.is_disqualified THEN 3 - {}"),
    Mutant("required goes before alone", Compiled._outcomes,
           "WHEN t.is_alone THEN {} WHEN NOT t.has_required THEN {}",
           "WHEN NOT t.has_required THEN 5 - {} WHEN t.is_alone THEN 5 - {}"),
    Mutant("one of the required is enough", Compiled._all, '" AND "', '" OR "'),
    Mutant("a grade begins above its bound", Compiled._grade, "o.points >= {}", "o.points > {}"),
    Mutant("the disqualified have a grade", Compiled._grade, "o.qualification = {}", "o.qualification = -{}"),
]  # fmt: skip
OF_THE_STATEMENT = [*WINDOWS, *COUNTS, *FACTS, *POINTS, *OUTCOMES]
OF_THE_LINES = [
    Mutant("a receipt forgets a group's cap", lines.judge, "if total > group.cap:", "if False:"),
    Mutant("a receipt's grade begins above its bound", lines.judge, "low <= points", "low < points"),
]
OF_THE_NOTES = [
    Mutant("a day of silence that is not over", notes._silence_notes, "- since - 1)", "- since)"),
    Mutant("a span's end", notes._measured, "test.hours * HOUR - 1", "test.hours * HOUR"),
    Mutant("a subject that comes twice", _measured, "DISTINCT a.subject_id", "a.subject_id"),
    Mutant("a condition that holds", notes._member_notes, 'is (node.op == "none")', 'is (node.op != "any")'),
    Mutant("a role that is there", notes._roles_notes, "len(test.roles) - len(missing)", "len(missing)"),
]
OF_CLOCKWORK = [
    Mutant("what is dated ahead", clockwork._read, "edges.add(0)", "edges.discard(0)"),
    Mutant("the end of a window", clockwork._read, 'leaf.get("within_days"), ', "0, "),
    Mutant("the end of a silence", clockwork._read, '"within_days"), silence_days', '"within_days"), 0'),
    Mutant("how long a lead is known", clockwork._read, "found.captured.add(silence_days)", "pass"),
    Mutant("the last day of a fade", clockwork.clockwork, "range(1, fade_days + 1)", "range(1, fade_days)"),
    Mutant("all days of a fade but the last", clockwork.clockwork, "range(1, fade_days + 1)", "[fade_days]"),
    Mutant("what account mates do", clockwork._leaves, 'if "meet" in rule:', "if False:"),
]  # fmt: skip
OF_THE_CLOCK = [
    Mutant("what passed when looked at last", clock._within, "__gte", "__gt"),
    Mutant("what passes when looked at", clock._within, "__lte", "__lt"),
    Mutant("what passed long ago", clock.ranges_passed, "(ranges[-1][0], last)", "(first, last)"),
]
