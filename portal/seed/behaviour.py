"""What the sample's leads did: visits in bursts, by working hours, as skewed as such histories are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from definitions.criteria.matching import key_form, words_form
from leads import bulk
from leads.models import Activity, Source, Term
from portal.common.fields import to_microseconds
from portal.seed import words
from portal.seed.draws import (
    DAY,
    MINUTE,
    SECOND,
    Ints,
    LocalClock,
    minutes_of_day,
    numbered,
    stream,
    weighted,
    working_days,
)
from portal.seed.laid_leads import LaidLeads

SLICE = 500_000  # activities drawn at a time: some 150 MB
WRITE_SLICE = 100_000
PER_VISIT = 4

# (kind, weight among the lukewarm, weight among the keen, subjects)
KINDS: tuple[tuple[str, float, float, tuple[str, ...]], ...] = (
    ("page_viewed", 580, 600, tuple(page for page, _ in words.PAGES)),
    ("session", 60, 50, ("www.nordlicht.example",)),
    ("email_opened", 210, 110, words.MAILS),
    ("email_clicked", 55, 70, words.MAILS),
    ("form_submitted", 25, 25, words.FORMS),
    ("content_downloaded", 28, 60, words.CONTENTS),
    ("webinar_attended", 14, 30, words.WEBINARS),
    ("campaign_answered", 15, 20, words.CAMPAIGNS),
    ("product_favourited", 6, 10, ("Approvals module", "Month-end module")),
    ("pricing_downloaded", 4, 12, ("Price list",)),
    ("trial_requested", 0.7, 3, ("Trial",)),
    ("demo_requested", 0.7, 4, ("Demo",)),
    ("contact_requested", 0.7, 4, ("Contact form",)),
)
KIND_NAMES = tuple(kind for kind, *_ in KINDS)
ASKING = [KIND_NAMES.index(kind) for kind in ("trial_requested", "demo_requested", "contact_requested")]
TIMED = {"page_viewed": 70, "session": 420, "webinar_attended": 2700}  # median seconds
# What a capture was: its kind and subject, by the lead source.
CAPTURED_BY = {
    "Website form": ("form_submitted", "Contact form"),
    "Content download": ("content_downloaded", words.CONTENTS[0]),
    "Webinar": ("webinar_attended", words.WEBINARS[0]),
    "Trade fair": ("form_submitted", "Event registration"),
    "Partner": ("campaign_answered", "Partner programme"),
    "Bought list": ("email_opened", "Newsletter"),
}
EVENT = "Nordlicht Live"


@dataclass(frozen=True)
class Behaviour:
    """All activities by time: index of the lead (not its id) and instant in microseconds."""

    lead: NDArray[np.int32]
    at: Ints


@dataclass
class _Acts:
    """Arrays of equal length. `kind`, `subject` (of its kind) and `channel` are indexes into the tables above
    and into `words.CAPTURES`."""

    lead: NDArray[Any]
    at: Ints
    kind: NDArray[Any]
    subject: NDArray[Any]
    channel: NDArray[Any]

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def room_for(cls, count: int) -> _Acts:
        """Twenty million take 300 MB."""
        return cls(
            np.empty(count, np.int32),
            np.empty(count, np.int64),
            *(np.empty(count, np.int8) for _ in range(3)),
        )

    def put(self, start: int, acts: _Acts) -> int:
        """Lay `acts` down from `start` on, as many as there is room for; returns where they end."""
        end = min(start + len(acts), len(self))
        for name in ACT_FIELDS:
            getattr(self, name)[start:end] = getattr(acts, name)[: end - start]
        return end

    def sort(self) -> None:
        order = np.argsort(self.at, kind="stable")
        for name in ACT_FIELDS:
            setattr(self, name, getattr(self, name)[order])

    def part(self, start: int, end: int) -> _Acts:
        return _Acts(*(getattr(self, name)[start:end] for name in ACT_FIELDS))


ACT_FIELDS = tuple(each.name for each in fields(_Acts))


def _terms() -> dict[str, int]:
    """The shared words, one row each; ids by text."""
    texts = sorted(
        {subject for *_, subjects in KINDS for subject in subjects}
        | {subject for _, subject in CAPTURED_BY.values()}
        | {channel for _, channel, *_ in words.CAPTURES}
        | set(words.CAMPAIGNS)
        | {EVENT}
    )
    Term.objects.bulk_create(
        [Term(key=key_form(text), text=text, words=words_form(text)) for text in texts], ignore_conflicts=True
    )
    ids = dict(Term.objects.filter(key__in=[key_form(text) for text in texts]).values_list("key", "id"))
    return {text: ids[key_form(text)] for text in texts}


def behaviour_lay(
    *,
    count: int,
    seed: int,
    now: datetime,
    event_at: datetime,
    clock: LocalClock,
    laid_leads: LaidLeads,
    source: Source,
    kind_ids: dict[str, int],
    progress: Callable[[int], None],
) -> Behaviour:
    """Write `count` activities, at least one of each lead: the act that captured it.

    `event_at` is a webinar just held, which brings many of the keen back at once.
    """
    rng = stream(seed, "activities")
    now_us = to_microseconds(now)
    acts = _Acts.room_for(count)
    done = acts.put(0, _captures(laid_leads, now_us))
    room = count - done
    done = acts.put(done, _event(rng, laid_leads, to_microseconds(event_at), now_us, room // 12))
    for visits in _visits(rng, laid_leads, now_us, clock, count - done):
        done = acts.put(done, visits)
    acts.sort()
    _write(rng, acts, laid_leads, source, kind_ids, progress)
    return Behaviour(acts.lead, acts.at)


def _captures(laid_leads: LaidLeads, now_us: int) -> _Acts:
    kinds = {kind: number for number, kind in enumerate(KIND_NAMES)}
    table = [CAPTURED_BY[source] for source, *_ in words.CAPTURES]
    kind_of = np.array([kinds[kind] for kind, _ in table])
    subject_of = np.array([KINDS[kinds[kind]][3].index(subject) for kind, subject in table])
    size = len(laid_leads)
    return _Acts(
        np.arange(size),
        np.minimum(laid_leads.captured, now_us - MINUTE),
        kind_of[laid_leads.capture],
        subject_of[laid_leads.capture],
        laid_leads.capture,
    )


def _event(rng: Generator, laid_leads: LaidLeads, event_us: int, now_us: int, most: int) -> _Acts:
    """The webinar of the week: those who came look around afterwards, many of them at prices."""
    may_come = laid_leads.is_keen & (laid_leads.captured < event_us - DAY)
    came = np.flatnonzero(may_come & (rng.random(len(laid_leads)) < 0.3))
    looks = rng.integers(4, 10, size=len(came))
    lead = np.concatenate([came, np.repeat(came, looks)])
    after = rng.exponential(150 * MINUTE, len(lead) - len(came)).astype(np.int64) + 50 * MINUTE
    at = np.concatenate(
        [np.full(len(came), event_us) + rng.integers(0, 5 * MINUTE, len(came)), event_us + after]
    )
    at = np.minimum(at, now_us - MINUTE - rng.integers(0, 180 * MINUTE, len(at)))
    pages = KIND_NAMES.index("page_viewed")
    kind = np.where(np.arange(len(lead)) < len(came), KIND_NAMES.index("webinar_attended"), pages)
    page = weighted(rng, [weight * _keen_bonus(name) for name, weight in words.PAGES], len(lead))
    # A few of them ask for a talk at once.
    asks = (kind == pages) & (rng.random(len(lead)) < 0.02)
    kind = np.where(asks, KIND_NAMES.index("contact_requested"), kind)
    subject = np.where(kind == pages, page, words.WEBINARS.index(EVENT))
    subject = np.where(asks, 0, subject)
    mail = next(i for i, capture in enumerate(words.CAPTURES) if capture[1] == "E-mail")
    acts = _Acts(lead, at, kind, subject, np.full(len(lead), mail))
    return _Acts(*(values[:most] for values in (acts.lead, acts.at, acts.kind, acts.subject, acts.channel)))


def _visits(
    rng: Generator, laid_leads: LaidLeads, now_us: int, clock: LocalClock, count: int
) -> Iterator[_Acts]:
    """`count` acts on visits, some leads at a time."""
    size = len(laid_leads)
    span = np.maximum(now_us - laid_leads.captured, DAY)
    # Most leads do a little, a few do a great deal; who is known longer had more time to.
    weight = np.exp(rng.normal(0, 1.35, size)) * np.where(laid_leads.is_keen, 2.6, 0.8)
    weight *= np.minimum(span / DAY, 120) ** 0.5
    each = rng.multinomial(count, weight / weight.sum())
    slices = np.cumsum(each) // SLICE
    for number in range(int(slices[-1]) + 1):
        start, end = np.searchsorted(slices, [number, number + 1])
        yield _visits_of(rng, laid_leads, slice(start, end), each[start:end], now_us, clock)


def _visits_of(
    rng: Generator, laid_leads: LaidLeads, leads: slice, each: Ints, now_us: int, clock: LocalClock
) -> _Acts:
    """`each` acts of these leads."""
    captured, is_keen = laid_leads.captured[leads], laid_leads.is_keen[leads]
    size, count = len(each), int(each.sum())
    span = np.maximum(now_us - captured, DAY)
    lead = np.repeat(np.arange(size), each)
    first = np.repeat(np.cumsum(each) - each, each)
    rank = np.arange(count) - first
    visits_of = -(-each // PER_VISIT)
    visit = np.repeat(np.cumsum(visits_of) - visits_of, each) + rank // PER_VISIT

    of = np.repeat(np.arange(size), visits_of)
    total = len(of)
    early = rng.beta(0.7, 1.5, total) * span[of]
    peak = (rng.beta(0.9, 1.2, size) * span)[of] + rng.normal(0, 2.5 * DAY, total)
    is_burst = rng.random(total) < np.where(is_keen[of], 0.75, 0.4)
    start = captured[of] + np.where(is_burst, peak, early).astype(np.int64)
    days = working_days(rng, start // DAY, 0.85)
    starts = clock.instants(days, minutes_of_day(rng, total))

    pause = (rng.exponential(95, count) * SECOND).astype(np.int64) + 7 * SECOND
    at = starts[visit] + (rank % PER_VISIT) * 2 * MINUTE + pause
    late = now_us - MINUTE
    at = np.where(at > late, at - 7 * DAY, at)
    # Nothing comes before the capture: it would be what captured the lead.
    soon = captured[lead] + (rng.exponential(40, count) * MINUTE).astype(np.int64) + 20 * SECOND
    at = np.minimum(np.where(at <= captured[lead], soon, at), late)

    keen = is_keen[lead]
    kind = np.where(
        keen,
        weighted(rng, [high for _, _, high, _ in KINDS], count),
        weighted(rng, [low for _, low, _, _ in KINDS], count),
    )
    is_cold = lead + leads.start >= laid_leads.warm
    kind[is_cold & np.isin(kind, ASKING)] = KIND_NAMES.index("page_viewed")
    subject = _subjects(rng, kind, keen)
    fresh = weighted(rng, [weight for *_, weight in words.CAPTURES], count)
    channel = np.where(rng.random(count) < 0.5, laid_leads.capture[leads][lead], fresh)
    return _Acts(lead + leads.start, at, kind, subject, channel)


def _keen_bonus(page: str) -> float:
    return 3.0 if page.startswith(("Pricing", "Integrations", "Customer story")) else 1.0


def _subjects(rng: Generator, kind: Ints, keen: NDArray[np.bool_]) -> Ints:
    subject = np.zeros(len(kind), dtype=np.int64)
    for number, (name, _, _, subjects) in enumerate(KINDS):
        here = kind == number
        if name == "page_viewed":
            cold = weighted(rng, [weight for _, weight in words.PAGES], int(here.sum()))
            warm = weighted(
                rng, [weight * _keen_bonus(page) for page, weight in words.PAGES], int(here.sum())
            )
            subject[here] = np.where(keen[here], warm, cold)
        else:
            subject[here] = rng.integers(len(subjects), size=int(here.sum()))
    return subject


def _write(
    rng: Generator,
    acts: _Acts,
    laid_leads: LaidLeads,
    source: Source,
    kind_ids: dict[str, int],
    progress: Callable[[int], None],
) -> None:
    terms = _terms()
    kinds = np.array([kind_ids[kind] for kind in KIND_NAMES])
    most = max(len(subjects) for *_, subjects in KINDS)
    subjects = np.array([[terms[each] for each in names] + [0] * (most - len(names)) for *_, names in KINDS])
    channels = np.array([terms[channel] for _, channel, *_ in words.CAPTURES])
    campaigns = np.array([terms.get(campaign, 0) for _, _, campaign, _ in words.CAPTURES])
    medians = np.array([TIMED.get(kind, 0) for kind in KIND_NAMES])
    answers = KIND_NAMES.index("campaign_answered")
    for start in range(0, len(acts), WRITE_SLICE):
        part = acts.part(start, start + WRITE_SLICE)
        size, kind, channel = len(part), part.kind, part.channel
        subject = subjects[kind, part.subject]
        seconds = (medians[kind] * np.exp(rng.normal(0, 0.8, size))).astype(np.int64) + 1
        campaign = np.where(kind == answers, subject, campaigns[channel])
        bulk.copy_in(
            Activity,
            {
                "lead_id": part.lead + laid_leads.first_id,
                "kind_id": kinds[kind],
                "occurred_at": part.at,
                "subject_id": subject,
                "campaign_id": np.ma.masked_equal(campaign, 0),
                "channel_id": channels[channel],
                "seconds": np.ma.array(seconds, mask=medians[kind] == 0),
                "source_id": np.full(size, source.pk),
                "message_id": numbered("nl-", np.arange(start + 1, start + 1 + size), 8),
            },
        )
        progress(start + size)
