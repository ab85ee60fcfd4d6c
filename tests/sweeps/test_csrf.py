"""No form is taken without its token, whoever sends it and whatever it asks."""

import pytest
from django.test import Client

from tests.sweeps.asking import Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.judging import meant
from tests.sweeps.urls import targets_of, walked
from tests.sweeps.world import World
from wansdyke.ui.errors import CSRF_BYTES

# Between them they may send nearly every form; whose it is makes no difference to the token.
SENDERS = ("nobody", "sasha", "ada")


@pytest.mark.parametrize("username", SENDERS)
def test_every_post_without_its_token_is_refused(world: World, username: str) -> None:
    asker = Asker(username, checks_csrf=True)
    taken, refused = [], 0
    for url in walked():
        assert url.rule is not None, url.name
        if "POST" not in url.rule.methods or url.is_api:
            continue
        for target in targets_of(url, world):
            if meant(world, VIEWERS[username], url, url.rule, "POST", target) == "nothing":
                continue
            with undone():
                answer = asker.ask("POST", url.path(target), {"key": "k", "operation_key": "k"})
            signed_out = answer.status == 302 and "/sign-in/" in answer.headers["Location"]
            if answer.status == 403 and answer.body == CSRF_BYTES:
                refused += 1
            elif not signed_out:
                taken.append(f"{url.name} of {target}: {answer.status}")
            break
    assert taken == []
    assert refused > 0


def test_the_api_takes_no_post_with_a_session(world: World) -> None:
    """A token comes from no other site’s page, so what is sent with one needs no form token."""
    sasha = Asker("sasha")
    for url in walked():
        if url.is_api:
            with undone():
                answer = sasha.ask("POST", url.path(targets_of(url, world)[0]))
            feed = url.rule is not None and "POST" in url.rule.methods
            assert answer.status == (404 if feed else 405), url.name


@pytest.mark.django_db
def test_a_token_of_one_session_is_none_in_another() -> None:
    mine, theirs = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    page = theirs.get("/sign-in/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    mine.get("/sign-in/")
    sent = {"csrfmiddlewaretoken": token, "username": "olivia", "password": "x"}
    assert mine.post("/sign-in/", sent).status_code == 403
