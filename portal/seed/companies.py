"""The companies that the sample's leads work for."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from leads import bulk
from leads.models import Account, AccountValue, Source
from portal.seed import words
from portal.seed.draws import Ints, stream, weighted

COLUMNS = (
    "id", "source_id", "external_id", "name", "name_key", "domain", "website", "industry", "employees",
    "employee_band", "annual_revenue", "revenue_band", "country", "region", "city", "kind", "owner_id",
    "created_at", "provenance",
)  # fmt: skip


@dataclass(frozen=True)
class Companies:
    """Ids of the accounts from `first_id` on, and what their people take from them."""

    first_id: int
    place: Ints  # index into words.PLACES
    domain: list[str]
    name: list[str]
    size: Ints


def slug(text: str) -> str:
    """Letters and digits of the ASCII range, in lower case."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O"))
    return "".join(c for c in plain.replace("æ", "ae").casefold() if c.isascii() and c.isalnum())


def companies_lay(
    *,
    count: int,
    seed: int,
    now: datetime,
    first_id: int,
    source: Source,
    sellers: list[int],
    contract_id: int,
) -> Companies:
    """Write `count` accounts. `sellers` own some of them; `contract_id` is the attribute of contract ends."""
    rng = stream(seed, "accounts")
    place = weighted(rng, [each[3] for each in words.PLACES], count)
    first = rng.integers(len(words.COMPANY_FIRST), size=count)
    second = rng.integers(len(words.COMPANY_SECOND), size=count)
    city = rng.random(count)
    employees = np.maximum(2, np.exp(rng.normal(5.0, 1.5, count))).astype(np.int64)
    revenue = (employees * np.exp(rng.normal(11.8, 0.4, count))).astype(np.int64) // 1000 * 1000
    kind = weighted(rng, [90, 5, 2, 3], count)
    is_known = rng.random((count, 4)) < [0.93, 0.88, 0.6, 0.85]
    owner = rng.integers(len(sellers), size=count)
    is_owned = rng.random(count) < 0.3
    age = rng.integers(190, 900, size=count)
    ends = rng.integers(-60, 500, size=count)
    has_end = rng.random(count) < 0.25

    rows, domains, names = [], [], []
    seen: dict[str, int] = {}
    for i in range(count):
        country, region, _language, _weight, cities, *_names = words.PLACES[place[i]]
        word, industry = words.COMPANY_SECOND[second[i]]
        town = cities[int(city[i] * len(cities))]
        short = f"{words.COMPANY_FIRST[first[i]]} {word}"
        if short in seen:
            short = f"{short} {town}"
        seen[short] = number = seen.get(short, 0) + 1
        if number > 1:
            short = f"{short} {number}"
        name = f"{short} {words.LEGAL_FORMS[country]}"
        domain = f"{slug(short)}.example"
        domains.append(domain)
        names.append(name)
        size, turnover = int(employees[i]), int(revenue[i])
        rows.append(
            (
                first_id + i,
                source.pk,
                f"ACC-{i + 1:06d}",
                name,
                name.casefold(),
                domain,
                f"https://www.{domain}" if is_known[i, 3] else "",
                industry if is_known[i, 0] else "",
                size if is_known[i, 1] else None,
                _band(size, words.EMPLOYEE_BANDS) if is_known[i, 1] else "",
                turnover if is_known[i, 2] else None,
                _band(turnover, words.REVENUE_BANDS) if is_known[i, 2] else "",
                country,
                region,
                town,
                ("prospect", "customer", "partner", "competitor")[kind[i]],
                sellers[owner[i]] if is_owned[i] else None,
                bulk.instant_value(now - timedelta(days=int(age[i]))),
                "{}",
            )
        )
    bulk.insert(Account, COLUMNS, rows)
    bulk.insert(
        AccountValue,
        ("account_id", "attribute_id", "text", "day"),
        (
            (first_id + i, contract_id, "", day.isoformat())
            for i in np.flatnonzero(has_end).tolist()
            for day in [(now + timedelta(days=int(ends[i]))).date()]
        ),
    )
    return Companies(first_id, place, domains, names, employees)


def _band(value: int, bands: tuple[tuple[int, str], ...]) -> str:
    return next(label for most, label in bands if value <= most)
