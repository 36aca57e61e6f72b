"""All settings. Deployment values come from the environment, are parsed strictly and fail loudly.

Defaults are safe for production: without its keys and databases nothing starts. `make run` and `make test` supply
local ones (`config.run`, `tests/settings.py`). A secret may also come from a file: NAME_FILE names it.
docs/operations.md lists every variable.
"""

import base64
import binascii
import os
import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import postgres
from ledger.rules.destinations import Destination, log_witnesses, mailboxes, web_addresses
from people.rules.roles import Role

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent


def secret(name: str, default: str | None = None) -> str:
    """A value from NAME, or from the file that NAME_FILE names. Both at once is a mistake, and so is neither."""
    direct, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if direct and file:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: keep one")
    if file:
        direct = Path(file).read_text(encoding="utf-8").strip()
    if direct:
        return direct
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set (nor {name}_FILE): nothing starts without it")
    return default


def key(name: str) -> str:
    """A key of 32 bytes in base64, checked here so that a torn one stops the start and not the first scan."""
    text = secret(name)
    try:
        size = len(base64.b64decode(text, validate=True))
    except binascii.Error as error:
        raise ImproperlyConfigured(f"{name} is not base64") from error
    if size != 32:
        raise ImproperlyConfigured(f"{name} holds {size} bytes and must hold 32")
    return text


def switch(name: str, default: bool) -> bool:
    """on or off; anything else is refused rather than read as off."""
    text = os.environ.get(name, "on" if default else "off").strip().lower()
    if text not in {"on", "off", "true", "false", "1", "0"}:
        raise ImproperlyConfigured(f"{name} must be on or off, not {text!r}")
    return text in {"on", "true", "1"}


def days(name: str, default: int, *, least: int = 1) -> int:
    """A whole number of days, one at least (unless `least` says otherwise) and ten years at most."""
    text = os.environ.get(name, str(default)).strip()
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= 3650):
        raise ImproperlyConfigured(
            f"{name} must be a whole number of days from {least} to 3650, not {text!r}"
        )
    return int(text)


def roles(name: str, default: str) -> frozenset[Role]:
    """Roles by their codes, separated by commas."""
    found = [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]
    if unknown := sorted(set(found) - {role.value for role in Role}):
        raise ImproperlyConfigured(f"{name} names what is no role: {', '.join(unknown)}")
    return frozenset(Role(code) for code in found)


def provider(server_url: str, name: str, is_local_open: bool) -> list[dict[str, Any]]:
    """The OpenID provider as allauth's setting: one, or none where no address is given."""
    if not server_url:
        if not is_local_open:
            raise ImproperlyConfigured("LOCAL_SIGN_IN=off needs OIDC_SERVER_URL: nobody could sign in")
        return []
    client = {"client_id": secret("OIDC_CLIENT_ID"), "secret": secret("OIDC_CLIENT_SECRET")}
    about = {"server_url": server_url, "fetch_userinfo": False, "oauth_pkce_enabled": True}
    return [{"provider_id": "oidc", "name": name or "OpenID Connect", "settings": about} | client]


def _origin(address: str) -> str:
    """Scheme and host of an address, as a Content-Security-Policy names it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks such as 10.20.30.0/24, separated by commas; none when left out."""
    found = [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
    try:
        return tuple(ip_network(part) for part in found)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


def outside(name: str, read: Callable[[str], tuple[Destination, ...]]) -> tuple[Destination, ...]:
    """Where checkpoints go; nowhere when left out."""
    try:
        return read(os.environ.get(name, ""))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


def positive(name: str, default: int) -> int:
    """A whole number above nothing: a limit of 0 would shut a door, and one below it would open it for ever."""
    text = os.environ.get(name, str(default)).strip()
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ImproperlyConfigured(f"{name} must be a whole number above 0, not {text!r}")
    return int(text)


def database(name: str, *, lock_timeout: int, default: str | None = None) -> dict[str, Any]:
    """A PostgreSQL address as Django's settings. A socket folder may stand in ?host=, as libpq writes it."""
    address = secret(name, default)
    found: dict[str, Any] = environ.Env.db_url_config(address)
    if found.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must be a postgresql:// address")
    options = found.setdefault("OPTIONS", {})
    found["HOST"] = found.get("HOST") or options.pop("host", "")
    options |= {"options": f"-c lock_timeout={lock_timeout}", "connect_timeout": 5}
    if switch("PREPARED_STATEMENTS", default=True):
        # one plan for all values: those of a scan are keys of indexes, and no value would be better served by its own
        options["options"] += " -c plan_cache_mode=force_generic_plan"
        options |= {"connection_factory": postgres.Connection, "cursor_factory": postgres.Cursor}
    # a connection lives as long as its thread: a new one for each request would cost more than the request
    found |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    return found


def broker(address: str) -> str:
    """The same Redis in Kombu's spelling, which differs for sockets."""
    parts = urlsplit(address)
    if parts.scheme != "unix":
        return address
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{unquote(parts.path)}?virtual_host={number}"


def version() -> str:
    """The version is the newest heading of the change log, so that the two cannot differ."""
    found = re.search(
        r"^## (\d+\.\d+\.\d+)", (BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    if not found:
        raise ImproperlyConfigured("CHANGELOG.md has no heading of the form '## 1.2.3'")
    return found.group(1)


# -- what this is -------------------------------------------------------------------------------------------------

DEBUG = False  # never: an error page with local variables would show patients
SECRET_KEY = secret("SECRET_KEY")
SOFTWARE_VERSION = version()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "ledger",
    "people",
    "coi",
    "qc",
    "cpv",
    "fmea",
    "audit",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.limits.LimitMiddleware",
    "config.gate.GateMiddleware",
    "config.auditing.SeenPagesMiddleware",
    "config.errors.ErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

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
            ],
        },
    },
]

# -- the database: three roles, so that a stolen one is not the whole house (ADR on triggers, roles, checkpoints) -----

DATABASES = {
    "default": database("DATABASE_URL", lock_timeout=10_000),
    "sealer": database("DATABASE_SEALER_URL", lock_timeout=10_000),
}
DATABASES["sealer"]["TEST"] = {"MIRROR": "default"}
if secret("DATABASE_OWNER_URL", ""):  # present where migrations run, absent from web and worker
    DATABASES["owner"] = database("DATABASE_OWNER_URL", lock_timeout=5_000) | {"TEST": {"MIRROR": "default"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False  # services open their own transactions

# -- who may enter --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
# scrypt costs an attacker memory as well as time, and a station less waiting than a million rounds of PBKDF2
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "printed_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 60 * 60  # one shift, counted from the sign-in (config/gate.py)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SIGN_IN_BEGINS_SERIES = switch("SIGN_IN_BEGINS_SERIES", default=False)  # decision 37
IDLE_LOCK_MINUTES = positive("IDLE_LOCK_MINUTES", default=15)  # nobody can switch it off for themselves
PASSWORD_MAX_AGE_DAYS = days("PASSWORD_MAX_AGE_DAYS", default=365, least=0)  # 0: they do not age
REQUIRE_SECOND_FACTOR = switch("REQUIRE_SECOND_FACTOR", default=True)
SECOND_FACTOR_ROLES = roles("SECOND_FACTOR_ROLES", default="administrator,qa_reviewer,qa_releaser")

# -- what comes after the password is allauth's (ADR 37): its own pages are shut, but the way to a provider and back ---

LOCAL_SIGN_IN = switch("LOCAL_SIGN_IN", default=True)  # off: one signs in at the provider alone
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")  # the issuer; there is no provider without it
OIDC_NAME = env.str("OIDC_NAME", default="")  # what stands on the button
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": provider(OIDC_SERVER_URL, OIDC_NAME, LOCAL_SIGN_IN)}}
SOCIALACCOUNT_ADAPTER = "people.views.providers.ProviderAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # for allauth's own checks: nobody signs up
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "people.services.factor_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Veintrace"
MFA_PASSKEY_LOGIN_ENABLED = True

SECURE_COOKIES = switch("SECURE_COOKIES", default=True)  # off only for plain HTTP on this machine
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # the orchestrator asks over plain HTTP inside the network
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
BEHIND_PROXY = switch("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # browsers hold the form that leads to the provider to this as well
        "form-action": [SELF, *([_origin(OIDC_SERVER_URL)] if OIDC_SERVER_URL else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# -- how often one may knock: each process counts in its own memory (config/limits.py); nothing else is cached --------

STATION_REQUESTS_PER_MINUTE = positive("STATION_REQUESTS_PER_MINUTE", default=1200)
USER_REQUESTS_PER_MINUTE = positive("USER_REQUESTS_PER_MINUTE", default=600)
ADDRESS_REQUESTS_PER_MINUTE = positive("ADDRESS_REQUESTS_PER_MINUTE", default=30)  # of nobody known
SIGN_INS_PER_MINUTE = positive("SIGN_INS_PER_MINUTE", default=20)  # of one address
# how many refusals of one person, station or place, within how long, are told to administrators and quality
REFUSALS_BEFORE_ALERT = positive("REFUSALS_BEFORE_ALERT", default=10)
REFUSALS_WITHIN_MINUTES = positive("REFUSALS_WITHIN_MINUTES", default=15)
# how many stops for one reason at one station, or of one person, within how long, are told alike
STOPS_BEFORE_ALERT = positive("STOPS_BEFORE_ALERT", default=5)
STOPS_WITHIN_MINUTES = positive("STOPS_WITHIN_MINUTES", default=60)
_IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    "limits": {"BACKEND": _IN_MEMORY, "LOCATION": "limits", "OPTIONS": {"MAX_ENTRIES": 20_000}},
}

# -- the API: closed unless a view opens it -------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.errors.api_exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Veintrace",
    "DESCRIPTION": "Chain of identity and custody for autologous CAR-T therapy: scans, timelines, results and batches.",
    "VERSION": SOFTWARE_VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],  # the shape of the API is no secret
    # what several answers have under one name, or one answer under several, is named here
    "ENUM_NAME_OVERRIDES": {
        "LimitStatusEnum": "cpv.api.serializers.LIMIT_STATUSES",
        "ActionStatusEnum": "fmea.api.actions.ACTION_STATUSES",
        "AnsweredEnum": ["accepted", "refused"],
        "ResidualDecisionEnum": "fmea.api.scoring_shapes.DECISIONS",
        "SignalDecisionEnum": "cpv.api.serializers.DECISIONS",
    },
}

# -- mail: notices go out by an effect, so a mail server that is away delays them and nothing else ------------

_mail = environ.Env.email_url_config(
    secret("EMAIL_URL", "smtp://localhost:25")
)  # smtp+tls://user:password@host:587
EMAIL_BACKEND, EMAIL_FILE_PATH = _mail["EMAIL_BACKEND"], _mail["EMAIL_FILE_PATH"] or None
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="veintrace@localhost")

# -- language and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # each site has a zone of its own; the machine has none

# -- static files ---------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.statics.HashedModules"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# -- Redis and the worker: a dead Redis loses nothing and delays no scan ---------------------------------------------

REDIS_URL = secret("REDIS_URL")
REDIS_TIMEOUT = 0.3  # seconds; a nudge or a health check that takes longer is given up
CELERY_BROKER_URL = broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="veintrace")
CELERY_TASK_PUBLISH_RETRY = False  # effects are rows: what is not nudged now is swept soon
CELERY_BROKER_CONNECTION_RETRY = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = REDIS_TIMEOUT
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": REDIS_TIMEOUT, "visibility_timeout": 3600}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # expires: a worker that was away must not find a heap of the same errand; one that is busy must still find it
    "seal": {"task": "people.tasks.seal", "schedule": 5.0, "options": {"expires": 30}},
    "publish-checkpoints": {
        "task": "people.tasks.publish_checkpoints",
        "schedule": 15.0,
        "options": {"expires": 60},
    },
    "sweep-effects": {"task": "people.tasks.sweep_effects", "schedule": 10.0, "options": {"expires": 60}},
    "watch-hold-times": {
        "task": "coi.tasks.watch_hold_times",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "close-untouched-checks": {
        "task": "coi.tasks.close_untouched_checks",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "contain-broken-ledger": {
        "task": "coi.tasks.contain_broken_ledger",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "watch-scanners": {
        "task": "coi.tasks.watch_scanners",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "alert-on-refusals": {
        "task": "people.tasks.alert_on_refusals",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "alert-on-stops": {
        "task": "coi.tasks.alert_on_stops",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "follow-the-process": {"task": "cpv.tasks.follow", "schedule": 30.0, "options": {"expires": 60}},
    "gather-for-charts": {"task": "cpv.tasks.gather", "schedule": 300.0, "options": {"expires": 600}},
    "evaluate-every-chart": {
        "task": "cpv.tasks.evaluate_all",
        "schedule": crontab(hour=2, minute=10),
        "options": {"expires": 6 * 3600},
    },
    "follow-for-the-search": {
        "task": "audit.tasks.follow_for_search",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "chase-late-actions": {
        "task": "fmea.tasks.chase_actions",
        "schedule": crontab(hour=4, minute=40),
        "options": {"expires": 12 * 3600},
    },
    "warn-of-expiry": {
        "task": "people.tasks.warn_of_expiry",
        "schedule": crontab(hour=4, minute=20),
        "options": {"expires": 12 * 3600},
    },
    "heartbeat": {"task": "config.tasks.heartbeat", "schedule": 5.0, "options": {"expires": 30}},
}

# A check that nobody scans for so long is closed: whoever began it has gone home.
CHECKS_LAPSE_AFTER_HOURS = positive("CHECKS_LAPSE_AFTER_HOURS", default=12)

# -- the ledger and the vault ---------------------------------------------------------------------------------------

LEDGER_SIGNING_KEY = key("LEDGER_SIGNING_KEY")  # Ed25519 seed of checkpoints
LEDGER_ORIGIN = secret("LEDGER_ORIGIN")  # names this ledger in every checkpoint, for ever
VAULT_KEY = key("VAULT_KEY")  # encrypts raw scans and personal data
INDEX_KEY = key("INDEX_KEY")  # HMAC by which names and numbers are found
CHECKPOINT_DIR = Path(secret("CHECKPOINT_DIR"))
EVIDENCE_DIR = Path(secret("EVIDENCE_DIR"))
CHECKPOINT_MAIL_TO = outside("CHECKPOINT_MAIL_TO", mailboxes)
CHECKPOINT_POST_TO = outside("CHECKPOINT_POST_TO", web_addresses)
LEDGER_WITNESSES = outside("LEDGER_WITNESSES", log_witnesses)  # each its verifier key, a space, its address
CHECKPOINT_EVERY_SECONDS = max(60, positive("CHECKPOINT_EVERY_SECONDS", default=60))  # to each destination
SCANNER_QUALIFICATION_DAYS = days("SCANNER_QUALIFICATION_DAYS", default=90)  # until the card is due again
SCANNER_AIM_REQUIRED = switch("SCANNER_AIM_REQUIRED", default=False)  # whether ]d2 and its kind must be sent
PRINTER_NETWORKS = networks("PRINTER_NETWORKS")  # where label printers stand; the worker sends nowhere else
DEMO_DIR = Path(
    env.str("DEMO_DIR", default=str(BASE_DIR / "var" / "demo"))
)  # where the demonstration says how to sign in
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(BASE_DIR / "var" / "backups")))

# -- log lines: one JSON object each, to standard error --------------------------------------------------------------

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        },
    },
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["lines"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "celery": {"level": "WARNING"},
    },
}
