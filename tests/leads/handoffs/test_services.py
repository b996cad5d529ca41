"""Accepting, returning, following up, qualifying and ruling out; each refusal proves that nothing moved."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import Version
from leads import invariants
from leads.handoffs import services
from leads.handoffs.qualifying import handoff_qualify
from leads.handoffs.undoing import handoff_undo
from leads.models import Activity, Clock, FollowUp, Handoff, Lead, StageChange
from leads.selectors.care import to_pick_up
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, User
from tests.builders import NOW, maya, olga, rita, sam, sofia
from tests.leads.handoffs.stories import an_offer, open_handoff, reason, rescore


def _state(handoff: Handoff) -> tuple[Any, ...]:
    fresh = Handoff.objects.get(pk=handoff.pk)
    return (
        fresh.status,
        fresh.owner_id,
        Lead.objects.get(pk=handoff.lead_id).stage,
        AuditEntry.objects.count(),
        StageChange.objects.count(),
    )


def test_accepting_starts_the_follow_up_clock(version: Version) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    handoff.refresh_from_db()
    assert (handoff.status, handoff.owner, handoff.decided_by) == ("accepted", sam(), sam())
    assert handoff.accepted_at == handoff.decided_at == NOW
    assert handoff.follow_up_due_at == datetime(2026, 5, 7, 10, tzinfo=UTC)  # 24 working hours
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner) == ("sal", sam())
    change = StageChange.objects.first()
    assert change is not None
    assert (change.before, change.after, change.changed_by) == ("mql", "sal", sam())
    assert AuditEntry.objects.get(verb="handoff.accepted").actor == sam()
    assert invariants.breaches() == []


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (maya, "Only sales can accept or return a lead."),
        (olga, "Only sales can accept or return a lead."),
        (sam, "This lead is offered to Sofia Petrova first. A sales manager can accept it instead."),
    ],
)
def test_who_may_not_accept(version: Version, who: Any, sentence: str) -> None:
    handoff = an_offer(version, seller=sofia())
    actor, before = who(), _state(handoff)
    with pytest.raises(Refused, match=sentence):
        services.handoff_accept(handoff=handoff, actor=actor)
    assert _state(handoff) == before
    services.handoff_accept(handoff=handoff, actor=rita())


def test_a_deactivated_rep_may_not_accept(version: Version) -> None:
    handoff = an_offer(version)
    User.objects.filter(pk=sam().pk).update(is_active=False)
    with pytest.raises(Refused):
        services.handoff_accept(handoff=handoff, actor=sam())


def test_who_comes_second_is_told_who_was_faster(version: Version, clock: time_machine.Traveller) -> None:
    handoff = an_offer(version)
    seen_by_sam = Handoff.objects.get(pk=handoff.pk)
    services.handoff_accept(handoff=handoff, actor=sofia())
    before = _state(handoff)
    with pytest.raises(Conflict, match=r"^Sofia accepted this lead just now\.$"):
        services.handoff_accept(handoff=seen_by_sam, actor=sam())
    clock.move_to(NOW + timedelta(minutes=5))
    with pytest.raises(Conflict, match=r"^Sofia accepted this lead 5 minutes ago\.$"):
        services.handoff_accept(handoff=seen_by_sam, actor=sam())
    assert _state(handoff) == before


def test_the_winner_may_press_twice(version: Version) -> None:
    handoff = an_offer(version)
    twice = Handoff.objects.get(pk=handoff.pk)
    services.handoff_accept(handoff=handoff, actor=sofia())
    before = _state(handoff)
    assert services.handoff_accept(handoff=twice, actor=sofia()).owner == sofia()
    assert _state(handoff) == before


def test_a_challenge_names_the_criterion(version: Version) -> None:
    handoff = an_offer(version)
    services.handoff_return(
        handoff=handoff,
        actor=sam(),
        reason=reason("wrong-company"),
        challenged_key="c-software",
        note=" A two-person agency. ",
    )
    handoff.refresh_from_db()
    assert (handoff.status, handoff.challenged_key, handoff.note) == (
        "returned",
        "c-software",
        "A two-person agency.",
    )
    assert (handoff.reason_label, handoff.decided_by, handoff.ended_at) == (
        "The company does not fit",
        sam(),
        NOW,
    )
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner, lead.nurture_until) == ("nurture", None, date(2026, 8, 2))
    assert invariants.breaches() == []


@pytest.mark.parametrize(
    ("key", "answers", "field"),
    [
        ("wrong-company", {}, "criterion"),
        ("wrong-company", {"challenged_key": "c-software", "is_something_missing": True}, "criterion"),
        ("wrong-company", {"challenged_key": "c-nowhere"}, "criterion"),
        ("other-return", {"is_something_missing": True, "note": "  "}, "note"),
        ("no-way-to-reach", {}, "missing_field"),
        ("no-way-to-reach", {"missing_field": "lead.phone"}, "missing_field"),
        ("no-budget", {}, "reason"),
        ("no-longer-works-it", {}, "reason"),
    ],
)
def test_a_return_that_says_too_little(
    version: Version, key: str, answers: dict[str, Any], field: str
) -> None:
    handoff = an_offer(version)
    before = _state(handoff)
    with pytest.raises(Invalid) as caught:
        services.handoff_return(handoff=handoff, actor=sam(), reason=reason(key), **answers)
    assert caught.value.field == field
    assert _state(handoff) == before


def test_the_wrong_rep_passes_it_on_to_everyone(version: Version) -> None:
    handoff = an_offer(version, seller=sofia())
    services.handoff_accept(handoff=handoff, actor=sofia())
    services.handoff_return(handoff=handoff, actor=sofia(), reason=reason("wrong-territory"))
    handoff.refresh_from_db()
    again = open_handoff(handoff.lead)
    assert (handoff.status, again.status, again.owner) == ("returned", "offered", None)
    assert again.assignment == "Shared queue: Sofia Petrova passed it on."
    assert not again.is_recycled
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner) == ("mql", None)
    assert invariants.breaches() == []


def test_passing_on_what_no_longer_qualifies_gives_it_to_marketing(version: Version) -> None:
    handoff = an_offer(version)
    services.handoff_accept(handoff=handoff, actor=sam())
    Activity.objects.all().delete()
    rescore(version)
    services.handoff_return(handoff=handoff, actor=sam(), reason=reason("wrong-territory"))
    lead = Lead.objects.get()
    assert (Handoff.objects.count(), lead.stage, lead.owner) == (1, "nurture", None)
    assert to_pick_up(maya()).get() == handoff, "somebody looks after it: it never rests unseen"
    clock = Clock.objects.get(handoff=handoff, kind="pick_up")
    assert (clock.started_at, clock.stopped_at) == (NOW, None)
    assert invariants.breaches() == []
    handoff_undo(handoff=handoff, actor=sam())
    assert (to_pick_up(maya()).count(), Clock.objects.filter(kind="pick_up").count()) == (0, 0)


def test_no_return_after_contact(version: Version) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    services.follow_up_add(handoff=handoff, actor=sam(), has_reached=False)
    services.follow_up_add(handoff=handoff, actor=sam(), has_reached=True, note="Spoke for ten minutes.")
    before = _state(handoff)
    with pytest.raises(Refused, match="Disqualify it instead"):
        services.handoff_return(handoff=handoff, actor=sam(), reason=reason("duplicate"), note="Same as 7.")
    assert _state(handoff) == before
    services.handoff_disqualify(handoff=handoff, actor=sam(), reason=reason("no-budget"))
    handoff.refresh_from_db()
    assert (handoff.status, handoff.reason_label, Lead.objects.get().stage) == (
        "disqualified",
        "No budget",
        "disqualified",
    )


def test_the_first_follow_up_answers_the_clock(version: Version, clock: time_machine.Traveller) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    clock.move_to(NOW + timedelta(hours=1))
    services.follow_up_add(handoff=handoff, actor=sam(), has_reached=False, note="Voicemail.")
    clock.move_to(NOW + timedelta(hours=2))
    services.follow_up_add(handoff=handoff, actor=sam(), has_reached=False)
    handoff.refresh_from_db()
    assert handoff.followed_up_at == NOW + timedelta(hours=1)
    assert FollowUp.objects.count() == 2


def test_sales_qualified(version: Version) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    with pytest.raises(Refused, match="Sam Okafor works this lead"):
        handoff_qualify(handoff=handoff, actor=sofia())
    handoff_qualify(handoff=handoff, actor=sam())
    handoff.refresh_from_db()
    assert (handoff.status, handoff.ended_at, Lead.objects.get().stage) == (
        "sales_qualified",
        NOW,
        "sales_qualified",
    )
    assert AuditEntry.objects.filter(verb="handoff.sales_qualified").count() == 1
    with pytest.raises(Conflict, match="This handoff is closed: Sales-qualified by Sam just now"):
        services.handoff_disqualify(handoff=handoff, actor=sam(), reason=reason("no-need"))
    assert invariants.breaches() == []


def test_an_offered_lead_cannot_be_qualified(version: Version) -> None:
    handoff = an_offer(version)
    before = _state(handoff)
    with pytest.raises(Refused, match="Accept this lead first"):
        handoff_qualify(handoff=handoff, actor=sam())
    assert _state(handoff) == before


def test_ruling_out_takes_its_own_reasons(version: Version) -> None:
    handoff = services.handoff_accept(handoff=an_offer(version), actor=sam())
    before = _state(handoff)
    for key, field in (("wrong-role", "reason"), ("other-disqualify", "note")):
        with pytest.raises(Invalid) as caught:
            services.handoff_disqualify(handoff=handoff, actor=sam(), reason=reason(key))
        assert caught.value.field == field
    assert _state(handoff) == before


def test_a_withdrawn_offer_says_so(version: Version) -> None:
    handoff = an_offer(version)
    Handoff.objects.update(status="withdrawn", ended_at=NOW, note="It no longer meets MQL v2.")
    with pytest.raises(Conflict, match=r"This lead was withdrawn just now\. It no longer meets MQL v2\."):
        services.handoff_accept(handoff=handoff, actor=sam())


def test_a_clause_that_was_not_met_cannot_be_challenged(version: Version) -> None:
    handoff = an_offer(version)
    line = next(line for line in handoff.receipt["lines"] if line["key"] == "c-software")
    line["is_met"] = False
    handoff.save(update_fields=["receipt"])
    before = _state(handoff)
    with pytest.raises(Invalid, match="a criterion that this lead met"):
        services.handoff_return(
            handoff=handoff, actor=sam(), reason=reason("wrong-company"), challenged_key="c-software", note=""
        )
    assert _state(handoff) == before
