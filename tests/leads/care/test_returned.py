"""What marketing does about a lead that sales returned; two of them at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import Version
from leads import invariants
from leads.care import returned as care
from leads.handoffs import services, turn_rules
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import FieldChange, Handoff, Lead, LeadFit, PickUp, TouchedLead
from leads.scoring import marks
from leads.selectors.care import to_pick_up, waiting_of
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry
from tests.builders import NOW, an_activity, marco, maya, rita, sam, sofia
from tests.leads.handoffs.stories import an_offer, in_force, open_handoff, reason, rescore
from tests.races import at_once, faults


@pytest.fixture
def version(db: None, clock: None) -> Version:
    return in_force()


def a_return(version: Version, key: str = "wrong-role", **fields: Any) -> Handoff:
    handoff = an_offer(version, **fields)
    says = {"missing_field": "phone"} if key == "no-way-to-reach" else {"challenged_key": "c-software"}
    return services.handoff_return(handoff=handoff, actor=sam(), reason=reason(key), **says)


def waiting() -> list[str]:
    return [row.lead.name for row in to_pick_up(maya())]


ACTS: dict[str, Callable[[Handoff], Any]] = {
    "fix": lambda row: care.return_fix(handoff=row, actor=maya(), field="phone", value="1"),
    "reroute": lambda row: care.return_reroute(handoff=row, actor=maya()),
    "rest": lambda row: care.return_rest(handoff=row, actor=maya(), until=None),
    "rule out": lambda row: care.return_rule_out(handoff=row, actor=maya(), reason=reason("no-need")),
}


@pytest.mark.parametrize("act", ACTS, ids=str)
@pytest.mark.parametrize("key", ["wrong-role", "no-way-to-reach"])
def test_every_return_waits_until_it_is_settled(version: Version, key: str, act: str) -> None:
    handoff = a_return(version, key)
    assert waiting() == [handoff.lead.name]
    found = to_pick_up(maya()).get()
    assert waiting_of(found) == (NOW, None)
    ACTS[act](handoff)
    assert waiting() == []
    settled = Handoff.objects.select_related("pick_up").get(pk=handoff.pk)
    assert (waiting_of(settled), settled.status, settled.pick_up.settled_by) == (None, "returned", maya())
    entries = AuditEntry.objects.filter(verb__startswith="return.").order_by("pk")
    assert [row.verb for row in entries] == ["return.picked_up", "return.settled"]
    with pytest.raises(Conflict):
        ACTS[act](handoff)
    assert invariants.breaches() == []


def test_a_fact_put_right_ends_the_rest_and_is_remembered(version: Version) -> None:
    """Also after a definitional return, where a changed fact alone would not."""
    handoff = a_return(version, "wrong-role")
    care.return_fix(handoff=handoff, actor=maya(), field="employees", value="1200")
    lead = Lead.objects.select_related("account").get(pk=handoff.lead_id)
    assert (lead.account.employees, LeadFit.objects.get(lead=lead).employees) == (1200, 1200)
    assert lead.account.provenance == {"employees": f"person:{maya().pk}"}
    change = FieldChange.objects.get()
    assert (change.field, change.before, change.after, change.changed_by) == ("employees", "", "1200", maya())
    assert TouchedLead.objects.filter(lead=lead).exists()
    marks.drain()
    handoffs_reconcile()
    assert open_handoff(lead).is_recycled


def test_a_lead_that_stops_qualifying_rests_until_it_does(version: Version) -> None:
    handoff = a_return(version)
    care.return_fix(handoff=handoff, actor=maya(), field="industry", value="Retail")
    marks.drain()
    handoffs_reconcile()
    assert Lead.objects.get(pk=handoff.lead_id).stage == "nurture"
    assert not Handoff.objects.filter(status="offered").exists()


def test_a_name_and_an_address_are_facts_of_the_lead(version: Version) -> None:
    handoff = a_return(version)
    care.return_fix(handoff=handoff, actor=maya(), field="name", value=" Ana  Maria Silva ")
    lead = Lead.objects.get(pk=handoff.lead_id)
    assert (lead.first_name, lead.last_name) == ("Ana", "Maria Silva")
    other = a_return(version)
    care.return_fix(handoff=other, actor=maya(), field="email", value="Ana@Firm.example")
    assert Lead.objects.get(pk=other.lead_id).email == "ana@firm.example"


def test_rerouting_goes_by_the_rules(version: Version) -> None:
    handoff = a_return(version)
    turn_rules.turn_rule_add(name="All", kind="facts", rule={}, pool=None, person=sofia(), actor=rita())
    care.return_reroute(handoff=handoff, actor=maya())
    again = open_handoff(handoff.lead)
    assert (again.owner, again.assignment, again.lead.stage) == (sofia(), "All.", "mql")


def test_what_does_not_qualify_is_not_rerouted(version: Version) -> None:
    handoff = a_return(version)
    handoff.lead.activities.all().delete()
    rescore(version)
    with pytest.raises(Conflict, match="does not qualify under MQL v1 now"):
        care.return_reroute(handoff=handoff, actor=maya())
    assert not PickUp.objects.exists(), "nothing of it is left"


def test_rest_until_a_day(version: Version, clock: time_machine.Traveller) -> None:
    handoff = a_return(version)
    care.return_rest(handoff=handoff, actor=maya(), until=date(2026, 5, 6), note="After the fair.")
    clock.move_to(NOW + timedelta(days=1))
    assert handoffs_reconcile().is_quiet
    clock.move_to(NOW + timedelta(days=2))
    handoffs_reconcile()
    assert open_handoff(handoff.lead).is_recycled


def test_fresh_behaviour_ends_every_rest(version: Version, clock: time_machine.Traveller) -> None:
    handoff = a_return(version)
    care.return_rest(handoff=handoff, actor=maya(), until=None)
    clock.move_to(NOW + timedelta(days=20))
    assert handoffs_reconcile().is_quiet
    an_activity(handoff.lead, at=NOW + timedelta(days=19), subject="/pricing")
    rescore(version)
    handoffs_reconcile()
    assert open_handoff(handoff.lead).is_recycled


def test_what_comes_back_by_itself_has_settled_itself(version: Version) -> None:
    handoff = a_return(version)
    an_activity(handoff.lead, at=NOW + timedelta(hours=1), subject="/pricing")
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        rescore(version)
        handoffs_reconcile()
        assert waiting() == []
        with pytest.raises(Conflict, match="has moved on meanwhile"):
            care.return_rest(handoff=handoff, actor=maya(), until=None)


def test_ruling_out_is_for_good(version: Version) -> None:
    handoff = a_return(version)
    with pytest.raises(Invalid, match="Choose a reason"):
        care.return_rule_out(handoff=handoff, actor=maya(), reason=reason("wrong-role"))
    care.return_rule_out(handoff=handoff, actor=maya(), reason=reason("no-need"), note="They closed.")
    assert PickUp.objects.get().note == "No need · They closed."
    an_activity(handoff.lead, at=NOW, subject="/pricing")
    rescore(version)
    handoffs_reconcile()
    assert Lead.objects.get(pk=handoff.lead_id).stage == "disqualified"


def test_sales_does_not_settle_what_it_returned(version: Version) -> None:
    handoff = a_return(version)
    for person in (sam(), rita()):
        with pytest.raises(Refused, match="Only marketing picks up"):
            care.return_pick_up(handoff=handoff, actor=person)
    assert not PickUp.objects.exists()


def test_taking_over_names_whom_one_relieves(version: Version) -> None:
    handoff = a_return(version)
    care.return_pick_up(handoff=handoff, actor=maya())
    care.return_pick_up(handoff=handoff, actor=maya())
    with pytest.raises(Conflict, match="Maya Lindqvist has picked this lead up"):
        care.return_pick_up(handoff=handoff, actor=marco(), instead_of=sam().pk)
    row = care.return_pick_up(handoff=handoff, actor=marco(), instead_of=maya().pk)
    assert row.picked_by == marco()
    assert AuditEntry.objects.filter(verb="return.picked_up").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_marketers_settle_the_same_return(clock: None) -> None:
    """One rules it out, the other lets it rest: one of them wins, the other reads who did."""
    version, people = in_force(), (maya(), marco())
    for _ in range(3):
        handoff = a_return(version)
        said = {"handoff": handoff, "reason": reason("no-need")}
        found = at_once(
            lambda said=said: care.return_rule_out(actor=people[0], **said),
            lambda row=handoff: care.return_rest(handoff=row, actor=people[1], until=None),
        )
        assert [type(fault) for fault in faults(found)] == [Conflict]
        assert PickUp.objects.filter(handoff=handoff, settled_at__isnull=False).count() == 1
    assert invariants.breaches() == []
