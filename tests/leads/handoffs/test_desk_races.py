"""Two acts on one lead at the same instant, where the first has not committed when the second begins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import Version
from leads import invariants
from leads.care.returned import return_rest
from leads.handoffs import services
from leads.handoffs.passing_on import leads_hand_on
from leads.handoffs.reconcile import handoffs_reconcile
from leads.handoffs.undoing import handoff_undo
from leads.models import Handoff, Lead
from portal.common.errors import Conflict
from portal.common.models import User
from tests.builders import NOW, an_activity, maya, rita, sam, sofia
from tests.leads.handoffs.stories import a_rule, an_offer, open_handoff, reason, rescore
from tests.races import behind, faults

pytestmark = pytest.mark.django_db(transaction=True)


def _challenged(version: Version) -> Handoff:
    handoff = an_offer(version)
    return services.handoff_return(
        handoff=handoff, actor=sam(), reason=reason("wrong-role"), challenged_key="c-software"
    )


def _hold_as_an_import_does(lead: Lead) -> None:
    list(Lead.objects.select_for_update().filter(pk=lead.pk))


def test_a_return_that_marketing_settles_meanwhile_is_not_taken_back(version: Version) -> None:
    handoff, marketer, rep = _challenged(version), maya(), sam()
    found = behind(
        lambda: return_rest(handoff=handoff, actor=marketer, until=None),
        lambda: handoff_undo(handoff=handoff, actor=rep),
    )
    assert [type(fault) for fault in faults(found)] == [Conflict], found
    handoff.refresh_from_db()
    assert (handoff.status, handoff.lead.stage) == ("returned", "nurture")
    assert invariants.breaches() == []


def test_marketing_does_not_settle_a_return_that_is_taken_back_meanwhile(version: Version) -> None:
    handoff, marketer, rep = _challenged(version), maya(), sam()
    found = behind(
        lambda: handoff_undo(handoff=handoff, actor=rep),
        lambda: return_rest(handoff=handoff, actor=marketer, until=None),
    )
    assert [type(fault) for fault in faults(found)] == [Conflict], found
    assert open_handoff(handoff.lead) == handoff
    assert invariants.breaches() == []


def test_a_return_whose_lead_is_offered_again_meanwhile_is_not_taken_back(
    version: Version, clock: time_machine.Traveller
) -> None:
    handoff, rep = _challenged(version), sam()
    clock.move_to(NOW + timedelta(seconds=10))
    an_activity(handoff.lead, "webinar_attended", at=NOW + timedelta(seconds=5))
    rescore(version)
    found = behind(handoffs_reconcile, lambda: handoff_undo(handoff=handoff, actor=rep))
    (fault,) = faults(found)
    assert str(fault) == ("The lead was offered again since. It waits in the queue. Nothing was taken back.")
    assert open_handoff(handoff.lead).pk > handoff.pk
    assert invariants.breaches() == []


# -- while an import holds the lead ------------------------------------------------------------------------


def test_what_a_rep_passes_on_does_not_come_back_to_them(version: Version) -> None:
    """It goes to everyone, although the rules would give it to the same rep again."""
    rep = sam()
    a_rule(name="All", person=rep)
    handoff, why = an_offer(version), reason("wrong-territory")
    found = behind(
        lambda: _hold_as_an_import_does(handoff.lead),
        lambda: services.handoff_return(handoff=handoff, actor=rep, reason=why),
    )
    assert faults(found) == []
    again = open_handoff(handoff.lead)
    assert (again.owner, again.assignment) == (None, "Shared queue: Sam Okafor passed it on.")


def test_what_nobody_decides_on_goes_to_everyone(version: Version, clock: time_machine.Traveller) -> None:
    a_rule(name="All", person=sam())
    handoff = an_offer(version)
    clock.move_to(NOW + timedelta(days=3))
    rescore(version)
    assert faults(behind(lambda: _hold_as_an_import_does(handoff.lead), handoffs_reconcile)) == []
    handoffs_reconcile()
    again = open_handoff(handoff.lead)
    assert (again.owner, again.pk == handoff.pk) == (None, False)
    assert again.assignment.startswith("Shared queue: nobody decided within")


def test_the_accepted_lead_of_a_rep_who_left_is_offered_again(version: Version) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    User.objects.filter(pk=sam().pk).update(is_active=False)
    assert faults(behind(lambda: _hold_as_an_import_does(handoff.lead), handoffs_reconcile)) == []
    handoffs_reconcile()
    assert open_handoff(handoff.lead).status == "offered"
    assert invariants.breaches() == []


def test_all_leads_of_a_rep_are_held_in_the_order_of_an_import(version: Version) -> None:
    """It holds the first and then the last; whoever held them the other way round would wait for ever."""
    said: dict[str, Any] = {"person": sam(), "to": sofia(), "reason": "Parental leave.", "actor": rita()}
    a_rule(name="All", person=sam())
    ids = [an_offer(version).pk for _ in range(3)]

    def hold(pk: int) -> None:
        list(Handoff.objects.select_for_update(no_key=True).filter(pk=pk))

    found = behind(lambda: hold(ids[0]), lambda: leads_hand_on(**said), lambda: hold(ids[-1]))
    assert faults(found) == []
    assert found[1] == 3
