"""Every URL says what it is, and the sweeps know whom it answers and what it can be asked for."""

import pytest
from django.test import override_settings
from django.urls import clear_url_caches, include, path

from tests.sweeps.urls import targets_of, walked
from tests.sweeps.world import World
from wansdyke.history.pages import Declared


def test_every_view_declares_what_it_reads_and_writes() -> None:
    silent = [
        f"{url.route} ({url.name})" for url in walked() if not isinstance(url.declared, Declared)
    ]
    assert silent == []


def test_every_url_has_a_line_that_says_whom_it_answers() -> None:
    unknown = [url.name for url in walked() if url.rule is None]
    assert unknown == [], "write a line for each in tests/sweeps/rules.py"


def test_the_line_and_the_view_agree_on_writing() -> None:
    """A view that only reads has no POST, unless it is a question with personal data in it."""
    asks = {"search", "contact:who-and-where", "contact:risk-menu"}
    wrong = [
        url.name
        for url in walked()
        if url.rule and not url.is_api and url.name not in asks
        if url.declared.writes and "POST" not in url.rule.methods
    ]
    assert wrong == []


def test_every_url_can_be_asked_for_something(world: World) -> None:
    for url in walked():
        targets = targets_of(url, world)
        assert targets, url.name
        for target in targets:
            assert url.path(target).startswith("/")


def test_names_are_not_used_twice() -> None:
    """A name that means two addresses would hide one of them from the sweeps."""
    routes: dict[str, set[str]] = {}
    for url in walked():
        routes.setdefault(url.name, set()).add(url.route)
    assert {name: found for name, found in routes.items() if len(found) > 1} == {}


@pytest.mark.parametrize("demo", [False, True])
def test_the_page_of_personas_is_known_too(demo: bool) -> None:
    """With the demonstration's own URLs there is one more, and it is declared and known as well."""
    urlconf = [path("", include("config.urls"))]
    if demo:
        urlconf.append(path("", include("wansdyke.demo.urls")))
    holder = type("Urls", (), {"urlpatterns": urlconf})
    with override_settings(ROOT_URLCONF=holder):
        clear_url_caches()
        try:
            names = {url.name for url in walked()}
            silent = [url.name for url in walked() if url.declared is None or url.rule is None]
        finally:
            clear_url_caches()
    assert ("personas" in names) is demo
    assert silent == []
