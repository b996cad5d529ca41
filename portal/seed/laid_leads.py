"""The people of the sample: leads, what is known of them, and how much they mean it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from definitions.criteria.matching import key_form, words_form
from leads import bulk
from leads.facts import fit_values
from leads.models import Lead, LeadFit, LeadStage, LeadValue, LeadWords, Source
from leads.words import words_of
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
SLICE = 20_000
# More leads than this were gathered over years, and the share that sales could call falls to one in nine of a
# million. The others are cold: a private address, no phone, and they ask for nothing.
ALL_WARM = 5_000
FACTS = (
    "email", "first_name", "last_name", "phone", "company", "job_title", "role", "seniority", "department",
    "country", "region", "language", "lead_source", "channel", "campaign",
)  # fmt: skip
# Everybody is scored in the end, so everybody is assessed: a lead at least.
REST = {"website": "", "city": "", "stage": LeadStage.LEAD.value, "is_recycled": False, "provenance": "{}"}
COLUMNS = (
    "id", "account_id", "captured_at", "created_at", "changed_at", "source_id", "external_id", *REST, *FACTS
)  # fmt: skip


def warm_among(count: int) -> int:
    """How many of so many leads are warm; the first ones are, so that they can be asked by their span."""
    return count if count <= ALL_WARM else int(count * (ALL_WARM / count) ** 0.42)


@dataclass(frozen=True)
class LaidLeads:
    """Lead ids run from `first_id` on; all arrays are in their order. Instants are microseconds."""

    first_id: int
    captured: Ints
    capture: Ints  # index into words.CAPTURES
    is_keen: NDArray[np.bool_]
    warm: int  # so many, from the first on; the rest is cold
    owner_id: Ints  # who owns the account; 0: nobody

    def __len__(self) -> int:
        return len(self.captured)


@dataclass(frozen=True)
class _Drawn:
    """What chance said of each lead."""

    first_id: int
    companies: Companies
    warm: int
    captured: Ints
    capture: Ints  # indexes into words.CAPTURES, words.JOBS, the companies, words.PLACES and words.FREE_MAIL
    job: Ints
    account: Ints
    home: Ints
    provider: Ints
    has_account: NDArray[np.bool_]
    names: NDArray[np.float64]
    mail: NDArray[np.float64]
    knows: NDArray[np.bool_]  # phone, country, language
    phone: Ints

    def keys(self, i: int) -> dict[str, Any]:
        """Who one lead is, whose, and since when."""
        account_id = self.companies.first_id + int(self.account[i]) if self.has_account[i] else None
        return {"pk": self.first_id + i, "account_id": account_id, "captured_at": instant(self.captured[i])}

    def facts(self, i: int, taken: Counter[str]) -> dict[str, Any]:
        """The columns `FACTS` of one lead; its address is counted in `taken`."""
        k, has_account, mail = int(self.account[i]), self.has_account[i], self.mail[i]
        place = words.PLACES[self.companies.place[k] if has_account else self.home[i]]
        title, seniority, department, role, _weight = words.JOBS[self.job[i]]
        origin, channel, campaign, _weight = words.CAPTURES[self.capture[i]]
        first_name, last_name = (
            names[int(share * len(names))] for names, share in zip(place[5:], self.names[i], strict=True)
        )
        local, domain = f"{slug(first_name)}.{slug(last_name)}", self.companies.domain[k]
        if not has_account or mail < 0.08 or i >= self.warm:
            # A number behind the name: the address of nobody.
            local, domain = f"sample.{local}.{self.first_id + i}", words.FREE_MAIL[self.provider[i]]
        elif mail < 0.09:
            local, domain = f"sample.{self.first_id + i}", words.DISPOSABLE_MAIL[0]
        email = f"{local}@{domain}"
        taken[email] += 1
        if taken[email] > 1:
            email = f"{local}{taken[email]}@{domain}"
        knows_phone, knows_country, knows_language = self.knows[i].tolist()
        values = (
            email if mail < 0.975 else None,
            first_name,
            last_name,
            f"+49 40 {self.phone[i]}" if knows_phone else "",
            self.companies.name[k] if has_account else "",
            title,
            role,
            seniority,
            department,
            place[0] if knows_country else "",
            place[1] if knows_country else "",
            place[2] if knows_language else "",
            origin,
            channel,
            campaign,
        )
        return dict(zip(FACTS, values, strict=True))


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
    progress: Callable[[int], None],
) -> LaidLeads:
    """Write `count` leads with their facts and custom values. `attributes` maps keys to attribute ids.

    No lead is marked: the caller scores them all.
    """
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
    knows = (rng.random((count, 4)) < [0.62, 0.75, 0.9, 0.3])[:, :3]
    phone = rng.integers(1_000_000, 9_999_999, size=count)
    has_say = np.array([each[3] in ("Decision maker", "Influencer") for each in words.JOBS])[job]
    is_keen = rng.random(count) < np.where(has_say & has_account, 0.34, 0.13)
    warm = warm_among(count)
    is_keen[warm:] = knows[warm:, 0] = False
    drawn = _Drawn(
        first_id, companies, warm, captured, capture, job, account, home, provider, has_account, names, mail,
        knows, phone,
    )  # fmt: skip
    _write(drawn, source, progress)
    _values(rng, count, first_id, attributes, is_keen)
    owner_id = np.where(has_account, companies.owner_id[account], 0)
    return LaidLeads(first_id, captured, capture, is_keen, warm, owner_id)


def _write(drawn: _Drawn, source: Source, progress: Callable[[int], None]) -> None:
    """The leads, what scoring reads of them, and the words by which they are found."""
    count, companies = len(drawn.captured), drawn.companies
    taken: Counter[str] = Counter()
    for start in range(0, count, SLICE):
        leads, fits, texts = [], [], []
        for i in range(start, min(start + SLICE, count)):
            keys, facts = drawn.keys(i), drawn.facts(i, taken)
            at = bulk.instant_value(keys["captured_at"])
            number = f"L-{i + 1:06d}"
            leads.append(
                (
                    keys["pk"],
                    keys["account_id"],
                    at,
                    at,
                    at,
                    source.pk,
                    number,
                    *REST.values(),
                    *facts.values(),
                )
            )
            account = companies.facts(int(drawn.account[i])) if drawn.has_account[i] else {}
            fits.append(fit_values({**keys, **facts}, account))
            texts.append((keys["pk"], words_of(facts, account.get("name"))))
        bulk.insert(Lead, COLUMNS, leads)
        bulk.insert(LeadFit, tuple(fits[0]), [tuple(fit.values()) for fit in fits])
        bulk.insert(LeadWords, ("lead_id", "text"), texts)
        progress(start + len(leads))


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

    def lay(key: str, is_known: NDArray[np.bool_], **columns: NDArray[Any]) -> None:
        leads = np.flatnonzero(is_known)
        attribute, no_text = np.full(len(leads), attributes[key]), np.full(len(leads), b"")
        given = {name: values[leads] for name, values in columns.items()}
        rows = {"lead_id": first_id + leads, "attribute_id": attribute, "text": no_text, **given}
        bulk.copy_in(LeadValue, rows)

    def written(
        choices: tuple[str, ...], which: Ints, form: Callable[[str], str] = str
    ) -> NDArray[np.bytes_]:
        return np.array([form(text).encode() for text in choices])[which]

    lay(
        "current-tool",
        knows[:, 0],
        text=written(words.TOOLS, tool),
        text_key=written(words.TOOLS, tool, key_form),
        text_words=written(words.TOOLS, tool, words_form),
    )
    lay(  # a choice has no words
        "time-frame",
        knows[:, 1],
        text=written(words.TIME_FRAMES, frame),
        text_key=written(words.TIME_FRAMES, frame, key_form),
    )
    lay("stated-budget", knows[:, 2], number=np.maximum(budget, 500).astype(float))
    lay("may-be-called", knows[:, 3], number=agreed.astype(float))
