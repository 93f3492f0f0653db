"""Django's settings. What an operator decides is in `environment.py`; here is what never changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from mizzle_web.config import environment, sqlite

sqlite.use_repaired_library()

HERE = Path(__file__).resolve().parent.parent
ENVIRONMENT = environment.read(os.environ)

DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key
FIELD_KEYS = ENVIRONMENT.field_keys
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
LISTENS_ON = ""  # the address that `mizzle serve` was told to listen on; unknown under any other server
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url]
ROOT_URLCONF = "mizzle_web.config.urls"
AUTH_USER_MODEL = "people.Member"
DATABASES = {"default": environment.databases(ENVIRONMENT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",  # sessions that are bound to a member; its own users, groups and permissions are not used
    "django.contrib.contenttypes",  # which that one needs
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # templates of single fields
    "mizzle_web.page",
    "mizzle_web.journal",
    "mizzle_web.jobs",
    "mizzle_web.people",
    "mizzle_web.journeys",
    "mizzle_web.operation",
    "mizzle_web.today",
]

MIDDLEWARE = [
    "mizzle_web.page.guard.Headers",
    "mizzle_web.page.guard.Clock",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mizzle_web.page.guard.Database",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "mizzle_web.people.door.Sessions",
    "mizzle_web.people.door.Language",
    "mizzle_web.people.door.Access",
    "mizzle_web.page.guard.Refusals",
    "mizzle_web.page.notices.Notices",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "mizzle_web.config.navigation.everywhere",
            ],
            "builtins": ["django.templatetags.i18n", "mizzle_web.page.templatetags.page"],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Signing in: argon2 for new passwords and PINs; the rules an organisation may tighten are in its own row.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS = ["mizzle_web.people.door.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "people:sign_in"

# Cookies: over https they carry the prefix that binds them to this host alone.
IS_HTTPS = ENVIRONMENT.url.startswith("https:")
_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}session"
CSRF_COOKIE_NAME = f"{_PREFIX}csrf"
LANGUAGE_COOKIE_NAME = f"{_PREFIX}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "mizzle_web.people.sessions"
CSRF_FAILURE_VIEW = "mizzle_web.page.views.forged"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.behind_proxy else None

STATIC_URL = "/static/"
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20  # as in `bodies.py`, which refuses more before a page is asked
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # the table of 200 drawn steps is one form of seven fields a row
_ARRIVING = ENVIRONMENT.data / ".arriving"  # not /tmp, which others read and which may be memory
_ARRIVING.mkdir(mode=0o700, exist_ok=True)
FILE_UPLOAD_TEMP_DIR = str(_ARRIVING)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

USE_TZ = True
TIME_ZONE = ENVIRONMENT.timezone
USE_I18N = True
LANGUAGE_CODE = ENVIRONMENT.language
LANGUAGES = [("en", "English"), ("es", "Español"), ("nb", "Norsk bokmål")]
LOCALE_PATHS = [HERE / "locale"]
FORMAT_MODULE_PATH = ["mizzle_web.page.formats"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"links": {"()": "mizzle_web.page.logs.WithoutLinks"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["links"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.request": {"filters": ["links"]},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
