"""What pages of every app say of the agreement."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils import timezone

from definitions.selectors.ageing import overdue_since

register = template.Library()


@register.inclusion_tag("definitions/_overdue.html")
def overdue(stage: str = "mql") -> dict[str, date | None]:
    """One calm line where the definition has not been reviewed for two periods; else nothing. One query."""
    return {"reviewed_on": overdue_since(stage)}


@register.filter
def is_past(day: date | None) -> bool:
    """Whether a day lies behind us."""
    return day is not None and day < timezone.localdate()
