"""Django's settings, from the environment; docs/start.md explains each variable."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import dj_database_url

from config.assets import fingerprint
from config.desks import DESKS
from config.environment import (
    data_folder,
    database_in_secret,
    demonstration,
    flag,
    old_secret_keys,
    secret_key,
    single_sign_on,
    whole_number,
)
from wansdyke.ui.security import CSP, on_static_files

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = data_folder()
FILES_DIR = DATA_DIR / "files"
DEMO = demonstration(DATA_DIR)
DEBUG = False
SECRET_KEY = secret_key(DATA_DIR, demo=DEMO)
SECRET_KEY_FALLBACKS = old_secret_keys()
ALLOWED_HOSTS = os.environ.get("WANSDYKE_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("WANSDYKE_ORIGINS", "").split(",") if o]

DESK_NAMES = DESKS
# A desk's posts must be known before any model is: its rules are pure, so they can be read here.
DESK_POSTS = [
    post for desk in DESKS for post in getattr(import_module(f"{desk}.rules"), "POSTS", ())
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "wansdyke.ui",
    "wansdyke.access",
    "wansdyke.history",
    "wansdyke.accounts",
    "wansdyke.people",
    "wansdyke.casework",
    "wansdyke.linkage",
    *DESKS,
    "wansdyke.assurance",
    "wansdyke.home",
    "wansdyke.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wansdyke.ui.headers.PlainHeaders",
    "wansdyke.ui.headers.ProgramsInSecret",
    "wansdyke.ui.bodies.SmallBodies",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "wansdyke.ui.bodies.NoNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wansdyke.access.sessions.WhoIsAsking",
    "wansdyke.history.pages.AuditBeforePage",
    "wansdyke.casework.tombstones.Tombstones",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "wansdyke.ui.templating.Templates",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "wansdyke.ui.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "wansdyke.accounts.timing.session_times",
                "wansdyke.home.navigation.navigation",
            ],
        },
    },
    # allauth renders its mail subjects and a few fragments with Django's own engine.
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]


def _sqlite(path: Path) -> dict[str, Any]:
    # WAL + FULL + IMMEDIATE: no acknowledged write is lost to a power cut, no lock error in a rush.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; "
                "PRAGMA cache_size=-65536; PRAGMA mmap_size=2147418112; PRAGMA temp_store=MEMORY"
            ),
        },
    }


def _from_url(url: str) -> dict[str, Any]:
    parsed: dict[str, Any] = dict(
        dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)
    )
    if parsed["ENGINE"] == "django.db.backends.sqlite3":
        return _sqlite(Path(str(parsed["NAME"])))
    for name, value in database_in_secret(parsed).items():
        parsed.setdefault("OPTIONS", {}).setdefault(name, value)
    # Which agency asks is told to the server before it is asked anything.
    parsed["ENGINE"] = "wansdyke.access.postgres"
    # Few pages are read at a time, and disks that seek for long are gone: an index beats a scan.
    # What measures group fits in memory.
    options = "-c random_page_cost=1.1 -c jit=off -c work_mem=16MB"
    parsed.setdefault("OPTIONS", {}).setdefault("options", options)
    return parsed


DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASES = {
    "default": _from_url(DATABASE_URL) if DATABASE_URL else _sqlite(DATA_DIR / "wansdyke.db")
}
# PostgreSQL: tables belong to this role; the application's role in `default` owns nothing.
_OWNER_URL = os.environ.get("WANSDYKE_OWNER_URL", "")
OWNER_DATABASE = _from_url(_OWNER_URL) if _OWNER_URL else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "wansdyke.accounts.passwords.DenyList"},
    {"NAME": "wansdyke.accounts.passwords.Breached"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
]
LOGIN_URL = "personas" if DEMO else "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_ADAPTER = "wansdyke.accounts.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# Guesses are counted in the database by access.guesses, not in a cache a restart empties.
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "wansdyke.accounts.sealing.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Wansdyke"
# The host name that passkeys are bound to, and the force's own OpenID Connect provider.
PASSKEY_HOST = os.environ.get("WANSDYKE_PASSKEY_HOST", "").strip()
OIDC = single_sign_on()
SOCIALACCOUNT_ADAPTER = "wansdyke.accounts.single_sign_on.Adapter"
# Who acts at the command line where no --as says so.
# Where command and control puts its files, who acts for it, and whose calls they become.
FEED_FOLDER = os.environ.get("WANSDYKE_FEED_FOLDER", "")
FEED_USER = os.environ.get("WANSDYKE_FEED_USER", "")
FEED_TEAM = os.environ.get("WANSDYKE_FEED_TEAM", "")
# The key that signs the log, the checkpoints it signs, and other folders that get each of them.
LOG_KEY = Path(os.environ.get("WANSDYKE_LOG_KEY") or DATA_DIR / "log-key")
CHECKPOINTS = Path(os.environ.get("WANSDYKE_CHECKPOINTS") or DATA_DIR / "checkpoints")
CHECKPOINT_COPIES = [
    Path(one) for one in os.environ.get("WANSDYKE_CHECKPOINT_COPIES", "").split(os.pathsep) if one
]
CHECKPOINT_STORE = os.environ.get("WANSDYKE_CHECKPOINT_STORE", "")
CHECKPOINT_STORE_ENDPOINT = os.environ.get("WANSDYKE_CHECKPOINT_STORE_ENDPOINT", "")
CHECKPOINT_STORE_DAYS = whole_number("WANSDYKE_CHECKPOINT_STORE_DAYS", 2557)
# What was disposed of, beside the database: after a restore it is disposed of again.
DISPOSALS = Path(os.environ.get("WANSDYKE_DISPOSALS") or DATA_DIR / "disposals.jsonl")
SIGNED_ELSEWHERE = os.environ.get("WANSDYKE_SIGNED_ELSEWHERE", "") == "1"
ACT_AS = os.environ.get("WANSDYKE_AS", "")

SESSION_ENGINE = "wansdyke.access.session_store"
# How long a second factor counts as just given, and in how many browsers one may be signed in.
STEP_UP_MINUTES = whole_number("WANSDYKE_STEP_UP_MINUTES", 15)
MOST_SESSIONS = whole_number("WANSDYKE_MOST_SESSIONS", 5)
IDLE_MINUTES = whole_number("WANSDYKE_IDLE_MINUTES", 30)
SESSION_HOURS = whole_number("WANSDYKE_SESSION_HOURS", 12)
SESSION_COOKIE_AGE = IDLE_MINUTES * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE = flag("WANSDYKE_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
# Browsers take a name of this kind from this very host over HTTPS alone, whatever else it runs.
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrftoken"
SECURE_SSL_REDIRECT = SECURE
# A program that is led on to HTTPS would go on sending its token in the clear: it is refused.
SECURE_REDIRECT_EXEMPT = [r"^api/v"]
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("WANSDYKE_PROXY") else None
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "wansdyke.ui.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = CSP
# What a page says once may name a record: it stays on the server.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
# A name that changes with what it names: browsers ask for each file once.
STATIC_URL = f"/static/{fingerprint(BASE_DIR / 'wansdyke')}/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_ADD_HEADERS_FUNCTION = on_static_files
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/[0-9a-f]{12}/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
MOST_BODY_BYTES = 2 * 1024 * 1024 + 512 * 1024
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
# The force's scanner of files: the path of its socket, or HOST:PORT.
SCANNER = os.environ.get("WANSDYKE_SCANNER", "")
# A list of breached passwords, as Have I Been Pwned gives it out, in order of their SHA-1.
BREACHED_PASSWORDS = os.environ.get("WANSDYKE_BREACHED_PASSWORDS", "")
TEST_RUNNER = "django.test.runner.DiscoverRunner"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no personal data": {"()": "config.logs.NoPersonalData"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["no personal data"]},
    },
    # Django's own handlers go: they know no such filter.
    "loggers": {"django": {"handlers": []}},
    "root": {"handlers": ["console"], "level": os.environ.get("WANSDYKE_LOG", "WARNING").upper()},
}
