"""An answer is given examples, and loses them again."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from definitions.models import RepAnswer
from leads.examples.policies import may_attach
from leads.models import AnswerExample, Lead
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User

MOST_EXAMPLES = 5


@transaction.atomic
def example_attach(*, answer: RepAnswer, lead: Lead, actor: User, note: str = "") -> AnswerExample:
    """Put a lead beside an answer. A lead that is there already stays as it is."""
    may_attach(actor, answer).require()
    # Two attached at once count each other: they queue on the answer.
    RepAnswer.objects.select_for_update().get(pk=answer.pk)
    there = AnswerExample.objects.filter(answer=answer)
    if found := there.filter(lead=lead).first():
        return found
    if there.count() >= MOST_EXAMPLES:
        raise Invalid(
            _("An answer has at most %(most)d examples. Take one away first.") % {"most": MOST_EXAMPLES}
        )
    example = AnswerExample.objects.create(answer=answer, lead=lead, note=note.strip()[:300])
    audit.record("answer.example_attached", subject=answer, actor=actor, after={"lead": lead.pk})
    return example


@transaction.atomic
def example_detach(*, answer: RepAnswer, lead: Lead, actor: User) -> None:
    """Take a lead away from an answer."""
    may_attach(actor, answer).require()
    deleted, _by_model = AnswerExample.objects.filter(answer=answer, lead=lead).delete()
    if not deleted:
        raise Conflict(_("This lead is no example of the answer any more."))
    audit.record("answer.example_detached", subject=answer, actor=actor, before={"lead": lead.pk})
