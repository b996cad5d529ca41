"""Health and readiness, answered before anything else.

/healthz: the process answers. /readyz: the database answers, its migrations are all applied; and how
long owed work has been waiting. A middleware, not views: a load balancer asks by address and over plain
HTTP, and must get its answer while sessions or hosts are what is broken.
"""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.common.owed import lag_by_kind


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._is_migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return self._answer({"ok": True}, 200)
        if request.path == "/readyz":
            return self._readiness()
        return self.get_response(request)

    def _readiness(self) -> HttpResponse:
        try:
            missing = self._missing_migrations()
            if missing:
                return self._answer({"ready": False, "database": "ok", "migrations_missing": missing}, 503)
            lags = {kind: round(seconds, 1) for kind, seconds in lag_by_kind().items()}
        except DatabaseError:
            return self._answer({"ready": False, "database": "away"}, 503)
        work = {"oldest_owed_seconds": max(lags.values(), default=0.0), "by_kind": lags}
        return self._answer({"ready": True, "database": "ok", "migrations": "ok", "work": work}, 200)

    def _missing_migrations(self) -> list[str]:
        """Names of migrations not applied; none is remembered, since new ones mean a new process."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if self._is_migrated:
            return []
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        self._is_migrated = not plan
        return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]

    @staticmethod
    def _answer(body: dict[str, object], status: int) -> HttpResponse:
        response = JsonResponse(body, status=status)
        response["Cache-Control"] = "no-store"
        if status == 503:
            response["Retry-After"] = "5"
        return response
