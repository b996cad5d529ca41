"""What people say about a draft: comments, and when they are settled."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies
from definitions.models import Comment, Version
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User


def _stamp(version: Version) -> None:
    """Let the pages of others notice within seconds."""
    Version.objects.filter(pk=version.pk).update(changed_at=timezone.now())


@transaction.atomic
def comment_add(
    *,
    version: Version,
    actor: User,
    text: str,
    kind: str = Comment.Kind.FEEDBACK,
    criterion_key: str = "",
    reply_to: Comment | None = None,
) -> Comment:
    """Say something about one clause (`criterion_key`) or about the whole version (empty)."""
    policies.may_comment(actor, version).require()
    if not text.strip():
        raise Invalid(_("Write what you want to say."), field="text")
    if reply_to is not None and reply_to.version_id != version.pk:
        raise Invalid(_("That comment belongs to another version."))
    comment = Comment.objects.create(
        version=version,
        criterion_key=reply_to.criterion_key if reply_to else criterion_key,
        # An answer is never a concern of its own: it would block for ever without being seen as one.
        kind=Comment.Kind.FEEDBACK if reply_to else kind,
        text=text.strip(),
        author=actor,
        reply_to=reply_to,
    )
    _stamp(version)
    audit.record(
        "comment.added",
        subject=comment,
        actor=actor,
        after={"kind": comment.kind, "on": comment.criterion_key},
    )
    return comment


@transaction.atomic
def comment_resolve(*, comment: Comment, actor: User) -> Comment:
    """Settle a comment. An open concern keeps the version from being proposed."""
    policies.may_resolve_comment(actor, comment).require()
    now = timezone.now()
    moved = Comment.objects.filter(pk=comment.pk, resolved_at=None).update(resolved_at=now, resolved_by=actor)
    if not moved:
        raise Conflict(_("Someone settled this a moment ago."))
    comment.resolved_at, comment.resolved_by = now, actor
    _stamp(comment.version)
    audit.record("comment.resolved", subject=comment, actor=actor)
    return comment
