"""What every template may rely on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from portal.common.models import Workspace
from portal.common.selectors import the_workspace


class _LazyWorkspace:
    """Reads the row on first use, so that fragments which never show it cost no query."""

    def __init__(self) -> None:
        self._row: Workspace | None = None

    def __getattr__(self, name: str) -> Any:
        if self._row is None:
            self._row = the_workspace()
        return getattr(self._row, name)


def workspace(request: HttpRequest) -> dict[str, Any]:
    return {"workspace": _LazyWorkspace()}
