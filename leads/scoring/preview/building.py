"""Making a snapshot: in the request where leads are few, else by a worker to whom a row owes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from django.db.models import Min, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from definitions import selectors as definitions
from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import DocumentError, parse
from definitions.criteria.nodes import Document
from definitions.documents import document_of
from definitions.models import Definition, Version, VersionStatus
from leads.facts import facts_stamp
from leads.models import PreviewSnapshot, PreviewWish
from leads.scoring.preview import reading, snapshots
from leads.scoring.preview.columns import Column
from leads.scoring.preview.questions import Question, fields_of, question_of_capture, question_of_field
from portal.common import owed

log = structlog.get_logger(__name__)

# Longer than a task works, and the last statement that it began.
LEASE_SECONDS = 200
MOST_WISHES = 50
# Others who edit have the page of their draft open: their columns are made along with those asked for.
EDITED_WITHIN = timedelta(hours=8)


def build(
    documents: Iterable[Document],
    catalogue: Catalogue,
    has_time: Callable[[], bool],
    *,
    with_fields: bool = False,
) -> PreviewSnapshot:
    """The snapshot that is true now, with the columns of these documents: a new one, or what it lacks.

    `with_fields` adds which attributes are known of whom, for the linter. Where time runs out, columns are
    still missing; what is there is true.
    """
    now = timezone.now()
    found: dict[str, Column] = {}
    with reading.one_look():
        stamp, snapshot = facts_stamp(), snapshots.current()
        if snapshot is None or not snapshots.is_true(snapshot, stamp, now):
            snapshot = snapshots.made_now(stamp, now)
        asked = _questions(documents, catalogue, snapshot, with_fields)
        had = snapshots.columns_of(snapshot, asked.values())
        for key in [key for key in asked if key not in had]:
            if not has_time():
                break
            found[key] = reading.ask(asked[key], snapshots.lead_ids_of(snapshot))
    snapshots.keep(snapshot, found)
    return snapshot


def _questions(
    documents: Iterable[Document], catalogue: Catalogue, snapshot: PreviewSnapshot, with_fields: bool
) -> dict[str, Question]:
    """By key, what the numbers need first."""
    rules = snapshots.rules_of(catalogue, snapshot.as_of)
    documents = list(documents)
    asked = [question_of_capture(rules)]
    for document in documents:
        asked += snapshots.questions_of(document, catalogue, snapshot.as_of)
    if with_fields:
        fields = {key: field for document in documents for key, field in fields_of(document.criteria).items()}
        asked += (question_of_field(field, rules) for field in fields.values())
    return {question.key: question for question in asked}


def work_wishes(has_time: Callable[[], bool]) -> int:
    """Build what is wished for; returns how many wishes were fulfilled. One worker builds at a time."""
    if PreviewWish.objects.filter(lease_until__gt=timezone.now()).exists():
        return 0
    due = PreviewWish.objects.order_by("wished_at")
    wishes = owed.claim(due, seconds=LEASE_SECONDS, limit=MOST_WISHES)
    if not wishes:
        return 0
    ours = PreviewWish.objects.filter(lease_token=wishes[0].lease_token)  # type: ignore[attr-defined]
    catalogue = definitions.catalogue()
    try:
        documents = _documents([wish.pk for wish in wishes], catalogue)
        build(documents, catalogue, has_time, with_fields=True)
    except Exception as error:
        # Tried again when the lease runs out; whoever waits for it is told.
        ours.update(error=f"{type(error).__name__}: {error}")
        log.exception("preview_failed", versions=[wish.pk for wish in wishes])
        return 0
    return ours.delete()[0]


def wish(version: Version) -> bool:
    """Owe the columns of a version to whoever looks at its numbers; returns whether that is new."""
    return PreviewWish.objects.get_or_create(version=version, defaults={"wished_at": timezone.now()})[1]


def oldest_due(now: datetime) -> datetime | None:
    """Since when the oldest wish waits, if nobody is at any."""
    if PreviewWish.objects.filter(lease_until__gt=now).exists():
        return None
    # Greatest of NULL is NULL on SQLite.
    waits_since = Greatest("wished_at", Coalesce("lease_until", "wished_at"))
    return PreviewWish.objects.aggregate(at=Min(waits_since))["at"]


def _documents(wished: list[int], catalogue: Catalogue) -> list[Document]:
    """Of the versions in force, of those wished for, and of the drafts that somebody is at."""
    is_edited = Q(status=VersionStatus.DRAFT, changed_at__gte=timezone.now() - EDITED_WITHIN)
    active = Definition.objects.filter(active_version__isnull=False).values("active_version")
    versions = Version.objects.filter(Q(pk__in=active) | Q(pk__in=wished) | is_edited)
    found = []
    for version in versions.select_related("definition").order_by("pk"):
        try:
            found.append(parse(document_of(version), catalogue))
        except DocumentError:
            # A draft that cannot be read yet has no numbers; its page says why.
            continue
    return found
