"""Reading the environment: values as Python's own, and what was wrong with them as sentences.

Imports no Django, since the settings are made from it.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

# What was found wrong, as (what, how to mend it); portal/checks.py reports them.
Problems = list[tuple[str, str]]

YES = {"1", "true", "yes", "on"}


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    return value in YES if value else default


def words(name: str) -> list[str]:
    """The parts between commas."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def number(name: str, default: int, problems: Problems) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        problems.append((f"{name} is {value!r}, not a whole number.", f"Set {name}={default}."))
        return default


def secret_key_of(folder: Path) -> str:
    """The key of this installation, made once; readable by its owner only."""
    path = folder / "secret_key"
    fresh = folder / f"secret_key.{os.getpid()}"
    if not path.exists():
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            # Of two processes that start together one link succeeds; the other reads that key.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def mail_settings(url: str, problems: Problems) -> dict[str, object]:
    """Django's settings for smtp://user:password@host:587?tls=true, smtps://…, console: or file:///folder."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        problems.append(
            ("EMAIL_URL is not understood.", "Write smtp://user:password@host:587?tls=true, or smtps://….")
        )
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    over_tls = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if over_tls else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": over_tls,
        "EMAIL_USE_TLS": not over_tls and query.get("tls", "").lower() in YES,
    }
