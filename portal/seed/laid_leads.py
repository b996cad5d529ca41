"""The people of the sample: leads, what is known of them, and how much they mean it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from definitions.criteria.matching import key_form, words_form
from leads import bulk
from leads.models import Lead, LeadValue, Source
from portal.common.fields import to_microseconds
from portal.seed import words
from portal.seed.companies import Companies, slug
from portal.seed.draws import (
    DAY,
    Ints,
    LocalClock,
    instant,
    minutes_of_day,
    stream,
    weighted,
    working_days,
)

HORIZON_DAYS = 182
COLUMNS = (
    "id", "source_id", "external_id", "email", "first_name", "last_name", "phone", "company", "job_title",
    "role", "seniority", "department", "website", "country", "region", "city", "language", "lead_source",
    "channel", "campaign", "captured_at", "account_id", "stage", "is_recycled", "provenance", "created_at",
    "changed_at",
)  # fmt: skip


@dataclass(frozen=True)
class LaidLeads:
    """Lead ids run from `first_id` on; all arrays are in their order. Instants are microseconds."""

    first_id: int
    captured: Ints
    capture: Ints  # index into words.CAPTURES
    is_keen: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.captured)


def leads_lay(
    *,
    count: int,
    seed: int,
    now: datetime,
    clock: LocalClock,
    first_id: int,
    source: Source,
    companies: Companies,
    attributes: dict[str, int],
) -> LaidLeads:
    """Write `count` leads with their custom values. `attributes` maps keys to attribute ids."""
    rng = stream(seed, "leads")
    captured = _captured(rng, count, now, clock)
    capture = weighted(rng, [each[3] for each in words.CAPTURES], count)
    job = weighted(rng, [each[4] for each in words.JOBS], count)
    # Larger companies send more people; nearly one lead in ten comes without a company.
    account = weighted(rng, np.sqrt(companies.size) + 3, count)
    has_account = rng.random(count) < 0.91
    home = weighted(rng, [each[3] for each in words.PLACES], count)
    names = rng.random((count, 2))
    mail = rng.random(count)
    provider = rng.integers(len(words.FREE_MAIL), size=count)
    knows = rng.random((count, 4)) < [0.62, 0.75, 0.9, 0.3]
    phone = rng.integers(1_000_000, 9_999_999, size=count)
    fits = np.array([each[3] in ("Decision maker", "Influencer") for each in words.JOBS])[job]
    is_keen = rng.random(count) < np.where(fits & has_account, 0.34, 0.13)

    rows = []
    taken: dict[str, int] = {}
    for i in range(count):
        k = int(account[i])
        place = words.PLACES[companies.place[k] if has_account[i] else home[i]]
        title, seniority, department, role, _weight = words.JOBS[job[i]]
        origin, channel, campaign, _weight = words.CAPTURES[capture[i]]
        first_name = place[5][int(names[i, 0] * len(place[5]))]
        last_name = place[6][int(names[i, 1] * len(place[6]))]
        local = f"{slug(first_name)}.{slug(last_name)}"
        domain = companies.domain[k]
        if not has_account[i] or mail[i] < 0.08:
            # A number behind the name: the address of nobody.
            local, domain = f"sample.{local}.{first_id + i}", words.FREE_MAIL[provider[i]]
        elif mail[i] < 0.09:
            local, domain = f"sample.{first_id + i}", words.DISPOSABLE_MAIL[0]
        email = f"{local}@{domain}"
        taken[email] = number = taken.get(email, 0) + 1
        if number > 1:
            email = f"{local}{number}@{domain}"
        at = bulk.instant_value(instant(captured[i]))
        rows.append(
            (
                first_id + i,
                source.pk,
                f"L-{i + 1:06d}",
                email if mail[i] < 0.975 else None,
                first_name,
                last_name,
                f"+49 40 {phone[i]}" if knows[i, 0] else "",
                companies.name[k] if has_account[i] else "",
                title,
                role,
                seniority,
                department,
                "",
                place[0] if knows[i, 1] else "",
                place[1] if knows[i, 1] else "",
                "",
                place[2] if knows[i, 2] else "",
                origin,
                channel,
                campaign,
                at,
                companies.first_id + k if has_account[i] else None,
                "not_assessed",
                False,
                "{}",
                at,
                at,
            )
        )
    bulk.insert(Lead, COLUMNS, rows)
    _values(rng, count, first_id, attributes, is_keen)
    return LaidLeads(first_id, captured, capture, is_keen)


def _captured(rng: np.random.Generator, count: int, now: datetime, clock: LocalClock) -> Ints:
    """A little more every week; one in twelve is older than the half-year of activities."""
    today = to_microseconds(now) // DAY
    back = HORIZON_DAYS * (1 - np.sqrt(rng.uniform(0.02, 1.0, count)) ** 1.1)
    back = np.where(rng.random(count) < 0.08, HORIZON_DAYS + rng.uniform(0, 120, count), back)
    days = working_days(rng, today - np.ceil(back).astype(np.int64), 0.85)
    at = clock.instants(days, minutes_of_day(rng, count))
    latest = to_microseconds(now) - DAY // 24
    return np.where(at > latest, at - 7 * DAY, at)


def _values(
    rng: np.random.Generator,
    count: int,
    first_id: int,
    attributes: dict[str, int],
    is_keen: NDArray[np.bool_],
) -> None:
    knows = rng.random((count, 4)) < [0.4, 0.45, 0.3, 0.6]
    tool = rng.integers(len(words.TOOLS), size=count)
    frame = np.where(is_keen, weighted(rng, [4, 3, 2, 1], count), weighted(rng, [1, 2, 4, 5], count))
    budget = np.exp(rng.normal(np.where(is_keen, 10.2, 9.4), 0.8, count)).astype(np.int64) // 500 * 500
    agreed = rng.random(count) < 0.55
    rows: list[tuple[object, ...]] = []
    for i in range(count):
        lead_id = first_id + i
        for is_known, key, choices, which in (
            (knows[i, 0], "current-tool", words.TOOLS, tool[i]),
            (knows[i, 1], "time-frame", words.TIME_FRAMES, frame[i]),
        ):
            if is_known:
                text = choices[which]
                form = words_form(text) if key == "current-tool" else None  # a choice has no words
                rows.append((lead_id, attributes[key], text, key_form(text), form, None))
        if knows[i, 2]:
            number = float(max(budget[i], 500))
            rows.append((lead_id, attributes["stated-budget"], "", None, None, number))
        if knows[i, 3]:
            rows.append((lead_id, attributes["may-be-called"], "", None, None, float(agreed[i])))
    bulk.insert(LeadValue, ("lead_id", "attribute_id", "text", "text_key", "text_words", "number"), rows)
