"""The portal's own settings in a folder of their own, with what tests need different and nothing else."""

import atexit
import os
import shutil
import tempfile

# A folder per process: several test runs on one machine never meet in a file.
_folder = tempfile.mkdtemp(prefix="accord-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["ACCORD_DATA"] = _folder
os.environ["ACCORD_ENV"] = "embedded"
os.environ.pop("DEBUG", None)

# Each process of a spread run has a Redis database of its own: its worker hears only its own bells.
_number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
if os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{_number}"

from portal.settings import *  # noqa: E402, F403
from portal.settings import ACCORD_DATA, DATABASES, INSTALLED_APPS, STORAGES, TEMPLATES  # noqa: E402

# For its `flush`, which knows about the insert-only audit trail; and the linter of migrations.
INSTALLED_APPS = ["tests", *INSTALLED_APPS, "django_migration_linter"]

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in the field: in memory, the threads of a live server fall over each other.
    DATABASES["default"]["TEST"] = {"NAME": ACCORD_DATA / "test.sqlite3"}
DATABASES["default"]["CONN_MAX_AGE"] = 0

# The manifest needs collectstatic first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# Signing in is not what most tests are about; the real hash takes a tenth of a second each time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class UndefinedVariable(str):
    """Fails the test that renders a variable nobody defined. Django asks for `%s` in it before using it."""

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"Undefined template variable: {name}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("undefined: %s")  # type: ignore[index]
