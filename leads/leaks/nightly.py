"""The nightly count: entered = waiting + accepted + returned + expired + withdrawn + the two ends of work.

What entered is counted from the trail, where the handoffs stand from their rows. Every difference opens an
incident that names the leads; one that is gone closes its incident by itself.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.leaks.differences import Difference, differences_of, offers_told_of
from leads.leaks.policies import may_see_incidents, may_settle
from leads.models import Handoff, Incident, IncidentLead, LeakKind, NightlyCount
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import Topic, User
from portal.common.notify import Word, owe_notifications
from portal.common.selectors import active_people, workspace_zone

# The hour of the workspace's day from which on its night is counted: most people are at rest then.
NIGHT_HOUR = 2
# So many leads are named in one go; the number of all is said besides.
NAMED_AT_MOST = 1000


def night_count_due() -> NightlyCount | None:
    """Count this night if it has come and nobody has counted it yet."""
    now = timezone.now()
    local = now.astimezone(workspace_zone())
    if local.hour < NIGHT_HOUR or NightlyCount.objects.filter(day=local.date()).exists():
        return None
    return night_count(day=local.date(), now=now)


def night_count(*, day: date, now: datetime) -> NightlyCount:
    """The count of one day, once: who comes second finds the row of the first, and changes nothing.

    All reading is done before the transaction; a worker that is killed has written nothing or all of it.
    """
    found = {kind: differences_of(kind, now) for kind in LeakKind}
    standing: Any = Handoff.objects.order_by().values_list("status").annotate(n=Count("pk"))
    numbers, entered = dict(standing), offers_told_of()
    with transaction.atomic():
        count, is_first = NightlyCount.objects.get_or_create(
            day=day,
            defaults={
                "counted_at": now,
                "entered": entered,
                "numbers": numbers,
                "differences": sum(len(each) for each in found.values()),
            },
        )
        if is_first:
            for kind, differences in found.items():
                _bring_up_to_date(kind, {each.key: each for each in differences}, now)
            audit.record(
                "leads.counted",
                subject=count,
                actor=None,
                after={"entered": entered, "numbers": numbers, "differences": count.differences},
            )
    return count


def _bring_up_to_date(kind: LeakKind, found: dict[str, Difference], now: datetime) -> None:
    """What is new is named in the open incident, or in a new one; what is gone is not named any more.

    What somebody has settled is not raised again for as long as it is found each night.
    """
    named = IncidentLead.objects.filter(incident__kind=kind, gone_at=None)
    known = dict(named.values_list("key", "pk"))
    gone = [pk for key, pk in known.items() if key not in found]
    IncidentLead.objects.filter(pk__in=gone).update(gone_at=now)
    new = [each for key, each in found.items() if key not in known]
    incident = Incident.objects.select_for_update().filter(kind=kind, closed_at=None).first()
    if incident is None and not new:
        return
    is_new = incident is None
    if incident is None:
        incident = Incident.objects.create(kind=kind, sentence=str(kind.label))
    _name(incident, new[:NAMED_AT_MOST], now)
    still = IncidentLead.objects.filter(incident=incident, gone_at=None).count()
    unnamed = max(0, len(new) - NAMED_AT_MOST)
    if not still:
        _close(incident, None, _("It is gone by itself: the count of this night did not find it."), now)
        return
    before = incident.details.get("found")
    incident.details = {"found": still + unnamed, "found_at": now.isoformat()}
    incident.sentence = _sentence(kind, still + unnamed)
    incident.save(update_fields=["details", "sentence"])
    if is_new:
        _tell(incident)
    if before != still + unnamed:
        audit.record(
            "incident.opened" if is_new else "incident.changed",
            subject=incident,
            actor=None,
            before={} if is_new else {"found": before},
            after={"found": still + unnamed},
        )


def _sentence(kind: LeakKind, count: int) -> str:
    return f"{kind.label}: {count}"


def _name(incident: Incident, differences: list[Difference], now: datetime) -> None:
    IncidentLead.objects.bulk_create(
        IncidentLead(
            incident=incident,
            key=each.key,
            lead_id=each.lead_id,
            handoff_id=each.handoff_id,
            found_at=now,
        )
        for each in differences
    )


def _tell(incident: Incident) -> None:
    owe_notifications(
        [
            Word(person, f"incident:{incident.pk}", incident.sentence, incident.get_absolute_url())
            for person in active_people()
            if may_see_incidents(person)
        ],
        topic=Topic.LEADS,
    )


def _close(incident: Incident, actor: User | None, note: str, now: datetime) -> None:
    incident.closed_at, incident.closed_by, incident.note = now, actor, note
    audit.record("incident.closed", subject=incident, actor=actor, note=note)
    incident.save(update_fields=["closed_at", "closed_by", "note"])


@transaction.atomic
def incident_settle(*, incident: Incident, actor: User, note: str) -> Incident:
    """Say what was done about it. Raises Conflict when it is closed already, Invalid without a sentence.

    Its leads are not raised again unless they are gone one night and found on a later one.
    """
    may_settle(actor).require()
    note = " ".join(note.split())
    if not note:
        raise Invalid(_("Say in a sentence what was found or done."), field="note")
    current = Incident.objects.select_for_update().get(pk=incident.pk)
    if current.closed_at:
        who = current.closed_by or _("Accord")
        raise Conflict(
            _("%(name)s has closed this incident meanwhile: %(note)s") % {"name": who, "note": current.note}
        )
    _close(current, actor, note, timezone.now())
    return current
