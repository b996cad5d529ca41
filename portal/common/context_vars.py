"""Who is acting and in which request: set by the middleware, read by the audit trail and the log."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
