"""What an answer should have been, and what it tells: judged by the list, not by the product."""

from collections.abc import Iterator

from tests.sweeps.asking import Answer
from tests.sweeps.canaries import words_in
from tests.sweeps.decisions import Viewer, allowed, sections, was_allowed
from tests.sweeps.retention_seen import told_it_is_gone
from tests.sweeps.rules import Rule, Target
from tests.sweeps.urls import Url
from tests.sweeps.world import World, addressed

ANSWERED = frozenset({200, 302, 400, 409, 410, 422})
READINGS = ("consultation", "search", "export")


def meant(world: World, viewer: Viewer, url: Url, rule: Rule, method: str, target: Target) -> str:
    """What must come back: an answer, the way to the sign-in page, or nothing."""
    if method not in rule.methods:
        return "no such method" if url.is_api else "nothing"
    if rule.strangers:
        return "an answer"
    if not viewer.admitted:
        return "sign in"
    if told_it_is_gone(world, viewer, method, target):
        return "an answer"
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
    """Whether a viewer may know of a reference that is a record's, a person's or a place's."""
    if reference in world.records:
        record = world.records[reference]
        if viewer.has("review audit"):
            return viewer.key not in record.locked_out
        seen = allowed(viewer, "view", record) or was_allowed(viewer, "view", record)
        return seen or _told_of(world, viewer, reference)
    if reference in world.people:
        records = [world.records[one] for one in world.people[reference]]
        seen = any(allowed(viewer, "view", record) for record in records)
        return seen or world.face_of(viewer, reference) or viewer.has("review audit")
    if reference in world.places:
        return any(readable(world, viewer, word) for word in world.places[reference])
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
    # What was typed may stand in the form that is shown again.
    for word in sorted(answer.words - words_in(target.arguments.values())):
        if not readable(world, viewer, word):
            secret = world.secrets.words[word]
            yield f"shows the {secret.section} of {secret.story}"
    for reference in sorted(answer.references - set(target.arguments.values())):
        if not knowable(world, viewer, reference):
            yield f"names {reference}"


def unaudited(world: World, answer: Answer, url: Url) -> Iterator[str]:
    """What an answer shows that no audit entry of it names."""
    if answer.status in (302, 404):
        return
    words = answer.words
    if words and url.declared.reads == "nothing":
        yield "it said that it reads nothing, and shows personal data"
    # The log says of itself that it was read, and a made spreadsheet that it was fetched: what is
    # in the spreadsheet was named when it was made.
    if url.name in ("audit", "export-download"):
        if not any(entry["operation"] in READINGS for entry in answer.entries):
            yield "no entry says that it was read"
        return
    named = answer.named(*READINGS)
    for reference in sorted(answer.references & (set(world.records) | set(world.people))):
        if reference not in named | _through(world, named):
            yield f"shows {reference}, which no entry names"
    for word in sorted(words):
        secret = world.secrets.words[word]
        reference = world.secrets.references.get(secret.story, "")
        # A marker or a face names the person or place it is about, not the record behind it.
        people = {person for person, theirs in world.people.items() if reference in theirs}
        # And the page of a place names the place whose address it shows.
        places = {place for place, found in world.places.items() if word in found}
        told = named & {reference, *people, *places} or (secret.also and named)
        if not told and secret.story != "draft":
            yield f"shows the {secret.section} of {secret.story}, which no entry names"


def _through(world: World, named: set[str]) -> set[str]:
    """The references that come with those an entry names: the records of a case's people, and
    the people that records are of."""
    records = {
        record
        for story in world.stories.values()
        if story.reference in named
        for record, _ in (*story.people, *story.ended)
    }
    return records | {
        person for person, theirs in world.people.items() if (records | named) & set(theirs)
    }
