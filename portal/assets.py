"""Browser packages: served from node_modules under /static/npm/, only the files named here.

A short list keeps two thousand icon files and every build variant out of the collected folder.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.checks import Warning as CheckWarning
from django.core.files.storage import FileSystemStorage, Storage

PREFIX = "npm"

# Source maps are listed because the manifest storage follows the reference at the end of each file.
FILES = (
    "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/dist/css/bootstrap.min.css.map",
    "bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap/dist/js/bootstrap.bundle.min.js.map",
    "htmx.org/dist/htmx.min.js",
)


class PackageFinder(BaseFinder):
    """Finds `npm/<package>/<file>` in node_modules."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.storage = FileSystemStorage(location=settings.NODE_MODULES)
        # collectstatic puts what a storage lists below its prefix.
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]

    def check(self, **kwargs: object) -> list[CheckMessage]:
        missing = [name for name in FILES if not Path(settings.NODE_MODULES, name).is_file()]
        if not missing:
            return []
        return [
            CheckWarning(
                f"Browser packages are not installed: {missing[0]} is missing.",
                hint="Run `npm ci --ignore-scripts` in the project folder (`make run` does).",
                id="accord.W001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> Any:
        prefix, _, name = path.replace("\\", "/").partition("/")
        found = Path(settings.NODE_MODULES, name)
        if prefix != PREFIX or name not in FILES or not found.is_file():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in FILES:
            if self.storage.exists(name):
                yield name, self.storage
