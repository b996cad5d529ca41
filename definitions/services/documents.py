"""A definition comes in as one readable file and becomes a draft."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from definitions import policies
from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import DocumentError, parse
from definitions.criteria.fingerprint import canonical_rule
from definitions.criteria.settled import check_storable, settled
from definitions.models import Persona, Version
from definitions.selectors import catalogue, the_definition
from definitions.services.drafts import draft_create
from definitions.services.personas import check_persona_rule
from portal.common import audit
from portal.common.errors import Invalid
from portal.common.models import User

SHOWN = 12  # sentences of one answer; a file with more mistakes is mended in rounds


def document_check(document: Any, known: Catalogue) -> dict[str, Any]:
    """The document made whole. Raises Invalid with what is wrong and where, in sentences."""
    try:
        check_storable(document)
        parse(document, known)
        return settled(document)
    except DocumentError as error:
        lines = error.lines
        if len(lines) > SHOWN:
            lines = [*lines[:SHOWN], _("And %(more)d more.") % {"more": len(lines) - SHOWN}]
        raise Invalid("\n".join(lines), field="file") from error


@transaction.atomic
def document_import(*, document: Any, actor: User, title: str = "") -> Version:
    """Make a draft from a definition document, with the personas that it brings.

    A persona that exists here with another rule is refused: the same word must not mean two things.
    """
    policies.may_draft(actor).require()
    known = catalogue()
    document = document_check(document, known)
    for key, persona in document["personas"].items():
        _bring_persona(key, persona, known, actor)
    version = draft_create(
        definition=the_definition(document["stage"]), actor=actor, title=title, document=document
    )
    audit.record("definition.imported", subject=version, actor=actor, after={"title": version.title})
    return version


def _bring_persona(key: str, persona: dict[str, Any], known: Catalogue, actor: User) -> None:
    if key not in known.personas:
        check_persona_rule(persona["rule"])
        row = Persona.objects.create(key=key, name=persona["name"], rule=persona["rule"], created_by=actor)
        audit.record("persona.created", subject=row, actor=actor, after={"rule": row.rule})
    elif canonical_rule(known.personas[key]) != canonical_rule(persona["rule"]):
        raise Invalid(
            _(
                "The persona “%(name)s” has another rule here than in the file. "
                "Rename it in the file, or make the two the same first."
            )
            % {"name": known.persona_names[key]},
            field="file",
        )
