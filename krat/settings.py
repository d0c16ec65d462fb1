"""The registry's settings: environment in, safe by default.

Every variable is described in ``.env.example``. A missing or unsafe value in service stops the start with a sentence.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from krat.access import areas

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
if not env.bool("KRAT_NO_DOTENV", default=False):  # checks and tests give the same answer whatever stands in .env
    env.read_env(BASE_DIR / ".env")

# --- What kind of place this is -------------------------------------------------------------------------------------

KRAT_DEMO = env.bool("KRAT_DEMO", default=False)  # the invented world; everything else is service
DEBUG = env.bool("DEBUG", default=False)
PLAIN_HTTP = env.bool("PLAIN_HTTP", default=False)  # no secure cookies: on loopback only, checked in wsgi.py

LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or (LOCAL_NAMES if KRAT_DEMO else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not KRAT_DEMO:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing. Set it to at least 50 random characters, or set KRAT_DEMO=1 for the invented world."
        )
    SECRET_KEY = "demo-only-" + "invented-world-" * 4  # guards nothing: the invented world answers on loopback only

KRAT_KEYS = env.str("KRAT_KEYS", default="") or (str(VAR_DIR / "keys.json") if KRAT_DEMO else "")
if not KRAT_KEYS:
    raise ImproperlyConfigured(
        "KRAT_KEYS is missing. Set it to the path of the field-encryption key file (made by `manage.py makekeys PATH`)."
    )

# The head of the trail, noted outside the database.
KRAT_TRAIL_HEAD = env.str("KRAT_TRAIL_HEAD", default="") or str(Path(KRAT_KEYS).with_name("trail-head"))

# For whom backups are encrypted (krat.operations): a public key, so that this machine cannot read what it wrote.
BACKUP_RECIPIENT = env.str("BACKUP_RECIPIENT", default="")

# Counts of cases below this are not told (krat.reports.protection); a higher one may be set, never a lower one than 3.
KRAT_SMALL_CELL = env.int("KRAT_SMALL_CELL", default=5)
if KRAT_SMALL_CELL < 3:
    raise ImproperlyConfigured("KRAT_SMALL_CELL hides too little: set it to 3 or more, or leave it out for 5.")

# How long after its last word a draft that nobody sends is kept (decision 18).
KRAT_DRAFT_DAYS = env.int("KRAT_DRAFT_DAYS", default=14)
if not 1 <= KRAT_DRAFT_DAYS <= 60:
    raise ImproperlyConfigured("KRAT_DRAFT_DAYS must lie between 1 and 60, or be left out for 14.")

# How long the feed tells machines that something left their sight: who comes later begins again (decision 24).
KRAT_CHANGES_KEPT_DAYS = env.int("KRAT_CHANGES_KEPT_DAYS", default=90)
if KRAT_CHANGES_KEPT_DAYS < 1:
    raise ImproperlyConfigured("KRAT_CHANGES_KEPT_DAYS must be 1 or more, or be left out for 90.")

# --- Parts ----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    *areas.names(),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "krat.ui.files.StaticFiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "krat.ui.middleware.NoCookies",
    "krat.ui.middleware.NeverStored",
    # What browsers are told stands outside of all that may fail, and that the database may make fail.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "krat.ui.middleware.ChosenLanguage",
    "krat.ui.middleware.Incidents",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "krat.people.middleware.SessionEnds",
    "krat.people.middleware.GuardWarnings",
    "krat.people.middleware.ActiveSeat",
    "krat.people.middleware.SecondFactor",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "krat.urls"
# Only the path itself says what is asked: a prefix that the server or a proxy tells (SCRIPT_NAME) counts for nothing.
FORCE_SCRIPT_NAME = ""
WSGI_APPLICATION = "krat.wsgi.application"

_loaders = ["krat.ui.loader.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": _loaders if DEBUG else [("django.template.loaders.cached.Loader", _loaders)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "krat.home.navigation.navigation",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.l10n",
                "django.templatetags.static",
                "krat.ui.templatetags.ui",
                "krat.access.templatetags.access",
            ],
        },
    },
]
FORM_RENDERER = "krat.ui.widgets.Renderer"

# --- Data -----------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'krat.sqlite3'}")}
_database = DATABASES["default"]
_database["ATOMIC_REQUESTS"] = False  # a refusal must leave its row after the rollback: see krat.access.views
if _database["ENGINE"].endswith("sqlite3"):
    # FULL and not NORMAL: with NORMAL a power cut loses acknowledged writes. IMMEDIATE: a reading transaction that
    # later writes would otherwise be refused at once ("database is locked"), without waiting.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        # Without recursive triggers, INSERT OR REPLACE passes by the triggers that guard the trail.
        " PRAGMA secure_delete=ON; PRAGMA recursive_triggers=ON; PRAGMA journal_size_limit=67108864;",
    }
else:
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # a server that is gone holds nobody for long
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # In the database, so that sign-in limits are counted once for all workers; in a table that forgets none of them.
    "default": {"BACKEND": "krat.access.cache.KeptCache"},
}

# --- Who signs in ---------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["krat.people.asking.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "krat.people.passwords.AlbanianWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:today"
ACCOUNT_ADAPTER = "krat.people.adapters.InvitationOnly"
MFA_ADAPTER = "krat.people.adapters.EncryptedSecrets"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,5/5m/key"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[KRAT] "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody sends mail to strangers through us
ACCOUNT_FORMS = {"reset_password": "krat.people.forms.ForgottenPassword"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "KRAT"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the invitation reached that address; nobody is asked to verify it again

SESSION_ENGINE = "krat.people.sessions"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=30)
SESSION_HOURS = env.int("SESSION_HOURS", default=10)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_NAME = "krat_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "krat_language"
CSRF_COOKIE_NAME = "krat_csrf"
CSRF_FAILURE_VIEW = "krat.access.recovered_forms.form_expired"

# --- What machines ask ------------------------------------------------------------------------------------------------

MACHINES_PATHS = ("/api/", "/identity/")  # no session, no cookie; the language by their own header
API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", default=600)  # of one client
TOKEN_REQUESTS_A_MINUTE = 30  # from one address
TOKEN_FAILURES_IN_FIVE_MINUTES = 10  # with one client's id
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
REST_FRAMEWORK = {
    # Closed by default: an address that says nothing is open to nobody (krat.E015 watches over it).
    "DEFAULT_AUTHENTICATION_CLASSES": ["krat.api.auth.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["krat.api.auth.Closed"],
    "DEFAULT_THROTTLE_CLASSES": ["krat.api.limits.PerClient"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["krat.api.serializers.StrictJson"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "DATETIME_FORMAT": "iso-8601",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "KRAT registry",
    "DESCRIPTION": (
        "REST for municipal and institutional systems. A client belongs to one institution and sees what that "
        "institution sees. Refusals are RFC 9457 problems. Every example is invented."
    ),
    "VERSION": "1.0.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {},  # each area names its own: krat.api.apps puts them together
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "krat.api.schema.with_problems"],
}

# --- What browsers are told -----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = not PLAIN_HTTP and not DEBUG
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REDIRECT_EXEMPT = [r"^health/(ready/)?$"]
if env.bool("BEHIND_PROXY", default=False):
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # else every sign-in limit would count the proxy as one and the same client
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "krat.ui.files.KeptAddresses"},
}
STYLEGUIDE = KRAT_DEMO or DEBUG

# --- Words ----------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="sq")
LANGUAGES = [("sq", _("Albanian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["krat.formats"]
TIME_ZONE = "Europe/Tirane"
FILTERS_EMPTY_CHOICE_LABEL = _("all")  # what a filter of a list shows where nothing is chosen
USE_I18N = True
USE_TZ = True

# --- Mail and logs --------------------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 20  # seconds: a mail server that says nothing holds nobody for long
# Where mails lead to; what they say of the registry is this and no more (decision 35).
_host = next((one for one in ALLOWED_HOSTS if one.strip("*.") == one), "localhost")
KRAT_ADDRESS = env.str("KRAT_ADDRESS", default="") or ("http://localhost:8000/" if KRAT_DEMO else f"https://{_host}/")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="KRAT <no-reply@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # One line a fault, without an address or a value: krat.access.logs says why.
    "formatters": {
        "plain": {"()": "krat.access.logs.OneLine", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        # Django would mail an error with all that was sent, and print it with DEBUG.
        "django": {"handlers": [], "level": "WARNING"},
        # They tell the address of whatever failed or was refused, once more: krat.incidents has told the fault, the
        # trail has the refusals.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
    },
}
