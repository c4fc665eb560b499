"""Django's settings. The only module that reads the environment: see docs/settings.md."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from articles.fetch.types import DoorSettings
from newsreader.environment import Environment, SettingError
from newsreader.local.layout import Layout

env = Environment(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent

# --- What the environment says ---------------------------------------------------------------

try:
    DATA_DIR = Path(env.text("NEWSREADER_DATA_DIR", str(BASE_DIR / "var"))).expanduser().resolve()
    DATABASE_URL = env.url("DATABASE_URL", ("postgresql", "postgres"))
    REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"))
    DEBUG = env.flag("DEBUG")
    ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
    CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
    HTTPS_ONLY = env.flag("HTTPS_ONLY")
    STATIC_ROOT = Path(env.text("STATIC_ROOT", str(DATA_DIR / "static")))
    LOG_LEVEL = env.choice("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR"))
    DEFAULT_EDITION = env.text("DEFAULT_EDITION", "uk")
    PUBLIC_URL = env.origin("PUBLIC_URL")
    SITE_NAME = env.text("SITE_NAME", "Newsreader")
    CONTACT_ADDRESS = env.text("CONTACT_ADDRESS")
    FETCH_ALLOW_NETWORKS = env.networks("FETCH_ALLOW_NETWORKS")
    FETCH_PACE_ALLOWED = env.flag("FETCH_PACE_ALLOWED")
    FETCH_HOST_SECONDS = env.number("FETCH_HOST_SECONDS", 1, least=1, most=3600)
    FETCH_CONCURRENCY = env.number("FETCH_CONCURRENCY", 24, least=1, most=200)
    RECORDS_DAYS = env.number("RECORDS_DAYS", 180, least=1, most=3650)
    STORY_WINDOW_DAYS = env.number("STORY_WINDOW_DAYS", 14, least=2, most=60)
    PAGE_CACHE_SECONDS = env.number("PAGE_CACHE_SECONDS", 2, least=0, most=60)
    STAFF_TWO_FACTOR = env.flag("STAFF_TWO_FACTOR")
    SESSION_HOURS = env.number("SESSION_HOURS", 8, least=1, most=720)
    SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30, least=1, most=43_200)
    TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, least=0, most=10)
    PLACES_CACHE_SECONDS = env.number("PLACES_CACHE_SECONDS", 5, least=0, most=60)
    SEMANTIC_MODEL = env.text("SEMANTIC_MODEL")
    SECRET_KEY = env.text("SECRET_KEY")
except SettingError as error:
    raise ImproperlyConfigured(str(error)) from error

LAYOUT = Layout(DATA_DIR)
EMBEDDED_DATABASE = not DATABASE_URL
EMBEDDED_REDIS = not REDIS_URL
DATABASE_URL = DATABASE_URL or LAYOUT.database_url
REDIS_URL = REDIS_URL or LAYOUT.redis_url

if not SECRET_KEY:
    if not EMBEDDED_DATABASE:
        raise ImproperlyConfigured("SECRET_KEY must be set where DATABASE_URL is.")
    SECRET_KEY = LAYOUT.secret_key()
if not ALLOWED_HOSTS:
    # The embedded run is for this machine; a real deployment names its hosts.
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

# --- The site --------------------------------------------------------------------------------

ROOT_URLCONF = "newsreader.urls"
WSGI_APPLICATION = "newsreader.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "articles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "articles.web.delivery.Delivery",
    "newsreader.policy.ContentSecurityPolicy",
    "articles.web.interface.InterfaceLanguage",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "newsreader.desk.DeskSession",
    "axes.middleware.AxesMiddleware",
]
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
                "articles.web.context.site",
            ],
        },
    },
]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "newsreader" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "newsreader.formats"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# What browsers ask for at the root without having been told of it.
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "newsreader.bundles.BundlingStorage"
        )
    },
}

# --- Database, cache, queue ------------------------------------------------------------------


def database(url: str) -> dict[str, Any]:
    """Django's form of a PostgreSQL address; options such as `sslmode` follow the question mark."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": database(DATABASE_URL)}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "newsreader",
    }
}

# kombu spells a unix socket in its own way.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "fetch"
CELERY_TASK_ROUTES = {
    "articles.tasks.group_*": {"queue": "group"},
    "articles.tasks.arrange_*": {"queue": "group"},
    "articles.tasks.read_*": {"queue": "pages"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1_500_000  # KiB
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(LAYOUT.beat_schedule)


def every(seconds: int, task: str) -> dict[str, Any]:
    """An entry of beat's schedule.

    A tick that nobody took within its period is worth nothing: the next one finds the same rows.
    """
    return {
        "task": f"articles.tasks.{task}",
        "schedule": float(seconds),
        "options": {"expires": seconds - 1},
    }


CELERY_BEAT_SCHEDULE = {
    "refresh due feeds": every(60, "refresh_due_feeds"),
    "read article pages": every(15, "read_pages"),
    "group what is left": every(60, "group_waiting"),
    "arrange fronts": every(60, "arrange_fronts"),
    "digest stories": every(15, "digest_stories"),
    "follow what was decided about sources": every(15, "follow_sources"),
    "import lists": every(60, "import_lists"),
    "notice doubts": every(300, "notice_doubts"),
    "forget imports": every(86_400, "forget_imports"),
    "forget hosts": every(86_400, "forget_hosts"),
    "forget problems": every(86_400, "forget_problems"),
    "forget sessions": every(86_400, "forget_sessions"),
    "purge what was taken down": every(3600, "purge_taken_down"),
    "search trials": every(60, "search_trials"),
    "compare trials": every(60, "group_trials"),
    "forget trials": every(86_400, "forget_trials"),
    "forget days of sources": every(86_400, "forget_days"),
}
if PUBLIC_URL:
    CELERY_BEAT_SCHEDULE |= {
        "ask hubs": every(60, "ask_hubs"),
        "store what was pushed": every(60, "store_pushed"),
    }

# --- Security --------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Five failures for a name from an address make it wait; from an address, whatever the names, and
# for a name, wherever from, so many times as many (newsreader/throttle.py).
AXES_HANDLER = "newsreader.throttle.Throttle"
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address", "username"]
SIGN_IN_WEIGHTS = (1, 5, 10)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "newsreader.throttle.client_address"
AXES_LOCKOUT_CALLABLE = "articles.admin.account.locked_out"
AXES_VERBOSE = False  # does not introduce itself at every start
AXES_SENSITIVE_PARAMETERS = ["username"]  # not logged: it may be a password in the wrong field
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
OTP_TOTP_ISSUER = SITE_NAME
SECURE_CONTENT_TYPE_NOSNIFF = True
# Publishers may know that a reader came from here, not from which page.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Who opens the page to sign in by its own address comes to the desk's first page.
LOGIN_REDIRECT_URL = "admin:index"
SESSION_ENGINE = "newsreader.sessions"
# Counted from the last use of the desk; `SESSION_HOURS` from the sign-in.
SESSION_COOKIE_AGE = SESSION_IDLE_MINUTES * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "articles.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS_ONLY else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "https:", "http:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Fetching --------------------------------------------------------------------------------

# Servers want an address in a User-Agent; example.org belongs to nobody (RFC 2606).
NO_CONTACT = "https://example.org/newsreader-contact"
FETCH = DoorSettings(
    user_agent=f"Newsreader/0.1 (+{CONTACT_ADDRESS or NO_CONTACT})",
    allow_networks=FETCH_ALLOW_NETWORKS,
)

# --- Logging ---------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"django.server": {"level": "WARNING"}},
}

# --- The curators' desk ----------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_SYMBOL": "newspaper",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("icons/favicon.svg"),
        }
    ],
    # The red of the pages' own links, from pale to dark.
    "COLORS": {
        "primary": {
            "50": "oklch(97% .013 25)",
            "100": "oklch(94% .03 25)",
            "200": "oklch(88% .06 25)",
            "300": "oklch(80% .1 25)",
            "400": "oklch(70% .15 25)",
            "500": "oklch(62% .18 25)",
            "600": "oklch(50% .17 25)",
            "700": "oklch(44% .15 25)",
            "800": "oklch(38% .13 25)",
            "900": "oklch(33% .1 25)",
            "950": "oklch(25% .08 25)",
        }
    },
    "ACCOUNT": {
        "navigation": [
            {"title": _("Sign-in and security"), "link": reverse_lazy("admin:account")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "STYLES": [lambda request: static("css/desk/base.css")],
    "SCRIPTS": [lambda request: static("js/desk/base.js")],
    "DASHBOARD_CALLBACK": "articles.admin.dashboard.dashboard",
    "SIDEBAR": {"show_search": True, "show_all_applications": True},
}
