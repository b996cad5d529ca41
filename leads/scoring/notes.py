"""Why a criterion is met or not, in a few words beside its line: “1 of 2 in the last 30 days”."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.criteria.catalogue import Field
from definitions.criteria.matching import key_form
from definitions.criteria.nodes import (
    ActivityTest,
    Clause,
    Document,
    Grouping,
    Node,
    PeopleTest,
    PersonaTest,
    RolesTest,
    SilenceTest,
)
from definitions.criteria.wording import sentence_of_rule
from leads.models import AccountValue, Lead, LeadFit, LeadValue
from leads.scoring.compiler_rules import DAY, HOUR, RuleCompiler, measured
from leads.scoring.sql import Sql, joined, sql, with_tables
from portal.common.fields import from_microseconds

Json = dict[str, Any]
Notes = dict[int, str]

# Attributes whose column of the lead or account has another name.
_COLUMNS = {
    "lead.source": ("lead_source",),
    "account.name": ("company", "name"),
    "account.employee_band": ("employee_band",),
}


class NoteTaker:
    """Takes the notes of one look at some leads under one document; reads what criteria share once.

    `raw` is the document as it is stored, `document` the same when parsed. `rules` holds the instant and
    the leads.
    """

    def __init__(self, document: Document, raw: Json, rules: RuleCompiler) -> None:
        self.document, self.raw, self.rules = document, raw, rules
        self.personas: Json = raw.get("personas") or {}

    def notes_of(self, number: int, lead_ids: list[int]) -> Notes:
        """For each of the leads, the words beside the line of the criterion that stands at `number`.

        Where it is not met they say what is missing.
        """
        rule = self.document.criteria[number].rule
        return self._notes(rule, self.raw["criteria"][number]["rule"], lead_ids)

    def _notes(self, node: Node, raw: Json, lead_ids: list[int]) -> Notes:
        if isinstance(node, PersonaTest):
            return self._notes(node.rule, self.personas[node.key]["rule"], lead_ids)
        if isinstance(node, Grouping):
            if _is_single(node):
                return self._notes(node.members[0], raw[node.op][0], lead_ids)
            return _member_notes(node, raw, self.rules)
        if isinstance(node, ActivityTest):
            counts = self._counts[node]
            return {lead_id: _activity_words(node, counts.get(lead_id, 0)) for lead_id in lead_ids}
        if isinstance(node, SilenceTest):
            return _silence_notes(node, self.rules)
        if isinstance(node, PeopleTest):
            return _people_notes(node, self.rules, lead_ids)
        if isinstance(node, RolesTest):
            return _roles_notes(node, raw["account_roles"], self.rules, lead_ids)
        return self._attribute_notes(node.field, lead_ids)

    @cached_property
    def _counts(self) -> dict[ActivityTest, dict[int, int]]:
        """How much each lead has of what each criterion counts, in one statement."""
        leaves = (_leaf(clause.rule) for clause in self.document.criteria)
        tests = list(dict.fromkeys(leaf for leaf in leaves if isinstance(leaf, ActivityTest)))
        counts: dict[ActivityTest, dict[int, int]] = {test: {} for test in tests}
        each = (
            sql("SELECT {}, m.* FROM ({}) m", Sql(str(place)), _measured(test, self.rules.activities(test)))
            for place, test in enumerate(tests)
        )
        for place, lead_id, count in _fetch(self.rules, joined(" UNION ALL ", each)):
            counts[tests[place]][lead_id] = int(count or 0)
        return counts

    def _attribute_notes(self, field: Field, lead_ids: list[int]) -> Notes:
        read = self._built_in_values(field) if field.column else _custom_values(field, lead_ids)
        return {lead_id: _shown(read(lead_id)) for lead_id in lead_ids}

    @cached_property
    def _leads(self) -> dict[int, Lead]:
        assert self.rules.scope.lead_ids is not None, "Notes are taken of leads named one by one."
        asked = Lead.objects.filter(pk__in=self.rules.scope.lead_ids)
        return asked.select_related("account", "fit").in_bulk()

    def _built_in_values(self, field: Field) -> Callable[[int], Any]:
        """What scoring compares, in the spelling that people entered."""
        names = _COLUMNS.get(field.key, (field.key.partition(".")[2],))

        def read(lead_id: int) -> Any:
            lead = self._leads.get(lead_id)
            if lead is None or not hasattr(lead, "fit"):
                return None
            compared = getattr(lead.fit, field.column)
            if not isinstance(compared, str):
                return compared
            spellings = (getattr(holder, name, None) for holder in (lead, lead.account) for name in names)
            return next(
                (text for text in spellings if isinstance(text, str) and key_form(text) == compared), compared
            )

        return read


def _is_single(node: Node) -> bool:
    """Whether it is a frame around one condition, which then speaks for itself."""
    return isinstance(node, Grouping) and node.op != "none" and len(node.members) == 1


def _leaf(node: Node) -> Node:
    """The condition that speaks for a rule."""
    if isinstance(node, PersonaTest):
        return _leaf(node.rule)
    if isinstance(node, Grouping) and _is_single(node):
        return _leaf(node.members[0])
    return node


# -- activities --------------------------------------------------------------------------------------------


def _measured(test: ActivityTest, activities: Sql) -> Sql:
    """Rows of lead id and how much there is of what the condition counts."""
    if test.measure == "within_any_hours":
        return sql(
            "SELECT w.lead_id, MAX(w.together) FROM (SELECT a.lead_id, COUNT(*) OVER (PARTITION BY a.lead_id "
            "ORDER BY a.occurred_at RANGE BETWEEN CURRENT ROW AND {} FOLLOWING) AS together {}) w "
            "GROUP BY w.lead_id",
            test.hours * HOUR - 1,
            activities,
        )
    return sql("SELECT a.lead_id, {} {} GROUP BY a.lead_id", measured(test), activities)


def _activity_words(test: ActivityTest, count: int) -> str:
    window = ""
    if test.within_days is not None:
        window = " " + ngettext("in the last day", "in the last %(n)d days", test.within_days) % {
            "n": test.within_days
        }
    if count == 0:
        return _("none%(window)s") % {"window": window or " " + _("so far")}
    values = {"count": count, "number": test.number, "window": window}
    if test.measure == "total_seconds":
        return _("%(count)d of %(number)d seconds%(window)s") % values
    if test.measure == "different_subjects":
        return _("%(count)d of %(number)d different subjects%(window)s") % values
    if test.measure == "within_any_hours":
        values["span"] = ngettext("hour", "%(n)d hours", test.hours) % {"n": test.hours}
        return _("%(count)d of %(number)d within any %(span)s%(window)s") % values
    if count < test.number:
        return _("%(count)d of %(number)d%(window)s") % values
    return ngettext("once%(window)s", "%(count)d times%(window)s", count) % values


def _silence_notes(test: SilenceTest, rules: RuleCompiler) -> Notes:
    """How long it has been silent, and what the silence begins with: an activity, or the capture."""
    newest = sql("SELECT a.lead_id, MAX(a.occurred_at) AS at {} GROUP BY a.lead_id", rules.activities(test))
    statement = sql(
        "SELECT f.lead_id, f.captured_at, n.at FROM leads_leadfit f "
        "LEFT JOIN ({}) n ON n.lead_id = f.lead_id WHERE {}",
        newest,
        rules.scope.holds("f"),
    )
    notes: Notes = {}
    for lead_id, captured_at, broken_at in _fetch(rules, statement):
        is_broken = broken_at is not None and broken_at >= captured_at
        since = broken_at if is_broken else captured_at
        begun = _("last on %(day)s") if is_broken else _("captured on %(day)s")
        notes[lead_id] = _("%(count)d of %(days)d days, %(begun)s") % {
            # The days must be over, to the microsecond.
            "count": max(0, (rules.as_of - since - 1) // DAY),
            "days": test.days,
            "begun": begun % {"day": formats.date_format(from_microseconds(since), "j M Y")},
        }
    return notes


# -- several conditions ------------------------------------------------------------------------------------


def _member_notes(node: Grouping, raw: Json, rules: RuleCompiler) -> Notes:
    """Of `all` and `any`: the conditions that do not hold. Of `none`: those that do."""
    conditions = joined(", ", (rules.condition(member) for member in node.members))
    statement = sql("SELECT f.lead_id, {} FROM leads_leadfit f WHERE {}", conditions, rules.scope.holds("f"))
    sentences = [sentence_of_rule(member, rules.catalogue) for member in raw[node.op]]
    lead_in = {"all": _("not met"), "any": _("not one of"), "none": _("holds")}[node.op]
    notes: Notes = {}
    for lead_id, *holds in _fetch(rules, statement):
        named = [
            text for text, is_met in zip(sentences, holds, strict=True) if bool(is_met) is (node.op == "none")
        ]
        notes[lead_id] = f"{lead_in}: {'; '.join(named)}"
    return notes


# -- the account -------------------------------------------------------------------------------------------


def _people_notes(test: PeopleTest, rules: RuleCompiler, lead_ids: list[int]) -> Notes:
    """How many of the account meet the condition."""
    wide = _with_mates(rules)
    meeting = sql(
        "SELECT p.account_id, COUNT(*) FROM leads_leadfit p WHERE {} AND {} GROUP BY p.account_id",
        wide.scope.holds("p"),
        wide.condition(test.meet, "p"),
    )
    counts = dict(_fetch(wide, meeting))

    def words(account: int) -> str:
        if count := counts.get(account, 0):
            return _("%(count)d of %(number)d people of the account") % {
                "count": count,
                "number": test.number,
            }
        return _("nobody of the account")

    return _by_account(lead_ids, words)


def _roles_notes(test: RolesTest, asked: list[str], rules: RuleCompiler, lead_ids: list[int]) -> Notes:
    """How many of the roles are there, and which are not, in the document's spelling."""
    wide = _with_mates(rules)
    covered = sql(
        "SELECT DISTINCT p.account_id, p.role_key FROM leads_leadfit p WHERE {} AND p.role_key IN ({})",
        wide.scope.holds("p"),
        list(test.roles),
    )
    present = set(_fetch(wide, covered))
    spelled = {key_form(role): role for role in reversed(asked)}

    def words(account: int) -> str:
        missing = [spelled[role] for role in test.roles if (account, role) not in present]
        return _("%(count)d of %(number)d roles; not there: %(missing)s") % {
            "count": len(test.roles) - len(missing),
            "number": test.number,
            "missing": ", ".join(missing),
        }

    return _by_account(lead_ids, words)


def _with_mates(rules: RuleCompiler) -> RuleCompiler:
    return replace(rules, scope=rules.scope.with_mates())


def _by_account(lead_ids: list[int], words: Callable[[int], str]) -> Notes:
    account_of = dict(LeadFit.objects.filter(lead__in=lead_ids).values_list("lead_id", "account_id"))
    return {
        lead_id: _("no account") if account is None else words(account)
        for lead_id, account in account_of.items()
    }


def _fetch(rules: RuleCompiler, statement: Sql) -> list[tuple[Any, ...]]:
    statement = with_tables(rules.scope.tables(needs_mates=True), statement)
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        return cursor.fetchall()


# -- attributes --------------------------------------------------------------------------------------------


def _shown(value: Any) -> str:
    if value is None or value == "":
        return _("unknown")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        whole = int(value) if float(value).is_integer() else value
        return formats.number_format(whole, use_l10n=True, force_grouping=True)
    return formats.date_format(value, "j M Y") if hasattr(value, "year") else str(value)


def _custom_values(field: Field, lead_ids: list[int]) -> Callable[[int], Any]:
    if field.holder == "account":
        leads = Lead.objects.filter(pk__in=lead_ids, account__isnull=False)
        account_of = dict(leads.values_list("pk", "account_id"))
        held = AccountValue.objects.filter(attribute=field.attribute_id, account__in=set(account_of.values()))
        by_account = {row.account_id: _typed(row, field) for row in held}
        return lambda lead_id: by_account.get(account_of.get(lead_id, 0))
    rows = LeadValue.objects.filter(attribute=field.attribute_id, lead__in=lead_ids)
    return {row.lead_id: _typed(row, field) for row in rows}.get


def _typed(row: LeadValue | AccountValue, field: Field) -> Any:
    if field.value_type == "yes_no":
        return None if row.number is None else bool(row.number)
    return {"number": row.number, "date": row.day}.get(field.value_type, row.text)


def note_is_wanted(clause: Clause, is_met: bool) -> bool:
    """Beside a clause that is met, only how often it counted is worth the space."""
    return not is_met or _is_activity(clause.rule)


def _is_activity(node: Node) -> bool:
    return isinstance(node, ActivityTest)
