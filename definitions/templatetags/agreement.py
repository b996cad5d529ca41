"""What pages of every app say of the agreement."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils import timezone

from definitions.models import Comment
from definitions.policies import may_resolve_comment
from definitions.selectors.ageing import overdue_since
from portal.common.decisions import Decision
from portal.common.models import User

register = template.Library()


@register.inclusion_tag("definitions/_overdue.html")
def overdue(stage: str = "mql") -> dict[str, date | None]:
    """One calm line where the definition has not been reviewed for two periods; else nothing. One query."""
    return {"reviewed_on": overdue_since(stage)}


@register.filter
def settled_by(comment: Comment, person: User) -> Decision:
    """Whether the person may settle the comment, with the reason if not."""
    return may_resolve_comment(person, comment)


@register.filter
def is_past(day: date | None) -> bool:
    """Whether a day lies behind us."""
    return day is not None and day < timezone.localdate()
