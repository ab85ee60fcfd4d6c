"""Settings for the tests of `ui` alone: `pytest --ds=tests.ui.settings tests/ui`."""

from wansdyke.ui.security import CSP

SECRET_KEY = "for the tests of ui alone"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "Europe/London"
LANGUAGE_CODE = "en-gb"
INSTALLED_APPS = ["django.contrib.staticfiles", "django.contrib.messages", "wansdyke.ui"]
ROOT_URLCONF = "tests.ui.urls"
STATIC_URL = "/static/"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CONTENT_SECURITY_POLICY = CSP
CSRF_FAILURE_VIEW = "wansdyke.ui.errors.csrf_failure"
MIDDLEWARE = [
    "wansdyke.ui.headers.PlainHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "wansdyke.ui.templating.Templates",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "wansdyke.ui.jinja.environment",
            "context_processors": ["django.contrib.messages.context_processors.messages"],
        },
    }
]
