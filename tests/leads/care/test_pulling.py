"""A rep pulls a lead that does not qualify; numbers of acceptance leave it out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import Version
from leads import invariants
from leads.care.pulling import lead_pull
from leads.evidence.clauses import judged_handoffs
from leads.handoffs import services
from leads.handoffs.overriding import override_make
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import DealtTurn, Handoff, Lead, Score
from leads.selectors.funnel import Period, funnel
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry
from tests.builders import NOW, a_criterion, a_document, an_active_version, maya, olga, sam, sofia
from tests.leads.handoffs.stories import (
    PRICING,
    SOFTWARE,
    a_fit_lead,
    a_qualified_lead,
    an_offer,
    in_force,
    open_handoff,
    reason,
    rescore,
)
from tests.races import at_once, faults

DAY = Period(NOW.date(), NOW.date())


@pytest.fixture
def version(db: None) -> Any:
    with time_machine.travel(NOW, tick=False):
        yield in_force()


def test_a_pull_is_an_accepted_handoff_with_the_machines_receipt(version: Version) -> None:
    lead = a_fit_lead()
    rescore(version)
    handoff = lead_pull(lead=lead, reason="  Met at\nthe fair. ", actor=sam())
    assert (handoff.status, handoff.owner, handoff.is_pulled, handoff.override) == (
        "accepted",
        sam(),
        True,
        None,
    )
    assert (handoff.points, handoff.receipt["is_qualified"]) == (50, False)
    assert handoff.assignment == "Sam Okafor pulled it: Met at the fair."
    assert (handoff.lead.stage, handoff.lead.owner) == ("sal", sam())
    assert Score.objects.get(lead=lead).is_qualified is False
    assert not DealtTurn.objects.exists(), "nobody's turn was used"
    assert AuditEntry.objects.get(verb="lead.pulled").note == "Met at the fair."
    assert handoffs_reconcile().is_quiet, "it is not withdrawn for not qualifying"
    assert invariants.breaches() == []


def test_numbers_of_acceptance_keep_pulls_apart(version: Version) -> None:
    lead = a_fit_lead()
    services.handoff_accept(handoff=an_offer(version), actor=sam())
    before = funnel(DAY)["totals"]
    lead_pull(lead=lead, reason="Met at the fair.", actor=sam())
    assert funnel(DAY)["totals"] == before
    assert lead.pk not in [row.lead_id for row in judged_handoffs(NOW + timedelta(hours=1))]


def test_a_pull_that_comes_back_is_marketings_to_pick_up(version: Version) -> None:
    lead = a_fit_lead()
    handoff = lead_pull(lead=lead, reason="Met at the fair.", actor=sam())
    services.handoff_return(
        handoff=handoff, actor=sam(), reason=reason("no-interest"), is_something_missing=True
    )
    assert Lead.objects.get(pk=lead.pk).stage == "nurture"
    assert invariants.breaches() == []


@pytest.mark.parametrize("who", [maya, olga], ids=lambda each: each.__name__)
def test_only_sales_pulls(version: Version, who: Any) -> None:
    with pytest.raises(Refused, match="Only sales can pull"):
        lead_pull(lead=a_fit_lead(), reason="Mine.", actor=who())
    assert not Handoff.objects.exists()


def test_what_cannot_be_pulled(version: Version) -> None:
    lead = a_fit_lead()
    with pytest.raises(Invalid, match="Say in a sentence"):
        lead_pull(lead=lead, reason=" ", actor=sam())
    with pytest.raises(Invalid, match="At most 140"):
        lead_pull(lead=lead, reason="x" * 141, actor=sam())
    with pytest.raises(Conflict, match="qualifies by now"):
        lead_pull(lead=a_qualified_lead(), reason="Now.", actor=sam())
    with pytest.raises(Conflict, match="in the shared queue already"):
        lead_pull(lead=an_offer(version).lead, reason="Now.", actor=sam())
    override_make(lead=lead, kind="hold", reason="Their fair.", ends_on=NOW.date(), actor=maya())
    with pytest.raises(Conflict, match=r"Maya Lindqvist holds it back until 4 May 2026: Their fair\."):
        lead_pull(lead=lead, reason="Now.", actor=sam())
    Lead.objects.filter(pk=lead.pk).update(stage="customer")
    with pytest.raises(Refused, match="there is nothing to pull"):
        lead_pull(lead=lead, reason="Now.", actor=sam())


def test_what_a_clause_rules_out_is_not_for_a_rep_to_pull(db: None) -> None:
    known = {"attribute": "lead.country", "is": "known"}
    out = a_criterion("c-out", known, {"kind": "disqualifies"})
    an_active_version(a_document(SOFTWARE, PRICING, out))
    with pytest.raises(Conflict, match="A clause rules this lead out"):
        lead_pull(lead=a_fit_lead(country="Norway"), reason="Now.", actor=sam())


@pytest.mark.django_db(transaction=True)
def test_two_reps_pull_the_same_lead() -> None:
    version = in_force()
    people = (sam(), sofia())
    for _ in range(3):
        lead = a_fit_lead()
        rescore(version)
        found = at_once(
            *(
                lambda lead=lead, person=person: lead_pull(lead=lead, reason="Mine.", actor=person)
                for person in people
            )
        )
        (refusal,) = faults(found)
        assert str(refusal) == f"{open_handoff(lead).owner} has this lead already."
    assert invariants.breaches() == []
