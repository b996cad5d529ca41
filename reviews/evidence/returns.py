"""Why sales gave leads back, and what upstream of the definition they came from."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.models import ReasonFamily
from leads.selectors.funnel.causes import cause_numbers
from reviews.evidence.cards import (
    Json,
    Proposal,
    card,
    cell,
    count_value,
    number,
    row,
    share_cell,
    table,
    watch_address,
)
from reviews.evidence.under_review import UnderReview
from reviews.models import ItemKind

CAUSES_SHOWN = 8


def returns(numbers: dict[str, Any], under: UnderReview) -> Proposal | None:
    """Each reason, whether the definition or the facts were to blame, and each cause upstream."""
    returned = numbers["totals"]["returned"]
    if not returned:
        return None
    of_returned = _("of %(n)d returned") % {"n": returned}
    definitional = sum(
        each["returned"] for each in numbers["by_reason"] if each["family"] == ReasonFamily.DEFINITIONAL
    )
    sentence = ngettext(
        "%(n)d lead came back; %(definitional)d of them because the definition let it through.",
        "%(n)d leads came back; %(definitional)d of them because the definition let them through.",
        returned,
    ) % {"n": returned, "definitional": definitional}
    counted = [
        number(
            each["label"],
            each["returned"],
            of_returned,
            watch_address(under.period, status="returned", reason=each["reason"]),
        )
        for each in numbers["by_reason"]
    ]
    if missing := numbers["totals"]["something_missing"]:
        counted.append(
            number(
                _("Something is missing from the definition"),
                missing,
                of_returned,
                watch_address(under.period, status="something_missing"),
            )
        )
    found = cause_numbers(under.handoffs())
    evidence = card(
        sentence,
        counted,
        under.as_of,
        tables=[
            _cause("channel", _("By the channel that captured them"), _("Channel"), found, under),
            _cause("campaign", _("By the campaign that captured them"), _("Campaign"), found, under),
            _cause(
                "last_content", _("By what they looked at last before the offer"), _("Content"), found, under
            ),
        ],
        charts=[_reasons(numbers, under)],
    )
    return Proposal("returns", ItemKind.RETURNS, _("Why leads came back"), evidence)


def _cause(
    name: str, title: str, first: str, found: dict[str, list[Json]], under: UnderReview
) -> Json | None:
    """Those from which most came back. Said of those decided, since what is open may still come back."""
    worst = sorted(found[name], key=lambda each: -each["returned"])[:CAUSES_SHOWN]
    if not any(each["label"] for each in worst):
        return None  # Nothing is known of it.
    rows = [
        row(
            each["label"] or _("Not known"),
            cell(each["offered_in_all"], "", watch_address(under.period, **{name: each["cause"]})),
            share_cell(
                each["returned"],
                each["decided"],
                watch_address(under.period, status="returned", **{name: each["cause"]}),
            ),
            cell(
                each["definitional"],
                _("of %(n)d returned") % {"n": each["returned"]},
                watch_address(under.period, status="definitional", **{name: each["cause"]}),
            ),
        )
        for each in worst
        if each["returned"]
    ]
    columns = [first, _("Offered"), _("Returned, of those decided"), _("Because of the definition")]
    return table(title, columns, rows)


def _reasons(numbers: Json, under: UnderReview) -> Json | None:
    reasons = numbers["by_reason"]
    if len(reasons) < 2:
        return None
    values = [
        count_value(each["returned"], watch_address(under.period, status="returned", reason=each["reason"]))
        for each in reasons
    ]
    return {
        "kind": "bars",
        "key": "returns-reasons",
        "title": _("Returned leads by reason"),
        "desc": _("%(n)d handoffs of the period that sales returned.") % {"n": numbers["totals"]["returned"]},
        "axis": _("Reason"),
        "labels": [each["label"] for each in reasons],
        "series": [{"name": _("Returned"), "values": values, "look": "sales"}],
    }
