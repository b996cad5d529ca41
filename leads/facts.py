"""The facts of fit, in the form that scoring reads, and the marks that ask for a new score."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.utils import timezone

from definitions.criteria.matching import key_form, words_form
from leads import bulk
from leads.domains import domain_of_email, domain_of_website, is_disposable, is_free
from leads.models import FactsChange, Lead, LeadFit, TouchedLead
from leads.words import words_refresh
from portal.common.fields import to_microseconds

_READ = (
    "pk",
    "account_id",
    "captured_at",
    "email",
    "website",
    "phone",
    "job_title",
    "role",
    "seniority",
    "department",
    "language",
    "lead_source",
    "channel",
    "campaign",
    "country",
    "region",
    "city",
    "company",
)
_READ_ACCOUNT = (
    "name",
    "domain",
    "website",
    "industry",
    "employee_band",
    "revenue_band",
    "country",
    "region",
    "city",
    "employees",
    "annual_revenue",
    "kind",
)
# The columns of a fit row, in the order in which `_fit_row` gives their values.
_WRITE = (
    "lead_id",
    "account_id",
    "captured_at",
    "email_domain",
    "is_free_email",
    "is_disposable_email",
    "has_business_website",
    "has_phone",
    "job_title_key",
    "job_title_words",
    "role_key",
    "seniority_key",
    "department_key",
    "language_key",
    "lead_source_key",
    "channel_key",
    "campaign_key",
    "country_key",
    "region_key",
    "city_key",
    "company_key",
    "company_words",
    "industry_key",
    "employee_band_key",
    "revenue_band_key",
    "employees",
    "annual_revenue",
    "account_kind",
)

# Counting these takes a millisecond.
CHANGES_KEPT = 10_000

# Casefolding may lengthen a text (ß becomes ss): what is over is cut, as PostgreSQL would refuse it.
_LIMITS = {field.name: field.max_length for field in LeadFit._meta.fields if field.max_length}


def refresh(lead_ids: Iterable[int]) -> None:
    """Rebuild the fit rows and words of these leads from lead and account, and mark the leads as touched.

    Runs in the caller's transaction, the one that changed the facts. A lead merged into another
    loses both. A batch of 2,000 leads takes about 0.1 s on SQLite.
    """
    ids = sorted(set(lead_ids))
    left_behind: set[int] = set()
    for batch in bulk.batches(ids):
        left_behind.update(_accounts_left(batch))
        LeadFit.objects.filter(lead__in=batch, lead__merged_into__isnull=False).delete()
        accounts = {f"of_{name}": F(f"account__{name}") for name in _READ_ACCOUNT}
        rows = Lead.objects.filter(pk__in=batch, merged_into=None).order_by("pk").annotate(**accounts)
        bulk.insert(
            LeadFit,
            _WRITE,
            (_fit_row(values) for values in rows.values_list(*_READ, *accounts)),
            conflict=("lead_id",),
            update=_WRITE[1:],
        )
        words_refresh(batch)
    mark_touched([*ids, *_one_of_each(left_behind)])


def mark_touched(lead_ids: Iterable[int]) -> None:
    """Facts of these leads changed: ask for new scores, in the caller's transaction, the one that did it."""
    ids = set(lead_ids)
    if ids:
        FactsChange.objects.create()
    owe_scores(ids)


def owe_scores(lead_ids: Iterable[int]) -> None:
    """Ask for new scores of these leads, whose facts need not have changed, in the caller's transaction.

    A lead that is already marked keeps its place in the line and gets a new stamp, so that a drain
    that has read it before does not take this mark away with the old one.
    """
    marked_at = bulk.instant_value(timezone.now())
    bulk.insert(
        TouchedLead,
        ("lead_id", "stamp", "marked_at", "attempts", "error"),
        ((pk, secrets.randbits(62), marked_at, 0, "") for pk in sorted(set(lead_ids))),
        conflict=("lead_id",),
        update=("stamp", "attempts", "error"),
        extra="parked_at = NULL",
    )


def facts_stamp() -> str:
    """Names the state of all facts: equal stamps, equal facts.

    Transactions do not commit in the order of their ids: one that commits late under a smaller id changes
    the number of rows. One query, over the rows that `forget_changes` leaves.
    """
    seen = FactsChange.objects.aggregate(number=Count("pk"), first=Min("pk"), last=Max("pk"))
    return f"{seen['number']}-{seen['first'] or 0}-{seen['last'] or 0}"


@transaction.atomic
def forget_changes() -> int:
    """Delete all but the newest rows of changes; returns how many went.

    Counts as a change itself: the new ids set all later stamps apart from all earlier ones.
    """
    newest = FactsChange.objects.order_by("-pk").values_list("pk", flat=True)
    oldest_kept = newest[CHANGES_KEPT - 1 : CHANGES_KEPT].first()
    deleted = FactsChange.objects.filter(pk__lt=oldest_kept).delete()[0] if oldest_kept else 0
    if deleted:
        FactsChange.objects.create()
    return deleted


def _accounts_left(lead_ids: list[int]) -> list[int]:
    """Accounts that one of these leads still stands under in its fit row, but no longer belongs to."""
    rows = LeadFit.objects.filter(lead__in=lead_ids, account__isnull=False)
    stayed = Q(account=F("lead__account"), lead__merged_into=None)
    return list(rows.exclude(stayed).values_list("account_id", flat=True).distinct())


def _one_of_each(account_ids: set[int]) -> list[int]:
    """One lead of each account: where a score depends on the people of the account, all come along."""
    rows = LeadFit.objects.filter(account__in=account_ids).values("account")
    return list(rows.annotate(one=Min("lead_id")).values_list("one", flat=True))


def fit_values(lead: dict[str, Any], account: dict[str, Any]) -> dict[str, Any]:
    """The columns of the fit row of a lead that no row stands for. What the two leave out is unknown."""
    read = (*(lead.get(name) for name in _READ), *(account.get(name) for name in _READ_ACCOUNT))
    return dict(zip(_WRITE, _fit_row(read), strict=True))


def _fit_row(values: tuple[Any, ...]) -> tuple[Any, ...]:
    lead = dict(zip(_READ, values, strict=False))
    account = dict(zip(_READ_ACCOUNT, values[len(_READ) :], strict=True))
    domain = domain_of_email(lead["email"])
    job_title, company = lead["job_title"], lead["company"] or account["name"]
    return (
        lead["pk"],
        lead["account_id"],
        to_microseconds(_aware(lead["captured_at"])),
        domain,
        None if domain is None else is_free(domain),
        None if domain is None else is_disposable(domain),
        _has_business_website(lead["website"], account["website"], account["domain"]),
        bool(lead["phone"]),
        _key("job_title_key", job_title),
        _words("job_title_words", job_title),
        _key("role_key", lead["role"]),
        _key("seniority_key", lead["seniority"]),
        _key("department_key", lead["department"]),
        _key("language_key", lead["language"]),
        _key("lead_source_key", lead["lead_source"]),
        _key("channel_key", lead["channel"]),
        _key("campaign_key", lead["campaign"]),
        _key("country_key", lead["country"] or account["country"]),
        _key("region_key", lead["region"] or account["region"]),
        _key("city_key", lead["city"] or account["city"]),
        _key("company_key", company),
        _words("company_words", company),
        _key("industry_key", account["industry"]),
        _key("employee_band_key", account["employee_band"]),
        _key("revenue_band_key", account["revenue_band"]),
        account["employees"],
        account["annual_revenue"],
        account["kind"],
    )


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


# Most texts are the same few for thousands of leads: titles, countries, channels.
@lru_cache(maxsize=5_000)
def _key(column: str, text: str | None) -> str | None:
    """The matching form, or None when nothing is known."""
    return key_form(text)[: _LIMITS[column]] or None if text else None


@lru_cache(maxsize=5_000)
def _words(column: str, text: str | None) -> str | None:
    """The text as words, or None when it holds none."""
    words = words_form(text) if text else ""
    if not words.strip():
        return None
    # Whole words only: half a word could match a criterion.
    return words if len(words) <= _LIMITS[column] else words[: _LIMITS[column]].rpartition(" ")[0] + " "


def _has_business_website(*addresses: str | None) -> bool:
    domains = (domain_of_website(address) for address in addresses if address)
    return any(domain is not None and not is_free(domain) for domain in domains)
