from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from leads.evidence.weeks import Happened
from leads.shadows.fates import fates_of

AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
OLD, YOUNG = AS_OF - timedelta(days=30), AS_OF - timedelta(days=29)


def happened(**at: datetime) -> Happened:
    return Happened(defaultdict(list, {kind: [instant] for kind, instant in at.items()}))


@pytest.mark.parametrize(
    ("case", "at", "what", "fates"),
    [
        ("nothing yet, old enough", OLD, {}, {"settled"}),
        ("nothing yet", YOUNG, {}, {"early"}),
        ("accepted", YOUNG, {"accepted": YOUNG}, {"accepted", "decided", "early"}),
        ("returned", YOUNG, {"returned": AS_OF}, {"returned", "decided", "final"}),
        ("returned at last", YOUNG, {"accepted": YOUNG, "returned": AS_OF}, {"accepted", "decided", "final"}),
        ("ruled out", YOUNG, {"accepted": YOUNG, "ruled_out": AS_OF}, {"accepted", "decided", "final"}),
        ("lost", YOUNG, {"lost": AS_OF}, {"final"}),
        ("won early", YOUNG, {"won": AS_OF}, {"won", "final"}),
        ("won, old enough", OLD, {"won": AS_OF}, {"won", "won-settled", "final", "settled"}),
        ("won before", OLD, {"won": OLD - timedelta(seconds=1)}, {"settled"}),
        (
            "sales-qualified",
            OLD,
            {"accepted": OLD, "sales_qualified": AS_OF},
            {"accepted", "decided", "sales_qualified", "sales_qualified-settled", "final", "settled"},
        ),
    ],
)
def test_a_lead_counts_from_its_moment(
    case: str, at: datetime, what: dict[str, datetime], fates: set[str]
) -> None:
    found = fates_of({7: at}, {7: happened(**what)}, AS_OF, cycle_days=30)
    assert {fate for fate, leads in found.items() if leads == [7]} == fates
    assert all(leads in ([], [7]) for leads in found.values())
