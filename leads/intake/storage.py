"""Where uploaded files lie until they are taken in: below ACCORD_DATA, under names of our own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from leads.intake.reading import Records
from leads.models import Import
from portal.common.errors import Invalid

UPLOAD_LIMIT = 500 * 1024 * 1024


def folder() -> Path:
    return Path(settings.ACCORD_DATA) / "imports"


def file_name(name: str) -> str:
    """The last part of what the browser calls the file, in characters that are safe everywhere."""
    last = PurePosixPath(name.replace("\\", "/")).name.replace("\0", "")
    try:
        return get_valid_filename(last)[-200:]
    except ValueError:
        return "file.csv"


def keep(chunks: Iterable[bytes], name: str) -> Path:
    """Write an upload to disk as it comes. Raises `Invalid` (422) past the limit, and keeps nothing then."""
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{secrets.token_hex(8)}-{file_name(name)}"
    size = 0
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > UPLOAD_LIMIT:
                    raise Invalid(
                        _("The file is larger than 500 MB. Pack it with gzip, or import it by command."),
                        field="file",
                    )
                file.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def records_of(batch: Import) -> Records:
    """The lines that an import has still to take, from its `position` on. Raises FileNotFoundError."""
    return Records(
        batch.path,
        encoding=batch.encoding,
        delimiter=batch.delimiter,
        width=len(batch.headers),
        position=batch.position,
    )


def forget(batch: Import) -> None:
    """Delete the file of an import that is over, if it is one of ours; a file named by command stays."""
    path = Path(batch.path)
    if path.parent == folder():
        path.unlink(missing_ok=True)
