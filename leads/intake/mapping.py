"""Which column goes where: what is suggested, what may be chosen, and whether a choice is enough. Pure.

A mapping is JSON: {"columns": {header: target}, "attributes": {key: {label, type, holder}},
"unknown_words": […], "time_zone": "UTC", "day_first": false, "fixed_kind": "", "fixed_outcome": "",
"prefix": "", "profile": ""}. A target is a field of `FIELDS`, "" (left out), "attribute:<key>", "property"
(kept with the activity) or "match:<key>" (finds leads by the value of that attribute).
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from leads.intake.profiles import Profile, profile_of
from leads.intake.reading import Record
from leads.intake.recognise import (
    ACCOUNTS,
    ACTIVITIES,
    AFTERWARDS,
    LEADS,
    OUTCOMES,
    SYNONYMS,
    SYSTEM,
    is_leak,
    is_of_the_system,
    plain,
)
from leads.intake.values import MEANS_UNKNOWN, YES_NO_WORDS, is_date, is_number, seems_day_first
from portal.common.errors import Invalid

Mapping = dict[str, Any]
MAX_ATTRIBUTES = 60
_CHOICES_AT_MOST = 50

_COMPANY_FIELDS: tuple[tuple[str, str | Promise], ...] = (
    ("industry", lazy("Industry")),
    ("employees", lazy("Employees")),
    ("employee_band", lazy("Employee band")),
    ("annual_revenue", lazy("Annual revenue")),
    ("revenue_band", lazy("Revenue band")),
)
FIELDS: dict[str, tuple[tuple[str, str | Promise], ...]] = {
    ACCOUNTS: (
        ("external_id", lazy("Id in the source")),
        ("name", lazy("Name")),
        ("domain", lazy("Domain")),
        ("website", lazy("Website")),
        *_COMPANY_FIELDS,
        ("country", lazy("Country")),
        ("region", lazy("Region")),
        ("city", lazy("City")),
        ("kind", lazy("Kind of account")),
        ("created_at", lazy("Created at")),
        ("is_deleted", lazy("Deleted in the source")),
    ),
    LEADS: (
        ("external_id", lazy("Id in the source")),
        ("email", lazy("E-mail")),
        ("first_name", lazy("First name")),
        ("last_name", lazy("Last name")),
        ("full_name", lazy("Full name")),
        ("phone", lazy("Phone")),
        ("company", lazy("Company")),
        ("job_title", lazy("Job title")),
        ("role", lazy("Role")),
        ("seniority", lazy("Seniority")),
        ("department", lazy("Department")),
        ("website", lazy("Website")),
        ("country", lazy("Country")),
        ("region", lazy("Region")),
        ("city", lazy("City")),
        ("language", lazy("Language")),
        ("lead_source", lazy("Lead source")),
        ("channel", lazy("Channel")),
        ("campaign", lazy("Campaign")),
        ("captured_at", lazy("Captured at")),
        ("account.external_id", lazy("Account: id in the source")),
        ("account.domain", lazy("Account: domain")),
        *((f"account.{name}", lazy("Account: ") + label) for name, label in _COMPANY_FIELDS),
        ("is_deleted", lazy("Deleted in the source")),
    ),
    ACTIVITIES: (
        ("message_id", lazy("Id of the activity")),
        ("lead.external_id", lazy("Lead: id in the source")),
        ("lead.email", lazy("Lead: e-mail")),
        ("occurred_at", lazy("When it happened")),
        ("kind", lazy("Kind of activity")),
        ("subject", lazy("Subject (page, form, content)")),
        ("campaign", lazy("Campaign")),
        ("channel", lazy("Channel")),
        ("seconds", lazy("Seconds it took")),
        ("minutes", lazy("Minutes it took")),
        ("direction", lazy("Direction (inbound, outbound)")),
        ("views.pricing", lazy("Number of pricing pages viewed")),
        ("views.demo", lazy("Number of demo pages viewed")),
        ("is_deleted", lazy("Deleted in the source")),
    ),
    OUTCOMES: (
        ("external_id", lazy("Id of the opportunity")),
        ("lead.external_id", lazy("Lead: id in the source")),
        ("lead.email", lazy("Lead: e-mail")),
        ("account.external_id", lazy("Account: id in the source")),
        ("opened_at", lazy("Opened at")),
        ("closed_at", lazy("Closed at")),
        ("outcome", lazy("Outcome (won, lost)")),
        ("is_won", lazy("Is won")),
        ("is_closed", lazy("Is closed")),
        ("value", lazy("Value")),
        ("is_deleted", lazy("Deleted in the source")),
    ),
}


def signature(headers: list[str]) -> str:
    """What a set of columns is remembered by, whatever their order."""
    return hashlib.sha256("\n".join(sorted(plain(header) for header in headers)).encode()).hexdigest()[:16]


def suggest(
    kind: str,
    headers: list[str],
    records: list[Record],
    *,
    attributes: dict[str, dict[str, str]],
    remembered: dict[str, Mapping],
    time_zone: str,
) -> tuple[Mapping, dict[str, str]]:
    """A mapping for this header, and a sentence for each column that needs one.

    `attributes` are those that exist ({key: {label, type, holder}}), `remembered` the mappings that
    this source's files of this kind had before, by `signature`.
    """
    profile = profile_of(headers)
    profile = profile if profile and profile.kind == kind else None
    cells = {
        header: [record.cells[place].strip() for record in records] for place, header in enumerate(headers)
    }
    columns, notes, new = _columns(kind, headers, cells, profile, attributes)
    mapping: Mapping = {
        "columns": columns,
        "attributes": new,
        "unknown_words": list(MEANS_UNKNOWN),
        "time_zone": time_zone,
        "day_first": seems_day_first([cell for column in cells.values() for cell in column[:200]]),
        "fixed_kind": profile.fixed_kind if profile else "",
        "fixed_outcome": profile.fixed_outcome if profile else "",
        "prefix": profile.prefix if profile else "",
        "profile": profile.key if profile else "",
    }
    known = remembered.get(signature(headers))
    if known:
        taken = known.get("columns", {})
        mapping = {**mapping, **known, "columns": {h: taken.get(h, columns[h]) for h in headers}}
    return mapping, notes


def _columns(
    kind: str,
    headers: list[str],
    cells: dict[str, list[str]],
    profile: Profile | None,
    attributes: dict[str, dict[str, str]],
) -> tuple[dict[str, str], dict[str, str], dict[str, dict[str, str]]]:
    columns = _by_name(kind, headers, cells, profile)
    notes = {
        header: _(note)
        for header in headers
        if profile and (note := profile.notes.get(plain(header))) is not None
    }
    new: dict[str, dict[str, str]] = {}
    holder = "account" if kind == ACCOUNTS else "lead"
    unknown = _unknown(MEANS_UNKNOWN)
    for header in headers:
        target = columns.get(header)
        if target in (None, "attribute"):
            values = [cell for cell in cells[header] if cell and cell.casefold() not in unknown]
            reason = "" if target == "attribute" else _reason_to_leave_out(header, values, cells[header])
            if reason or kind == OUTCOMES:
                columns[header] = ""
                notes.setdefault(header, _(reason) if reason else "")
            elif kind == ACTIVITIES:
                columns[header] = "property"
            else:
                columns[header], description = _attribute(header, holder, values, attributes)
                if description and len(new) < MAX_ATTRIBUTES:
                    new[columns[header].partition(":")[2]] = description
                elif description:
                    columns[header] = ""
        elif target == "match":
            columns[header] = f"match:{attribute_key(header)}"
    return columns, {header: note for header, note in notes.items() if note}, new


def _by_name(
    kind: str, headers: list[str], cells: dict[str, list[str]], profile: Profile | None
) -> dict[str, str]:
    """Columns whose name says what they are. Of several for one target the usual and filled one wins."""
    synonyms = SYNONYMS[kind]
    ranks = {name: rank for rank, name in enumerate(synonyms)}
    found: dict[str, str] = {}
    best: dict[str, tuple[tuple[bool, bool, int], str]] = {}
    for header in headers:
        name = plain(header)
        name = name if name in synonyms else name.removesuffix("_c")
        by_profile = profile.columns.get(plain(header)) if profile else None
        if by_profile in ("", "attribute", "property", "match"):
            found[header] = by_profile
            continue
        target = by_profile or synonyms.get(name)
        if not target or (is_leak(header) and kind != OUTCOMES):
            continue
        rank = (not by_profile, not any(cells[header]), ranks.get(name, 0))
        if target not in best or rank < best[target][0]:
            best[target] = (rank, header)
    for target, (_rank, header) in best.items():
        if not (target == "kind" and profile and profile.fixed_kind):
            found[header] = target
    return found


def _unknown(words: tuple[str, ...] | list[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _reason_to_leave_out(header: str, values: list[str], cells: list[str]) -> str:
    if is_leak(header):
        return AFTERWARDS
    if is_of_the_system(header) or plain(header).endswith("_id"):
        return SYSTEM
    if not values:
        return str(lazy("Empty in the lines looked at."))
    if len(cells) >= 20 and len(set(cells)) == 1:
        return str(lazy("The same in every line looked at."))
    if sum(map(len, values)) > 200 * len(values):
        return str(lazy("Long text, which no criterion reads."))
    return ""


def attribute_key(header: str) -> str:
    return slugify(plain(header).replace("_", "-"))[:60].strip("-") or "column"


def _attribute(
    header: str, holder: str, values: list[str], attributes: dict[str, dict[str, str]]
) -> tuple[str, dict[str, str] | None]:
    """The target of an attribute column, and the description of the attribute unless it exists."""
    key = attribute_key(header)
    if key in attributes and attributes[key]["holder"] != holder:
        key = f"{key[:50]}-{holder}"
    if key in attributes:
        return f"attribute:{key}", None
    label = " ".join(header.removeprefix("property_").replace("_", " ").split())
    label = (label[:1].upper() + label[1:])[:120]
    # An id is text, however many digits it has: other files find leads by it.
    value_type = "text" if key.endswith("-id") else type_of(values)
    return f"attribute:{key}", {"label": label, "type": value_type, "holder": holder}


def type_of(values: list[str]) -> str:
    """The type that all of these cells fit; text when nothing narrower does."""
    if not values:
        return "text"
    words = {value.casefold() for value in values}
    if words <= YES_NO_WORDS:
        return "yes_no"
    if all(is_number(value) for value in words):
        return "number"
    if all(is_date(value) for value in list(words)[:200]):
        return "date"
    is_repeating = len(words) <= max(12, len(values) // 4)
    return "choice" if len(words) <= _CHOICES_AT_MOST and is_repeating else "text"


def check(kind: str, headers: list[str], mapping: Mapping) -> None:
    """Raise `Invalid` (422) with a sentence unless every line could be taken with this mapping."""
    columns = mapping.get("columns", {})
    known = {name for name, _label in FIELDS[kind]}
    used: dict[str, str] = {}
    for header, target in columns.items():
        if header not in headers:
            raise Invalid(_("The file has no column “%(name)s”.") % {"name": header})
        is_open = target in ("", "property") or target.startswith(("attribute:", "match:"))
        if not is_open and target not in known:
            raise Invalid(_("“%(target)s” is not a field of this kind of file.") % {"target": target})
        if target and target != "property" and target in used:
            raise Invalid(
                _("“%(first)s” and “%(second)s” cannot both be “%(target)s”. Leave one of them out.")
                % {"first": used[target], "second": header, "target": dict(FIELDS[kind]).get(target, target)}
            )
        used[target] = header
    _check_enough(kind, used, mapping)


def _check_enough(kind: str, used: dict[str, str], mapping: Mapping) -> None:
    has_lead = "lead.external_id" in used or "lead.email" in used
    if kind == ACCOUNTS and not used.keys() & {"external_id", "name", "domain"}:
        raise Invalid(_("Choose the column with the account's id, name or domain."))
    if kind == LEADS and not (
        used.keys() & {"external_id", "email"} or any(t.startswith("match:") for t in used)
    ):
        raise Invalid(
            _("Choose the column with the lead's id or e-mail: without one no line can be known again.")
        )
    if kind == ACTIVITIES:
        if not has_lead and "message_id" not in used:
            raise Invalid(_("Choose the column that names the lead, by id or by e-mail."))
        if has_lead and "occurred_at" not in used:
            raise Invalid(_("Choose the column that says when the activity happened."))
        if "kind" not in used and not mapping.get("fixed_kind"):
            raise Invalid(_("Choose the column with the kind of activity, or one kind for the whole file."))
    if kind == OUTCOMES:
        if "external_id" not in used:
            raise Invalid(_("Choose the column with the opportunity's id."))
        if not used.keys() & {"outcome", "is_won", "opened_at"} and not mapping.get("fixed_outcome"):
            raise Invalid(_("Choose the column that says how it ended, or one outcome for the whole file."))
        if not used.keys() & {"opened_at", "closed_at"}:
            raise Invalid(_("Choose the column that says when it was opened or closed."))
