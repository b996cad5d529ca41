"""Settings: one file, read from the environment. docs/operate.md lists every name.

Without any variable set this is the embedded portal: SQLite, a broker in a file, mail written to a
folder, everything below ACCORD_DATA. ACCORD_ENV=production asks for the rest and refuses to guess.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal.environment import Problems, flag, mail_settings, number, secret_key_of, words

BASE = Path(__file__).resolve().parent.parent

# Things found wrong while reading the environment, as (what, how to mend it); portal/checks.py reports them.
CONFIGURATION_PROBLEMS: Problems = []

# -- where and how ---------------------------------------------------------------------------------------

ACCORD_ENV = os.environ.get("ACCORD_ENV", "embedded").strip() or "embedded"
PRODUCTION = ACCORD_ENV == "production"
if ACCORD_ENV not in {"embedded", "production"}:
    CONFIGURATION_PROBLEMS.append(
        (f"ACCORD_ENV is {ACCORD_ENV!r}.", "Leave it out on one machine, or set ACCORD_ENV=production.")
    )

ACCORD_DATA = Path(os.environ.get("ACCORD_DATA") or BASE / "var").resolve()
ACCORD_DATA.mkdir(parents=True, exist_ok=True)

DEBUG = flag("DEBUG") and not PRODUCTION
if PRODUCTION and flag("DEBUG"):
    CONFIGURATION_PROBLEMS.append(("DEBUG is set in production.", "Remove DEBUG; it was ignored."))

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if PRODUCTION:
        CONFIGURATION_PROBLEMS.append(
            (
                "SECRET_KEY is not set.",
                "Set it to a long random text, the same on every machine: "
                'python -c "import secrets; print(secrets.token_urlsafe(64))"',
            )
        )
    else:
        SECRET_KEY = secret_key_of(ACCORD_DATA)
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")

SITE_URL = os.environ.get("SITE_URL", "").rstrip("/")
if not SITE_URL:
    SITE_URL = "http://127.0.0.1:8000"
    if PRODUCTION:
        CONFIGURATION_PROBLEMS.append(
            ("SITE_URL is not set.", "Set it to the address people open, such as https://accord.example.com.")
        )
_site = urlsplit(SITE_URL)

ALLOWED_HOSTS = words("ALLOWED_HOSTS")
if _site.hostname and _site.hostname not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(_site.hostname)
if not PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"] if _site.scheme == "https" else []

# -- apps ------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal.common.apps.CommonConfig",
    "definitions.apps.DefinitionsConfig",
    "leads.apps.LeadsConfig",
    "reviews.apps.ReviewsConfig",
    "portal.apps.PortalConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
]

MIDDLEWARE = [
    "portal.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.FirstRunMiddleware",
    # Closed unless opened: a view that anybody may see says so (`login_not_required`).
    "portal.accounts.middleware.SignedInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.common.middleware.RequestContextMiddleware",
    "portal.common.middleware.TimeZoneMiddleware",
    "portal.common.middleware.ErrorsAsSentencesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Indexes with further columns serve PostgreSQL; SQLite leaves these columns out, which costs nothing.
SILENCED_SYSTEM_CHECKS = ["models.W040"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.common.context.workspace",
            ],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# -- database --------------------------------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{ACCORD_DATA / 'db.sqlite3'}",
        conn_max_age=number("DATABASE_CONN_MAX_AGE", 600, CONFIGURATION_PROBLEMS),
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Web and workers write the same file. WAL lets readers go on; IMMEDIATE takes the write lock at the
    # start of a transaction, where waiting helps (a lock taken half-way through fails at once). Never
    # with ATOMIC_REQUESTS: every GET would hold the write lock.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;",
        }
    )
else:
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    # A database that is away is a 503 within seconds, not a request that hangs.
    _options.setdefault("connect_timeout", 5)
    # Scoring: compiling its statement to machine code takes longer than it saves, and a set of leads that
    # the planner does not believe to fit into memory is searched again for each lead.
    # A pooler that takes no options: add `?options=` to DATABASE_URL.
    _options.setdefault("options", "-c jit=off -c work_mem=32MB -c hash_mem_multiplier=8")

# -- broker, workers and cache: the broker is a doorbell, the truth is in the database ---------------------

REDIS_URL = os.environ.get("REDIS_URL", "")
BROKER_FILE = ACCORD_DATA / "broker.sqlite3"

CELERY_BROKER_URL = REDIS_URL or f"sqla+sqlite:///{BROKER_FILE}"
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        # Above the hard time limit, so that no message is delivered to a second worker while it runs.
        "visibility_timeout": 900,
        # With the defaults, messages of a killed worker come back after 100 seconds; so, after ten.
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "health_check_interval": 25,
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    # These go to SQLAlchemy's create_engine: wait for the file's lock instead of failing.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"connect_args": {"timeout": 20}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# Both together: late acknowledgement alone loses the task of a worker child that is killed.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 300
CELERY_TASK_TIME_LIMIT = 360
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
# Broadcast commands ("fanout") are not for the embedded broker, and nothing here uses them.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A service that announces work must not hang on a broker that is away: beat rings again in ten seconds.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(ACCORD_DATA / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "ring": {"task": "portal.tasks.sweep", "schedule": 10.0},
    "hourly": {"task": "portal.tasks.hourly", "schedule": 3600.0},
}
# Seconds that due work may wait unclaimed before a worker gives itself up to be started afresh.
WORKER_UNCLAIMED_LIMIT = number("WORKER_UNCLAIMED_LIMIT", 30, CONFIGURATION_PROBLEMS)

# -- people ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "common.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to addresses that nobody here has
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _site.scheme == "https" else "http"

# -- language and time -----------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

# -- static files ----------------------------------------------------------------------------------------

NODE_MODULES = Path(os.environ.get("NODE_MODULES") or BASE / "node_modules")
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or ACCORD_DATA / "static")
STATICFILES_DIRS = [BASE / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.assets.PackageFinder",
    "portal.sprite.IconSpriteFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG

FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# -- mail ------------------------------------------------------------------------------------------------

EMAIL_URL = os.environ.get("EMAIL_URL", "")
globals().update(mail_settings(EMAIL_URL or f"file://{ACCORD_DATA / 'mail'}", CONFIGURATION_PROBLEMS))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = (
    os.environ.get("DEFAULT_FROM_EMAIL") or f"Accord <accord@{_site.hostname or 'localhost'}>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where calendar programs send their replies to invitations; empty: to whoever runs the review.
REPLIES_EMAIL = os.environ.get("REPLIES_EMAIL", "").strip()
if PRODUCTION and not EMAIL_URL:
    CONFIGURATION_PROBLEMS.append(
        (
            "EMAIL_URL is not set: invitations would reach nobody.",
            "Set smtp://user:password@host:587?tls=true.",
        )
    )

# Webhooks go to public addresses only, over HTTPS; on, to any, over HTTP too: inside a network of one's own.
WEBHOOKS_INSIDE = flag("WEBHOOKS_INSIDE")

# -- security --------------------------------------------------------------------------------------------

_over_https = PRODUCTION or _site.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _over_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# The page carries the token itself (hx-headers and forms), so no script needs to read the cookie.
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = number("SECURE_HSTS_SECONDS", 365 * 24 * 3600, CONFIGURATION_PROBLEMS)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = flag("SECURE_HSTS_PRELOAD", True)
if flag("TRUST_PROXY_HEADERS"):
    # Only behind a proxy that sets this header itself: anybody else could claim to be on HTTPS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Bootstrap draws its small marks (chevrons, checks) from data: addresses in its stylesheet.
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# -- logging ---------------------------------------------------------------------------------------------

LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO").upper()
_log_steps: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# Tracebacks without the values of local variables: among these are passwords, tokens and leads.
_traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
_log_end: list[Any] = (
    [structlog.processors.ExceptionRenderer(_traceback), structlog.processors.JSONRenderer()]
    if PRODUCTION
    else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _log_steps,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_log_end],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # Each ring of the doorbell would be two lines.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        # Each PDF would be dozens.
        "weasyprint": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_log_steps,
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
