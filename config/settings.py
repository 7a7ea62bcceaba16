"""Django settings, all of them; what differs between machines comes from the environment.

SUANJI_ENVIRONMENT is "development" or "production". Development has defaults that start on a
bare machine; production has none for anything secret and only ever tightens.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from config import enum_names, env, outside, payments, single_sign_on
from config.schedule import BEAT_SCHEDULE, QUEUES, TASK_ROUTES

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Which machine this is ------------------------------------------------------------------

ENVIRONMENT = env.choice(
    "SUANJI_ENVIRONMENT", choices=("development", "production"), default="development"
)
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.boolean("DEBUG", default=False)
if PRODUCTION and DEBUG:
    message = "DEBUG must be off when SUANJI_ENVIRONMENT is production."
    raise ImproperlyConfigured(message)

DEVELOPMENT_SECRET_KEY = "development-only-" + "not-a-secret-" * 4
SECRET_KEY = env.text("SECRET_KEY", default=None if PRODUCTION else DEVELOPMENT_SECRET_KEY)
if PRODUCTION and (SECRET_KEY == DEVELOPMENT_SECRET_KEY or len(SECRET_KEY) < 50):
    message = "SECRET_KEY must be 50 random characters or more in production."
    raise ImproperlyConfigured(message)

# Old keys, with commas: what they signed or encrypted can still be read.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", default=() if PRODUCTION else ("127.0.0.1", "localhost", "[::1]")
)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

# --- Applications, lowest last --------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "marketplace",
    "compute_billing",
    "accounts",
    "kernel",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.origin.ActingFrom",
    "config.address_limit.AddressLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.ChineseFirst",
    "portal.middleware.ContentSecurityPolicy",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.second_factor.StaffSecondFactor",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.account",
            ],
        },
    },
]

# --- PostgreSQL -----------------------------------------------------------------------------

DATABASE = env.database(
    "DATABASE_URL",
    default=None if PRODUCTION else "postgres://postgres@127.0.0.1:5432/suanji",
)
# Everything but migrations runs as the role that cannot change the books (docs/adr).
DATABASE_ROLE = env.optional_text("DATABASE_ROLE")
# Compiling a statement over many partitions takes longer than running it.
DATABASE["OPTIONS"] = {"options": "-c jit=off", **DATABASE["OPTIONS"]}
if DATABASE_ROLE:
    DATABASE["OPTIONS"] = {**DATABASE["OPTIONS"], "assume_role": DATABASE_ROLE}
DATABASES = {
    "default": {
        **DATABASE,
        "CONN_MAX_AGE": env.integer("DATABASE_CONNECTION_SECONDS", default=60),
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: cache and Celery's broker, never the only place of anything ----------------------

REDIS_URL = env.text("REDIS_URL", default=None if PRODUCTION else "redis://127.0.0.1:6379/0")
REDIS_KEY_PREFIX = env.text("REDIS_KEY_PREFIX", default="suanji:")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_KEY_PREFIX}cache",
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": REDIS_KEY_PREFIX,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Without these a nudge into a lost Redis blocks its request for six seconds; measured, two
    # milliseconds with them. A worker has its own loop and goes on trying for ever.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A nudge that cannot be sent is not worth waiting for: the next beat finds the work.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_QUEUES = [Queue(name) for name in QUEUES]
CELERY_TASK_DEFAULT_QUEUE = "metering"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = TASK_ROUTES
# How many records one transaction of rating takes of a tenant's queue.
RATING_RUN_USAGE_MAX = env.integer("RATING_RUN_USAGE_MAX", default=10000, minimum=1)
# How long after its end a month is closed by itself: reports of its last hours come by then.
CLOSE_GRACE_HOURS = env.integer("CLOSE_GRACE_HOURS", default=24)
# How long it is known from where somebody decided: 网络安全法 asks for six months of logs.
AUDIT_ORIGIN_DAYS = env.integer("AUDIT_ORIGIN_DAYS", default=184, minimum=184)
CELERY_TASK_TIME_LIMIT = env.integer("TASK_SECONDS_MAX", default=3600, minimum=1)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE

# --- People ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "overview"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Signing in (docs/adr/0028). Addresses are in portal/account_urls.py, hooks in accounts/sign_in.py.
SIGN_UP_OPEN = env.boolean("SIGN_UP_OPEN", default=True)
STAFF_NEED_SECOND_FACTOR = env.boolean("STAFF_NEED_SECOND_FACTOR", default=True)
if PRODUCTION and not STAFF_NEED_SECOND_FACTOR:
    message = "STAFF_NEED_SECOND_FACTOR may be off in development only."
    raise ImproperlyConfigured(message)
# A factor that was shown grows old (docs/adr/0051).
STAFF_FACTOR_HOURS = env.integer("STAFF_FACTOR_HOURS", default=12, minimum=1)
MONEY_OUT_FACTOR_MINUTES = env.integer("MONEY_OUT_FACTOR_MINUTES", default=30, minimum=1)
ACCOUNT_ADAPTER = "accounts.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[算集 Suanji] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_FORMS = {"signup": "portal.forms.SignUpForm"}
MFA_FORMS = {"add_webauthn": "portal.forms.AddKeyForm", "edit_webauthn": "portal.forms.EditKeyForm"}
MFA_ADAPTER = "accounts.sign_in.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey alone signs in: it must have asked for a finger, a face or a code.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Suanji 算集"
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers offer passkeys on localhost without TLS, so that development has them too.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

OIDC_SERVER_URL = single_sign_on.server_url()
SOCIALACCOUNT_PROVIDERS = single_sign_on.providers(OIDC_SERVER_URL)
# Where forms may lead outside of this house.
FORM_TARGETS = [*payments.pages(), *single_sign_on.form_targets(OIDC_SERVER_URL)]

STRIPE_API_KEY = env.text("STRIPE_API_KEY", default="")
STRIPE_API_BASE = env.text("STRIPE_API_BASE", default="")
STRIPE_WEBHOOK_SECRETS = env.words("STRIPE_WEBHOOK_SECRET")
STRIPE_ACCOUNT, STRIPE_METHODS, TOP_UP_MIN_YUAN, TOP_UP_MAX_YUAN = payments.terms()
# What leaves the house, when people are warned, and which bank transfers take two to decide.
WEBHOOK_LOOPBACK = outside.webhook_loopback(production=PRODUCTION)
PORTAL_ADDRESS = outside.portal_address(production=PRODUCTION, hosts=ALLOWED_HOSTS)
BALANCE_LOW_DAYS, BREAKAGE_GRACE_DAYS = outside.days_of_balances()
BANK_TWO_FROM_YUAN, PAYOUT_ACCOUNT_HOURS = outside.bank_caution()
DUNNING_DAYS = outside.dunning_days()

# E-mail: printed by the server in development, sent by SMTP in production.
EMAIL = env.email("EMAIL_URL", default="console:" if not PRODUCTION else None)
EMAIL_BACKEND = EMAIL["BACKEND"]
EMAIL_FILE_PATH = EMAIL["FILE_PATH"]
EMAIL_HOST, EMAIL_PORT = EMAIL["HOST"], EMAIL["PORT"]
EMAIL_HOST_USER = EMAIL["USER"]
EMAIL_HOST_PASSWORD = EMAIL["PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL["STARTTLS"], EMAIL["TLS"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", default="Suanji 算集 <no-reply@localhost>")

# --- Language and time ----------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
# Cuts billing months once, when their rows are made, and is the local clock of price bands: changed
# later, it would re-cut no month, but a rerate would find other bands.
BILLING_TIME_ZONE = env.text("BILLING_TIME_ZONE", default="Asia/Shanghai")
WORKING_DAYS_PATH = env.text("WORKING_DAYS_PATH", default="")  # Holidays: docs/runbook.md.

# --- Interfaces -----------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api_permissions.DeclaredAccess"],
    "EXCEPTION_HANDLER": "config.api_errors.handle_exception",
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_RATES": {
        "usage": env.text("USAGE_REQUESTS_RATE", default="1200/min"),
        "reading": env.text("API_REQUESTS_RATE", default="1200/min"),
        "quotes": env.text("QUOTE_REQUESTS_RATE", default="120/min"),
    },
    "DEFAULT_SCHEMA_CLASS": "accounts.api_schema.Schema",
}
API_ADDRESS_REQUESTS = env.integer("API_ADDRESS_REQUESTS", default=12000, minimum=1)
SPECTACULAR_SETTINGS = {
    "TITLE": "Suanji 算集",
    "DESCRIPTION": "Exchange of algorithms and compute: usage, charges, subsidies, settlement.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api_schema.tell_examples",
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": enum_names.ENUMS,
}
DATA_UPLOAD_MAX_MEMORY_SIZE = env.integer("REQUEST_BYTES_MAX", default=16 * 1024 * 1024)
METRICS_TOKEN = env.text("METRICS_TOKEN", default="")  # Empty: see config/health.py.
UNFOLD = {"SITE_TITLE": "Suanji 算集", "SITE_HEADER": "Suanji 算集"}

STATIC_URL = "static/"
# Development serves static files from where they lie and collects nothing.
COLLECTED = Path(env.text("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATIC_ROOT = COLLECTED if PRODUCTION else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", default=str(BASE_DIR / "media")))
UPLOAD_SCANNER = env.text("UPLOAD_SCANNER", default="")  # A callable: see kernel.uploads.

# --- Security -------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION and env.boolean("SSL_REDIRECT", default=True)
# Probes inside the private network speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
if env.boolean("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Attempts are counted by address: the one that the proxy itself saw.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
X_FRAME_OPTIONS = "DENY"

# --- Logs: to stderr, so that a command's --json stays alone on stdout ------------------------

LOG_LEVEL = env.choice("LOG_LEVEL", choices=("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
LOG_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOG_OUTPUT: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
if PRODUCTION:
    LOG_OUTPUT += [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
else:
    plain = structlog.dev.plain_traceback  # Frames around a trace cost a tenth of a second.
    LOG_OUTPUT += [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": LOG_OUTPUT,
            "foreign_pre_chain": LOG_PROCESSORS,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"django": {"level": LOG_LEVEL}},
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *LOG_PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
