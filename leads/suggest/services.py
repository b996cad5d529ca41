"""A suggestion becomes a draft."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from definitions import policies
from definitions.models import Definition, Version
from definitions.selectors import catalogue
from definitions.services.documents import document_check
from definitions.services.drafts import draft_create
from portal.common import audit
from portal.common.errors import Invalid
from portal.common.models import User

SALT = "leads.suggest"
GOOD_FOR_SECONDS = 24 * 3600


def sealed(document: dict[str, Any], summary: str) -> str:
    """What was suggested, to travel through the page and back: what is opened is what was seen."""
    return signing.dumps({"document": document, "summary": summary}, salt=SALT, compress=True)


@transaction.atomic
def suggestion_open(*, definition: Definition, seal: str, actor: User) -> Version:
    """Start a draft from what `sealed` gave. Raises `Invalid` when that was changed or is a day old."""
    policies.may_draft(actor).require()
    try:
        suggested = signing.loads(seal, salt=SALT, max_age=GOOD_FOR_SECONDS)
    except signing.BadSignature as error:
        raise Invalid(
            _("This suggestion is more than a day old. Search once more and open it then.")
        ) from error
    document = document_check(suggested["document"], catalogue())
    if document["stage"] != definition.stage:
        raise Invalid(_("This suggestion is for the other definition. Search once more here."))
    version = draft_create(
        definition=definition, actor=actor, document=document, summary=suggested["summary"]
    )
    audit.record(
        "definition.suggested",
        subject=version,
        actor=actor,
        after={"criteria": len(document["criteria"]), "threshold": document["threshold"]},
        note=suggested["summary"][:500],
    )
    return version
