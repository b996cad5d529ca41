"""What is done to a draft is written down twice over: in the trail, and as a step that can be taken back."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from definitions.models import DraftStep, Version
from portal.common import audit
from portal.common.models import User


def act_record(
    verb: str,
    *,
    version: Version,
    subject: models.Model,
    actor: User,
    key: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    undoes: DraftStep | None = None,
) -> None:
    """Write the trail's entry, and beside it the step: in the act's own transaction, which holds the draft.

    So the ids of a draft's steps stand in the order in which the acts happened. What takes a step back
    (`undoes`) is a step that can be taken back as well; what takes that back is none: the first stands again.
    """
    is_redo = undoes is not None and undoes.undoes_id is not None
    note = _("Done again by redo.") if is_redo else _("Taken back by undo.") if undoes else ""
    entry = audit.record(verb, subject=subject, actor=actor, before=before, after=after, note=note)
    if (before or after) and not is_redo:
        DraftStep.objects.create(version=version, actor=actor, entry=entry, criterion_key=key, undoes=undoes)
