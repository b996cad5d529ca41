"""A draft is started, its numbers are set, it is discarded."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from definitions import policies
from definitions.criteria.document import FORMAT
from definitions.documents import DEFAULT_GRADES, columns_of, document_of
from definitions.models import Criterion, Definition, DraftStep, Persona, Version, VersionStatus
from definitions.services.steps import act_record
from definitions.states import VERSION
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User


class StaleEdit(Conflict):
    """Someone saved this after you began. `current` is the row as it stands; nothing of yours is stored."""

    def __init__(self, sentence: str, current: Any) -> None:
        super().__init__(sentence)
        self.current = current


def hold_draft(version: Version) -> None:
    """Take the version's row for this transaction, stamp the change, and be sure that it is still a draft.

    One conditional UPDATE: an edit and a proposal at the same instant queue on the row, and an edit
    that comes second is told so instead of changing clauses behind a frozen document.
    """
    now = timezone.now()
    held = Version.objects.filter(pk=version.pk, status=VersionStatus.DRAFT).update(changed_at=now)
    if not held:
        raise Conflict(
            _("%(version)s is no longer a draft. Your change was not saved.") % {"version": version}
        )
    version.changed_at = now


def criterion_now(criterion: Criterion) -> Criterion:
    """The clause as it stands, of the caller's version; raises `Conflict` (409) when it is gone."""
    found = Criterion.objects.select_related("owner", "changed_by").filter(pk=criterion.pk).first()
    if found is None:
        raise Conflict(_("Someone removed this clause meanwhile."))
    found.version = criterion.version
    return found


# Copies that only score count apart: a gap in the numbers that everybody reads would give them away.
FIRST_COPY = 1_000_000_001


def next_number(definition: Definition, *, of_copies: bool = False) -> int:
    """The number of the version that the caller's transaction is about to make."""
    # Two drafts started at once would ask for the same number: the definition's row puts them in line.
    Definition.objects.select_for_update().get(pk=definition.pk)
    first = FIRST_COPY if of_copies else 1
    rows = definition.versions.filter(Q(number__gte=FIRST_COPY) if of_copies else Q(number__lt=FIRST_COPY))
    highest: int | None = rows.aggregate(highest=Max("number"))["highest"]
    return first if highest is None else highest + 1


def empty_document(stage: str, title: str = "") -> dict[str, Any]:
    return {
        "format": FORMAT,
        "stage": stage,
        "title": title,
        "threshold": 100,
        "minimums": {"fit": None, "behaviour": None},
        "caps": {"fit": None, "behaviour": None},
        "groups": [],
        "grades": list(DEFAULT_GRADES),
        "personas": {},
        "criteria": [],
    }


@transaction.atomic
def draft_create(
    *,
    definition: Definition,
    actor: User | None,
    based_on: Version | None = None,
    title: str = "",
    document: dict[str, Any] | None = None,
    summary: str = "",
) -> Version:
    """Start a draft: from a version, from a checked document (a starting point), or empty.

    Clauses keep their keys, so that evidence follows them from version to version. `actor` None is the portal
    itself.
    """
    if actor is not None:
        policies.may_draft(actor).require()
    if based_on is not None and based_on.definition_id != definition.pk:
        raise Invalid(_("That version belongs to another definition."))
    source = document or (document_of(based_on) if based_on else empty_document(definition.stage))
    if based_on is not None and based_on.is_shadow:
        # The frozen text is hidden from reps, who read the draft: it comes from what was frozen.
        based_on = based_on.based_on
    version = Version.objects.create(
        definition=definition,
        number=next_number(definition),
        title=title or source.get("title", ""),
        summary=summary,
        based_on=based_on,
        created_by=actor,
        **columns_of(source),
    )
    _copy_criteria(version, source, actor)
    audit.record(
        "version.started",
        subject=version,
        actor=actor,
        after={"based_on": based_on.number if based_on else None, "criteria": len(source["criteria"])},
    )
    return version


def _copy_criteria(version: Version, document: dict[str, Any], actor: User | None) -> None:
    emails = {item.get("owner", "").lower() for item in document["criteria"] if item.get("owner")}
    owners = {
        person.email.lower(): person for person in User.objects.filter(email__in=emails, is_active=True)
    }
    personas = {persona.key: persona for persona in Persona.objects.all()}
    for position, item in enumerate(document["criteria"]):
        criterion = Criterion.objects.create(
            version=version,
            key=item["key"],
            half=item["half"],
            position=position,
            wording=item["wording"],
            rule=item["rule"],
            effect=item["effect"],
            group=item.get("group", ""),
            owner=owners.get(item.get("owner", "").lower()),
            reason=item.get("reason", ""),
            basis=item.get("basis", "assumption"),
            review_on=item.get("review_on"),
            changed_by=actor,
        )
        criterion.personas.set(personas[key] for key in item.get("personas", []) if key in personas)


PLAIN_SETTINGS = (
    "title",
    "summary",
    "threshold",
    "minimum_fit",
    "minimum_behaviour",
    "cap_fit",
    "cap_behaviour",
)
SETTINGS = (*PLAIN_SETTINGS, "groups", "grade_bounds")


@transaction.atomic
def version_edit(
    *, version: Version, actor: User, edit_number: int, undoes: DraftStep | None = None, **values: Any
) -> Version:
    """Change title, summary, threshold, minimums, caps, groups and grade bounds of a draft.

    `edit_number` is the one the edit started from; `StaleEdit` (409) when it has moved on.
    """
    policies.may_edit_version(actor, version).require()
    unknown = set(values) - set(SETTINGS)
    if unknown:
        raise TypeError(f"Not a setting of a version: {sorted(unknown)}")
    hold_draft(version)
    _check_settings(version, values)
    before = Version.objects.values(*values).get(pk=version.pk)
    moved = Version.objects.filter(pk=version.pk, edit_number=edit_number).update(
        **values, edit_number=F("edit_number") + 1
    )
    current = Version.objects.select_related("definition").get(pk=version.pk)
    if not moved:
        raise StaleEdit(
            _("Someone changed these numbers while you were. Yours are below, theirs beside them."), current
        )
    changed = {name for name in values if before[name] != values[name]}
    act_record(
        "version.edited",
        version=current,
        subject=current,
        actor=actor,
        before={name: before[name] for name in changed},
        after={name: values[name] for name in changed},
        undoes=undoes,
    )
    return current


def _check_settings(version: Version, values: dict[str, Any]) -> None:
    bounds = values.get("grade_bounds", version.grade_bounds)
    if len(bounds) != 4 or sorted(set(bounds)) != list(bounds):
        raise Invalid(
            _("The lowest scores of grades 2 to 5 must rise from one to the next."), field="grade_bounds"
        )
    if values.get("threshold", version.threshold) < 1:
        raise Invalid(_("The threshold is a whole number of at least 1."), field="threshold")
    groups = values.get("groups", version.groups)
    keys = [group["key"] for group in groups]
    if len(keys) != len(set(keys)):
        raise Invalid(_("Two groups have the same name."), field="groups")
    used = set(version.criteria.exclude(group="").values_list("group", flat=True))
    if missing := used - set(keys):
        raise Invalid(
            _("Clauses still belong to the group “%(group)s”. Move them first.") % {"group": min(missing)},
            field="groups",
        )


@transaction.atomic
def draft_discard(*, version: Version, actor: User) -> Version:
    """Put a draft away. It stays readable, with its comments, and can be the base of another draft."""
    policies.may_discard(actor, version).require()
    hold_draft(version)
    document = document_of(version)
    VERSION.apply(version, "discard", document=document, ended_at=timezone.now())
    audit.record("version.discarded", subject=version, actor=actor)
    return version
