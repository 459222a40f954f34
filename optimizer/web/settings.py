"""Settings of the pages, merged into those of the store: login everywhere, no script, five tries for a password.

Nothing is read from the environment. What depends on where the desk listens is set by :mod:`optimizer.web.deploying`.
"""

from __future__ import annotations

MINUTE = 60
DAY_OF_WORK = 10 * 60 * MINUTE
"""Seconds after which a session ends, whatever is done in it."""
IDLE = 45 * MINUTE
"""Seconds without a page after which a session ends."""
UPLOAD = 60 * 1024 * 1024
"""Bytes of one import: an export of 80,000 applications weighs about 25 MB."""
WHATEVER = 2**40
"""Bytes that waitress itself would refuse, in English; of what is beyond :data:`UPLOAD` none is kept, and the page says so."""
WRITES = 240
"""Forms that one visitor may send in a minute: a hand sends 20, a program that goes round sends thousands."""
FIELDS = 20_000
"""Fields of one form: the convocation of a region's session has one a name, and is below the bytes of a form."""
NONE, SELF = "'none'", "'self'"
_VALIDATION = "django.contrib.auth.password_validation"

SETTINGS: dict[str, object] = {
    "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
    "ROOT_URLCONF": "optimizer.web.urls",
    "MIDDLEWARE": [
        "optimizer.web.middleware.Guard",
        "django.middleware.security.SecurityMiddleware",
        "optimizer.web.middleware.StaticFiles",
        "csp.middleware.CSPMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "optimizer.web.middleware.Doors",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "axes.middleware.AxesMiddleware",
    ],
    "AUTHENTICATION_BACKENDS": [
        "axes.backends.AxesStandaloneBackend",
        "django.contrib.auth.backends.ModelBackend",
    ],
    "PASSWORD_HASHERS": ["optimizer.web.passwords.Argon2"],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
        {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
        {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
        {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
    ],
    "AXES_FAILURE_LIMIT": 5,
    "AXES_COOLOFF_TIME": 0.25,
    "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
    "AXES_LOCKOUT_CALLABLE": "optimizer.web.views.errors.locked_out",
    "AXES_CLIENT_IP_CALLABLE": "optimizer.web.middleware.address_of",
    "AXES_RESET_ON_SUCCESS": True,
    "AXES_VERBOSE": False,
    "AXES_DISABLE_ACCESS_LOG": True,
    "SESSION_COOKIE_NAME": "bureau",
    "SESSION_COOKIE_AGE": DAY_OF_WORK,
    "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Lax",
    "CSRF_FAILURE_VIEW": "optimizer.web.views.errors.forged",
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "X_FRAME_OPTIONS": "DENY",
    "CONTENT_SECURITY_POLICY": {
        "DIRECTIVES": {
            "default-src": [NONE],
            "style-src": [SELF],
            "img-src": [SELF],
            "form-action": [SELF],
            "frame-ancestors": [NONE],
            "base-uri": [NONE],
        }
    },
    "STATIC_URL": "/static/",
    "LOGIN_URL": "login",
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2 * 1024 * 1024,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": FIELDS,
    "DATA_UPLOAD_MAX_NUMBER_FILES": 40,
    "FILE_UPLOAD_HANDLERS": [
        "django.core.files.uploadhandler.MemoryFileUploadHandler",
        "optimizer.web.receiving.TakenBack",
    ],
    "FILE_UPLOAD_PERMISSIONS": 0o600,
    "DEBUG": False,
    "APPEND_SLASH": False,
    "LANGUAGE_CODE": "fr",
    "USE_I18N": True,
}
