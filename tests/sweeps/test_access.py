"""Every URL, asked by everybody, of records of every kind: the answer is what the list says."""

from collections.abc import Iterator

import pytest

from tests.sweeps.asking import Answer, Asker, undone
from tests.sweeps.cast import ANONYMOUS, VIEWERS
from tests.sweeps.decisions import Viewer, allowed, sections
from tests.sweeps.rules import Rule, Target
from tests.sweeps.urls import MISSING, Url, targets_of, walked
from tests.sweeps.world import World, addressed
from wansdyke.ui.errors import NOT_FOUND_BYTES, NOT_FOUND_JSON

ANSWERED = frozenset({200, 302, 400, 409, 422})
METHODS = ("GET", "POST")


def meant(world: World, viewer: Viewer, url: Url, rule: Rule, method: str, target: Target) -> str:
    """What must come back: an answer, the way to the sign-in page, or nothing."""
    if method not in rule.methods:
        return "no such method" if url.is_api else "nothing"
    if rule.strangers:
        return "an answer"
    if not viewer.admitted:
        return "sign in"
    return "an answer" if rule.answers(method)(world, viewer, target) else "nothing"


def came(answer: Answer, url: Url) -> str:
    """What did come back."""
    if answer.status == 404:
        return "nothing"
    if answer.status == 401 and url.is_api:
        return "sign in"
    if answer.status == 405 and url.is_api:
        return "no such method"
    if answer.status == 302 and answer.headers["Location"].startswith("/sign-in/?next="):
        return "sign in"
    return "an answer" if answer.status in ANSWERED else f"{answer.status} {answer.fault}"


def readable(world: World, viewer: Viewer, word: str) -> bool:
    """Whether a viewer may read a canary word."""
    secret = world.secrets.words[word]
    if secret.also is not None and secret.also(viewer):
        return True
    if secret.story == "draft":
        return viewer.key == world.draft[1]
    reference = world.secrets.references[secret.story]
    if secret.section in sections(viewer, world.records[reference]):
        return True
    return secret.section == "identity" and any(
        world.face_of(viewer, person)
        for person, records in world.people.items()
        if reference in records and world.records[reference].marking == 0
    )


def knowable(world: World, viewer: Viewer, reference: str) -> bool:
    """Whether a viewer may know of a reference that is a record's or a person's."""
    if reference in world.records:
        record = world.records[reference]
        if viewer.has("review audit"):
            return viewer.key not in record.locked_out
        return allowed(viewer, "view", record) or _told_of(world, viewer, reference)
    if reference in world.people:
        records = [world.records[one] for one in world.people[reference]]
        seen = any(allowed(viewer, "view", record) for record in records)
        return seen or world.face_of(viewer, reference) or viewer.has("review audit")
    return True


def _told_of(world: World, viewer: Viewer, reference: str) -> bool:
    """Whether a reference alone is told: of a case, by a referral sent or received; of a person's
    record, by a case that is seen and that they have a part in."""
    if any(
        world.stories[sent.story].reference == reference
        and (viewer.key == sent.by or addressed(world, viewer, sent))
        for sent in world.referrals.values()
    ):
        return True
    return any(
        reference in dict((*story.people, *story.ended))
        and "identity" in sections(viewer, world.records[story.reference])
        for story in world.stories.values()
    )


def leaks(world: World, viewer: Viewer, answer: Answer, target: Target) -> Iterator[str]:
    """What an answer says that its reader may not know."""
    for word in sorted(answer.words):
        if not readable(world, viewer, word):
            secret = world.secrets.words[word]
            yield f"shows the {secret.section} of {secret.story}"
    for reference in sorted(answer.references - set(target.arguments.values())):
        if not knowable(world, viewer, reference):
            yield f"names {reference}"


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
            for reference in (sealed, MISSING, "nonsense", "CT-IIII-OOOO", sealed.lower(), "%00")
        }
    assert len(answers) == 1
    assert answers.pop()[2] == NOT_FOUND_JSON
