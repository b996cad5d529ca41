"""What tasters see of a lead: facts of fit as the clauses see them, and its deeds in a few lines.

Shown are what somebody does, in what kind of company, where in the rough, and how the lead came; never a
name, an address, a number to call, a town, or an exact size. Custom attributes are shown where the text
asks for them, and free texts among them never, since anybody may have written a name there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, F, Max
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.criteria.catalogue import Catalogue
from leads.models import AccountValue, Activity, Lead, LeadValue
from leads.selectors.lead_facts import value_words
from leads.tasting.hiding import hide, secrets_of

Json = dict[str, Any]
DAYS, MATES_DAYS = 180, 30
MOST_SUBJECTS = 3
SIZES = (10, 50, 250, 1_000, 5_000)
REVENUES = (1_000_000, 10_000_000, 100_000_000, 1_000_000_000)


def sketches_of(
    lead_ids: Iterable[int], document: Json, catalogue: Catalogue, as_of: datetime
) -> dict[int, Json]:
    """For each lead {"fit": [[label, value]], "behaviour": [sentence]}. As many queries for many as for one.

    In the order of `lead_ids`; the texts are in the language of whoever starts the tasting.
    """
    leads = Lead.objects.select_related("account", "fit").in_bulk(list(lead_ids))
    secrets = {key: _secrets(lead) for key, lead in leads.items()}
    custom = _custom_facts(leads, document, catalogue)
    deeds, mates = _deeds(leads, as_of), _mates(leads, as_of)
    return {
        key: {
            "fit": [
                [label, value]
                for label, value in [*_written(lead, custom[key], secrets[key]), *_told(lead)]
                if value
            ],
            "behaviour": [
                *_sentences(deeds[key], as_of, secrets[key]),
                *_mates_sentence(mates[key]),
            ],
        }
        for key, lead in leads.items()
    }


def _secrets(lead: Lead) -> frozenset[str]:
    account = lead.account
    return secrets_of(
        names=(lead.first_name, lead.last_name, lead.external_id, lead.phone),
        companies=(lead.company, account.name if account else ""),
        addresses=(lead.email, lead.website, *((account.website, account.domain) if account else ())),
    )


# -- fit -----------------------------------------------------------------------------------------------------


def _written(lead: Lead, custom: list[tuple[str, str]], secrets: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What somebody wrote down, with its holes where it names anybody."""
    account = lead.account
    texts = [
        (_("Job title"), lead.job_title),
        (_("Role"), lead.role),
        (_("Seniority"), lead.seniority),
        (_("Department"), lead.department),
        (_("Country"), lead.country or (account.country if account else "")),
        (_("Region"), lead.region or (account.region if account else "")),
        (_("Language"), lead.language),
        (_("Industry"), account.industry if account else ""),
        (_("Lead source"), lead.lead_source),
        (_("Channel"), lead.channel),
        *custom,
    ]
    for label, text in texts:
        yield label, hide(text, secrets)


def _told(lead: Lead) -> Iterator[tuple[str, str]]:
    """What the portal itself says of the lead, in the rough."""
    account = lead.account
    if account is not None:
        yield _("Employees"), _band(account.employees, SIZES) or account.employee_band
        yield _("Annual revenue"), _band(account.annual_revenue, REVENUES) or account.revenue_band
        yield _("Kind of account"), str(account.get_kind_display())
    addresses = {True: _("a free address"), False: _("a company’s own address"), None: ""}
    yield _("E-mail"), addresses[lead.fit.is_free_email]
    yield _("Phone"), _("left a number") if lead.fit.has_phone else _("left none")


def _band(value: int | None, bounds: tuple[int, ...]) -> str:
    """“10 to 49”: an exact number would name the company."""
    if value is None:
        return ""
    if value < bounds[0]:
        return _("under %(high)s") % {"high": formats.number_format(bounds[0])}
    if value >= bounds[-1]:
        return _("%(low)s or more") % {"low": formats.number_format(bounds[-1])}
    low, high = next((low, high) for low, high in pairwise(bounds) if low <= value < high)
    return _("%(low)s to %(high)s") % {
        "low": formats.number_format(low),
        "high": formats.number_format(high - 1),
    }


def _custom_facts(
    leads: dict[int, Lead], document: Json, catalogue: Catalogue
) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rules = [item["rule"] for item in document["criteria"]]
    rules += [persona["rule"] for persona in (document.get("personas") or {}).values()]
    fields = [catalogue.fields.get(key) for key in sorted(set(_attributes_in(rules)))]
    ids = [
        field.attribute_id for field in fields if field and field.attribute_id and field.value_type != "text"
    ]
    if not ids:
        return found
    for row in LeadValue.objects.filter(lead__in=leads, attribute__in=ids).select_related("attribute"):
        found[row.lead_id].append((row.attribute.label, value_words(row)))
    of_account: dict[int, list[tuple[str, str]]] = defaultdict(list)
    accounts = {lead.account_id for lead in leads.values() if lead.account_id}
    for value in AccountValue.objects.filter(account__in=accounts, attribute__in=ids).select_related(
        "attribute"
    ):
        of_account[value.account_id].append((value.attribute.label, value_words(value)))
    for key, lead in leads.items():
        if lead.account_id:
            found[key] += of_account[lead.account_id]
    return found


def _attributes_in(rule: Any) -> Iterator[str]:
    if isinstance(rule, dict):
        if isinstance(rule.get("attribute"), str):
            yield rule["attribute"]
        for value in rule.values():
            yield from _attributes_in(value)
    elif isinstance(rule, list):
        for member in rule:
            yield from _attributes_in(member)


# -- behaviour -----------------------------------------------------------------------------------------------


def _deeds(leads: dict[int, Lead], as_of: datetime) -> dict[int, list[Json]]:
    """For each lead what it did in the last months: by kind and subject how often, and when last."""
    found: dict[int, list[Json]] = defaultdict(list)
    rows = (
        Activity.objects.filter(
            lead__in=leads,
            kind__is_by_lead=True,
            occurred_at__gte=as_of - timedelta(days=DAYS),
            occurred_at__lt=as_of,
        )
        .order_by()
        .values("lead_id", "subject__text", label=F("kind__label"))
        .annotate(count=Count("pk"), last=Max("occurred_at"))
    )
    for row in rows:
        found[row["lead_id"]].append({**row})
    return found


def _sentences(deeds: list[Json], as_of: datetime, secrets: frozenset[str]) -> list[str]:
    """One for each kind, the one done last first."""
    if not deeds:
        return [_("Nothing in the last %(days)d days.") % {"days": DAYS}]
    by_kind: dict[str, list[Json]] = defaultdict(list)
    for deed in sorted(deeds, key=lambda each: (-each["count"], each["subject__text"] or "")):
        by_kind[deed["label"]].append(deed)
    newest = {label: max(deed["last"] for deed in of_kind) for label, of_kind in by_kind.items()}
    return [
        _sentence(label, by_kind[label], (as_of - newest[label]).days, secrets)
        for label in sorted(by_kind, key=lambda label: (newest[label], label), reverse=True)
    ]


def _sentence(label: str, deeds: list[Json], days: int, secrets: frozenset[str]) -> str:
    count = sum(deed["count"] for deed in deeds)
    times = ngettext("once", "%(n)d times", count) % {"n": count}
    ago = ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days} if days else _("today")
    values = {"kind": label, "times": times, "ago": ago}
    named = [deed["subject__text"] for deed in deeds if deed["subject__text"]]
    subjects = [hide(subject, secrets) for subject in named[:MOST_SUBJECTS]]
    if not subjects:
        return _("%(kind)s %(times)s, last %(ago)s.") % values
    return _("%(kind)s %(times)s, last %(ago)s: %(subjects)s.") % {**values, "subjects": ", ".join(subjects)}


def _mates(leads: dict[int, Lead], as_of: datetime) -> dict[int, int]:
    """How many other people of the lead's account did something lately."""
    accounts = {lead.account_id for lead in leads.values() if lead.account_id}
    active: dict[int, set[int]] = defaultdict(set)
    rows = Activity.objects.filter(
        lead__account__in=accounts,
        lead__merged_into=None,
        kind__is_by_lead=True,
        occurred_at__gte=as_of - timedelta(days=MATES_DAYS),
        occurred_at__lt=as_of,
    ).order_by()
    for account_id, lead_id in rows.values_list("lead__account", "lead").distinct():
        active[account_id].add(lead_id)
    return {key: len(active[lead.account_id or 0] - {key}) for key, lead in leads.items()}


def _mates_sentence(count: int) -> list[str]:
    if not count:
        return []
    sentence = ngettext(
        "%(n)d other person of the company was active in the last %(days)d days.",
        "%(n)d other people of the company were active in the last %(days)d days.",
        count,
    )
    return [sentence % {"n": count, "days": MATES_DAYS}]
