"""What must always hold for leads: each breach as a sentence that names the rows. For the nightly count.

Reads everything, so it is for a command and for the night, not for a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from definitions.criteria.fingerprint import fingerprint
from definitions.models import Definition, Stage, Version, VersionStatus
from leads.leaks import differences
from leads.models import (
    OPEN,
    Activity,
    Clock,
    ClockKind,
    DealtTurn,
    Handoff,
    HandoffStatus,
    Import,
    Lead,
    LeadFit,
    LeadWords,
    PickUp,
    PoolMember,
    Score,
    Shadow,
    ShadowLead,
    Source,
    Tasting,
    TastingAnswer,
    Term,
    TouchedLead,
    TurnBook,
)
from leads.models.handoffs import carried_of
from leads.scoring.kept import versions_kept_scored

NAMED = 5


def breaches() -> list[str]:
    """Every breach found, empty when all is well."""
    return [sentence for check in CHECKS for sentence in check()]


def _named(sentence: str, rows: QuerySet, key: str = "pk") -> Iterator[str]:
    """`sentence` with the number of `rows` and the first few of them, when there are any."""
    total = rows.count()
    if total:
        first = ", ".join(str(value) for value in rows.order_by(key).values_list(key, flat=True)[:NAMED])
        yield f"{sentence}: {total} ({first}{', …' if total > NAMED else ''})"


# -- handoffs --------------------------------------------------------------------------------------------


def _one_open_handoff_per_lead() -> Iterator[str]:
    twice = (
        Handoff.objects.filter(status__in=OPEN)
        .order_by()
        .values("lead_id")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    yield from _named("Leads with more than one open handoff", twice, "lead_id")


def _stage_agrees() -> Iterator[str]:
    for sentence, rows in differences.stages_that_disagree():
        yield from _named(sentence, rows)
    yield from _named(
        "Accepted handoffs whose owner is not the owner of the lead",
        Handoff.objects.filter(status=HandoffStatus.ACCEPTED).exclude(lead__owner=F("owner")),
    )


def _nothing_leaks() -> Iterator[str]:
    """Entered = waiting + accepted + returned + expired + withdrawn + sales-qualified + disqualified."""
    entered = Handoff.objects.count()
    counts = dict(Handoff.objects.order_by().values_list("status").annotate(n=Count("pk")))
    known = sum(counts.get(status, 0) for status in HandoffStatus.values)
    if known != entered:
        yield f"{entered} handoffs entered, but {known} are accounted for"
    for sentence, rows in differences.instants_that_disagree():
        yield from _named(sentence, rows)


def _clocks_run() -> Iterator[str]:
    """What is owed has a clock that runs until the handoff's own due time; nothing else has one."""
    for kind, status, due in (
        (ClockKind.DECIDE, HandoffStatus.OFFERED, "due_at"),
        (ClockKind.FOLLOW_UP, HandoffStatus.ACCEPTED, "follow_up_due_at"),
    ):
        owed = Handoff.objects.filter(status=status, followed_up_at=None)
        agrees = Clock.objects.filter(
            handoff=OuterRef("pk"), kind=kind, stopped_at=None, paused_at=None, due_at=OuterRef(due)
        )
        yield from _named(
            f"Handoffs that are {status} without a clock that runs until their due time",
            owed.filter(~Exists(agrees)),
        )
        idle = Clock.objects.filter(kind=kind, next_at__isnull=False).exclude(handoff__status=status)
        yield from _named(f"Clocks to {kind} that run while their handoff is not {status}", idle)


def _receipts_add_up() -> Iterator[str]:
    wrong, astray = [], []
    rows = Handoff.objects.order_by("pk").values_list("pk", "points", "grade", "receipt", "carried")
    for pk, points, grade, receipt, carried in rows.iterator(chunk_size=500):
        total = sum(line["points"] for line in receipt.get("lines", ()))
        if not total == points == receipt.get("points") or grade != receipt.get("grade"):
            wrong.append(pk)
        if carried != carried_of(receipt):
            astray.append(pk)
    if wrong:
        yield f"Handoffs whose receipt does not add up to their points: {len(wrong)} ({wrong[:NAMED]})"
    if astray:
        yield f"Handoffs that carried other clauses than their receipt says: {len(astray)} ({astray[:NAMED]})"


# -- scores ----------------------------------------------------------------------------------------------


def _one_version_in_force() -> Iterator[str]:
    for definition in Definition.objects.select_related("active_version"):
        pointed = definition.active_version
        if pointed and (pointed.status != VersionStatus.ACTIVE or pointed.definition_id != definition.pk):
            yield f"{definition}: the version in force is {pointed.status}, not active"
        yield from _named(
            f"{definition}: active versions that are not in force",
            Version.objects.filter(definition=definition, status=VersionStatus.ACTIVE).exclude(
                pk=pointed.pk if pointed else 0
            ),
        )


def _every_lead_is_scored_or_owed() -> Iterator[str]:
    for version in versions_kept_scored().select_related("definition"):
        is_in_force = version.status == VersionStatus.ACTIVE
        label = f"{version.definition}" if is_in_force else f"{version}"
        scored = Score.objects.filter(version=version, lead=OuterRef("lead_id"))
        marked = TouchedLead.objects.filter(lead=OuterRef("lead_id"))
        yield from _named(
            f"{label}: leads with neither a score under {'the version in force' if is_in_force else 'it'} "
            "nor a mark",
            LeadFit.objects.filter(~Exists(scored), ~Exists(marked)),
        )
        orphans = Score.objects.filter(
            ~Exists(LeadFit.objects.filter(lead=OuterRef("lead_id"))), ~Exists(marked), version=version
        )
        yield from _named(f"{label}: scores of leads without facts", orphans, "lead_id")
    yield from _named(
        "Leads without their row of facts",
        Lead.objects.filter(~Exists(LeadFit.objects.filter(lead=OuterRef("pk"))), merged_into=None),
    )
    yield from _named(
        "Leads without the words by which they are found",
        Lead.objects.filter(~Exists(LeadWords.objects.filter(lead=OuterRef("pk"))), merged_into=None),
    )
    yield from _named("Merged leads that still have facts", LeadFit.objects.exclude(lead__merged_into=None))


def _nothing_is_offered_without_an_agreement() -> Iterator[str]:
    version = Definition.objects.get(stage=Stage.MQL).active_version_id
    if version is None:
        yield from _named(
            "Offered handoffs while no definition is in force",
            Handoff.objects.filter(status=HandoffStatus.OFFERED),
        )


# -- shadows ---------------------------------------------------------------------------------------------


def _shadows_are_silent_and_complete() -> Iterator[str]:
    yield from _named(
        "Handoffs that follow from a version that only scores in silence",
        Handoff.objects.filter(version__is_shadow=True),
    )
    for version in Version.objects.filter(is_shadow=True).select_related("definition"):
        if fingerprint(version.document or {}) != version.fingerprint:
            yield f"The text of {version} is not the one that was frozen"
    running = Shadow.objects.filter(status=Shadow.Status.RUNNING, ends_at__gt=timezone.now())
    for shadow in running.select_related("version"):
        for version_id, column in ((shadow.version_id, "candidate_at"), (shadow.against_id, "active_at")):
            found = ShadowLead.objects.filter(
                shadow=shadow, lead=OuterRef("lead_id"), **{f"{column}__isnull": False}
            )
            unseen = Score.objects.filter(~Exists(found), version=version_id, is_qualified=True)
            yield from _named(f"{shadow}: leads that qualify and are not recorded", unseen, "lead_id")


# -- intake ----------------------------------------------------------------------------------------------


def _imports_add_up() -> Iterator[str]:
    total = F("created") + F("updated") + F("unchanged") + F("duplicates") + F("rejected")
    yield from _named("Imports whose counts do not add up to their lines", Import.objects.exclude(line=total))
    kept = Import.objects.annotate(kept=Count("rejections")).exclude(kept=F("rejected"))
    yield from _named("Imports that do not keep every rejected line", kept)


def _nothing_is_orphaned() -> Iterator[str]:
    """The columns that carry no foreign-key constraint, and every other reference."""
    for column, model in (
        ("source_id", Source),
        ("subject_id", Term),
        ("campaign_id", Term),
        ("channel_id", Term),
    ):
        # By distinct ids: a handful of values stand in millions of rows.
        used: Any = (
            Activity.objects.order_by().exclude(**{column: None}).values_list(column, flat=True).distinct()
        )
        missing = set(used) - set(model.objects.values_list("pk", flat=True))
        if missing:
            yield f"Activities whose {column} points to nothing: {sorted(missing)[:NAMED]}"
    yield from _named(
        "Facts that point to an account of another lead's",
        LeadFit.objects.exclude(Q(account=F("lead__account")) | Q(account=None, lead__account=None)),
    )
    try:
        connection.check_constraints()
    except IntegrityError as error:
        yield f"A reference points to nothing: {error}"


# -- tastings --------------------------------------------------------------------------------------------


def _tastings_hold() -> Iterator[str]:
    """Places run from 1 on, the text is the one it was held against, and each taster speaks for one house."""
    wrong = [
        tasting.pk
        for tasting in Tasting.objects.order_by("pk")
        if fingerprint(tasting.document) != tasting.fingerprint
    ]
    if wrong:
        yield f"Tastings whose fingerprint is not that of their text: {len(wrong)} ({wrong[:NAMED]})"
    places = Tasting.objects.annotate(n=Count("leads"), last=Max("leads__place"))
    yield from _named("Tastings whose places have a hole", places.exclude(n=F("last")))
    yield from _named(
        "Answers to a tasting that came after its close",
        TastingAnswer.objects.filter(answered_at__gt=F("tasting_lead__tasting__closed_at")),
    )
    sides = TastingAnswer.objects.order_by().values("tasting_lead__tasting", "person")
    yield from _named(
        "Tasters who speak for two houses in one tasting",
        sides.annotate(n=Count("house", distinct=True)).filter(n__gt=1),
        "person",
    )


# -- turns and marketing's side --------------------------------------------------------------------------


def _turns_hold() -> Iterator[str]:
    """What was dealt belongs to whoever has the lead, and nobody's turn is numbered beyond the book's."""
    book = TurnBook.objects.get(pk=1)
    yield from _named(
        "Reps whose last turn was never dealt", PoolMember.objects.filter(last_turn__gt=book.dealt)
    )
    yield from _named(
        "Offers whose turn stands in another name",
        DealtTurn.objects.filter(is_given_back=False, handoff__status=HandoffStatus.OFFERED).exclude(
            person=F("handoff__owner")
        ),
    )
    yield from _named(
        "Turns given back of leads that nobody gave back or handed on",
        DealtTurn.objects.filter(is_given_back=True, handoff__status__in=OPEN).exclude(
            handoff__turns__is_given_back=False
        ),
    )


def _returns_are_settled_once() -> Iterator[str]:
    """Only what was returned is picked up; what people decided by hand is about the lead that it names."""
    yield from _named(
        "Pick-ups of handoffs that were not returned", PickUp.objects.exclude(handoff__status="returned")
    )
    yield from _named("Pulled handoffs in nobody's name", Handoff.objects.filter(is_pulled=True, owner=None))
    yield from _named(
        "Handoffs by a decision about another lead",
        Handoff.objects.filter(override__isnull=False).exclude(override__lead=F("lead")),
    )


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    _one_open_handoff_per_lead,
    _stage_agrees,
    _nothing_leaks,
    _clocks_run,
    _receipts_add_up,
    _one_version_in_force,
    _every_lead_is_scored_or_owed,
    _nothing_is_offered_without_an_agreement,
    _shadows_are_silent_and_complete,
    _imports_add_up,
    _nothing_is_orphaned,
    _tastings_hold,
    _turns_hold,
    _returns_are_settled_once,
)
