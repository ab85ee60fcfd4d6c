"""To whom answers open, and what is answered to nobody: files that are no pages, methods that no
view serves, values in the wrong place."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client

from tests.sweeps.asking import Asker, undone
from tests.sweeps.urls import targets_of, walked
from tests.sweeps.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
# Pages that are asked for by an address which says what they show. What is said of people goes
# as a form's body; a colleague's name may stand in an address (docs/safeguards.md).
ASKED_IN_AN_ADDRESS = {
    "accounts/users.html": {"q"},
    "assurance/area.html": {"first", "last"},
    "assurance/areas.html": {"name"},
    "assurance/equality.html": {"year"},
    "assurance/equality_one.html": {"year"},
    "assurance/log_review/queue.html": {"show", "user", "kind"},
    "assurance/log_review/why.html": {"reference", "user", "at"},
    "assurance/measure.html": {"first", "last"},
    "assurance/measures.html": {"first", "last"},
    "assurance/trend.html": {"question"},
    "casework/list.html": {"{{ name }}"},
    "casework/sharing/find.html": {"q"},
    "contact/feed/reconciliation.html": {"days"},
    "home/audit.html": {"reference", "user", "operation", "since", "until"},
    "home/extract.html": {"first", "last", "reference", "make", "user", "since", "until"},
    "home/since.html": {"since"},
}


def test_no_answer_opens_itself_to_another_origin(world: World) -> None:
    client = Client(raise_request_exception=False)
    foreign = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    for path in ("/", "/sign-in/", "/api/v1/me", "/api/v1/openapi.json", "/nothing/"):
        for method in ("GET", "OPTIONS"):
            with undone():
                answer = client.generic(method, path, headers=foreign)
            assert not [one for one in answer.headers if one.lower().startswith("access-control-")]


def test_nothing_but_our_own_files_is_served(world: World) -> None:
    client = Client(raise_request_exception=False)
    static = settings.STATIC_URL
    asked = [
        "/.git/config", "/.git/HEAD", "/.env", "/config/settings.py", "/var/wansdyke.db",
        "/requirements.lock", "/static/", static, f"{static}ui/", f"{static}vendor/",
        f"{static}../config/settings.py", f"{static}..%2f..%2f..%2fconfig%2fsettings.py",
        f"{static}ui/../../../../config/settings.py", f"{static}ui/.git/config",
        f"{static}{quote(str(ROOT / 'config' / 'settings.py'))}",
    ]  # fmt: skip
    for path in asked:
        with undone():
            answer = client.get(path)
        assert answer.status_code == 404, path
    with undone():
        assert client.get(f"{static}ui/wansdyke.js").status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "PROPFIND"])
def test_trace_and_other_methods_are_not_answered(world: World, method: str) -> None:
    sasha = Asker("sasha")
    for url in walked():
        target = targets_of(url, world)[0]
        with undone():
            answer = sasha.client.generic(method, url.path(target), headers={"X-Told": "back"})
        assert answer.status_code in (401, 404, 405), url.name
        assert b"X-Told" not in answer.content


def test_a_value_sent_twice_or_elsewhere_is_not_taken(world: World) -> None:
    client = Client(raise_request_exception=False)
    with undone():
        answer = client.post("/sign-in/?username=sasha&password=in+the+address")
    assert answer.status_code == 200
    assert b"Enter" in answer.content
    sasha = Asker("sasha")
    with undone():
        twice = sasha.ask("GET", "/audit/?operation=denied&operation=nonsense")
        once = sasha.ask("GET", "/audit/?operation=nonsense")
    assert twice.status == once.status


def test_no_form_sends_what_is_said_of_people_in_an_address() -> None:
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "wansdyke").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r'<form[^>]*method="get".*?</form>', text, re.S):
            names = re.findall(r'form\["?(\w+)"?\]|\bname="([^"]+)"', form)
            inside = path.as_posix().partition("/templates/")[2]
            found.setdefault(inside, set()).update(one or other for one, other in names)
    assert found == ASKED_IN_AN_ADDRESS
