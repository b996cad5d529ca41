"""Bring the handoffs in line with the scores: withdraw, expire, offer, in batches, as often as one likes.

Each batch looks without a lock, then takes one short transaction in which everything is asked again.
Two workers at once share the leads between them (`SKIP LOCKED`; on SQLite the second waits its turn).
An accepted handoff is never touched, whatever the definition says by now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Definition, Stage, Version
from definitions.selectors import active_version
from leads.handoffs.clock_firing import clocks_run_over
from leads.handoffs.clocks import clocks_stop
from leads.handoffs.offering import Terms, nobody_decided, offer, receipts_of, terms_of
from leads.handoffs.overriding import held_back, hold_words, open_override, overrides_end
from leads.handoffs.passing_on import pass_on_of_those_who_left
from leads.handoffs.stages import stages_move
from leads.handoffs.states import OFFERABLE, STAGE_AFTER
from leads.models import (
    OPEN,
    Activity,
    Clock,
    ClockKind,
    FieldChange,
    Handoff,
    HandoffStatus,
    Lead,
    LeadStage,
    Override,
    Qualification,
    ReasonFamily,
    Score,
    StageChange,
)
from portal.common import audit
from portal.common.notify import owe_notification
from portal.common.selectors import the_workspace

BATCH = 1000
# The first look at a lead (not assessed → lead) is one column of one row: larger batches pay.
ASSESS_BATCH = 5000


@dataclass
class Reconciled:
    """How many handoffs and leads one reconciliation moved."""

    withdrawn: int = 0
    expired: int = 0
    passed_on: int = 0
    offered: int = 0
    assessed: int = 0

    @property
    def is_quiet(self) -> bool:
        return not (self.withdrawn or self.expired or self.passed_on or self.offered or self.assessed)


def handoffs_reconcile(*, limit: int | None = None) -> Reconciled:
    """Withdraw offers that no longer qualify, expire stale ones, offer every qualified lead that may be.

    Costs a few index reads when nothing is due, so the sweep may call it every ten seconds. `limit`
    is the most leads to offer in this call; None offers all.
    """
    done = Reconciled()
    version = active_version(Stage.MQL)
    if version is None:
        return done
    now = timezone.now()
    overrides_end(now)
    done.withdrawn = sum(_withdraw(version, ids, now) for ids in _batches(_no_longer_qualified(version)))
    terms = terms_of(version, now)
    done.expired = sum(_expire(terms, ids) for ids in _batches(_stale(now)))
    done.passed_on = pass_on_of_those_who_left(terms)
    for ids in _to_offer(version, now):
        ids = ids if limit is None else ids[: limit - done.offered]
        if ids:
            # As of this batch: that those before it took their time is charged to nobody.
            done.offered += _offer(terms.at(timezone.now()), ids)
    done.assessed = sum(_assess(ids) for ids in _batches(_newly_assessed(version), ASSESS_BATCH))
    return done


def _batches(rows: QuerySet, size: int = BATCH, key: str = "pk") -> Iterator[list[int]]:
    """Ids in ascending order; each batch begins behind the last one, so a row that stays put ends nothing."""
    last = 0
    while ids := list(rows.filter(**{f"{key}__gt": last}).order_by(key).values_list(key, flat=True)[:size]):
        yield ids
        last = ids[-1]


# -- withdraw --------------------------------------------------------------------------------------------


def _qualifies(version: Version, lead: str) -> Q:
    """By its score, or by somebody's word: an override stands above the machine while it lasts."""
    scored = Exists(Score.objects.filter(version=version, lead=OuterRef(lead), is_qualified=True))
    is_held = open_override(Override.Kind.HOLD, lead)
    return (Q(scored) & ~Q(is_held)) | Q(open_override(Override.Kind.QUALIFY, lead))


def _no_longer_qualified(version: Version) -> QuerySet[Handoff]:
    return Handoff.objects.filter(
        ~_qualifies(version, "lead_id") | Q(lead__merged_into__isnull=False), status=HandoffStatus.OFFERED
    )


@transaction.atomic
def _withdraw(version: Version, ids: list[int], now: datetime) -> int:
    if not Definition.objects.filter(active_version=version).exists():
        return 0  # A flip came in between; the next look asks the new version.
    rows = list(
        _no_longer_qualified(version)
        .filter(pk__in=ids)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("lead", "owner")
    )
    why = dict(
        Score.objects.filter(version=version, lead__in=[row.lead_id for row in rows]).values_list(
            "lead_id", "qualification"
        )
    )
    by_note: dict[str, list[int]] = {}
    holds = held_back(row.lead_id for row in rows)
    for row in rows:
        hold = holds.get(row.lead_id)
        row.note = hold_words(hold) if hold else _withdrawal_words(version, row, why.get(row.lead_id))
        by_note.setdefault(row.note, []).append(row.pk)
    for note, pks in by_note.items():
        Handoff.objects.filter(pk__in=pks).update(status=HandoffStatus.WITHDRAWN, ended_at=now, note=note)
    clocks_stop([row.pk for row in rows], at=now)
    stages_move(
        leads=[(row.lead_id, row.lead.stage, row.pk) for row in rows if row.lead.stage == LeadStage.MQL],
        after=STAGE_AFTER["withdraw"],
        at=now,
    )
    for row in rows:
        if row.owner:
            owe_notification(
                person=row.owner,
                key=f"withdrawn:{row.pk}",
                sentence=_("%(lead)s was withdrawn from the queue. %(why)s")
                % {"lead": row.lead, "why": row.note},
                url=row.get_absolute_url(),
            )
    _record("handoffs.withdrawn", version, rows)
    return len(rows)


def _withdrawal_words(version: Version, handoff: Handoff, qualification: int | None) -> str:
    if handoff.lead.merged_into_id:
        return _("This lead was merged into another one.")
    if qualification is None:
        return _("There are no facts left to score this lead by.")
    reason = str(Qualification(qualification).label)
    words = {"version": version, "reason": reason[:1].lower() + reason[1:]}
    if handoff.override_id:
        return _("It was offered by hand until now, and does not meet %(version)s: %(reason)s.") % words
    return _("It no longer meets %(version)s: %(reason)s.") % words


# -- expire ----------------------------------------------------------------------------------------------


def _stale(now: datetime) -> QuerySet[Handoff]:
    """The offers whose clock has run over."""
    running = Clock.objects.filter(kind=ClockKind.DECIDE, next_at__lte=now, over_at__lte=now)
    return Handoff.objects.filter(status=HandoffStatus.OFFERED, pk__in=running.values("handoff"))


def _expire(terms: Terms, ids: list[int]) -> int:
    lead_ids = list(Handoff.objects.filter(pk__in=ids).values_list("lead_id", flat=True))
    receipts = receipts_of(terms.version, lead_ids, terms.now)
    with transaction.atomic():
        rows = list(
            _stale(terms.now)
            # With its lead: an offer passes by a lead that another holds, and this one would be forgotten.
            .select_for_update(skip_locked=True, no_key=True, of=("self", "lead"))
            .select_related("lead")
            .filter(pk__in=ids)
        )
        hours = clocks_run_over([row.pk for row in rows], now=terms.now)
        Handoff.objects.filter(pk__in=[row.pk for row in rows]).update(
            status=HandoffStatus.EXPIRED, ended_at=terms.now
        )
        turns = {row.lead_id: nobody_decided(hours[row.pk]) for row in rows}
        again = offer(
            terms=terms,
            lead_ids=[row.lead_id for row in rows],
            receipts=receipts,
            turn_of=lambda lead: turns[lead.pk],
        )
        offered = {row.lead_id for row in again}
        stages_move(
            leads=[(r.lead_id, r.lead.stage, r.pk) for r in rows if r.lead_id not in offered],
            after=STAGE_AFTER["expire"],
            at=terms.now,
        )
        _record("handoffs.expired", terms.version, rows, offered=[row.pk for row in again])
    return len(rows)


# -- offer -----------------------------------------------------------------------------------------------


def _without_an_open_handoff(version: Version) -> QuerySet[Lead]:
    is_open = Exists(Handoff.objects.filter(lead=OuterRef("pk"), status__in=OPEN))
    return Lead.objects.filter(~is_open, _qualifies(version, "pk"), merged_into=None)


def qualified_and_not_offered(version: Version) -> QuerySet[Score]:
    """Scores of the leads that may be offered and are not, nurture apart.

    By scores, so that the partial index of qualified scores is read and not all leads.
    """
    is_open = Exists(Handoff.objects.filter(lead=OuterRef("lead_id"), status__in=OPEN))
    return Score.objects.filter(
        ~is_open,
        ~open_override(Override.Kind.HOLD, "lead_id"),
        version=version,
        is_qualified=True,
        lead__stage__in=OFFERABLE,
        lead__merged_into=None,
    )


def _to_offer(version: Version, now: datetime) -> Iterator[list[int]]:
    yield from _batches(qualified_and_not_offered(version), key="lead_id")
    yield from _batches(_by_override(), key="lead_id")
    yield from _back_from_nurture(version, now)


def _by_override() -> QuerySet[Override]:
    """Those that have led to no offer yet: what sales returned is not offered at once again."""
    is_open = Exists(Handoff.objects.filter(lead=OuterRef("lead_id"), status__in=OPEN))
    since = Handoff.objects.filter(lead=OuterRef("lead_id"), offered_at__gte=OuterRef("made_at"))
    return Override.objects.filter(
        ~is_open,
        ~Exists(since),
        kind=Override.Kind.QUALIFY,
        ended_at=None,
        lead__stage__in=(*OFFERABLE, LeadStage.NURTURE),
        lead__merged_into=None,
    )


def _back_from_nurture(version: Version, now: datetime) -> Iterator[list[int]]:
    """Qualified leads in nurture whose date has passed, or for whom something new has happened since.

    New is an activity of the lead's own; where sales missed a fact, it is a changed fact. What was lost after
    it was qualified rests until its day, whatever it does: only where it has no day does an act end that.
    """
    today = now.astimezone(ZoneInfo(the_workspace().time_zone)).date()
    rests = StageChange.objects.filter(lead=OuterRef("pk"), after=LeadStage.NURTURE)
    newest = Handoff.objects.filter(lead=OuterRef("pk")).order_by("-pk")
    resting = (
        _without_an_open_handoff(version)
        .filter(stage=LeadStage.NURTURE)
        .annotate(
            rests_since=Subquery(rests.order_by("-changed_at", "-pk").values("changed_at")[:1]),
            family=Subquery(newest.values("reason__family")[:1]),
        )
    )
    for ids in _batches(resting):
        rows = list(
            resting.filter(pk__in=ids)
            .values_list("pk", "nurture_until", "rests_since", "family")
            .order_by("pk")
        )
        waits = [row for row in rows if row[2] and (row[3] or row[1] is None)]
        since = min((row[2] for row in waits), default=now)
        acted = _latest_activity([row[0] for row in waits if row[3] != ReasonFamily.CLERICAL], since)
        changed = _latest_change([row[0] for row in waits if row[3] == ReasonFamily.CLERICAL], since)
        news = acted | changed
        found = [
            pk
            for pk, until, rests_since, _family in rows
            if (until is not None and until <= today)
            or (until is None and rests_since is None)
            or (pk in news and news[pk] > rests_since)
        ]
        if found:
            yield found


def _latest_activity(lead_ids: list[int], since: datetime) -> dict[int, datetime]:
    return dict(
        Activity.objects.filter(lead__in=lead_ids, kind__is_by_lead=True, occurred_at__gt=since)
        .order_by()
        .values_list("lead_id")
        .annotate(latest=Max("occurred_at"))
    )


def _latest_change(lead_ids: list[int], since: datetime) -> dict[int, datetime]:
    return dict(
        FieldChange.objects.filter(lead__in=lead_ids, changed_at__gt=since)
        .order_by()
        .values_list("lead_id")
        .annotate(latest=Max("changed_at"))
    )


def _offer(terms: Terms, ids: list[int]) -> int:
    receipts = receipts_of(terms.version, ids, terms.now)
    with transaction.atomic():
        made = offer(terms=terms, lead_ids=ids, receipts=receipts)
        _record("handoffs.offered", terms.version, made)
    return len(made)


# -- assess ----------------------------------------------------------------------------------------------


def _newly_assessed(version: Version) -> QuerySet[Lead]:
    """Leads with a first score that does not qualify them. Their first stage is where the score is."""
    return Lead.objects.filter(
        Exists(Score.objects.filter(version=version, lead=OuterRef("pk"), is_qualified=False)),
        stage=LeadStage.NOT_ASSESSED,
        merged_into=None,
    )


def _assess(ids: list[int]) -> int:
    return Lead.objects.filter(pk__in=ids, stage=LeadStage.NOT_ASSESSED).update(stage=LeadStage.LEAD)


def _record(verb: str, version: Version, rows: list[Handoff], **more: list[int]) -> None:
    """One entry for a batch, naming every handoff: the rows themselves carry the rest."""
    if rows:
        after = {"handoffs": [row.pk for row in rows], **more}
        audit.record(verb, subject=version, actor=None, after=after)
