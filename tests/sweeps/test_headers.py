"""What every answer tells the browser: one policy to the letter, kept by nobody, read as what it
is, and cookies that no script and no other site gets."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from tests.sweeps.asking import Answer, Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.judging import meant
from tests.sweeps.urls import Url, targets_of, walked
from tests.sweeps.world import World

NONCE = re.compile(r"'nonce-[A-Za-z0-9+/=]{20,}'")
PAGE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
FIXED = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
# What somebody put there is shut away from everything, should a browser ever show it.
DOCUMENT = "sandbox; default-src 'none'; frame-ancestors 'none'"
ALWAYS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
READERS = ("sasha", "hedda", "ada", "priti", "carol", "nobody")
# A line for a load balancer, with nothing of anybody in it, is plain text.
SHOWN = ("text/html", "application/json", "text/plain")
FAR = re.compile(r"""(?:src|href|action|content)=["']?(?:https?:)?//([^/"' >]+)""", re.IGNORECASE)


def directives(policy: str) -> dict[str, str]:
    """What a policy says, but for the nonce of the moment."""
    said = [one.strip().partition(" ") for one in policy.split(";")]
    return {name: NONCE.sub("", value).strip() for name, _, value in said}


def faults_of(answer: Answer) -> Iterator[str]:
    """What an answer's headers should have said."""
    policy = answer.headers.get("Content-Security-Policy", "")
    if policy not in (FIXED, DOCUMENT) and directives(policy) != PAGE:
        yield f"its policy is {policy!r}"
    for name, value in ALWAYS.items():
        if answer.headers.get(name) != value:
            yield f"{name} is {answer.headers.get(name)!r}"
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    kept = answer.headers.get("Content-Disposition", "")
    if answer.status == 200 and kind not in SHOWN and not kept.startswith("attachment"):
        yield f"{kind} is shown, not saved: {kept!r}"
    if kind == "text/html":
        far = set(FAR.findall(answer.body.decode()))
        if far:
            yield f"names other origins: {far}"


def asked(world: World, username: str) -> Iterator[tuple[Url, str, Answer]]:
    """Every URL by each of its methods, of what somebody may have and of what nobody has."""
    asker = Asker(username)
    for url in walked():
        assert url.rule is not None
        targets = targets_of(url, world)
        mine = [
            one
            for one in targets
            if meant(world, VIEWERS[username], url, url.rule, "GET", one) == "an answer"
        ]
        for target in {id(one): one for one in (*mine[:1], targets[-1])}.values():
            for method in ("GET", "POST"):
                with undone():
                    yield url, method, asker.ask(method, url.path(target))


@pytest.mark.parametrize("username", READERS)
def test_every_answer_says_what_the_browser_may_do(world: World, username: str) -> None:
    wrong = [
        f"{method} {url.name}: {answer.status}: {one}"
        for url, method, answer in asked(world, username)
        for one in faults_of(answer)
    ]
    assert wrong == []


@pytest.mark.django_db
@override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True, SECURE_SSL_REDIRECT=True)
def test_no_cookie_is_for_scripts_or_for_other_sites() -> None:
    client = Client()
    client.get("/sign-in/?next=/", secure=True)
    client.post("/sign-in/", {"username": "nobody", "password": "x"}, secure=True)
    session = client.session
    session["kept"] = 1
    session.save()
    assert client.get("/", secure=False)["Location"].startswith("https://")
    answer = client.get("/sign-in/", secure=True)
    assert set(client.cookies) >= {"csrftoken"}
    for name, cookie in {**client.cookies, **answer.cookies}.items():
        if name == "sessionid" and not cookie["path"]:
            continue  # put there by this test's client, not by the product
        assert (cookie["httponly"], cookie["secure"]) == (True, True), name
        assert cookie["samesite"] == "Lax", name
        assert not cookie["domain"], name


def test_one_word_in_the_environment_makes_all_of_it_https() -> None:
    code = (
        "import django; from django.conf import settings as s; django.setup();"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,"
        " s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY,"
        " s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE)"
    )
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(
            [sys.executable, "-c", code],
            env={
                **os.environ,
                "WANSDYKE_DATA": folder,
                "WANSDYKE_HTTPS": "1",
                "WANSDYKE_SECRET_KEY": "x" * 64,
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
    assert said.stdout.split() == ["True", "True", "True", "31536000", "True", "True", "Lax", "Lax"]
