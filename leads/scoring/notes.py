"""Why a criterion is met or not, in a few words beside its line: “1 of 2 in the last 30 days”."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.criteria.catalogue import Field
from definitions.criteria.matching import key_form
from definitions.criteria.nodes import (
    ActivityTest,
    AttributeTest,
    Clause,
    Grouping,
    Node,
    SilenceTest,
)
from definitions.criteria.wording import sentence_of_rule
from leads.models import AccountValue, Lead, LeadValue
from leads.scoring.compiler_rules import RuleCompiler, measured
from leads.scoring.sql import joined, sql, with_tables
from portal.common.fields import from_microseconds

Notes = dict[int, str]

# Attributes whose column of the lead or account has another name.
_COLUMNS = {
    "lead.source": ("lead_source",),
    "account.name": ("company", "name"),
    "account.employee_band": ("employee_band",),
}


def notes_of(clause: Clause, raw_rule: dict[str, Any], rules: RuleCompiler, lead_ids: list[int]) -> Notes:
    """For each of the leads, the words beside the clause's line; leads without any are left out."""
    node, raw = clause.rule, raw_rule
    while isinstance(node, Grouping) and node.op != "none" and len(node.members) == 1:
        raw, node = raw[node.op][0], node.members[0]
    if isinstance(node, ActivityTest):
        return _activity_notes(node, rules, lead_ids)
    if isinstance(node, SilenceTest):
        return _silence_notes(node, rules)
    if isinstance(node, AttributeTest):
        return _attribute_notes(node.field, lead_ids)
    if isinstance(node, Grouping) and node.op in ("all", "none"):
        return _member_notes(node, raw, rules)
    return {}


# -- activities --------------------------------------------------------------------------------------------


def _activity_notes(test: ActivityTest, rules: RuleCompiler, lead_ids: Iterable[int]) -> Notes:
    statement = sql("SELECT a.lead_id, {} {} GROUP BY a.lead_id", measured(test), rules.activities(test))
    counts = dict(_fetch(rules, statement))
    return {lead_id: _activity_words(test, int(counts.get(lead_id) or 0)) for lead_id in lead_ids}


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
        values["hours"] = test.hours
        return _("%(count)d in all%(window)s; %(number)d within any %(hours)d hours are asked for") % values
    if count < test.number:
        return _("%(count)d of %(number)d%(window)s") % values
    return ngettext("once%(window)s", "%(count)d times%(window)s", count) % values


def _silence_notes(test: SilenceTest, rules: RuleCompiler) -> Notes:
    """When the silence was last broken; who has been silent needs no note."""
    broken = sql("SELECT a.lead_id, MAX(a.occurred_at) {} GROUP BY a.lead_id", rules.activities(test))
    return {
        lead_id: _("last on %(day)s") % {"day": formats.date_format(from_microseconds(newest), "j M Y")}
        for lead_id, newest in _fetch(rules, broken)
    }


# -- several conditions ------------------------------------------------------------------------------------


def _member_notes(node: Grouping, raw: dict[str, Any], rules: RuleCompiler) -> Notes:
    """Of `all`: the conditions that do not hold. Of `none`: those that do."""
    conditions = joined(", ", (rules.condition(member) for member in node.members))
    statement = sql("SELECT f.lead_id, {} FROM leads_leadfit f WHERE {}", conditions, rules.scope.holds("f"))
    sentences = [sentence_of_rule(member, rules.catalogue) for member in raw[node.op]]
    lead_in = _("not met") if node.op == "all" else _("holds")
    notes: Notes = {}
    for lead_id, *holds in _fetch(rules, statement):
        named = [text for text, is_met in zip(sentences, holds, strict=True) if is_met != (node.op == "all")]
        if named:
            notes[lead_id] = f"{lead_in}: {'; '.join(named)}"
    return notes


def _fetch(rules: RuleCompiler, statement: Any) -> list[tuple[Any, ...]]:
    statement = with_tables(rules.scope.tables(needs_mates=True), statement)
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        return cursor.fetchall()


# -- attributes --------------------------------------------------------------------------------------------


def _attribute_notes(field: Field, lead_ids: list[int]) -> Notes:
    read = _custom_values(field, lead_ids) if not field.column else _built_in_values(field, lead_ids)
    return {lead_id: _shown(read(lead_id)) for lead_id in lead_ids}


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


def _built_in_values(field: Field, lead_ids: list[int]) -> Callable[[int], Any]:
    """What scoring compares, in the spelling that people entered."""
    leads = Lead.objects.filter(pk__in=lead_ids).select_related("account", "fit").in_bulk()
    names = _COLUMNS.get(field.key, (field.key.partition(".")[2],))

    def read(lead_id: int) -> Any:
        lead = leads.get(lead_id)
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


def note_is_wanted(clause: Clause, is_met: bool) -> bool:
    """Beside a clause that is met, only how often it counted is worth the space."""
    return not is_met or _is_activity(clause.rule)


def _is_activity(node: Node) -> bool:
    return isinstance(node, ActivityTest)
