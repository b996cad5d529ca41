"""Clauses on trial: those that sales challenged, those past their review date, assumptions now testable.

A clause is one item, whatever brings it up: a challenge before a date, a date before a test.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.models import Basis, Version
from definitions.selectors.ageing import looks_ahead
from leads.selectors.funnel import ENOUGH, Period
from reviews.evidence.cards import (
    Json,
    Number,
    Proposal,
    card,
    cell,
    number,
    of_decisions,
    row,
    share_words,
    table,
    watch_address,
)
from reviews.evidence.under_review import UnderReview
from reviews.models import ItemKind
from reviews.words import day_words

Criterion = dict[str, Any]
Carried = dict[str, dict[str, int]]
# Of the leads behind a challenge; the number above opens all of them.
LEADS_SHOWN = 8
NOTE_SHOWN = 200


def clauses(
    version: Version | None, numbers: dict[str, Any], carried: Carried, under: UnderReview
) -> list[Proposal]:
    """One proposal for each clause of the version in force that should be talked about."""
    if version is None:
        return []
    document = version.document or {"criteria": []}
    looks = looks_ahead(version.definition, document)
    challenged = {row["key"]: row["returned"] for row in numbers["by_criterion"]}
    found = [
        _proposal(
            version,
            criterion,
            looks.get(criterion["key"], parse_date(criterion.get("review_on") or "")),
            challenged.get(criterion["key"], 0),
            carried,
            under,
        )
        for criterion in document["criteria"]
    ]
    order = {ItemKind.CHALLENGED: 0, ItemKind.CLAUSE_DUE: 1, ItemKind.ASSUMPTION: 2}
    return sorted(
        (each for each in found if each),
        key=lambda each: (order[each.kind], -challenged.get(each.criterion_key, 0), each.title),
    )


def _proposal(
    version: Version,
    criterion: Criterion,
    review_on: date | None,
    returned: int,
    carried: Carried,
    under: UnderReview,
) -> Proposal | None:
    key = criterion["key"]
    met = carried.get(key, {"carried": 0, "decided": 0, "accepted": 0})
    is_assumption = criterion.get("basis") == Basis.ASSUMPTION
    if returned:
        kind, sentence = ItemKind.CHALLENGED, _challenged_words(returned, met["carried"])
    elif review_on and review_on <= under.today:
        kind = ItemKind.CLAUSE_DUE
        sentence = _("This clause was to be looked at again by %(day)s.") % {"day": day_words(review_on)}
    elif is_assumption and met["decided"] >= ENOUGH:
        kind = ItemKind.ASSUMPTION
        sentence = _("This clause is an assumption, and there are now enough decisions to test it.")
    else:
        return None
    return Proposal(
        f"clause:{key}",
        kind,
        criterion["wording"][:250],
        card(
            sentence,
            _numbers(version, criterion, returned, met, under.period),
            under.as_of,
            tables=[_returned_leads(key, under)] if returned else (),
        ),
        needs_outcome=True,
        criterion_key=key,
        version=version,
    )


def _challenged_words(returned: int, carried: int) -> str:
    return ngettext(
        "Sales returned %(n)d lead and named this clause as what misled, of %(carried)d that met it.",
        "Sales returned %(n)d leads and named this clause as what misled, of %(carried)d that met it.",
        returned,
    ) % {"n": returned, "carried": carried}


def _numbers(
    version: Version, criterion: Criterion, returned: int, met: dict[str, int], period: Period
) -> list[Number]:
    key = criterion["key"]
    of_carried = _("of %(n)d handoffs that met it") % {"n": met["carried"]}
    clause = reverse("definitions:version_page", args=[version.definition.stage, version.number]) + f"#{key}"
    challenges = watch_address(period, status="challenged", criterion=key)
    basis = _("an assumption") if criterion.get("basis") == Basis.ASSUMPTION else _("rests on data")
    return [
        number(_("Challenges"), returned, of_carried, challenges),
        number(
            _("Accepted when it was met"),
            share_words(met["accepted"], met["decided"]),
            of_decisions(met["decided"]),
        ),
        number(_("Basis"), basis, "", clause),
    ]


def _returned_leads(key: str, under: UnderReview) -> Json | None:
    """The newest of those that sales returned because of the clause, with what sales said."""
    found = under.handoffs(status="challenged", criterion=key).select_related("lead__account", "decided_by")
    rows = [
        row(
            handoff.lead,
            cell(handoff.lead.account or handoff.lead.company or "\u2013"),
            cell(handoff.decided_by or "\u2013", _day(handoff.ended_at, under)),
            cell(handoff.note[:NOTE_SHOWN] or "\u2013"),
            url=handoff.get_absolute_url(),
        )
        for handoff in found.order_by("-ended_at", "-pk")[:LEADS_SHOWN]
    ]
    title = _("The newest that came back")
    return table(title, [_("Lead"), _("Account"), _("Returned by"), _("What sales said")], rows)


def _day(instant: datetime | None, under: UnderReview) -> str:
    return day_words(instant.astimezone(under.zone).date()) if instant else ""
