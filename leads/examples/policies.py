"""Who may attach leads to an answer."""

from __future__ import annotations

from django.utils.translation import gettext as _

from definitions import policies
from definitions.models import RepAnswer
from portal.common.decisions import Decision, deny
from portal.common.models import User


def may_attach(user: User, answer: RepAnswer) -> Decision:
    decision = policies.may_answer(user)
    if decision and answer.person_id != user.pk:
        return deny(_("Only %(person)s attaches examples to this answer.") % {"person": answer.person})
    return decision
