"""What each side promises the other, and needs, stands beside the definition; it is not voted on."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies
from definitions.models import Definition
from portal.common import audit
from portal.common.errors import Invalid
from portal.common.models import Team, User

MOST_A_WEEK = 10_000
# A fortnight is too short to learn from, and what nobody looks at for two years is no agreement.
SHORTEST_PERIOD, LONGEST_PERIOD = 14, 731


@transaction.atomic
def promises_set(*, definition: Definition, promises: dict[str, str], actor: User) -> Definition:
    """Write the promises of the houses named in `promises` (house: words). Others stay as they are."""
    for house in promises:
        policies.may_set_promise(actor, house).require()
    definition = Definition.objects.select_for_update().get(pk=definition.pk)
    fields = {f"{house}_promise": words.strip() for house, words in promises.items()}
    before = {name: getattr(definition, name) for name in fields}
    if before == fields:
        return definition
    for name, words in fields.items():
        setattr(definition, name, words)
    definition.save(update_fields=list(fields))
    audit.record("definition.promised", subject=definition, actor=actor, before=before, after=fields)
    return definition


@transaction.atomic
def need_declare(*, definition: Definition, weekly_need: int | None, actor: User) -> Definition:
    """Say how many qualified leads a week sales needs; None takes it back. Only for sales to say."""
    policies.may_set_promise(actor, Team.SALES).require()
    if weekly_need is not None and not 0 <= weekly_need <= MOST_A_WEEK:
        raise Invalid(_("Say a number of leads a week, at most %(most)d.") % {"most": MOST_A_WEEK})
    definition = Definition.objects.select_for_update().get(pk=definition.pk)
    before = definition.weekly_need
    if before == weekly_need:
        return definition
    is_said = weekly_need is not None
    definition.weekly_need = weekly_need
    definition.weekly_need_said_by = actor if is_said else None
    definition.weekly_need_said_at = timezone.now() if is_said else None
    definition.save(update_fields=["weekly_need", "weekly_need_said_by", "weekly_need_said_at"])
    audit.record(
        "definition.need_declared",
        subject=definition,
        actor=actor,
        before={"weekly_need": before},
        after={"weekly_need": weekly_need},
    )
    return definition


@transaction.atomic
def review_period_set(*, definition: Definition, review_every_days: int, actor: User) -> Definition:
    """Say how often the definition is to be reviewed: after two such periods without one it says so."""
    policies.may_set_review_period(actor).require()
    if not SHORTEST_PERIOD <= review_every_days <= LONGEST_PERIOD:
        raise Invalid(
            _("Say a number of days from %(least)d to %(most)d.")
            % {"least": SHORTEST_PERIOD, "most": LONGEST_PERIOD}
        )
    definition = Definition.objects.select_for_update().get(pk=definition.pk)
    before = definition.review_every_days
    if before == review_every_days:
        return definition
    definition.review_every_days = review_every_days
    definition.save(update_fields=["review_every_days"])
    audit.record(
        "definition.review_period_set",
        subject=definition,
        actor=actor,
        before={"review_every_days": before},
        after={"review_every_days": review_every_days},
    )
    return definition
