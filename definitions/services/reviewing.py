"""The doors by which a review says that it has looked at a definition, or at one clause of it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q

from definitions.models import ClauseReview, Definition


def definition_reviewed(*, definition: Definition, on: date) -> None:
    """Remember the day, unless a later one is known. In the transaction of the act, which is in the trail."""
    earlier = Q(reviewed_on=None) | Q(reviewed_on__lt=on)
    Definition.objects.filter(earlier, pk=definition.pk).update(reviewed_on=on)


@transaction.atomic
def clause_reviewed(*, definition: Definition, key: str, on: date, again_on: date | None) -> None:
    """Remember what was decided on a clause last."""
    rows = ClauseReview.objects.filter(definition=definition, key=key)
    if not rows.filter(reviewed_on__gt=on).exists():
        ClauseReview.objects.update_or_create(
            definition=definition, key=key, defaults={"reviewed_on": on, "again_on": again_on}
        )
