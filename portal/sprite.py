"""The icon sprite `icons.svg`: the icons that pages use, gathered from the package when first asked for.

The package's own sprite is over a megabyte, two thousand icons; ours is under a tenth of that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage

from portal.common.templatetags.icon_names import ICON_NAMES

NAME = "icons.svg"
_SVG = re.compile(r"<svg[^>]*viewBox=\"(?P<box>[^\"]+)\"[^>]*>(?P<body>.*)</svg>", re.DOTALL)


def sprite_text(icons_folder: Path) -> str:
    """One `<symbol>` per icon, in the order of their names. Raises `FileNotFoundError` for a missing icon."""
    symbols = []
    for name in sorted(ICON_NAMES):
        drawing = _SVG.search((icons_folder / f"{name}.svg").read_text(encoding="utf-8"))
        if drawing is None:
            raise ValueError(f"{name}.svg is not a drawing we can read.")
        body = re.sub(r">\s+<", "><", drawing["body"].strip())
        symbols.append(f'<symbol id="{name}" viewBox="{drawing["box"]}" fill="currentColor">{body}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


@cache
def sprite_folder() -> Path | None:
    """Where the gathered sprite lies; None while the browser packages are not installed."""
    icons_folder = Path(settings.NODE_MODULES, "bootstrap-icons", "icons")
    if not icons_folder.is_dir():
        return None
    folder = Path(settings.ACCORD_DATA, "assets")
    folder.mkdir(parents=True, exist_ok=True)
    # Several processes start at once: each writes its own file and the last rename wins, all alike.
    fresh = folder / f"{NAME}.{os.getpid()}"
    fresh.write_text(sprite_text(icons_folder), encoding="utf-8")
    fresh.replace(folder / NAME)
    return folder


class IconSpriteFinder(BaseFinder):
    """Finds `icons.svg` for the development server, WhiteNoise and collectstatic."""

    def check(self, **kwargs: object) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> Any:
        folder = sprite_folder() if path == NAME else None
        if folder is None:
            return []
        return [str(folder / NAME)] if find_all else str(folder / NAME)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        folder = sprite_folder()
        if folder is not None:
            yield NAME, FileSystemStorage(location=folder)
