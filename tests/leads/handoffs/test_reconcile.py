"""What is offered, withdrawn, expired and left alone, as the scores and the clock move."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from definitions.models import Version
from leads import invariants
from leads.care.returned import nurture_change
from leads.handoffs.offering import offer, receipts_of, terms_of
from leads.handoffs.outcomes import outcome_say
from leads.handoffs.qualifying import handoff_qualify
from leads.handoffs.reconcile import handoffs_reconcile
from leads.handoffs.services import handoff_accept, handoff_return
from leads.models import Activity, FieldChange, Handoff, Lead, StageChange
from portal.common.models import AuditEntry, Notification, User
from tests.builders import NOW, a_document, a_lead, a_version, an_account, an_activity, maya, sam, sofia
from tests.leads.handoffs.stories import (
    PRICING,
    SOFTWARE,
    a_fit_lead,
    a_qualified_lead,
    an_offer,
    open_handoff,
    reason,
    rescore,
)

Clock = time_machine.Traveller


def test_a_qualified_lead_is_offered_with_its_receipt(version: Version) -> None:
    lead = a_qualified_lead()
    rescore(version)
    assert handoffs_reconcile().offered == 1
    handoff = open_handoff(lead)
    assert (handoff.status, handoff.points, handoff.grade) == ("offered", 100, 5)
    assert sum(line["points"] for line in handoff.receipt["lines"]) == 100
    assert handoff.receipt["as_of"] == NOW.isoformat()
    assert handoff.due_at == datetime(2026, 5, 5, 10, tzinfo=UTC)  # eight working hours after Monday ten
    assert (handoff.owner, handoff.is_recycled, handoff.is_contact_request) == (None, False, False)
    assert handoff.lead.stage == "mql"
    change = StageChange.objects.get(lead=lead)
    assert (change.before, change.after, change.handoff) == ("not_assessed", "mql", handoff)
    entry = AuditEntry.objects.get(verb="handoffs.offered")
    assert entry.after == {"handoffs": [handoff.pk]}
    assert invariants.breaches() == []


def test_doing_it_again_changes_nothing(version: Version) -> None:
    an_offer(version)
    assert handoffs_reconcile().is_quiet
    assert Handoff.objects.count() == 1


def test_an_unqualified_lead_has_been_assessed(version: Version) -> None:
    lead = a_fit_lead()
    rescore(version)
    done = handoffs_reconcile()
    assert (done.offered, done.assessed) == (0, 1)
    lead.refresh_from_db()
    assert lead.stage == "lead"


def test_a_lead_without_a_score_is_left_alone(version: Version) -> None:
    lead = a_lead()
    assert handoffs_reconcile().is_quiet
    lead.refresh_from_db()
    assert lead.stage == "not_assessed"


def test_without_a_definition_nothing_is_offered(db: None) -> None:
    a_qualified_lead()
    assert handoffs_reconcile().is_quiet


def test_a_contact_request_is_due_within_the_hour(version: Version) -> None:
    lead = a_lead()
    an_activity(lead, "contact_requested", at=NOW - timedelta(hours=1))
    rescore(version)
    handoffs_reconcile()
    handoff = open_handoff(lead)
    assert handoff.is_contact_request
    assert handoff.due_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("stage", ["disqualified", "customer", "opportunity", "sales_qualified", "sal"])
def test_these_stages_are_never_offered(version: Version, stage: str) -> None:
    lead = a_qualified_lead(stage=stage)
    rescore(version)
    assert handoffs_reconcile().offered == 0
    lead.refresh_from_db()
    assert lead.stage == stage


def test_a_merged_lead_is_never_offered(version: Version) -> None:
    lead = a_qualified_lead()
    rescore(version)
    Lead.objects.filter(pk=lead.pk).update(merged_into=a_lead())
    assert handoffs_reconcile().offered == 0


def test_the_owner_of_the_account_has_the_turn(version: Version) -> None:
    handoff = an_offer(version, seller=sofia())
    assert handoff.owner == sofia()
    assert handoff.assignment == "Sofia Petrova owns the account."
    assert Notification.objects.get(person=sofia()).sentence == "1 lead is offered to you."


def test_an_owner_who_left_has_no_turn(version: Version) -> None:
    seller = sofia()
    User.objects.filter(pk=seller.pk).update(is_active=False)
    handoff = an_offer(version, seller=seller)
    assert handoff.owner is None
    assert handoff.assignment == "Shared queue: the account's owner is not in sales any more."


def test_an_offer_that_no_longer_qualifies_is_withdrawn_with_a_word(version: Version, clock: Clock) -> None:
    handoff = an_offer(version, seller=sofia())
    clock.move_to(NOW + timedelta(hours=1))
    Activity.objects.all().delete()
    rescore(version)
    done = handoffs_reconcile()
    assert (done.withdrawn, done.offered) == (1, 0)
    handoff.refresh_from_db()
    assert (handoff.status, handoff.ended_at) == ("withdrawn", NOW + timedelta(hours=1))
    assert handoff.note == "It no longer meets MQL v1: below the threshold."
    assert Lead.objects.get().stage == "lead"
    assert Notification.objects.filter(person=sofia(), key=f"withdrawn:{handoff.pk}").exists()
    assert invariants.breaches() == []


def test_an_accepted_lead_is_never_touched(version: Version) -> None:
    handoff = an_offer(version)
    handoff_accept(handoff=handoff, actor=sam())
    Activity.objects.all().delete()
    rescore(version)
    assert handoffs_reconcile().is_quiet
    handoff.refresh_from_db()
    assert (handoff.status, handoff.owner) == ("accepted", sam())


def test_a_new_version_keeps_what_still_qualifies_and_withdraws_the_rest(version: Version) -> None:
    kept, lost = an_offer(version), an_offer(version, account=an_account(industry="Software", employees=3))
    version.status = "superseded"
    version.save()
    large = {**SOFTWARE, "key": "c-large", "rule": {"attribute": "account.employees", "is": "unknown"}}
    second = a_version(a_document(SOFTWARE, PRICING, large, threshold=150))
    rescore(second)
    assert handoffs_reconcile().withdrawn == 1
    kept.refresh_from_db()
    lost.refresh_from_db()
    assert (kept.status, kept.version, kept.points) == ("offered", version, 100)
    assert (lost.status, lost.note) == ("withdrawn", "It no longer meets MQL v2: below the threshold.")


def test_what_nobody_decides_on_is_offered_to_everyone_again(version: Version, clock: Clock) -> None:
    handoff = an_offer(version, seller=sofia())
    almost = datetime(
        2026, 5, 5, 13, 59, tzinfo=UTC
    )  # one and a half times eight working hours, less a minute
    clock.move_to(almost)
    rescore(version)
    assert handoffs_reconcile().is_quiet
    clock.move_to(almost + timedelta(minutes=1))
    done = handoffs_reconcile()
    assert done.expired == 1
    handoff.refresh_from_db()
    assert (handoff.status, handoff.ended_at) == ("expired", almost + timedelta(minutes=1))
    again = open_handoff(handoff.lead)
    assert (again.owner, again.assignment) == (
        None,
        "Shared queue: nobody decided within 12 working hours.",
    )
    assert again.lead.stage == "mql"
    assert invariants.breaches() == []


def _returned(version: Version, key: str, **answers: object) -> Handoff:
    handoff = an_offer(version)
    return handoff_return(handoff=handoff, actor=sam(), reason=reason(key), **answers)  # type: ignore[arg-type]


def test_after_a_challenge_the_lead_rests_until_it_acts(version: Version, clock: Clock) -> None:
    handoff = _returned(version, "wrong-role", challenged_key="c-software")
    clock.move_to(NOW + timedelta(days=2))
    rescore(version)
    assert handoffs_reconcile().is_quiet
    an_activity(handoff.lead, "sales_call", at=NOW + timedelta(days=1))
    assert handoffs_reconcile().is_quiet, "sales' own calls are not the lead's behaviour"
    an_activity(handoff.lead, "webinar_attended", at=NOW + timedelta(days=1))
    assert handoffs_reconcile().offered == 1
    again = open_handoff(handoff.lead)
    assert again.is_recycled
    assert (again.lead.is_recycled, again.lead.nurture_until) == (True, None)


def test_after_its_date_the_lead_is_offered_again(version: Version, clock: Clock) -> None:
    handoff = _returned(version, "too-early", is_something_missing=True)
    handoff.lead.refresh_from_db()
    assert handoff.lead.nurture_until == date(2026, 8, 2)
    Lead.objects.update(nurture_until=date(2026, 5, 20))
    clock.move_to(datetime(2026, 5, 19, 23, tzinfo=UTC))
    rescore(version)
    assert handoffs_reconcile().is_quiet
    clock.move_to(datetime(2026, 5, 20, 1, tzinfo=UTC))
    assert handoffs_reconcile().offered == 1


def test_after_a_missing_fact_only_a_fact_brings_it_back(version: Version, clock: Clock) -> None:
    handoff = _returned(version, "no-way-to-reach", missing_field="phone")
    clock.move_to(NOW + timedelta(days=1))
    an_activity(handoff.lead, "webinar_attended", at=NOW + timedelta(hours=2))
    rescore(version)
    assert handoffs_reconcile().is_quiet
    FieldChange.objects.create(
        lead=handoff.lead, field="phone", after="+49 30 1234", changed_at=NOW + timedelta(hours=3)
    )
    assert handoffs_reconcile().offered == 1


def _lost(version: Version, clock: Clock) -> Handoff:
    """Returned, back by what it did, accepted, qualified, and lost a day later."""
    handoff = _returned(version, "wrong-role", challenged_key="c-software")
    an_activity(handoff.lead, "webinar_attended", at=NOW + timedelta(hours=1))
    clock.move_to(NOW + timedelta(hours=2))
    rescore(version)
    handoffs_reconcile()
    again = handoff_accept(handoff=open_handoff(handoff.lead), actor=sam())
    handoff_qualify(handoff=again, actor=sam())
    clock.move_to(NOW + timedelta(days=1))
    outcome_say(handoff=again, actor=sam(), kind="lost", seen_stage="sales_qualified")
    rescore(version)
    return again


def test_a_lost_lead_rests_until_its_day_whatever_came_before(version: Version, clock: Clock) -> None:
    handoff = _lost(version, clock)
    assert handoffs_reconcile().is_quiet, "what it did before it was lost is no news"
    clock.move_to(NOW + timedelta(days=3))
    an_activity(handoff.lead, "webinar_attended", at=NOW + timedelta(days=2))
    rescore(version)
    assert handoffs_reconcile().is_quiet
    Lead.objects.update(nurture_until=(NOW + timedelta(days=3)).date())
    assert handoffs_reconcile().offered == 1


def test_a_lost_lead_without_a_day_rests_until_it_acts(version: Version, clock: Clock) -> None:
    handoff = _lost(version, clock)
    lead = Lead.objects.get()
    nurture_change(lead=lead, seen=lead.nurture_until, until=None, actor=maya())
    assert handoffs_reconcile().is_quiet
    clock.move_to(NOW + timedelta(days=3))
    an_activity(handoff.lead, "webinar_attended", at=NOW + timedelta(days=2))
    rescore(version)
    assert handoffs_reconcile().offered == 1


@pytest.mark.parametrize("stage", ["sales_qualified", "opportunity", "customer", "disqualified"])
def test_what_was_decided_between_look_and_lock_stands(version: Version, stage: str) -> None:
    """A worker has found the lead and written its receipt; then somebody rules it out."""
    lead = a_qualified_lead()
    rescore(version)
    receipts = receipts_of(version, [lead.pk], NOW)
    Lead.objects.update(stage=stage)
    assert offer(terms=terms_of(version, NOW), lead_ids=[lead.pk], receipts=receipts) == []
    assert Lead.objects.get().stage == stage


def test_many_leads_in_few_queries(version: Version, django_assert_max_num_queries: object) -> None:
    account = an_account(industry="Software")
    for _ in range(30):
        a_qualified_lead(account=account)
    rescore(version)
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        assert handoffs_reconcile().offered == 30
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        assert handoffs_reconcile().is_quiet


def test_a_limit_is_kept(version: Version) -> None:
    for _ in range(3):
        a_qualified_lead()
    rescore(version)
    assert handoffs_reconcile(limit=2).offered == 2
    assert handoffs_reconcile(limit=2).offered == 1
