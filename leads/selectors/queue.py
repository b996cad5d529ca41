"""Reads of the queue: what is offered now, page by page, whose turn it is, and what is new meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.utils import timezone

from definitions.criteria.matching import key_form
from leads.models import Handoff, HandoffStatus, SavedView
from leads.selectors.handoffs import handoffs_visible_to
from leads.selectors.keyset import Order, Stretch, stretch_of
from leads.words import words_match
from portal.common.models import User

PER_PAGE = 20
# So many new offers are named before the rest are counted.
NEWS_NAMED = 3
CHOICES_SHOWN = 60

URGENCY: Order = ("-is_contact_request", "due_at", "-grade", "id")
SORTS: dict[str, Order] = {
    "urgency": URGENCY,
    "due": ("due_at", "-grade", "id"),
    "-due": ("-due_at", "-grade", "id"),
    "grade": ("grade", "points", "id"),
    "-grade": ("-grade", "-points", "id"),
    "points": ("points", "id"),
    "-points": ("-points", "id"),
    "age": ("-offered_at", "-id"),
    "-age": ("offered_at", "id"),
}
# A segment is where a lead came from and what kind of company it works for: the facts as they are now,
# in the form in which definitions compare them. Each is the column of the fit row, and where the people's
# own spelling of it stands.
SEGMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "source": ("lead_source_key", ("lead__lead_source",)),
    "channel": ("channel_key", ("lead__channel",)),
    "industry": ("industry_key", ("lead__account__industry",)),
    "size": ("employee_band_key", ("lead__account__employee_band",)),
    "country": ("country_key", ("lead__country", "lead__account__country")),
}


def offered() -> QuerySet[Handoff]:
    return Handoff.objects.filter(status=HandoffStatus.OFFERED)


def tabs_of(user: User) -> dict[str, Q]:
    """Whose turn: anybody's, nobody's in particular, somebody's of the team by name, one's own."""
    return {
        "all": Q(),
        "unclaimed": Q(owner=None),
        "team": Q(owner__isnull=False),
        "mine": Q(owner=user),
    }


def queue(
    user: User,
    *,
    tab: str = "all",
    q: str = "",
    grade: str = "",
    due: str = "",
    kind: str = "",
    source: str = "",
    channel: str = "",
    industry: str = "",
    size: str = "",
    country: str = "",
    now: datetime | None = None,
) -> QuerySet[Handoff]:
    """Offered handoffs under these filters, in no order. `grade` is the least grade; empty is any."""
    now = now or timezone.now()
    if not user.is_active:
        return Handoff.objects.none()
    rows = offered().filter(tabs_of(user).get(tab, Q()))
    if q:
        rows = rows.filter(words_match(q, "lead"))
    if grade:
        rows = rows.filter(grade__gte=int(grade))
    if due == "overdue":
        rows = rows.filter(due_at__lt=now)
    elif due == "soon":
        rows = rows.filter(due_at__gte=now, due_at__lt=now + timedelta(hours=24))
    if kind == "recycled":
        rows = rows.filter(is_recycled=True)
    elif kind == "contact":
        rows = rows.filter(is_contact_request=True)
    segment = {"source": source, "channel": channel, "industry": industry, "size": size, "country": country}
    for name, value in segment.items():
        if value:
            rows = rows.filter(**{f"lead__fit__{SEGMENTS[name][0]}": key_form(value)})
    return rows


def queue_page(
    user: User, *, sort: str = "", after: int | None = None, before: int | None = None, **chosen: Any
) -> tuple[list[Handoff], Stretch]:
    """One page of the queue, most urgent first unless sorted otherwise, and where to go on. Three queries.

    The ids come first: the index has all that orders and filters them, and only those shown are read.
    """
    order = SORTS.get(sort, URGENCY)
    stretch = stretch_of(queue(user, **chosen), order, PER_PAGE, after=after, before=before)
    return _in_order(Handoff.objects.select_related(*_JOINED).only(*ROW_COLUMNS), stretch.ids), stretch


# All that a row on offer names: a page of whole rows is six tables wide, the receipt unfolds by itself, and
# decoding it takes longer than all else.
ROW_COLUMNS = (
    *("status", "points", "grade", "is_contact_request", "is_recycled", "is_pulled", "override"),
    *("offered_at", "due_at"),
    *("lead__first_name", "lead__last_name", "lead__email", "lead__company", "lead__job_title"),
    *("lead__lead_source", "lead__channel", "lead__account__name", "lead__source__label"),
    *("owner__name", "owner__email", "owner__team", "version__number", "version__definition__stage"),
)
_JOINED = ("lead__account", "lead__source", "owner", "version__definition")
# And what a row says once it was decided on.
_GONE_COLUMNS = (
    *("accepted_at", "decided_at", "ended_at", "follow_up_due_at"),
    *("decided_by__name", "decided_by__email", "decided_by__team"),
)


def rows_of(user: User, ids: Iterable[int]) -> list[Handoff]:
    """These handoffs as the queue shows them, in the order of `ids`, whatever became of them. One query."""
    rows = handoffs_visible_to(user).select_related(None).select_related(*_JOINED, "decided_by")
    return _in_order(rows.only(*ROW_COLUMNS, *_GONE_COLUMNS), ids)


def _in_order(rows: QuerySet[Handoff], ids: Iterable[int]) -> list[Handoff]:
    wanted = list(ids)
    found = rows.order_by().in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def queue_counts(user: User, **chosen: Any) -> dict[str, int]:
    """What each tab of the queue holds under the chosen filters, by its key. One query."""
    counts = {key: Count("pk", filter=whose) for key, whose in tabs_of(user).items() if key != "all"}
    return queue(user, **{**chosen, "tab": "all"}).aggregate(all=Count("pk"), **counts)


def segment_choices() -> dict[str, list[str]]:
    """The values that the offered leads have, as people write them, by the name of the filter. One query."""
    columns = [f"lead__fit__{column}" for column, _spelled in SEGMENTS.values()]
    spellings = sorted({path for _column, spelled in SEGMENTS.values() for path in spelled})
    found: dict[str, dict[str, str]] = {name: {} for name in SEGMENTS}
    for row in offered().order_by().values(*columns, *spellings).distinct():
        for name, (column, spelled) in SEGMENTS.items():
            key = row[f"lead__fit__{column}"]
            if key:
                found[name].setdefault(key, next((row[path] for path in spelled if row[path]), key))
    return {name: sorted(values.values(), key=str.casefold)[:CHOICES_SHOWN] for name, values in found.items()}


# -- what is new meanwhile -------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """What is offered now and whose turn it is: equal stamps, nothing new. `newest` is the highest id."""

    stamp: str
    newest: int


def queue_state() -> State:
    """By sums, so that one that came as another went is seen as well. One query, of the index alone."""
    seen = offered().aggregate(
        n=Count("pk"), newest=Max("pk"), ids=Sum("pk"), owners=Sum(F("owner_id") * F("pk"))
    )
    return State(f"{seen['n']}-{seen['ids'] or 0}-{seen['owners'] or 0}", seen["newest"] or 0)


@dataclass(frozen=True)
class News:
    """Since a page was laid out: its rows that stand otherwise now, and the first of how many new offers."""

    changed: list[Handoff]
    new: list[Handoff]
    new_total: int


def queue_news(user: User, *, shown: Mapping[int, str], newest: int, **chosen: Any) -> News:
    """`shown` is how each row of the page stands, by id; `newest` the highest id there was. Four queries.

    New are only those that the page's own filters would show.
    """
    changed = [row for row in rows_of(user, shown) if row.standing != shown[row.pk]]
    new = queue(user, **chosen).filter(pk__gt=newest).exclude(pk__in=list(shown))
    total = new.count()
    ids = list(new.order_by(*URGENCY).values_list("pk", flat=True)[:NEWS_NAMED]) if total else []
    return News(changed, rows_of(user, ids) if ids else [], total)


# -- saved views -----------------------------------------------------------------------------------------


def saved_views_of(user: User) -> QuerySet[SavedView]:
    """One's own, by name: nobody else sees them."""
    return SavedView.objects.filter(person=user)
