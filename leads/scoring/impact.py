"""The impact slip: what a draft would do to the leads of today, against the version in force.

Every number says of what it is a count and carries the leads behind it. The same document, facts and
instant give the same slip, so that a ballot can name it by its hash.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Min
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.criteria.fingerprint import fingerprint
from definitions.selectors import active_version
from leads.evidence.intervals import Forecast
from leads.handoffs.growth import offerable
from leads.models import BackTest, Handoff, HandoffStatus, LeadFit, Outcome, OutcomeKind
from leads.scoring.compiler import compiled, qualified_ids, qualified_of
from leads.scoring.golden import broken_among, golden_leads_of
from leads.scoring.preview.questions import WEEKS
from leads.scoring.scope import Scope
from leads.selectors.back_tests import QUALIFIED, Outlook, latest_of_text, leads_behind, outlook_of
from portal.common.models import Team
from portal.common.selectors import weekly_capacity_of

Json = dict[str, Any]

LISTED = 200  # leads behind one number that the slip itself keeps
WINS = 100  # each day of a win is a question of its own

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class _Sets:
    """Who qualifies: under the version in force and under the draft."""

    population: int
    now: frozenset[int]
    draft: frozenset[int]

    @property
    def entering(self) -> frozenset[int]:
        return self.draft - self.now

    @property
    def leaving(self) -> frozenset[int]:
        return self.now - self.draft


def impact_slip(document: Json, stage: str, as_of: datetime | None = None) -> Json:
    """The slip, ready for JSON: what it speaks of, and its numbers by name.

    Each number is {"label", "value", "of", "lead_ids" (the first 200), "sentence"}. Raises
    `DocumentError` where the document cannot be read.
    """
    as_of = as_of or timezone.now()
    version = active_version(stage)
    in_force = version.document if version else None
    sets = _Sets(
        population=LeadFit.objects.count(),
        now=frozenset(qualified_ids(in_force, Scope.all(), as_of) if in_force else ()),
        draft=frozenset(qualified_ids(document, Scope.all(), as_of)),
    )
    of_all = ngettext("of %(n)s lead", "of %(n)s leads", sets.population) % {
        "n": formats.number_format(sets.population, force_grouping=True)
    }
    text = fingerprint(document)
    against = str(version) if version else _("no definition yet")
    return {
        "stage": stage,
        "as_of": as_of.isoformat(timespec="seconds"),
        "population": sets.population,
        "against": against,
        "fingerprint": text,
        "qualified_now": _number(_("Qualify now"), sets.now, _("%(all)s, under %(version)s") % {
            "all": of_all, "version": against,
        }),
        "qualified_draft": _number(_("Would qualify"), sets.draft, of_all),
        "entering": _number(_("Enter"), sets.entering, _of_these(sets.draft, _("that would qualify"))),
        "leaving": _number(_("Leave"), sets.leaving, _of_these(sets.now, _("that qualify now"))),
        **_handoff_numbers(sets),
        "expected_weekly": _expected_weekly(text, stage, sets, as_of),
        "past_wins": _past_wins(document, in_force, as_of),
        "golden_broken": _golden_broken(stage, sets),
    }  # fmt: skip


def _number(
    label: str, lead_ids: Iterable[int], of: str, sentence: str = "", value: float | None = None
) -> Json:
    ids = sorted(lead_ids)
    return {
        "label": label,
        "value": len(ids) if value is None else value,
        "of": of,
        "lead_ids": ids[:LISTED],
        "sentence": sentence,
    }


def _of_these(leads: frozenset[int], words: str) -> str:
    return _("of %(n)d %(words)s") % {"n": len(leads), "words": words}


# -- handoffs ----------------------------------------------------------------------------------------------


def _handoff_numbers(sets: _Sets) -> Json:
    """Who is being worked, and how the queue of offered leads would grow."""
    status_of = dict(
        Handoff.objects.filter(status__in=(HandoffStatus.OFFERED, HandoffStatus.ACCEPTED)).values_list(
            "lead", "status"
        )
    )
    offered = {lead for lead, status in status_of.items() if status == HandoffStatus.OFFERED}
    worked = {lead for lead in sets.leaving if status_of.get(lead) == HandoffStatus.ACCEPTED}
    joining = {lead for lead, _owner in offerable(sets.entering - status_of.keys())}
    withdrawn = offered & sets.leaving
    kept = _("They stay with the person who accepted them.") if worked else ""
    return {
        "leaving_worked": _number(_("Being worked"), worked, _of_these(sets.leaving, _("that leave")), kept),
        "queue_growth": _number(
            _("Queue grows by"),
            joining | withdrawn,
            _("%(n)d wait now") % {"n": len(offered)},
            _("New offers: %(joining)d. Offers withdrawn: %(withdrawn)d.")
            % {"joining": len(joining), "withdrawn": len(withdrawn)},
            len(joining) - len(withdrawn),
        ),
    }


# -- volume ------------------------------------------------------------------------------------------------


def _expected_weekly(text: str, stage: str, sets: _Sets, as_of: datetime) -> Json:
    """How many leads a week to expect, with a range, against what sales can work.

    Where this very text was tested on the past of late: how many began to qualify in each of its weeks.
    Else, with `is_of_new_leads`, those captured in each of the last twelve weeks that would qualify now.
    """
    test = latest_of_text(stage, text, as_of)
    outlook = outlook_of(test.result["version"]["volumes"]) if test and test.result else None
    if test is None or outlook is None or outlook.forecast is None:
        return _of_new_leads(sets, as_of)
    return _of_past_weeks(test, outlook, outlook.forecast)


def _of_past_weeks(test: BackTest, outlook: Outlook, found: Forecast) -> Json:
    sentence = _(
        "Tested on the past on %(day)s: in %(held)s of weeks like the last %(weeks)d, from %(low)d to "
        "%(high)d leads begin to qualify."
    ) % {
        "day": formats.date_format(timezone.localtime(test.as_of), "DATE_FORMAT"),
        "held": f"{round(100 * found.held)}\u00a0%",
        "weeks": found.weeks,
        "low": found.low,
        "high": found.high,
    }
    assert test.result is not None, "One that is done has it."
    number = _number(
        _("Expected a week"),
        leads_behind(test.result, "version", QUALIFIED),
        _of_capacity(outlook.capacity),
        f"{sentence} {outlook.doubt}".rstrip(),
        round(found.mean, 1),
    )
    return {**number, "low": found.low, "high": found.high, "is_of_new_leads": False}


def _of_new_leads(sets: _Sets, as_of: datetime) -> Json:
    captured = LeadFit.objects.filter(captured_at__gte=as_of - WEEKS * _WEEK, captured_at__lt=as_of)
    qualifying = [
        (lead_id, instant)
        for lead_id, instant in captured.values_list("lead_id", "captured_at")
        if lead_id in sets.draft
    ]
    weeks = [0] * WEEKS
    for _lead_id, instant in qualifying:
        # The oldest instant lies exactly at the end of the last week.
        weeks[min((as_of - instant) // _WEEK, WEEKS - 1)] += 1
    sentence = _(
        "Of the leads captured in each of the last %(weeks)d weeks, from %(least)d to %(most)d would "
        "qualify by what is known of them now. Leads known for longer come on top: a test on the past "
        "counts them too."
    ) % {"weeks": WEEKS, "least": min(weeks), "most": max(weeks)}
    leads = (lead for lead, _at in qualifying)
    mean = round(sum(weeks) / WEEKS, 1)
    number = _number(
        _("New leads a week"), leads, _of_capacity(weekly_capacity_of(Team.SALES)), sentence, mean
    )
    return {**number, "low": min(weeks), "high": max(weeks), "is_of_new_leads": True}


def _of_capacity(capacity: int | None) -> str:
    if capacity is None:
        return _("sales has declared no capacity")
    return _("of %(n)d a week that sales can work") % {"n": capacity}


# -- the past ----------------------------------------------------------------------------------------------


def _past_wins(document: Json, in_force: Json | None, as_of: datetime) -> Json:
    """The latest won leads, each judged as of the day it was won: what was known before the win."""
    won = (
        Outcome.objects.filter(kind=OutcomeKind.WON, at__lt=as_of, lead__fit__isnull=False)
        .values("lead")
        .annotate(first=Min("at"))
        .order_by("-first", "lead")[:WINS]
    )
    by_day: dict[datetime, list[int]] = defaultdict(list)
    for row in won:
        day = row["first"].astimezone(UTC).date()
        by_day[datetime.combine(day, time(), UTC)].append(row["lead"])
    total = sum(map(len, by_day.values()))
    caught = _caught(document, by_day)
    sentence = ""
    if total and in_force:
        sentence = _("The version in force catches %(n)d of the same.") % {
            "n": len(_caught(in_force, by_day))
        }
    of = ngettext("of the latest won lead", "of the %(n)d latest won leads", total) % {"n": total}
    return _number(_("Past wins caught"), caught, of if total else _("no won leads are known"), sentence)


def _caught(document: Json, by_day: dict[datetime, list[int]]) -> list[int]:
    ready = compiled(document)
    return [
        lead for day, leads in sorted(by_day.items()) for lead in qualified_of(ready, Scope.ids(leads), day)
    ]


def _golden_broken(stage: str, sets: _Sets) -> Json:
    """Golden leads that the draft would judge otherwise than their sentence demands."""
    golden = golden_leads_of(stage)
    broken = broken_among(golden, sets.draft)
    of = ngettext("of %(n)d golden lead", "of %(n)d golden leads", len(golden)) % {"n": len(golden)}
    sentence = " ".join(f"{one.lead.name}: {one.sentence}" for one in broken[:10])
    return _number(_("Golden leads broken"), (one.lead_id for one in broken), of, sentence)
