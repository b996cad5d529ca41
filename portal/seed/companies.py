"""The companies that the sample's leads work for."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leads import bulk
from leads.models import Account, AccountValue, Source
from portal.seed import words
from portal.seed.draws import Ints, stream, weighted

SLICE = 20_000
FACTS = (
    "name", "domain", "website", "industry", "employees", "employee_band", "annual_revenue", "revenue_band",
    "country", "region", "city", "kind",
)  # fmt: skip
COLUMNS = ("id", "source_id", "external_id", "name_key", "owner_id", "created_at", "provenance", *FACTS)


@dataclass(frozen=True)
class Companies:
    """The accounts from id `first_id` on; all arrays are in their order."""

    first_id: int
    place: Ints  # index into words.PLACES
    domain: list[str]
    name: list[str]
    second: Ints  # index into words.COMPANY_SECOND
    city: NDArray[np.float64]  # from 0 to 1: which city of the place
    size: Ints
    revenue: Ints
    kind: Ints
    is_known: NDArray[np.bool_]  # industry, size, revenue, website
    owner_id: Ints  # 0: nobody's

    def __len__(self) -> int:
        return len(self.name)

    def facts(self, k: int) -> dict[str, Any]:
        """The columns `FACTS` of one account."""
        country, region, _language, _weight, cities, *_names = words.PLACES[self.place[k]]
        size, revenue = int(self.size[k]), int(self.revenue[k])
        knows_industry, knows_size, knows_revenue, knows_website = self.is_known[k].tolist()
        values = (
            self.name[k],
            self.domain[k],
            f"https://www.{self.domain[k]}" if knows_website else "",
            words.COMPANY_SECOND[self.second[k]][1] if knows_industry else "",
            size if knows_size else None,
            _band(size, words.EMPLOYEE_BANDS) if knows_size else "",
            revenue if knows_revenue else None,
            _band(revenue, words.REVENUE_BANDS) if knows_revenue else "",
            country,
            region,
            cities[int(self.city[k] * len(cities))],
            ("prospect", "customer", "partner", "competitor")[self.kind[k]],
        )
        return dict(zip(FACTS, values, strict=True))


@lru_cache(maxsize=1_000)
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

    names, domains = _names(first, second, place, city)
    owner_id = np.where(is_owned, np.array(sellers)[owner], 0)
    companies = Companies(
        first_id, place, domains, names, second, city, employees, revenue, kind, is_known, owner_id
    )
    for start in range(0, count, SLICE):
        bulk.insert(
            Account,
            COLUMNS,
            [
                (
                    first_id + k,
                    source.pk,
                    f"ACC-{k + 1:06d}",
                    names[k].casefold(),
                    int(owner_id[k]) or None,
                    bulk.instant_value(now - timedelta(days=int(age[k]))),
                    "{}",
                    *companies.facts(k).values(),
                )
                for k in range(start, min(start + SLICE, count))
            ],
        )
    bulk.insert(
        AccountValue,
        ("account_id", "attribute_id", "text", "day"),
        (
            (first_id + k, contract_id, "", day.isoformat())
            for k in np.flatnonzero(has_end).tolist()
            for day in [(now + timedelta(days=int(ends[k]))).date()]
        ),
    )
    return companies


def _names(first: Ints, second: Ints, place: Ints, city: NDArray[np.float64]) -> tuple[list[str], list[str]]:
    """Names and domains, no two alike."""
    names, domains = [], []
    seen: dict[str, int] = {}
    for k in range(len(first)):
        country, _region, _language, _weight, cities, *_names = words.PLACES[place[k]]
        short = f"{words.COMPANY_FIRST[first[k]]} {words.COMPANY_SECOND[second[k]][0]}"
        if short in seen:
            short = f"{short} {cities[int(city[k] * len(cities))]}"
        seen[short] = number = seen.get(short, 0) + 1
        if number > 1:
            short = f"{short} {number}"
        names.append(f"{short} {words.LEGAL_FORMS[country]}")
        domains.append(f"{slug(short)}.example")
    return names, domains


def _band(value: int, bands: tuple[tuple[int, str], ...]) -> str:
    return next(label for most, label in bands if value <= most)
