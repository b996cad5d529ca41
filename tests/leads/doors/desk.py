"""The queue and what sales does with it; what marketing does with what came back; reasons and incidents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from leads.handoffs import services
from leads.handoffs.overriding import override_make
from leads.handoffs.qualifying import handoff_qualify, sales_check_add
from leads.leaks.nightly import night_count
from leads.models import Handoff, Incident, Override
from leads.saved_views import view_save
from tests.builders import NOW, a_document, an_active_version, maya, sam
from tests.doors import MANAGERS, MARKETING, SALES, SIGNED_IN, Door, Sent
from tests.leads.handoffs.stories import (
    PRICING,
    a_fit_lead,
    a_qualified_lead,
    an_offer,
    in_force,
    reason,
    rescore,
)
from tests.leads.handoffs.test_qualifying import BUDGET, SIZE

OWNER = frozenset({"sam", "rita"})
OVERRIDE = MARKETING | MANAGERS
SOON = str((NOW + timedelta(days=20)).date())

# -- where the act is possible -----------------------------------------------------------------------------


def _offered() -> Handoff:
    return an_offer(in_force())


def _offered_to_sam() -> Handoff:
    return an_offer(in_force(), seller=sam())


def _accepted() -> Handoff:
    return services.handoff_accept(handoff=_offered(), actor=sam())


def _with_questions() -> Handoff:
    """Of what makes a lead sales-qualified, the budget is for the rep to find out."""
    handoff = _accepted()
    an_active_version(a_document(BUDGET, SIZE, PRICING, stage="sql"))
    return handoff


def _qualified() -> Handoff:
    return handoff_qualify(handoff=_accepted(), actor=sam())


def _returned(key: str = "no-way-to-reach", **says: Any) -> Handoff:
    says = says or {"missing_field": "phone"}
    return services.handoff_return(handoff=_offered(), actor=sam(), reason=reason(key), **says)


def _resting() -> Handoff:
    return _returned("no-interest", is_something_missing=True)


def _held_back() -> Override:
    in_force()
    return override_make(
        lead=a_fit_lead(), kind="qualify", reason="Met.", ends_on=NOW.date() + timedelta(days=9), actor=maya()
    )


def _of(make: Callable[[], Handoff], **form: Any) -> Callable[[], Sent]:
    return lambda: Sent((make().pk,), form)


def _queue() -> Sent:
    return Sent((), {"handoff": [_offered().pk]})


def _a_view_of_maya() -> Sent:
    return Sent((view_save(name="Mine", query="tab=mine", actor=maya()).pk,))


def _with_reason(make: Callable[[], Handoff], key: str, **form: Any) -> Callable[[], Sent]:
    return lambda: Sent((make().pk,), {"reason": reason(key).pk, **form})


def _a_check_taken_back() -> Sent:
    handoff = _with_questions()
    sales_check_add(handoff=handoff, actor=sam(), key="c-budget")
    return Sent((handoff.pk, "c-budget"))


def _a_reason(**form: Any) -> Callable[[], Sent]:
    return lambda: Sent((reason("no-way-to-reach").pk,), form)


def _a_day_for_a_lead_that_rests() -> Sent:
    lead = _resting().lead
    lead.refresh_from_db()
    return Sent((lead.pk,), {"until": SOON, "seen": lead.nurture_until or ""})


def _a_near_miss() -> Sent:
    version = in_force()
    lead = a_fit_lead()
    rescore(version)
    return Sent((lead.pk,), {"reason": "Met at the fair."})


def _decided_otherwise() -> Sent:
    in_force()
    lead = a_qualified_lead()
    return Sent((lead.pk,), {"kind": "hold", "ends_on": SOON, "reason": "They merge."})


def _an_incident() -> Sent:
    version = in_force()
    version.activated_at = NOW - timedelta(days=1)
    version.save(update_fields=["activated_at"])
    Handoff.objects.filter(pk=an_offer(version).pk).update(ended_at=NOW)
    night_count(day=NOW.date() - timedelta(days=1), now=timezone.now())
    return Sent((Incident.objects.get().pk,), {"note": "A script of ours."})


DOORS = [
    # The queue and what sales does with it
    Door("leads:queue_accept", "handoff.accepted", SALES, _queue),
    Door(
        "leads:saved_view_save",
        "saved_view.saved",
        SIGNED_IN,
        lambda: Sent((), {"name": "Mine", "query": "tab=mine"}),
    ),
    Door(
        "leads:saved_view_delete",
        "saved_view.deleted",
        frozenset({"maya"}),
        _a_view_of_maya,
        otherwise=dict.fromkeys(SIGNED_IN, 404),
    ),
    Door("leads:handoff_accept", "handoff.accepted", SALES, _of(_offered)),
    Door("leads:handoff_accept", "handoff.accepted", OWNER, _of(_offered_to_sam), case="of Sam"),
    Door(
        "leads:handoff_return",
        "handoff.returned",
        SALES,
        _with_reason(_offered, "no-way-to-reach", missing_field="phone"),
    ),
    Door(
        "leads:handoff_return",
        "handoff.returned",
        OWNER,
        _with_reason(_accepted, "no-interest", criterion="c-software"),
        case="which Sam accepted",
    ),
    Door("leads:handoff_undo", "handoff.undone", frozenset({"sam"}), _of(_accepted)),
    Door("leads:handoff_qualify", "handoff.sales_qualified", OWNER, _of(_accepted)),
    Door(
        "leads:handoff_qualify",
        "handoff.sales_qualified",
        OWNER,
        _of(_with_questions, note="They sign."),
        case="all the same",
    ),
    Door(
        "leads:sales_check_add",
        "sales_check.added",
        OWNER,
        lambda: Sent((_with_questions().pk, "c-budget")),
    ),
    Door("leads:sales_check_remove", "sales_check.removed", OWNER, _a_check_taken_back),
    Door("leads:outcome_say", "outcome.said", OWNER, _of(_qualified, kind="won", stage="sales_qualified")),
    Door(
        "leads:handoff_disqualify",
        "handoff.disqualified",
        OWNER,
        _with_reason(_accepted, "other-disqualify", note="They closed."),
    ),
    Door("leads:follow_up_add", "handoff.followed_up", OWNER, _of(_accepted, has_reached="on")),
    # The reasons that sales chooses from
    Door(
        "leads:reason_new",
        "reason.added",
        MANAGERS,
        lambda: Sent((), {"label": "On holiday", "family": "procedural"}),
    ),
    Door(
        "leads:reason_edit",
        "reason.changed",
        MANAGERS,
        _a_reason(label="Cannot be reached", family="clerical"),
    ),
    Door("leads:reason_retire", "reason.retired", MANAGERS, _a_reason()),
    Door("leads:reason_move", "reason.moved", MANAGERS, _a_reason(direction="down")),
    # What came back to marketing
    Door("leads:nurture_change", "lead.rests", MARKETING, _a_day_for_a_lead_that_rests),
    Door("leads:return_pick_up", "return.picked_up", MARKETING, _of(_returned)),
    Door(
        "leads:return_fix",
        "return.settled",
        MARKETING,
        _of(_returned, field="phone", value="+47 22 33 44 55"),
    ),
    Door("leads:return_reroute", "return.settled", MARKETING, _of(_returned)),
    Door("leads:return_rest", "return.settled", MARKETING, _of(_returned, until=SOON)),
    Door(
        "leads:return_rule_out",
        "return.settled",
        MARKETING,
        _with_reason(_returned, "other-disqualify", note="They closed."),
    ),
    # Otherwise than the definition
    Door("leads:lead_pull", "lead.pulled", SALES, _a_near_miss),
    Door("leads:override_new", "override.made", OVERRIDE, _decided_otherwise),
    Door("leads:override_end", "override.ended", OVERRIDE, lambda: Sent((_held_back().pk,))),
    # What the nightly count found
    Door("leads:incident_page", "incident.closed", MANAGERS, _an_incident),
]
