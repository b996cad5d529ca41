"""The three ways in which an action says no. Each carries a sentence for the person who asked."""

from __future__ import annotations


class PortalError(Exception):
    """Base of every refusal. `str(error)` is the sentence that the page shows."""

    status = 400


class Refused(PortalError):
    """You may see it, but it is not yours to do. HTTP 403."""

    status = 403


class Conflict(PortalError):
    """Someone was faster, or the thing has moved on. HTTP 409."""

    status = 409


class Invalid(PortalError):
    """The values need mending. HTTP 422. `field` names the form field, when one is to blame."""

    status = 422

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
