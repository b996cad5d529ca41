"""Reads of how fresh an agreement is."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from definitions.ageing import is_overdue, look_again_on
from definitions.models import ClauseReview, Definition
from portal.common.models import User


def looks_ahead(definition: Definition, document: dict[str, Any]) -> dict[str, date | None]:
    """For each clause that a review has decided on, when it is to be looked at again."""
    reviews = {row.key: row for row in ClauseReview.objects.filter(definition=definition)}
    found = {}
    for item in document["criteria"]:
        if row := reviews.get(item["key"]):
            own = date.fromisoformat(item["review_on"]) if item.get("review_on") else None
            found[item["key"]] = look_again_on(own, row.reviewed_on, row.again_on)
    return found


def owners_of(document: dict[str, Any]) -> dict[str, str]:
    """Names of the people who look after clauses, by the address that the document names them by."""
    addresses = {item["owner"].lower() for item in document["criteria"] if item.get("owner")}
    people = User.objects.filter(email__in=addresses) if addresses else User.objects.none()
    return {person.email: str(person) for person in people}


def overdue_since(stage: str) -> date | None:
    """The day of the last review, where a version is in force and two periods have gone by since."""
    row = (
        Definition.objects.filter(stage=stage, active_version__isnull=False)
        .values_list("reviewed_on", "review_every_days")
        .first()
    )
    if row is None or not is_overdue(*row, timezone.localdate()):
        return None
    return row[0]
