"""Opening, starting, cancelling and trying again an import. The work itself is in `advance`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from definitions.models import Attribute, ValueType
from leads.intake import mapping as mappings
from leads.intake import policies, sniffing, storage
from leads.intake.profiles import kind_of_file, profile_of
from leads.intake.reading import Record
from leads.intake.states import IMPORT
from leads.intake.tasks import advance_imports
from leads.models import Import, ImportKey, Source
from leads.selectors.imports import first_records
from portal.common import audit
from portal.common.bells import ring_on_commit
from portal.common.errors import Invalid
from portal.common.models import User
from portal.common.selectors import the_workspace


def source_named(label: str) -> Source:
    """The source that people call `label`, made when there is none."""
    label = " ".join(label.split())[:120]
    key = slugify(label)[:60]
    if not key:
        raise Invalid(_("Name the system that the file comes from."), field="source")
    source, _is_new = Source.objects.get_or_create(key=key, defaults={"label": label})
    return source


def import_open(
    *, path: Path, name: str, kind: str, source: str, actor: User | None, encoding: str = ""
) -> Import:
    """Look at a file and make its import, with a suggested mapping. Raises `Invalid` when it is no table.

    `kind` empty: what the header says. `actor` None is a person at the machine's own prompt.
    """
    if actor is not None:
        policies.may_import(actor).require()
    shape = sniffing.examine(path, folder=storage.folder(), encoding=encoding)
    records = sniffing.sample(shape)
    profile = profile_of(shape.headers)
    if not kind and profile and profile.is_foreign:
        raise Invalid(_(profile.note))
    kind = kind or kind_of_file(shape.headers)
    with transaction.atomic():
        where_from = source_named(source)
        suggested, _notes = suggestion(where_from, kind, shape.headers, records)
        batch = Import.objects.create(
            source=where_from,
            kind=kind,
            file_name=storage.file_name(name),
            path=str(shape.path),
            size=shape.size,
            sha256=shape.sha256,
            encoding=shape.encoding,
            delimiter=shape.delimiter,
            headers=shape.headers,
            position=shape.position,
            mapping=suggested,
            created_by=actor,
        )
        audit.record(
            "import.opened", subject=batch, actor=actor, after={"kind": kind, "sha256": shape.sha256}
        )
    if shape.path != path and path.parent == storage.folder():
        path.unlink(missing_ok=True)
    return batch


def suggestion(
    source: Source, kind: str, headers: list[str], records: list[Record]
) -> tuple[mappings.Mapping, dict[str, str]]:
    """What a file with this header would be mapped to, and a sentence for each column that needs one."""
    known = {
        attribute.key: {"label": attribute.label, "type": attribute.value_type, "holder": attribute.holder}
        for attribute in Attribute.objects.all()
    }
    return mappings.suggest(
        kind,
        headers,
        records,
        attributes=known,
        remembered=source.mappings.get(kind, {}),
        time_zone=the_workspace().time_zone,
    )


@transaction.atomic
def import_start(*, batch: Import, mapping: mappings.Mapping, actor: User | None) -> Import:
    """Take the mapping on, remember it for the source, make its new attributes, and queue the work."""
    if actor is not None:
        policies.may_import(actor).require()
    mappings.check(batch.kind, batch.headers, mapping)
    mapping = {**mapping, "attributes": _make_attributes(batch, mapping, actor)}
    IMPORT.apply(batch, "queue", mapping=mapping, queued_at=timezone.now())
    source = Source.objects.select_for_update().get(pk=batch.source_id)
    kept = {name: value for name, value in mapping.items() if name != "attributes"}
    source.mappings.setdefault(batch.kind, {})[mappings.signature(batch.headers)] = kept
    source.save(update_fields=["mappings"])
    audit.record("import.started", subject=batch, actor=actor, after={"columns": mapping["columns"]})
    ring_on_commit(advance_imports)
    return batch


def _make_attributes(
    batch: Import, mapping: mappings.Mapping, actor: User | None
) -> dict[str, dict[str, Any]]:
    """Make the attributes that the mapping speaks of and that do not exist; returns all of them."""
    holder = "account" if batch.kind == Import.Kind.ACCOUNTS else "lead"
    described = mapping.get("attributes", {})
    used: dict[str, dict[str, Any]] = {}
    for header, target in mapping["columns"].items():
        if not target.startswith("attribute:"):
            continue
        key = target.partition(":")[2]
        wanted = described.get(key, {})
        if wanted.get("type", "text") not in ValueType.values:
            raise Invalid(_("“%(name)s” has no type that an attribute can have.") % {"name": header})
        attribute, _is_new = Attribute.objects.get_or_create(
            key=key,
            defaults={
                "holder": holder,
                "label": (wanted.get("label") or header)[:120],
                "value_type": wanted.get("type", "text"),
                "created_by": actor,
            },
        )
        if attribute.holder != holder:
            raise Invalid(
                _("The attribute “%(name)s” belongs to accounts or leads, not to both.")
                % {"name": attribute.label}
            )
        used[key] = {"label": attribute.label, "type": attribute.value_type, "holder": attribute.holder}
    return used


@transaction.atomic
def import_cancel(*, batch: Import, actor: User) -> Import:
    """Stop an import where it is: what it has taken stays, the rest of the file is left out."""
    policies.may_import(actor).require()
    IMPORT.apply(batch, "cancel", finished_at=timezone.now(), lease_token="", lease_until=None)
    ImportKey.objects.filter(batch=batch).delete()
    audit.record("import.cancelled", subject=batch, actor=actor, after={"line": batch.line})
    transaction.on_commit(partial(storage.forget, batch), robust=True)
    return batch


@transaction.atomic
def import_retry(*, batch: Import, actor: User | None) -> Import:
    """Go on with a failed import behind the last line that was taken."""
    if actor is not None:
        policies.may_import(actor).require()
    IMPORT.apply(batch, "retry", error="", attempts=0, finished_at=None, queued_at=timezone.now())
    audit.record("import.retried", subject=batch, actor=actor)
    ring_on_commit(advance_imports)
    return batch


@transaction.atomic
def import_change_kind(*, batch: Import, kind: str, actor: User) -> Import:
    """Say that the lines of a file are something else; the mapping is suggested anew."""
    policies.may_import(actor).require()
    if kind not in Import.Kind.values:
        raise Invalid(_("A file holds accounts, leads, activities or outcomes."), field="kind")
    suggested, _notes = suggestion(batch.source, kind, batch.headers, first_records(batch))
    IMPORT.apply(batch, "rethink", kind=kind, mapping=suggested)
    audit.record("import.changed", subject=batch, actor=actor, after={"kind": kind})
    return batch


@transaction.atomic
def import_discard(*, batch: Import) -> None:
    """Take back an import that was only looked at, by command: nothing of it was written."""
    IMPORT.apply(batch, "cancel", finished_at=timezone.now())
    audit.record("import.cancelled", subject=batch, actor=None)
    transaction.on_commit(partial(storage.forget, batch), robust=True)
