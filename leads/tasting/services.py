"""A tasting is started, tasted lead by lead, and closed."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.criteria.fingerprint import fingerprint
from definitions.documents import document_of
from definitions.models import Version
from leads.models import Tasting, TastingAnswer, TastingLead
from leads.tasting import policies
from leads.tasting.laying import drawn_of, leads_lay
from leads.tasting.states import TASTING
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import HOUSES, Topic, User
from portal.common.notify import owe_notification
from portal.common.selectors import people_of

LEAST_LEADS = 10


@transaction.atomic
def tasting_start(*, version: Version, actor: User, seed: int | None = None) -> Tasting:
    """Draw leads and ask both houses to taste them against what the version says now.

    One that is open for the same text is kept. Raises Refused, Conflict, Invalid with too few leads, or
    DocumentError where a draft cannot be read yet.
    """
    policies.may_start(actor).require()
    version = Version.objects.select_for_update(of=("self",)).select_related("definition").get(pk=version.pk)
    if version.is_shadow:
        # Both houses taste, and sales must not know that a text is scored in silence.
        raise Conflict(_("This text is only scored in silence. Start a tasting of the version it came from."))
    document = document_of(version)
    print_of_text, now = fingerprint(document), timezone.now()
    if under_way := Tasting.objects.filter(version=version, status=Tasting.Status.OPEN).first():
        if under_way.fingerprint == print_of_text:
            return under_way
        raise Conflict(
            _("A tasting of an earlier text of %(version)s is still open. Close it first.")
            % {"version": version}
        )
    tasting = Tasting.objects.create(
        version=version,
        document=document,
        fingerprint=print_of_text,
        seed=secrets.randbelow(2**31) if seed is None else seed,
        as_of=now,
        started_by=actor,
        started_at=now,
    )
    drawn = drawn_of(document, tasting.seed, now)
    if len(drawn) < LEAST_LEADS:
        raise Invalid(
            ngettext(
                "There is only %(n)d lead to taste. It takes at least %(least)d.",
                "There are only %(n)d leads to taste. It takes at least %(least)d.",
                len(drawn),
            )
            % {"n": len(drawn), "least": LEAST_LEADS}
        )
    leads_lay(tasting, drawn)
    audit.record(
        "tasting.started",
        subject=tasting,
        actor=actor,
        after={"version": version.number, "leads": len(drawn)},
    )
    for house in HOUSES:
        for person in people_of(house):
            sentence = _("%(name)s asks you to taste %(n)d leads without their names.")
            owe_notification(
                person=person,
                key=f"tasting:{tasting.pk}",
                sentence=sentence % {"name": actor, "n": len(drawn)},
                url=tasting.get_absolute_url(),
                topic=Topic.AGREEMENT,
            )
    return tasting


@transaction.atomic
def lead_taste(*, tasting: Tasting, place: int, takes: bool, reason: str, actor: User) -> TastingAnswer:
    """Say whether one would take the lead at a place, and why. It can be changed until one has finished.

    Saying the same twice counts once. Raises Conflict when the tasting was closed meanwhile, or when
    everything is tasted and the results have been shown.
    """
    # Whoever closes it meanwhile waits, or has closed it: no answer slips in behind.
    tasting = (
        Tasting.objects.select_for_update(of=("self",))
        .select_related("version__definition")
        .get(pk=tasting.pk)
    )
    if not tasting.is_open:
        raise Conflict(_("This tasting is closed. Your answer was not saved."))
    policies.may_taste(actor, tasting).require()
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid(_("Say why, in a few words."), field="reason")
    lead = TastingLead.objects.filter(tasting=tasting, place=place).first()
    if lead is None:
        raise Invalid(_("There is no such lead in this tasting."))
    mine = {
        row.tasting_lead_id: row
        for row in TastingAnswer.objects.filter(tasting_lead__tasting=tasting, person=actor)
    }
    said = mine.get(lead.pk)
    if said is not None and (said.takes, said.reason) == (takes, reason):
        return said
    if len(mine) == tasting.leads.count():
        raise Conflict(_("You have tasted every lead and seen the results. What you said stands."))
    if said is not None:
        said.takes, said.reason, said.answered_at = takes, reason, timezone.now()
        said.save(update_fields=["takes", "reason", "answered_at"])
        audit.record("tasting.answer_changed", subject=tasting, actor=actor, after={"place": place})
        return said
    # Somebody who changes teams in the middle finishes for the house that they began for.
    house = next((row.house for row in mine.values()), actor.team)
    said = TastingAnswer.objects.create(
        tasting_lead=lead, person=actor, house=house, takes=takes, reason=reason, answered_at=timezone.now()
    )
    # What was said stays out of the trail: others may read it before they have tasted.
    audit.record("tasting.answered", subject=tasting, actor=actor, after={"place": place})
    return said


@transaction.atomic
def tasting_close(*, tasting: Tasting, actor: User) -> Tasting:
    """End it: everybody may read the results, and the leads have their names again."""
    policies.may_close(actor, tasting).require()
    # An answer that is just being written is waited for: by the clock, too, it comes before the close.
    Tasting.objects.select_for_update().get(pk=tasting.pk)
    TASTING.apply(tasting, "close", closed_by=actor, closed_at=timezone.now())
    audit.record("tasting.closed", subject=tasting, actor=actor)
    return tasting
