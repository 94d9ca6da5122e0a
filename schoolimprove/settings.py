"""Settings, typed from the environment; `.env.example` tells of every variable.

Three ways of running. Production is what is left when neither of the others is asked for, and the only one that has
no defaults for its secrets and its database. `DEMO=1` is a one-person demonstration on an embedded database.
`DEBUG=1` is a developer's checkout.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from schoolimprove.environment import Environment
from schoolimprove.logs import logging_configuration

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
env = Environment(BASE_DIR / ".env")

DEMO = env.flag("DEMO", False)
# All that a demonstration keeps, so that forgetting it is deleting one folder.
DEMO_FOLDER = env.folder("DEMO_FOLDER", VAR / "demo")
DEBUG = env.flag("DEBUG", False) and not DEMO
PRODUCTION = not (DEMO or DEBUG)


def _only_needed_in_production(value: str) -> str | None:
    """`value` as the default of a demonstration or a checkout; no default in production."""
    return None if PRODUCTION else value


# Who we are and how we are reached ------------------------------------------------------------------------------------

SERVICE_NAME = env.text("SERVICE_NAME", "School improvement")
# Whom people turn to, and where the authority says how long it keeps such records; empty where it has not said.
CONTACT = env.text("CONTACT", "")
DATA_PROTECTION_CONTACT = env.text("DATA_PROTECTION_CONTACT", "")
RETENTION_SCHEDULE_URL = env.link(
    "RETENTION_SCHEDULE_URL", remedy="Set it to the page's address, such as https://www.example.gov.uk/retention."
)
SITE_URL = env.address(
    "SITE_URL",
    _only_needed_in_production("http://127.0.0.1:8000"),
    schemes=("http", "https"),
    remedy="Set it to the address people type, such as https://school-improvement.example.gov.uk; letters and "
    "emails link to it.",
)
# Health checks come from the machine itself; links in emails never depend on the Host header.
ALLOWED_HOSTS = [str(urlsplit(SITE_URL).hostname), *env.words("ALLOWED_HOSTS"), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL, *env.words("CSRF_TRUSTED_ORIGINS")]

# Secrets --------------------------------------------------------------------------------------------------------------

SECRET_KEY = env.text(
    "SECRET_KEY",
    _only_needed_in_production("only-for-a-demonstration-or-a-checkout-where-there-is-nothing-to-protect"),
    remedy="Make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(64))'` and keep it with your "
    "secrets. For a demonstration run `make demo`; for development put DEBUG=1 into .env.",
)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

# What we are made of --------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "schoolimprove.accounts.admin_config.SiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_forms_gds",
    "csp",
    "django_filters",
    "simple_history",
    "post_office",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "schoolimprove.ui",
    "schoolimprove.records",
    "schoolimprove.policy",
    "schoolimprove.calendar",
    "schoolimprove.accounts",
    "schoolimprove.documents",
    "schoolimprove.reminders",
    "schools",
    "behaviour",
    "categorisation",
    "interventions",
    "finance",
    "schoolimprove",
]
MIDDLEWARE = [
    "schoolimprove.middleware.RequestIdMiddleware",
    "schoolimprove.middleware.ClientAddressMiddleware",
    "schoolimprove.middleware.SecurityHeadersMiddleware",
    "schoolimprove.policy.middleware.OneReadingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "schoolimprove.accounts.middleware.SessionLimitsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "schoolimprove.accounts.middleware.SignInRequiredMiddleware",
    "schoolimprove.accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "schoolimprove.urls"
WSGI_APPLICATION = "schoolimprove.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "schoolimprove.accounts.context.session_clock",
                "schoolimprove.context.frame",
            ]
        },
    }
]
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"

# Database -------------------------------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # A writer waits its turn at BEGIN, not half-way through with nowhere to go.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def _database() -> dict[str, Any]:
    if DEMO:
        if env.text("DATABASE_URL", ""):
            raise ImproperlyConfigured(
                "DEMO=1 and DATABASE_URL are both set. A demonstration must never use a real database. "
                "Unset DATABASE_URL for the demonstration, or DEMO for the real service."
            )
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DEMO_FOLDER / "db.sqlite3",
            "OPTIONS": SQLITE_OPTIONS,
        }
    database = env.database(
        "DATABASE_URL",
        _only_needed_in_production(f"sqlite:///{VAR}/db.sqlite3"),
        remedy="Set it to postgres://USER:PASSWORD@HOST:5432/NAME, with special characters of the password "
        "percent-encoded. For a demonstration run `make demo`; for development put DEBUG=1 into .env.",
    )
    if DEBUG and database["ENGINE"].endswith("sqlite3"):
        return {**database, "OPTIONS": SQLITE_OPTIONS}
    if not database["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured(
            "DATABASE_URL must name a PostgreSQL database. Set it to postgres://USER:PASSWORD@HOST:5432/NAME. For a "
            "demonstration run `make demo`."
        )
    seconds = env.number("DATABASE_CONNECTION_SECONDS", 60)
    # PostgreSQL would compile the rights in a query to machine code, which takes far longer than the query.
    told = f"{env.text('PGOPTIONS', '')} -c jit=off".strip()
    # What the address asks of the connection, such as sslmode and sslrootcert, is the administrator's word.
    options = {"connect_timeout": 5, "options": told, **database.get("OPTIONS", {})}
    return {**database, "CONN_MAX_AGE": seconds, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


DATABASES = {"default": _database()}
# Verbs open their own transactions, so that what a person is told is what was kept.
ATOMIC_REQUESTS = False

# Files ----------------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Attachments and frozen letters: one backup with the database, never served as static files.
BLOB_ROOT = DEMO_FOLDER / "blobs" if DEMO else env.folder("BLOB_ROOT", VAR / "blobs")
FILE_UPLOAD_HANDLERS = [
    "schoolimprove.receiving.OnlyWhatCanBeUsed",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Of one request: somewhat more than a record has at most, so that the form is the one to say so.
DATA_UPLOAD_MAX_NUMBER_FILES = 30

# Signing in -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "schoolimprove.accounts.backends.AppointmentBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "schoolimprove.accounts.passwords.KnownWordsValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
STOLEN_PASSWORDS = env.text("STOLEN_PASSWORDS", "")
if STOLEN_PASSWORDS:
    if not Path(STOLEN_PASSWORDS).is_file():
        raise ImproperlyConfigured(f"STOLEN_PASSWORDS is {STOLEN_PASSWORDS!r}, but there is no such file.")
    AUTH_PASSWORD_VALIDATORS.append(
        {
            "NAME": "schoolimprove.accounts.passwords.BreachedPasswordValidator",
            "OPTIONS": {"path": STOLEN_PASSWORDS},
        }
    )
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "schoolimprove.accounts.views.drafts.csrf_failure"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Signed out after half an hour without activity, warned five minutes before, and after twelve hours whatever happens.
SESSION_IDLE_SECONDS = int(timedelta(minutes=30).total_seconds())
SESSION_WARN_SECONDS = int(timedelta(minutes=25).total_seconds())
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
# The pair, so that nobody can lock another person out by trying passwords from elsewhere. A browser in which the person
# has signed in before counts apart (accounts/lockout.py).
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
# Trying while locked out does not prolong it: the page says when it ends.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "schoolimprove.accounts.lockout.username_of"
AXES_LOCKOUT_CALLABLE = "schoolimprove.accounts.lockout.locked_out"
# The audit holds who signed in and who failed to.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
# A printed code for a demonstration, which cannot be switched on beside a kept database.
DEMO_SECOND_FACTOR = "123456" if DEMO else ""
OTP_TOTP_ISSUER = SERVICE_NAME

# What the browser is told ---------------------------------------------------------------------------------------------

# The demonstration and a checkout are served over plain HTTP on the machine itself.
HTTPS = env.flag("HTTPS", PRODUCTION)
BEHIND_PROXY = env.flag("BEHIND_PROXY", False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# The prefix has a browser refuse such a cookie from any other host and over plain HTTP.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
KNOWN_BROWSER_COOKIE_NAME = f"{COOKIE_PREFIX}knownbrowser"
# Messages name people and schools: they stay here, and no cookie carries them.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Addresses hold references and URNs: other sites are not told them. Not `no-referrer`, which the CSRF check needs.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# Email ---------------------------------------------------------------------------------------------------------------

EMAIL_BACKEND = "post_office.EmailBackend"
DEFAULT_FROM_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL",
    _only_needed_in_production("School improvement <school.improvement@example.invalid>"),
    remedy="Set it to the sender people see, such as School improvement <school.improvement@example.gov.uk>.",
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
_mail_server = env.email(
    "EMAIL_URL",
    _only_needed_in_production("dummy://"),
    remedy="Set it to submission://USER:PASSWORD@HOST:587, or smtp://HOST:25 for a relay that needs no password.",
)
EMAIL_HOST = _mail_server["EMAIL_HOST"]
EMAIL_PORT = _mail_server["EMAIL_PORT"]
EMAIL_HOST_USER = _mail_server["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail_server["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail_server["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail_server["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 20
POST_OFFICE = {
    "BACKENDS": {"default": _mail_server["EMAIL_BACKEND"]},
    # A demonstration writes to invented people: its mail stays in the outbox.
    "CELERY_ENABLED": not DEMO,
    "MAX_RETRIES": 4,
    "RETRY_INTERVAL": timedelta(minutes=15),
    "BATCH_DELIVERY_TIMEOUT": 300,
    # Given when an email is queued: one whose delivery is uncertain goes out again as the same message.
    "MESSAGE_ID_ENABLED": True,
    "MESSAGE_ID_FQDN": str(urlsplit(SITE_URL).hostname),
}

# Background work ------------------------------------------------------------------------------------------------------

REDIS_URL = env.address(
    "REDIS_URL",
    _only_needed_in_production("redis://127.0.0.1:6379/0"),
    schemes=("redis", "rediss"),
    remedy="Set it to redis://:PASSWORD@HOST:6379/0.",
)
DEMO_BROKER = DEMO_FOLDER / "broker"
CELERY_BROKER_URL = "filesystem://" if DEMO else REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        "data_folder_in": str(DEMO_BROKER / "messages"),
        "data_folder_out": str(DEMO_BROKER / "messages"),
        "control_folder": str(DEMO_BROKER / "control"),
    }
    if DEMO
    else {"visibility_timeout": 900, "socket_connect_timeout": 5}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
# Inside the visibility timeout: a message never comes back while its first run is still at work.
CELERY_TASK_TIME_LIMIT = 840
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
# A worker that says nothing for so long is taken for dead, and its job is given to another.
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 120)
# How often such jobs, and those whose trigger was lost, are looked for.
JOB_SWEEP_SECONDS = env.number("JOB_SWEEP_SECONDS", 30)
CELERY_BEAT_SCHEDULER = "schoolimprove.celery:BeatScheduler"
# Often enough that a beat which stopped is found out within two minutes.
CELERY_BEAT_MAX_LOOP_INTERVAL = 30
BEAT_ALIVE = (DEMO_FOLDER if DEMO else VAR) / "beat-alive"
CELERY_BEAT_SCHEDULE_FILENAME = str((DEMO_FOLDER if DEMO else VAR) / "beat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "resume jobs": {"task": "schoolimprove.records.tasks.resume_jobs", "schedule": float(JOB_SWEEP_SECONDS)},
    "follow appointments": {"task": "schools.tasks.follow_appointments", "schedule": crontab(hour=0, minute=10)},
    "follow the calendar": {"task": "schools.tasks.follow_calendar", "schedule": crontab(hour=0, minute=20)},
    "follow schools not seen": {
        "task": "schools.tasks.follow_unseen_schools",
        "schedule": crontab(hour=0, minute=25),
    },
    "freeze what is missing": {"task": "schools.tasks.freeze_missing", "schedule": crontab(hour=1, minute=10)},
    "follow shared records": {"task": "schools.tasks.follow_records", "schedule": crontab(hour=0, minute=30)},
    "follow recommendations": {
        "task": "categorisation.tasks.follow_recommendations",
        "schedule": crontab(hour=0, minute=35),
    },
    "follow mismatches": {"task": "categorisation.tasks.follow_mismatches", "schedule": crontab(hour=0, minute=30)},
    "follow tasks": {"task": "schoolimprove.reminders.tasks.follow_day", "schedule": crontab(hour=0, minute=35)},
    # After the tasks above, which date what the day brings.
    "reconcile deadlines": {
        "task": "schoolimprove.reminders.tasks.reconcile_deadlines",
        "schedule": crontab(hour=2, minute=10),
    },
    # Of the two the second alone would do: it sweeps when the first was lost with the broker or the worker.
    "sweep deadlines": {
        "task": "schoolimprove.reminders.tasks.sweep_deadlines",
        "schedule": crontab(hour=6, minute=0),
    },
    "turn term": {"task": "schoolimprove.reminders.tasks.turn_term", "schedule": crontab(hour=5, minute=30)},
    "turn reminders": {"task": "schoolimprove.reminders.tasks.turn_reminders", "schedule": 60.0},
    "forget ended sessions": {
        "task": "schoolimprove.tasks.forget_ended_sessions",
        "schedule": crontab(hour=3, minute=5),
    },
    "forget sent links": {"task": "schoolimprove.accounts.tasks.forget_sent_links", "schedule": crontab(minute=20)},
    "forget email limits": {"task": "schoolimprove.accounts.tasks.forget_email_limits", "schedule": crontab(minute=25)},
    "forget stale drafts": {"task": "schoolimprove.tasks.forget_stale_drafts", "schedule": crontab(hour=3, minute=15)},
}
if not DEMO:
    # Each message also sends itself when it is queued; this picks up retries and what a lost broker left behind.
    CELERY_BEAT_SCHEDULE["send waiting email"] = {"task": "post_office.tasks.send_queued_mail", "schedule": 60.0}

# Logs -----------------------------------------------------------------------------------------------------------------

LOGGING = logging_configuration(
    as_json=PRODUCTION, level=env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
)
