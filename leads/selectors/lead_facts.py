"""What is known of one lead and of one account, each fact with where it came from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Max
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.models import Account, FieldChange, Lead
from leads.models.facts import ValueBase
from leads.selectors.leads import import_labels, people_by_id


class Fact(NamedTuple):
    """What is known, where it came from, and since when it stands so: None where nobody wrote that down."""

    label: str | Promise
    value: str
    origin: str
    since: datetime | None


class Origin(NamedTuple):
    words: str
    at: datetime | None


LEAD_FIELDS = (
    ("email", gettext_lazy("E-mail")),
    ("phone", gettext_lazy("Phone")),
    ("job_title", gettext_lazy("Job title")),
    ("role", gettext_lazy("Role")),
    ("seniority", gettext_lazy("Seniority")),
    ("department", gettext_lazy("Department")),
    ("company", gettext_lazy("Company")),
    ("website", gettext_lazy("Website")),
    ("city", gettext_lazy("City")),
    ("region", gettext_lazy("Region")),
    ("country", gettext_lazy("Country")),
    ("language", gettext_lazy("Language")),
    ("lead_source", gettext_lazy("Lead source")),
    ("channel", gettext_lazy("Channel")),
    ("campaign", gettext_lazy("Campaign")),
)
ACCOUNT_FIELDS = (
    ("industry", gettext_lazy("Industry")),
    ("employees", gettext_lazy("Employees")),
    ("employee_band", gettext_lazy("Employee band")),
    ("annual_revenue", gettext_lazy("Annual revenue")),
    ("revenue_band", gettext_lazy("Revenue band")),
    ("website", gettext_lazy("Website")),
    ("domain", gettext_lazy("Domain")),
    ("city", gettext_lazy("City")),
    ("region", gettext_lazy("Region")),
    ("country", gettext_lazy("Country")),
)


def facts_of(
    thing: Lead | Account, fields: tuple[tuple[str, str | Promise], ...]
) -> tuple[list[Fact], list[str]]:
    """The known facts in the order of `fields`, and the names of those that are unknown. Three queries."""
    origins = _origins(thing.provenance)
    changed = _changed_at(thing) if isinstance(thing, Lead) else {}
    known: list[Fact] = []
    unknown: list[str] = []
    for name, label in fields:
        value = getattr(thing, name)
        if value in ("", None):
            unknown.append(str(label))
            continue
        text = formats.number_format(value) if isinstance(value, int) else str(value)
        origin = origins.get(name, Origin("", None))
        known.append(Fact(label, text, origin.words, changed.get(name, origin.at)))
    return known, unknown


def _changed_at(lead: Lead) -> dict[str, datetime]:
    """{field: when it last changed}. A field that never changed is as old as what brought it in."""
    rows = FieldChange.objects.filter(lead=lead).order_by().values_list("field")
    return dict(rows.annotate(latest=Max("changed_at")))


def _origins(provenance: dict[str, Any]) -> dict[str, Origin]:
    """{field: "contacts.csv (CRM)" and when that was read, or the person's name}."""
    imports: dict[str, int] = {}
    people: dict[str, int] = {}
    for name, origin in provenance.items():
        text = str(origin)
        if text.isdigit():
            imports[name] = int(text)
        elif text.startswith("person:") and text[7:].isdigit():
            people[name] = int(text[7:])
    rows = import_labels(imports.values()) if imports else {}
    names = people_by_id(people.values()) if people else {}
    found = {
        name: Origin(
            _("%(file)s (%(source)s)") % {"file": rows[pk].file_name, "source": rows[pk].source},
            rows[pk].started_at or rows[pk].created_at,
        )
        for name, pk in imports.items()
        if pk in rows
    }
    return found | {name: Origin(str(names[pk]), None) for name, pk in people.items() if pk in names}


def value_words(row: ValueBase) -> str:
    """A custom attribute's value as text."""
    kind = row.attribute.value_type
    if kind == "yes_no" and row.number is not None:
        return _("Yes") if row.number else _("No")
    if kind == "number" and row.number is not None:
        whole = int(row.number) if row.number == int(row.number) else row.number
        return formats.number_format(whole)
    if kind == "date" and row.day is not None:
        return formats.date_format(row.day, "j M Y")
    return row.text
