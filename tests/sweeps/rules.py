"""For every URL, written out: by which method, under which right, on what, it answers to whom.

A URL that has no line here turns the sweeps red. Nothing here asks the product who may see what.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.sweeps.cast import CONTROL_ROOM, IN_CHARGE, POST_OF, sees_faces
from tests.sweeps.decisions import Viewer, allowed, sections
from tests.sweeps.stories import Story
from tests.sweeps.world import World, addressed
from wansdyke.demo.force import HOME


@dataclass(frozen=True)
class Target:
    """What one URL is asked for: its arguments, and the record it is about, if there is any."""

    title: str
    arguments: dict[str, str] = field(default_factory=dict)
    case: str = ""
    person: str = ""
    referral: str = ""
    sample: str = ""
    known: bool = True
    query: str = ""

    def __str__(self) -> str:
        return self.title


Who = Callable[[World, Viewer, Target], bool]


@dataclass(frozen=True)
class Rule:
    """Which methods a URL has, and whom it answers; `posting` where a POST answers others than a
    GET does. `strangers` may come without signing in."""

    methods: str
    who: Who
    strangers: bool = False
    posting: Who | None = None

    def answers(self, method: str) -> Who:
        """Whom it answers to a method."""
        return self.posting if method == "POST" and self.posting is not None else self.who


def anyone(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever is signed in with a second factor."""
    return target.known


def nobody(world: World, viewer: Viewer, target: Target) -> bool:
    """Nobody who comes with a browser’s session."""
    return False


def holding(*rights: str, home: bool = False) -> Who:
    """Whoever holds roles with some rights; with `home` in the force itself."""

    def who(world: World, viewer: Viewer, target: Target) -> bool:
        there = target.known and (not home or viewer.agency == HOME)
        return there and all(viewer.has(right) for right in rights)

    return who


def on_case(right: str, section: str = "", *, unknown_too: bool = False) -> Who:
    """Whoever has a right on the case, and sees a section of it."""

    def who(world: World, viewer: Viewer, target: Target) -> bool:
        record = world.records.get(target.case)
        there = target.known or unknown_too
        if not there or record is None or not allowed(viewer, right, record):
            return False
        return not section or section in sections(viewer, record)

    return who


def post(right: str, posts: frozenset[str], *, unknown_too: bool = False) -> Who:
    """Whoever holds a role with a right and one of some posts."""

    def who(world: World, viewer: Viewer, target: Target) -> bool:
        held = POST_OF.get(viewer.key) in posts
        return (target.known or unknown_too) and viewer.has(right) and held

    return who


def at_home(world: World, viewer: Viewer, target: Target) -> bool:
    return target.known and viewer.agency == HOME


def faces(world: World, viewer: Viewer, target: Target) -> bool:
    return sees_faces(viewer)


def referral_seen(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may view the case, belongs to the team it came to, or sent it."""
    sent = world.referrals.get(target.referral)
    if sent is None or not viewer.has("view"):
        return False
    record = world.records[world.stories[sent.story].reference]
    if viewer.key in record.locked_out:
        return False
    mine = viewer.key == sent.by or addressed(world, viewer, sent)
    return mine or allowed(viewer, "view", record)


def referral_answered(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may take a step in the team it came to."""
    sent = world.referrals.get(target.referral)
    return sent is not None and addressed(world, viewer, sent, "step")


def referral_shared(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may share the case it is of."""
    sent = world.referrals.get(target.referral)
    if sent is None:
        return False
    return allowed(viewer, "share", world.records[world.stories[sent.story].reference])


def triage(who: Who) -> Who:
    """The same, of a request to the mental-health practitioner."""

    def asked(world: World, viewer: Viewer, target: Target) -> bool:
        sent = world.referrals.get(target.referral)
        return sent is not None and sent.triage and who(world, viewer, target)

    return asked


def own_draft(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever takes calls and typed this one."""
    mine = target.known and viewer.key == world.draft[1]
    return mine and post("create", CONTROL_ROOM)(world, viewer, target)


def own_export(ready: bool) -> Who:
    """Whoever asked for the spreadsheet."""

    def who(world: World, viewer: Viewer, target: Target) -> bool:
        username, made = world.exports.get(target.arguments["reference"], ("", False))
        return viewer.key == username and viewer.has("export") and (made or not ready)

    return who


def sample_reviewed(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever is in charge and may view the case, but never its handler."""
    drawn = world.samples.get(target.sample)
    if drawn is None or POST_OF.get(viewer.key) not in IN_CHARGE or viewer.key == drawn.handler:
        return False
    return allowed(viewer, "view", world.records[drawn.case])


def looked_at_again(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever reviews it, once all its scores are in."""
    return sample_reviewed(world, viewer, target) and world.samples[target.sample].finished


def own_sample(world: World, viewer: Viewer, target: Target) -> bool:
    """The handler, once all its scores are in, unless they are locked out of the case."""
    drawn = world.samples.get(target.sample)
    if drawn is None or viewer.key != drawn.handler or not viewer.has("view"):
        return False
    return drawn.finished and viewer.key not in world.records[drawn.case].locked_out


def document(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever sees the document's own section of its case."""
    story = world.case(target.case)
    kept = dict(story.documents) if story else {}
    section = kept.get(target.arguments["document_reference"])
    return section is not None and on_case("view", section)(world, viewer, target)


def correcting(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever sees the case, and may edit the record and sees who it is."""
    record = world.records.get(target.arguments["record_reference"])
    if record is None or not on_case("view")(world, viewer, target):
        return False
    return allowed(viewer, "edit", record) and "identity" in sections(viewer, record)


def reaching(right: str, on_record: str = "view") -> Who:
    """Whoever has a right on the case, another on the record, and sees of both who it is and how
    they are reached."""

    def who(world: World, viewer: Viewer, target: Target) -> bool:
        record = world.records.get(target.arguments["record_reference"])
        if record is None or not allowed(viewer, on_record, record):
            return False
        if not {"identity", "safe contact"} <= set(sections(viewer, record)):
            return False
        both = [on_case(right, one) for one in ("identity", "safe contact")]
        return all(one(world, viewer, target) for one in both)

    return who


def records_commented(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may write of one of the person's records, and sees who it is and how they are
    reached."""
    records = [world.records[one] for one in world.people.get(target.person, [])]
    return any(
        allowed(viewer, "comment", record)
        and {"identity", "safe contact"} <= set(sections(viewer, record))
        for record in records
    )


def ending(world: World, viewer: Viewer, target: Target) -> bool:
    """Whoever may edit the case and sees who is on it, of a part that has not ended."""
    story = world.case(target.case)
    part = (target.arguments["record_reference"], target.arguments["role"])
    return part in _parts(story) and on_case("edit", "identity")(world, viewer, target)


def _parts(story: Story | None) -> list[tuple[str, str]]:
    return story.people if story else []
