"""What each side promises the other stands beside the definition; it is not voted on."""

from __future__ import annotations

from django.db import transaction

from definitions import policies
from definitions.models import Definition
from portal.common import audit
from portal.common.models import User


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
