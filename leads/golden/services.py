"""A golden lead is laid down, reworded, retired."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions.models import Definition
from leads.golden import policies
from leads.models import GoldenLead, Lead
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User


@transaction.atomic
def golden_lay(
    *, definition: Definition, lead: Lead, must_qualify: bool, sentence: str, actor: User
) -> GoldenLead:
    """From now on every text of this definition is held against the lead. One word per lead at a time."""
    policies.may_lay_golden(actor).require()
    said = _said(sentence)
    if lead.merged_into_id is not None:
        raise Invalid(_("This lead was merged into another. Choose the one that is left."))
    # Two people who lay down the same lead at once queue on the definition's row.
    Definition.objects.select_for_update().get(pk=definition.pk)
    standing = (
        GoldenLead.objects.filter(definition=definition, lead=lead, retired_at=None)
        .select_related("created_by")
        .first()
    )
    if standing is not None:
        raise Conflict(
            _("%(author)s has laid this lead down already: “%(sentence)s”")
            % {"author": standing.created_by, "sentence": standing.sentence}
        )
    golden = GoldenLead.objects.create(
        definition=definition, lead=lead, must_qualify=must_qualify, sentence=said, created_by=actor
    )
    audit.record(
        "golden.laid",
        subject=golden,
        actor=actor,
        after={"lead": lead.pk, "must_qualify": must_qualify, "sentence": said},
    )
    return golden


@transaction.atomic
def golden_reword(*, golden: GoldenLead, sentence: str, seen: str, actor: User) -> GoldenLead:
    """Say it better. `seen` is the sentence that the person had before their eyes; `Conflict` when it is
    another one by now."""
    policies.may_change_golden(actor, golden).require()
    said = _said(sentence)
    moved = GoldenLead.objects.filter(pk=golden.pk, retired_at=None, sentence=seen).update(sentence=said)
    golden.refresh_from_db(fields=("sentence", "retired_at"))
    if not moved:
        raise Conflict(
            _("Somebody changed this golden lead meanwhile. It says now: “%(sentence)s”")
            % {"sentence": golden.sentence}
        )
    if said != seen:
        audit.record(
            "golden.reworded",
            subject=golden,
            actor=actor,
            before={"sentence": seen},
            after={"sentence": said},
        )
    return golden


@transaction.atomic
def golden_retire(*, golden: GoldenLead, actor: User) -> GoldenLead:
    """No text is held against it any more. It stays readable, and can be laid down again."""
    policies.may_change_golden(actor, golden).require()
    now = timezone.now()
    moved = GoldenLead.objects.filter(pk=golden.pk, retired_at=None).update(retired_at=now, retired_by=actor)
    if not moved:
        raise Conflict(_("Somebody retired this golden lead a moment ago."))
    golden.retired_at, golden.retired_by = now, actor
    audit.record(
        "golden.retired",
        subject=golden,
        actor=actor,
        before={"lead": golden.lead_id, "must_qualify": golden.must_qualify, "sentence": golden.sentence},
    )
    return golden


def _said(sentence: str) -> str:
    said = " ".join(sentence.split())
    if not said:
        raise Invalid(_("Say in a sentence why."), field="sentence")
    return said
