"""With HTTPS on, everything the product says or keeps in a browser stays on that way."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.templatetags.static import static
from django.test import Client
from django.test.utils import override_settings

from config.environment import database_in_secret
from wansdyke.ui.security import STATIC_FILE_HEADERS

ROOT = Path(__file__).resolve().parent.parent.parent
ASKED = (
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "CSRF_COOKIE_SAMESITE", "SESSION_COOKIE_PATH", "CSRF_COOKIE_PATH", "SESSION_COOKIE_DOMAIN",
    "CSRF_COOKIE_DOMAIN", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS", "DEBUG", "MESSAGE_STORAGE", "SECURE_PROXY_SSL_HEADER",
)  # fmt: skip
SAY = f"""
import json
import django
from django.conf import settings
django.setup()
from wansdyke.accounts.devices import COOKIE
said = {{name: getattr(settings, name) for name in {ASKED!r}}}
print(json.dumps(said | {{"known device": COOKIE}}))
"""


@cache
def with_https(folder: str) -> dict[str, Any]:
    """What the settings are of an installation that says it has HTTPS."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WANSDYKE_DATA": folder,
        "WANSDYKE_SECRET_KEY": "k" * 60,
        "WANSDYKE_HTTPS": "1",
        "WANSDYKE_DEMO": "",
    }
    done = subprocess.run(
        [sys.executable, "-c", SAY], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return with_https(str(tmp_path_factory.mktemp("https")))


def test_cookies_are_this_hosts_alone_over_https_and_out_of_reach_of_scripts(
    said: dict[str, Any],
) -> None:
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "known device"):
        assert said[name].startswith("__Host-")
    for kind in ("SESSION", "CSRF"):
        assert said[f"{kind}_COOKIE_SECURE"] is True
        assert said[f"{kind}_COOKIE_HTTPONLY"] is True
        assert said[f"{kind}_COOKIE_SAMESITE"] == "Lax"
        # Without both a browser refuses a name that begins with __Host-.
        assert said[f"{kind}_COOKIE_PATH"] == "/"
        assert said[f"{kind}_COOKIE_DOMAIN"] is None


def test_browsers_keep_to_https_for_a_year_on_all_hosts_below(said: dict[str, Any]) -> None:
    assert said["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert said["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert said["SECURE_SSL_REDIRECT"] is True


def test_nothing_is_said_of_faults_and_no_message_is_kept_in_a_cookie(said: dict[str, Any]) -> None:
    assert said["DEBUG"] is False
    assert "session" in said["MESSAGE_STORAGE"]


@pytest.mark.django_db
@override_settings(SECURE=True, SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=31_536_000)
def test_people_are_led_to_https_and_programs_are_refused() -> None:
    client = Client()
    led = client.get("/sign-in/")
    assert (led.status_code, led.headers["Location"]) == (301, "https://testserver/sign-in/")
    for path in ("/api/v1/me", "/api/v1/openapi.json", "/api/v1/nothing"):
        refused = client.get(path, headers={"Authorization": "Bearer not-a-token"})
        assert refused.status_code == 403, path
        assert "HTTPS" in refused.json()["detail"]
        assert client.get(path, secure=True).status_code in (401, 404)
    there = client.get("/sign-in/", secure=True)
    assert there.status_code == 200
    assert "max-age=31536000" in there.headers["Strict-Transport-Security"]


def test_a_static_file_runs_nothing_by_itself_and_stands_in_no_frame() -> None:
    answer = Client().get(static("ui/wansdyke.js"))
    assert answer.status_code == 200
    for name, value in STATIC_FILE_HEADERS.items():
        assert answer.headers[name] == value
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"] == 'text/javascript; charset="utf-8"'


@pytest.mark.parametrize(
    ("parsed", "asked"),
    [
        ({"HOST": "db.force.example"}, {"sslmode": "verify-full", "sslrootcert": "system"}),
        ({"HOST": "10.0.0.7", "OPTIONS": {"sslmode": "require"}}, {}),
        ({"HOST": "127.0.0.1"}, {}),
        ({"HOST": "/var/run/postgresql"}, {}),
        ({"HOST": ""}, {}),
        ({}, {}),
    ],
)
def test_a_database_on_another_machine_is_spoken_to_in_secret(
    parsed: dict[str, Any], asked: dict[str, str]
) -> None:
    assert database_in_secret(parsed) == asked


@pytest.mark.django_db
def test_signing_out_clears_what_the_browser_might_keep() -> None:
    answer = Client().post("/sign-out/")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
