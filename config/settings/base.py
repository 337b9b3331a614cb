"""Settings, driven by the environment, with safe defaults.

Two database roles: the application connects as ``DATABASE_URL``; only ``migrate`` and the verifier's tests ever use
``DATABASE_OWNER_URL``. Nothing here has a usable secret: outside the demo an unset or default secret is refused.
"""

import os
from ipaddress import ip_network
from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(os.environ.get("ARTERIA_DATA_DIR", BASE_DIR / "var"))
DEFAULT_SECRET = "demo-secret-that-everyone-knows"  # noqa: S105 - refused outside the demo, see below


def env_flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default).lower() in {"1", "true", "yes", "on"}


DEMO = env_flag("ARTERIA_DEMO")
DEBUG = False
SECRET_KEY = os.environ.get("ARTERIA_SECRET_KEY", "")
if not SECRET_KEY or SECRET_KEY == DEFAULT_SECRET:
    if not DEMO:
        raise ImproperlyConfigured(
            "ARTERIA_SECRET_KEY is not set, or is the demo's. Set a long random value; only the demo runs without one."
        )
    SECRET_KEY = DEFAULT_SECRET
# Former keys: what they signed or encrypted is still read while they stand here.
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("ARTERIA_SECRET_KEY_FALLBACKS", "").split(",") if key]
if DEFAULT_SECRET in SECRET_KEY_FALLBACKS and not DEMO:
    raise ImproperlyConfigured("ARTERIA_SECRET_KEY_FALLBACKS holds the demo's key, which everybody knows.")
ALLOWED_HOSTS = os.environ.get("ARTERIA_ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("ARTERIA_TRUSTED_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "csp",
    "foundation.core",
    "foundation.records",
    "foundation.accounts",
    "foundation.files",
    "foundation.retention",
    "foundation.printing",
    "foundation.alerts",
    "foundation.webhooks",
    "resources.personnel",
    "resources.equipment",
    "foundation.imports",
    "bom",
    "routing",
    "resources.inventory",
    "changecontrol",
    "quality",
    "shopfloor",
    "dhr",
    "demo",
    "config",
    "config.portal",
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
    "django.contrib.messages.middleware.MessageMiddleware",
    "foundation.accounts.middleware.DeskSessionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "foundation.core.web.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "config.portal.context.portal",
            ],
        },
    }
]

FORM_RENDERER = "foundation.core.web.forms.Renderer"
DEFAULT_EXCEPTION_REPORTER_FILTER = "foundation.core.web.reports.NoSecrets"
CSRF_FAILURE_VIEW = "config.portal.views.csrf_failure"

# The application's own role. `migrate` runs with DATABASE_OWNER_URL in its place (see config/local and the compose file).
DATABASES = {
    "default": {
        **dj_database_url.parse(
            os.environ.get("DATABASE_URL", "postgres://arteria_app@127.0.0.1:5432/arteria"), conn_max_age=60
        ),
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
    }
}
# Compiling a query takes longer than any query of a plant: traces are four times as fast without it.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c jit=off"  # type: ignore[index]
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")
ARTERIA_APP_ROLE = os.environ.get("ARTERIA_APP_ROLE", "arteria_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["foundation.accounts.backends.PlantBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if DEMO:  # its secrets are printed for everyone, so hashing them slowly would only make the first start slow
    PASSWORD_HASHERS.insert(0, "demo.hashers.DemoHasher")
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email", "employee_number")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "portal:home"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env_flag("ARTERIA_HTTPS")
if SESSION_COOKIE_SECURE:  # HTTPS ends at a proxy, which says so and takes the header from nobody else
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^alive/$"]  # the health check asks beside the proxy
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("ARTERIA_TIME_ZONE", "UTC")

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "assets" / "dist"] if (BASE_DIR / "assets" / "dist").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = DATA_DIR / "files"
# Records are originals: they are kept by content hash under MEDIA_ROOT and served only by views that check the reader.
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

FILTERS_EMPTY_CHOICE_LABEL = gettext_lazy("Any")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "foundation.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "foundation.core.api.pagination.CursorPagination",
    "EXCEPTION_HANDLER": "foundation.core.api.problems.problem_details",
    "PAGE_SIZE": 50,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Arteria",
    "DESCRIPTION": "Define, change, make, check and prove medical devices. Every write is an act with its actor and reason.",
    "VERSION": "v1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that is down costs an act nothing, and one that hangs two seconds, every thirty (core.jobs.nudge): without
# the three last options the client tries for six seconds. The worker is more patient (config/celery.py).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
JOB_LEASE_SECONDS = int(os.environ.get("ARTERIA_JOB_LEASE_SECONDS", "30"))  # how soon a dead worker's job is free again
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "reclaim-jobs": {"task": "foundation.core.tasks.reclaim_jobs", "schedule": 10.0},
    "end-what-is-over": {"task": "foundation.accounts.tasks.end_what_is_over", "schedule": 60.0},
    "verify-archives": {"task": "foundation.retention.tasks.verify_next_archives", "schedule": 3600.0},
    "make-seal": {"task": "foundation.records.tasks.make_seal", "schedule": 60.0},
    "verify-what-is-new": {
        "task": "foundation.records.tasks.verify",
        "schedule": crontab(hour=2, minute=40, day_of_week="mon-sat"),
    },
    "verify-everything": {
        "task": "foundation.records.tasks.verify",
        "schedule": crontab(hour=2, minute=40, day_of_week="sun"),
        "kwargs": {"full": True},
    },
}

SIMPLE_HISTORY_DATE_INDEX = False
# Ed25519 private key of the seals and packages (PEM). `manage.py create_signing_key` makes one.
SIGNING_KEY_FILE = Path(os.environ.get("ARTERIA_SIGNING_KEY_FILE", DATA_DIR / "keys" / "signing-key.pem"))
# Where each seal is appended as it is made. Let it lie on storage that the database's administrators cannot rewrite.
SEAL_EXPORT_DIR: Path | None = Path(os.environ.get("ARTERIA_SEAL_EXPORT_DIR") or DATA_DIR / "seals")
# Where archives are put. Let it lie on storage that outlives this machine and that nobody overwrites.
ARCHIVE_DIR = Path(os.environ.get("ARTERIA_ARCHIVE_DIR") or DATA_DIR / "archives")
TSA_URL = os.environ.get("ARTERIA_TSA_URL", "")
CAPTURE_IDLE_SECONDS = int(os.environ.get("ARTERIA_CAPTURE_IDLE_SECONDS", "600"))

# Webhooks (docs/operations/webhooks.md). The key makes the endpoints' secrets: another key makes other secrets.
WEBHOOK_KEY = os.environ.get("ARTERIA_WEBHOOK_KEY") or SECRET_KEY
WEBHOOK_ALLOWED_NETWORKS = tuple(
    ip_network(network.strip())
    for network in os.environ.get("ARTERIA_WEBHOOK_ALLOWED_NETWORKS", "").split(",")
    if network.strip()
)
WEBHOOK_HTTP_HOSTS = tuple(
    host.strip().lower() for host in os.environ.get("ARTERIA_WEBHOOK_HTTP_HOSTS", "").split(",") if host.strip()
)
WEBHOOK_CA_FILE = os.environ.get("ARTERIA_WEBHOOK_CA_FILE", "")
WEBHOOK_SECONDS = float(os.environ.get("ARTERIA_WEBHOOK_SECONDS", "15"))  # for one answer, all of it

# Accounts (docs/operations/accounts.md says what each does). 0 days: no age.
DESK_IDLE_SECONDS = int(os.environ.get("ARTERIA_DESK_IDLE_SECONDS", "1800"))
DESK_MAX_SECONDS = int(os.environ.get("ARTERIA_DESK_MAX_SECONDS", "43200"))
PASSWORD_AGE_DAYS = int(os.environ.get("ARTERIA_PASSWORD_AGE_DAYS", "365"))
PIN_AGE_DAYS = int(os.environ.get("ARTERIA_PIN_AGE_DAYS", "365"))
SECRET_WARN_DAYS = int(os.environ.get("ARTERIA_SECRET_WARN_DAYS", "14"))
SECRETS_REMEMBERED = int(os.environ.get("ARTERIA_SECRETS_REMEMBERED", "5"))
LOGIN_TRIES_PER_ADDRESS = int(os.environ.get("ARTERIA_LOGIN_TRIES_PER_ADDRESS", "100"))  # wrong ones, in 15 minutes
PROXIES = int(os.environ.get("ARTERIA_PROXIES", "0"))  # how many of our own proxies add to X-Forwarded-For
TEMPORARY_BADGE_DAYS = int(os.environ.get("ARTERIA_TEMPORARY_BADGE_DAYS", "7"))
BADGE_TEST_DAYS = int(os.environ.get("ARTERIA_BADGE_TEST_DAYS", "365"))
API_TOKEN_DAYS = int(os.environ.get("ARTERIA_API_TOKEN_DAYS", "365"))  # the longest that a token of the API may live
ROLES_THAT_END = ("auditor",)  # given for a time only
SECOND_FACTOR = os.environ.get("ARTERIA_SECOND_FACTOR", "none")  # none, all, or role codes with commas
SECOND_FACTOR_TO_SIGN = os.environ.get("ARTERIA_SECOND_FACTOR_TO_SIGN", "none")
SIGNATURE_POLICY_FILE = os.environ.get("ARTERIA_SIGNATURE_POLICY_FILE", "")
# Sign-on at the company's OpenID provider (docs/operations/sign-on.md): off while the issuer is not set.
OIDC_ISSUER = os.environ.get("ARTERIA_OIDC_ISSUER", "")
OIDC_CLIENT_ID = os.environ.get("ARTERIA_OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = os.environ.get("ARTERIA_OIDC_CLIENT_SECRET", "")
OIDC_NAME = os.environ.get("ARTERIA_OIDC_NAME", "OpenID Connect")
OIDC_ENABLED = bool(OIDC_ISSUER and OIDC_CLIENT_ID)
# The company's directory, where people are to log in there: needs the packages of requirements-ldap.in.
LDAP_ENABLED = bool(os.environ.get("ARTERIA_LDAP_URI", ""))
AUTH_LDAP_SERVER_URI = os.environ.get("ARTERIA_LDAP_URI", "")
AUTH_LDAP_START_TLS = env_flag("ARTERIA_LDAP_START_TLS")
AUTH_LDAP_USER_DN_TEMPLATE = os.environ.get("ARTERIA_LDAP_USER_DN") or None  # uid=%(user)s,ou=people,dc=plant
AUTH_LDAP_BIND_DN = os.environ.get("ARTERIA_LDAP_BIND_DN", "")  # or: search with this account …
AUTH_LDAP_BIND_PASSWORD = os.environ.get("ARTERIA_LDAP_BIND_PASSWORD", "")
LDAP_SEARCH_BASE = os.environ.get("ARTERIA_LDAP_SEARCH_BASE", "")  # … below here …
LDAP_SEARCH_FILTER = os.environ.get("ARTERIA_LDAP_SEARCH_FILTER", "(sAMAccountName=%(user)s)")  # … for this

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("ARTERIA_LOG_LEVEL", "INFO")},
}
ROLE_CATALOGUE = "config.roles"

# The user name is unique whatever its case, by a constraint on lower(username), which the check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
