"""Every URL, asked by everybody, of records of every kind: the answer is what the list says."""

from collections.abc import Iterator

import pytest

from tests.sweeps.asking import Answer, Asker, undone
from tests.sweeps.cast import ANONYMOUS, VIEWERS
from tests.sweeps.judging import came, leaks, meant, unaudited
from tests.sweeps.rules import Target
from tests.sweeps.urls import MISSING, Url, targets_of, walked
from tests.sweeps.world import World
from wansdyke.ui.errors import NOT_FOUND_BYTES, NOT_FOUND_JSON

METHODS = ("GET", "POST")


def faults_of(
    world: World, asker: Asker, url: Url, method: str, target: Target, nothing: Answer
) -> Iterator[str]:
    """What is wrong with one answer."""
    viewer, rule = VIEWERS[asker.username], url.rule
    if rule is None:
        yield "it has no line in tests/sweeps/rules.py"
        return
    with undone():
        answer = asker.ask(method, url.path(target))
    wanted, got = meant(world, viewer, url, rule, method, target), came(answer, url)
    if wanted != got:
        yield f"{wanted} was meant, but there came {got}"
    if answer.status == 404 and answer.plain != nothing.plain:
        yield "its not-found can be told from that of what does not exist"
    denied = [entry for entry in answer.entries if entry["operation"] == "denied"]
    signed_in = viewer.key != ANONYMOUS and viewer.active
    if len(denied) != (answer.status == 404 and signed_in):
        yield f"{len(denied)} entries of a denial for {answer.status}"
    yield from leaks(world, viewer, answer, target)
    yield from unaudited(world, answer, url)


def swept(world: World, username: str, *, whole: bool) -> list[str]:
    """Every URL asked by one viewer: of one target in turn, or of each."""
    asker, found = Asker(username), []
    turn = list(VIEWERS).index(username)
    with undone():
        page = asker.ask("GET", "/no-such-page/")
        as_json = asker.ask("GET", f"/api/v1/people/{MISSING}")
    assert page.body == NOT_FOUND_BYTES
    for place, url in enumerate(walked()):
        nothing = as_json if url.is_api else page
        targets = targets_of(url, world, turn)
        if not whole:
            targets = [targets[(turn + 5 * place) % len(targets)]]
        for target in targets:
            for method in METHODS:
                told = faults_of(world, asker, url, method, target, nothing)
                found += [f"{username} {method} {url.name} of {target}: {one}" for one in told]
    return found


@pytest.mark.parametrize("username", VIEWERS)
def test_everybody_gets_what_the_list_says(world: World, username: str) -> None:
    faults = swept(world, username, whole=False)
    assert not faults, "\n".join(faults)


@pytest.mark.proof
@pytest.mark.parametrize("username", VIEWERS)
def test_everybody_gets_what_the_list_says_of_every_record(world: World, username: str) -> None:
    faults = swept(world, username, whole=True)
    assert not faults, "\n".join(faults)


def test_a_reference_of_the_api_that_is_malformed_is_as_one_that_is_missing(world: World) -> None:
    sealed = world.stories["call:sealed"].reference
    asker = Asker("olivia")
    with undone():
        answers = {
            asker.ask("GET", f"/api/v1/{kind}/{reference}").plain
            for kind in ("people", "contact/cases", "lost-property/cases")
            for reference in (sealed, MISSING, "nonsense", "CT-IIII-OOOO", sealed.lower())
        }
    assert len(answers) == 1
    assert answers.pop()[2] == NOT_FOUND_JSON
