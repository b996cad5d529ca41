"""Permission answers with a reason: a policy returns a `Decision`, never a bare bool."""

from __future__ import annotations

from dataclasses import dataclass

from portal.common.errors import Refused


@dataclass(frozen=True)
class Decision:
    """Yes, or no with the sentence that the page shows beside the disabled control."""

    is_allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.is_allowed

    def require(self) -> None:
        """Raise `Refused` (403) with the reason unless allowed."""
        if not self.is_allowed:
            raise Refused(self.reason)


ALLOW = Decision(True)


def deny(reason: str) -> Decision:
    return Decision(False, str(reason))
