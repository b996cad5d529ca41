"""The environment, the system checks, and what the browser is given."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import Client

from portal.assets import FILES, PackageFinder
from portal.tasks import sweep

BASE = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "ACCORD_ENV": "production",
    "SITE_URL": "https://accord.example.com",
    "SECRET_KEY": "k7Jq-0mT3vXy9LpZr5Wc8NdBf2Hs6GaQe1UoIiYtRwMxKzVbCn4DlFjPhSgA",
    "DATABASE_URL": "postgres://accord@db.example.com/accord",
    "REDIS_URL": "redis://redis.example.com:6379/0",
    "EMAIL_URL": "smtp://mail.example.com:25",
}


def manage(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE,
        env={**bare, "ACCORD_DATA": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_check_deploy_is_clean_in_production(tmp_path: Path) -> None:
    result = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (result.returncode, result.stdout.strip()) == (
        0,
        "System check identified no issues (0 silenced).",
    ), result.stderr


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("SECRET_KEY", "SECRET_KEY is not set."),
        ("SITE_URL", "SITE_URL is not set."),
        ("EMAIL_URL", "EMAIL_URL is not set: invitations would reach nobody."),
        ("DATABASE_URL", "The database is an SQLite file: right for one machine only."),
        ("REDIS_URL", "The broker is a file: workers on other machines would hear no bell."),
    ],
)
def test_check_says_what_production_lacks_and_how_to_mend_it(
    tmp_path: Path, left_out: str, sentence: str
) -> None:
    environment = {name: value for name, value in PRODUCTION.items() if name != left_out}
    result = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert result.returncode == 1
    assert sentence in result.stderr
    assert "HINT: Set " in result.stderr


def test_check_names_a_value_that_is_not_understood(tmp_path: Path) -> None:
    result = manage(tmp_path, "check", ACCORD_ENV="staging", EMAIL_URL="mail.example.com")
    assert result.returncode == 1
    assert "ACCORD_ENV is 'staging'." in result.stderr
    assert "EMAIL_URL is not understood." in result.stderr


def test_the_embedded_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    assert manage(tmp_path, "check").returncode == 0
    made = (tmp_path / "secret_key").read_text()
    assert manage(tmp_path, "check").returncode == 0
    assert (tmp_path / "secret_key").read_text() == made
    assert len(made) > 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_packages_serve_only_the_files_that_pages_use() -> None:
    assert finders.find("npm/bootstrap/dist/css/bootstrap.min.css")
    assert not finders.find("npm/bootstrap/package.json")
    assert not finders.find("npm/../package.json")
    assert sorted(name for name, _ in PackageFinder().list(None)) == sorted(FILES)


def test_every_answer_forbids_foreign_and_inline_code(client: Client, db: None) -> None:
    policy = client.get("/an-address-that-is-not-there/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_an_undefined_template_variable_fails_the_test() -> None:
    template = engines["django"].from_string("{{ nobody_defined_me }}")
    with pytest.raises(AssertionError, match="nobody_defined_me"):
        template.render({})


def test_a_condition_may_ask_for_what_is_not_there() -> None:
    assert engines["django"].from_string("{% if not_there %}yes{% else %}no{% endif %}").render({}) == "no"


@pytest.mark.parametrize("environment", [{}, PRODUCTION], ids=["embedded", "production"])
def test_a_logged_traceback_tells_no_values(tmp_path: Path, environment: dict[str, str]) -> None:
    failing = (
        "import logging\n"
        "def sign_in(password):\n"
        "    raise RuntimeError('away')\n"
        "try:\n"
        "    sign_in(''.join(['open ', 'sesame']))\n"
        "except RuntimeError:\n"
        "    logging.getLogger('accord').exception('failed')\n"
    )
    logged = manage(tmp_path, "shell", "--no-imports", "-c", failing, **environment).stderr
    assert "RuntimeError" in logged
    assert "open sesame" not in logged


def test_a_ring_that_nobody_answered_ends() -> None:
    """A worker that comes back finds what is owed, not a night's worth of rings."""
    assert sweep.expires == 300
