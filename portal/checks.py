"""System checks: what is misconfigured, and how to mend it. Run by `manage.py check` and before `serve`."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning


@register()
def environment_is_understood(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    return [
        Error(what, hint=mend, id=f"accord.E{number:03}")
        for number, (what, mend) in enumerate(settings.CONFIGURATION_PROBLEMS, start=1)
    ]


@register(deploy=True)
def services_are_shared(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """In production several machines see one database and one broker; files on one of them cannot serve."""
    found: list[CheckMessage] = []
    if not settings.PRODUCTION:
        return found
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        found.append(
            CheckWarning(
                "The database is an SQLite file: right for one machine only.",
                hint="Set DATABASE_URL=postgres://user:password@host/accord.",
                id="accord.W002",
            )
        )
    if not settings.REDIS_URL:
        found.append(
            CheckWarning(
                "The broker is a file: workers on other machines would hear no bell.",
                hint="Set REDIS_URL=redis://host:6379/0.",
                id="accord.W003",
            )
        )
    return found
