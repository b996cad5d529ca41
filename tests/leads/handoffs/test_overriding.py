"""Somebody decides otherwise than the machine about one lead, until a day; the score stays what it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import Version
from leads import invariants
from leads.handoffs import services
from leads.handoffs.overriding import override_end, override_make
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Handoff, Lead, Override, Score
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, Notification
from tests.builders import NOW, a_lead, maya, mona, olga, rita, sam, sofia
from tests.leads.handoffs.stories import a_fit_lead, an_offer, open_handoff, reason, rescore

FRIDAY = date(2026, 5, 8)


def decide(lead: Lead, kind: str, **values: Any) -> Override:
    said = {"reason": "Met them at the fair.", "ends_on": FRIDAY, "actor": maya(), **values}
    return override_make(lead=lead, kind=kind, **said)


def scored(lead: Lead) -> tuple[int, bool]:
    score = Score.objects.get(lead=lead)
    return score.points, score.is_qualified


def test_a_lead_is_offered_although_it_does_not_qualify(version: Version) -> None:
    lead = a_fit_lead()
    rescore(version)
    override = decide(lead, "qualify")
    handoffs_reconcile()
    handoff = open_handoff(lead)
    assert (handoff.override, handoff.points, handoff.receipt["is_qualified"]) == (override, 50, False)
    assert scored(lead) == (50, False), "the machine's word stands"
    assert handoffs_reconcile().is_quiet
    assert invariants.breaches() == []


def test_on_its_last_day_the_lead_is_the_machines_again(
    version: Version, clock: time_machine.Traveller
) -> None:
    lead = a_fit_lead()
    rescore(version)
    override = decide(lead, "qualify", ends_on=NOW.date())
    handoffs_reconcile()
    clock.move_to(NOW + timedelta(hours=13, minutes=59))
    handoffs_reconcile()
    assert open_handoff(lead).status == "offered"
    clock.move_to(NOW + timedelta(hours=14))
    done = handoffs_reconcile()
    assert done.withdrawn == 1
    override.refresh_from_db()
    assert (override.ended_at, override.ended_by) == (NOW + timedelta(hours=14), None)
    handoff = Handoff.objects.get(lead=lead)
    assert (handoff.status, handoff.note) == (
        "withdrawn",
        "It was offered by hand until now, and does not meet MQL v1: below the threshold.",
    )
    assert AuditEntry.objects.get(verb="override.ended").actor is None
    word = Notification.objects.get(person=maya())
    assert (word.sentence, word.url) == (
        f"The last day of your decision by hand has passed: {lead} goes by the definition again.",
        lead.get_absolute_url(),
    )


def test_what_sales_returned_is_not_offered_at_once_again(version: Version) -> None:
    lead = a_fit_lead()
    rescore(version)
    decide(lead, "qualify")
    handoffs_reconcile()
    services.handoff_return(
        handoff=open_handoff(lead), actor=sam(), reason=reason("no-interest"), is_something_missing=True
    )
    assert handoffs_reconcile().is_quiet
    assert Lead.objects.get(pk=lead.pk).stage == "nurture"


def test_an_offer_is_held_back_and_comes_again(version: Version) -> None:
    handoff = an_offer(version, seller=sofia())
    hold = decide(handoff.lead, "hold", reason="Their fair is on.")
    assert handoffs_reconcile().withdrawn == 1
    handoff.refresh_from_db()
    assert handoff.note == "Maya Lindqvist holds it back until 8 May 2026: Their fair is on."
    assert scored(handoff.lead) == (100, True)
    assert handoffs_reconcile().is_quiet
    override_end(override=hold, actor=rita())
    said = f"Rita Novak ended your decision by hand: {handoff.lead} goes by the definition again."
    assert Notification.objects.get(person=maya()).sentence == said
    handoffs_reconcile()
    assert open_handoff(handoff.lead).override is None
    assert invariants.breaches() == []


def test_what_sales_works_is_settled(version: Version) -> None:
    handoff = an_offer(version)
    services.handoff_accept(handoff=handoff, actor=sam())
    with pytest.raises(Refused, match="whether it qualifies is settled"):
        decide(handoff.lead, "hold")
    assert not Override.objects.exists()


@pytest.mark.parametrize("who", [sam, olga], ids=lambda each: each.__name__)
def test_only_marketing_or_a_manager_decides_otherwise(db: None, who: Any) -> None:
    lead = a_lead()
    with pytest.raises(Refused, match="Only marketing or a manager"):
        decide(lead, "qualify", actor=who())
    with pytest.raises(Refused):
        override_end(override=decide(lead, "qualify", actor=rita()), actor=who())
    assert AuditEntry.objects.filter(verb__startswith="override.").count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"reason": " \n"}, "Say in a sentence why"),
        ({"ends_on": NOW.date() - timedelta(days=1)}, "Choose a last day"),
        ({"ends_on": NOW.date() + timedelta(days=93)}, "Choose a last day"),
    ],
)
def test_a_decision_needs_a_reason_and_an_end(db: None, values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        decide(a_lead(), "hold", **values)


def test_one_decision_for_each_lead(db: None) -> None:
    first = decide(a_lead(), "hold")
    with pytest.raises(Conflict, match="Maya Lindqvist has decided about this lead already: “Met them"):
        decide(first.lead, "qualify", actor=mona())
    override_end(override=first, actor=mona())
    with pytest.raises(Conflict, match="has ended already"):
        override_end(override=first, actor=maya())
    assert decide(first.lead, "qualify", actor=mona()).kind == "qualify"


def test_nobody_is_told_what_they_did_themselves(db: None) -> None:
    override_end(override=decide(a_lead(), "hold"), actor=maya())
    assert not Notification.objects.exists()
