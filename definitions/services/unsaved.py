"""What is typed into the form of a clause is kept until it is saved: it survives the browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies
from definitions.models import Criterion, UnsavedClause, Version, VersionStatus
from definitions.services.criteria import criterion_add, criterion_edit
from portal.common.errors import Invalid
from portal.common.models import User

MOST_LETTERS = 50_000
KEPT_FOR = timedelta(days=30)


def clause_keep(*, version: Version, actor: User, key: str, form: str) -> UnsavedClause:
    """Keep the form of the clause `key` (empty: of a new one) as it was typed, in place of an earlier one.

    No act on the draft, so nothing is recorded: nobody else ever sees it.
    """
    policies.may_edit_version(actor, version).require()
    if len(form) > MOST_LETTERS:
        raise Invalid(_("This is too long to be kept while it is not saved."))
    kept, _is_new = UnsavedClause.objects.update_or_create(
        version=version,
        person=actor,
        criterion_key=key,
        defaults={"form": form, "kept_at": timezone.now()},
    )
    return kept


def clause_forget(*, version: Version, actor: User, key: str) -> None:
    """Throw away what was kept of the clause `key`."""
    UnsavedClause.objects.filter(version=version, person=actor, criterion_key=key).delete()


@transaction.atomic
def clause_save(
    *,
    version: Version,
    criterion: Criterion | None,
    actor: User,
    edit_number: int,
    kept_key: str = "",
    **values: Any,
) -> Criterion:
    """Save what the form says: a new clause, or a clause edited. What was kept of it is then forgotten.

    `kept_key`: whose text a new clause was made of, where its own clause was gone.
    """
    if criterion is None:
        saved = criterion_add(version=version, actor=actor, **values)
    else:
        saved = criterion_edit(criterion=criterion, actor=actor, edit_number=edit_number, **values)
    for key in {criterion.key} if criterion else {"", kept_key}:
        clause_forget(version=version, actor=actor, key=key)
    return saved


def unsaved_forget_old() -> int:
    """Forget what nobody has taken up for a month, or what can be saved no more; returns how many."""
    is_old = Q(kept_at__lt=timezone.now() - KEPT_FOR) | ~Q(version__status=VersionStatus.DRAFT)
    return UnsavedClause.objects.filter(is_old).delete()[0]
