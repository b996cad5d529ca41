"""Where a person decides otherwise than the machine: an offer that no score asked for, or one held back.

An override has a last day. When it has passed, reconciling ends it, and the lead is the machine's again.
The score and its receipt are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from leads.handoffs.override_policies import may_override, may_override_lead
from leads.models import Lead, Override
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User
from portal.common.notify import owe_notification
from portal.common.selectors import workspace_zone

LONGEST_DAYS = 92


def open_override(kind: str, lead: str) -> Exists:
    """Whether somebody decided so about the lead that the path `lead` of the outer row names."""
    return Exists(Override.objects.filter(lead=OuterRef(lead), kind=kind, ended_at=None))


def wanted_by_hand(lead_ids: Iterable[int]) -> dict[int, int]:
    """Of these leads those that are offered although they do not qualify, each with its override."""
    rows = Override.objects.filter(lead__in=list(lead_ids), kind=Override.Kind.QUALIFY, ended_at=None)
    return dict(rows.values_list("lead_id", "pk"))


def held_back(lead_ids: Iterable[int]) -> dict[int, Override]:
    """Of these leads those that are not offered although they may qualify, each with who said so."""
    rows = Override.objects.filter(lead__in=list(lead_ids), kind=Override.Kind.HOLD, ended_at=None)
    return {row.lead_id: row for row in rows.select_related("made_by")}


@transaction.atomic
def override_make(*, lead: Lead, kind: str, reason: str, ends_on: date, actor: User) -> Override:
    """Offer a lead that does not qualify, or hold one back that does, until the end of a day.

    One at a time for each lead. What follows (an offer, a withdrawal) is the work of reconciling.
    """
    may_override(actor).require()
    # Two who decide about the same lead at once queue here, and one of them reads what the other said.
    lead = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    may_override_lead(actor, lead).require()
    said, today = " ".join(reason.split()), timezone.now().astimezone(workspace_zone()).date()
    if not said:
        raise Invalid(_("Say in a sentence why."), field="reason")
    if not today <= ends_on <= today + timedelta(days=LONGEST_DAYS):
        raise Invalid(
            _("Choose a last day from today to %(n)d days from now.") % {"n": LONGEST_DAYS}, field="ends_on"
        )
    standing = Override.objects.select_related("made_by").filter(lead=lead, ended_at=None).first()
    if standing is not None:
        raise Conflict(
            _("%(name)s has decided about this lead already: “%(reason)s” End that first.")
            % {"name": standing.made_by, "reason": standing.reason}
        )
    made = Override.objects.create(
        lead=lead, kind=kind, reason=said[:300], made_by=actor, made_at=timezone.now(), ends_on=ends_on
    )
    audit.record(
        "override.made",
        subject=made,
        actor=actor,
        after={"lead": lead.pk, "kind": kind, "ends_on": ends_on.isoformat()},
        note=said,
    )
    return made


@transaction.atomic
def override_end(*, override: Override, actor: User) -> Override:
    """The lead is the machine's again. Anybody who may make one may end one: it hides nothing."""
    may_override(actor).require()
    now = timezone.now()
    if not Override.objects.filter(pk=override.pk, ended_at=None).update(ended_at=now, ended_by=actor):
        raise Conflict(_("This decision has ended already."))
    override.ended_at, override.ended_by = now, actor
    audit.record("override.ended", subject=override, actor=actor, before={"lead": override.lead_id})
    if override.made_by_id != actor.pk:
        said = _("%(who)s ended your decision by hand: %(lead)s goes by the definition again.")
        _tell_ended(override, said % {"who": actor, "lead": override.lead})
    return override


@transaction.atomic
def overrides_end(now: datetime) -> int:
    """End those whose last day has passed; returns how many. One index read when there are none."""
    today = now.astimezone(workspace_zone()).date()
    due = Override.objects.filter(ended_at=None, ends_on__lt=today)
    if not due.exists():
        return 0
    rows = list(due.select_related("lead", "made_by").select_for_update(skip_locked=True, of=("self",)))
    Override.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=now)
    for row in rows:
        audit.record("override.ended", subject=row, actor=None, before={"lead": row.lead_id})
        said = _("The last day of your decision by hand has passed: %(lead)s goes by the definition again.")
        _tell_ended(row, said % {"lead": row.lead})
    return len(rows)


def _tell_ended(override: Override, sentence: str) -> None:
    """Whoever decided otherwise had a reason, and may have it still."""
    owe_notification(
        person=override.made_by,
        key=f"override-ended:{override.pk}",
        sentence=sentence,
        url=override.lead.get_absolute_url(),
    )


def hold_words(override: Override) -> str:
    return _("%(name)s holds it back until %(day)s: %(reason)s") % {
        "name": override.made_by,
        "day": formats.date_format(override.ends_on, "j M Y"),
        "reason": override.reason,
    }
