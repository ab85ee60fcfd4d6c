"""Whatever is searched for, the answer names only what its reader may see."""

import pytest

from tests.sweeps.asking import Answer, Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.judging import knowable, leaks, unaudited
from tests.sweeps.rules import Target
from tests.sweeps.urls import walked
from tests.sweeps.world import World

SEARCHERS = tuple(viewer.key for viewer in VIEWERS.values() if viewer.has("view"))
# One in so many is searched for in every run; the proof searches for all.
LOOK_UP = "/contact/call/who-and-where/"
EVERY = 24
SOME = ("olivia", "owen", "rosa", "anya", "carol", "hedda")


def typed_words(world: World) -> list[dict[str, str]]:
    """What somebody may type: a name, an address, a telephone number, a number, a reference."""
    found: list[dict[str, str]] = []
    for story, reference in world.secrets.references.items():
        found += [{"text": word} for word in world.secrets.of(story, "core")]
        found.append({"text": reference})
        names = world.secrets.of(story, "identity")
        found += [{"surname": name} for name in names] + [{"forename": name} for name in names]
        found += [
            {"address": f"{number} {word}"}
            for word in world.secrets.of(story, "address")
            for number in (1, 2, 3)
        ]
    found += [{"text": reference} for reference in world.people]
    found += [{"phone": f"07700 900{number:03d}"} for number in range(0, 400, 4)]
    return found


def searched(asker: Asker, typed: dict[str, str]) -> Answer:
    """Searches as the page does: the form, then where it leads."""
    asked = {"text": "", "reason": "case", "about": "", **typed}
    first = asker.ask("POST", "/search/", asked)
    return asker.ask("GET", first.headers["Location"]) if first.status == 302 else first


def swept(world: World, username: str, every: int) -> list[str]:
    """What a viewer's searches tell them that they may not know."""
    asker, viewer, faults = Asker(username), VIEWERS[username], []
    turn = SEARCHERS.index(username)
    for typed in typed_words(world)[turn % every :: every]:
        echoed = "".join(typed.values())
        target = Target(f"“{echoed}”", typed)
        with undone():
            answers = [searched(asker, typed), _looked_up(asker, typed)]
        for answer in answers:
            assert answer.status in (200, 404), (typed, answer.status, answer.fault)
            told = list(leaks(world, viewer, answer, target))
            # What was found is what its entry names; a place or a name is only echoed words.
            named = answer.named("search") - set(typed.values())
            told += [f"found {one}" for one in named if not knowable(world, viewer, one)]
            faults += [f"{username} who typed {echoed}: {one}" for one in told]
    return faults


def _looked_up(asker: Asker, typed: dict[str, str]) -> Answer:
    names = {"surname": "caller_surname", "forename": "caller_forename", "phone": "caller_phone"}
    asked = {names.get(name, "where"): value for name, value in typed.items()}
    return asker.ask("POST", LOOK_UP, asked)


@pytest.mark.parametrize("username", SOME)
def test_a_search_names_only_what_its_reader_may_see(world: World, username: str) -> None:
    faults = swept(world, username, EVERY)
    assert not faults, "\n".join(faults)


@pytest.mark.proof
@pytest.mark.parametrize("username", SEARCHERS)
def test_no_search_at_all_tells_more(world: World, username: str) -> None:
    faults = swept(world, username, 1)
    assert not faults, "\n".join(faults)


def test_what_may_be_seen_is_found(world: World) -> None:
    """The sweep of searches would be green over a search that finds nothing."""
    olivia = Asker("olivia")
    name = world.secrets.of("call:by-phone/caller", "identity")[1]
    with undone():
        page = searched(olivia, {"surname": name})
    assert (
        world.secrets.references["call:by-phone/caller"]
        in {subject for entry in page.entries for subject in entry["subjects"]}
        or world.secrets.of("call:by-phone/caller", "identity")[0] in page.words
    )


def test_a_search_is_in_the_log_by_its_fields_alone(world: World) -> None:
    olivia = Asker("olivia")
    name = world.secrets.of("call:by-phone/caller", "identity")[1]
    with undone():
        answer = olivia.ask("POST", LOOK_UP, {"caller_surname": name})
    assert (
        list(unaudited(world, answer, next(u for u in walked() if u.name == "search_results")))
        == []
    )
    assert all(name not in str(entry) for entry in answer.entries)
