"""How the definition did: results of the version in force, and why sales gave leads back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.models import Version
from leads.models import ReasonFamily
from leads.selectors.funnel import Period
from reviews.evidence.cards import Number, Proposal, card, number, of_decisions, share_words, watch_address
from reviews.models import ItemKind
from reviews.words import day_words


def headline_numbers(totals: dict[str, int], period: Period, **narrowing: Any) -> list[Number]:
    """The row of numbers that every review starts with."""
    offered = totals["offered_in_all"]
    of_offered = _("of %(n)d offered") % {"n": offered}

    def counted(label: str, name: str) -> Number:
        return number(label, totals[name], of_offered, watch_address(period, status=name, **narrowing))

    return [
        number(_("Offered"), offered, _("in the period"), watch_address(period, **narrowing)),
        counted(_("Accepted"), "ever_accepted"),
        counted(_("Returned"), "returned"),
        counted(_("Sales-qualified"), "sales_qualified"),
        counted(_("Disqualified"), "disqualified"),
        counted(_("Won"), "won"),
        number(
            _("Acceptance rate"),
            share_words(totals["ever_accepted"], totals["decided"]),
            of_decisions(totals["decided"]),
            watch_address(period, status="decided", **narrowing),
        ),
    ]


def results(
    version: Version | None, numbers: dict[str, Any], period: Period, as_of: datetime
) -> Proposal | None:
    """Results of the version in force; of all versions while none is."""
    if version is None:
        return None
    mine = next((row for row in numbers["by_version"] if row["version"] == version.pk), None)
    if mine is None:
        sentence = _("No lead has been offered under %(version)s in this period.") % {"version": version}
        return Proposal(
            "results",
            ItemKind.RESULTS,
            _("Results of %(version)s") % {"version": version},
            card(sentence, [], as_of),
            version=version,
        )
    sentence = ngettext(
        "Under %(version)s, %(n)d lead was offered from %(first)s to %(last)s.",
        "Under %(version)s, %(n)d leads were offered from %(first)s to %(last)s.",
        mine["offered_in_all"],
    ) % {
        "version": version,
        "n": mine["offered_in_all"],
        "first": day_words(period.first),
        "last": day_words(period.last),
    }
    return Proposal(
        "results",
        ItemKind.RESULTS,
        _("Results of %(version)s") % {"version": version},
        card(sentence, headline_numbers(mine, period, version=version.pk), as_of),
        minutes=10,
        version=version,
    )


def returns(numbers: dict[str, Any], period: Period, as_of: datetime) -> Proposal | None:
    """Why leads came back: each reason, and whether the definition or the facts were to blame."""
    returned = numbers["totals"]["returned"]
    if not returned:
        return None
    of_returned = _("of %(n)d returned") % {"n": returned}
    definitional = sum(
        row["returned"] for row in numbers["by_reason"] if row["family"] == ReasonFamily.DEFINITIONAL
    )
    sentence = ngettext(
        "%(n)d lead came back; %(definitional)d of them because the definition let it through.",
        "%(n)d leads came back; %(definitional)d of them because the definition let them through.",
        returned,
    ) % {"n": returned, "definitional": definitional}
    counted = [
        number(
            row["label"],
            row["returned"],
            of_returned,
            watch_address(period, status="returned", reason=row["reason"]),
        )
        for row in numbers["by_reason"]
    ]
    if missing := numbers["totals"]["something_missing"]:
        counted.append(
            number(
                _("Something is missing from the definition"),
                missing,
                of_returned,
                watch_address(period, status="something_missing"),
            )
        )
    return Proposal("returns", ItemKind.RETURNS, _("Why leads came back"), card(sentence, counted, as_of))
