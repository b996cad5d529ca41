"""The values that leads really have, and how many meet a rule: for the form of a clause."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Max, QuerySet

from definitions import selectors as definitions
from definitions.criteria.catalogue import Catalogue, Field
from definitions.criteria.document import parse_rule
from leads.models import AccountValue, Activity, LeadFit, LeadValue
from leads.scoring.compiler_rules import RuleCompiler
from leads.scoring.preview import reading
from leads.scoring.preview.questions import question_of_rule
from leads.scoring.scope import Scope
from portal.common.fields import to_microseconds

MOST_CHOICES = 40
# The values of activities are read from the newest ones alone: bounded, whatever the table's size.
NEWEST_ACTIVITIES = 50_000
ACTIVITY_COLUMNS = {
    "activity.subject": "subject",
    "activity.campaign": "campaign",
    "activity.channel": "channel",
}

# Where the people's own spelling of a key stands: a lead's column before the account's.
SPELLINGS = {
    "lead.job_title": ("lead__job_title",),
    "lead.role": ("lead__role",),
    "lead.seniority": ("lead__seniority",),
    "lead.department": ("lead__department",),
    "lead.language": ("lead__language",),
    "lead.country": ("lead__country", "lead__account__country"),
    "lead.region": ("lead__region", "lead__account__region"),
    "lead.city": ("lead__city", "lead__account__city"),
    "lead.source": ("lead__lead_source",),
    "lead.channel": ("lead__channel",),
    "lead.campaign": ("lead__campaign",),
    "account.name": ("lead__company", "lead__account__name"),
    "account.industry": ("lead__account__industry",),
    "account.employee_band": ("lead__account__employee_band",),
    "account.revenue_band": ("lead__account__revenue_band",),
}


class FieldChoice(NamedTuple):
    """One value as people write it, and how many leads (or activities) have it."""

    value: str
    holders: int


def choices_of(key: str, catalogue: Catalogue) -> list[FieldChoice]:
    """The commonest values of a field, or of `activity.subject` and the like; most frequent first.

    Empty for fields that are not chosen from values: numbers, dates, yes/no.
    """
    if key in ACTIVITY_COLUMNS:
        return _activity_choices(ACTIVITY_COLUMNS[key])
    field = catalogue.fields.get(key)
    if field is None or field.value_type not in ("text", "choice"):
        return []
    if field.attribute_id is not None:
        return _custom_choices(field)
    return _fit_choices(field)


def _activity_choices(column: str) -> list[FieldChoice]:
    newest = Activity.objects.order_by("-pk").values("pk")[:NEWEST_ACTIVITIES]
    rows = (
        Activity.objects.filter(pk__in=newest, **{f"{column}__isnull": False})
        .order_by()
        .values_list(f"{column}__text")
        .annotate(count=Count("pk"))
        .order_by("-count", f"{column}__text")
    )
    return [FieldChoice(*row) for row in rows[:MOST_CHOICES]]


def _custom_choices(field: Field) -> list[FieldChoice]:
    values: QuerySet[Any] = (LeadValue if field.holder == "lead" else AccountValue).objects.all()
    rows = (
        values.filter(attribute_id=field.attribute_id, text_key__isnull=False)
        .values("text_key")
        .annotate(spelled=Max("text"), count=Count("pk"))
        .order_by("-count", "text_key")
    )
    return [FieldChoice(row["spelled"] or row["text_key"], row["count"]) for row in rows[:MOST_CHOICES]]


def _fit_choices(field: Field) -> list[FieldChoice]:
    spellings = {f"spelled_{n}": Max(path) for n, path in enumerate(SPELLINGS.get(field.key, ()))}
    rows = (
        LeadFit.objects.filter(**{f"{field.column}__isnull": False})
        .values(field.column)
        .annotate(count=Count("pk"), **spellings)
        .order_by("-count", field.column)
    )
    found = []
    for row in rows[:MOST_CHOICES]:
        spelled = next((row[name] for name in spellings if row[name]), "")
        found.append(FieldChoice(spelled or row[field.column], row["count"]))
    known = {choice.value for choice in found}
    return found + [FieldChoice(value, 0) for value in field.choices if value not in known]


def rule_count(rule: dict[str, Any], as_of: datetime) -> dict[str, int]:
    """How many leads meet one rule as of an instant, of how many. Raises `DocumentError` and `TooSlow`."""
    known = definitions.catalogue()
    rules = RuleCompiler(known, connection.vendor, to_microseconds(as_of), Scope.all())
    with reading.one_look(reading.PAGE_SECONDS):
        met = reading.count_of(question_of_rule(parse_rule(rule, known), rules))
        return {"met": met, "population": LeadFit.objects.count()}
