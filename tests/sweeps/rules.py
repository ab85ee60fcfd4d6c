"""For every URL, written out: by which method, under which right, on what, it answers to whom.

A URL that has no line here turns the sweeps red. Nothing here asks the product who may see what.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.sweeps.cast import CONTROL_ROOM, IN_CHARGE, POST_OF, PROPERTY, sees_faces
from tests.sweeps.decisions import Viewer, allowed, sections
from tests.sweeps.glass_seen import glass_reviewed, glass_seen, glass_watched, keeping, marking
from tests.sweeps.people_seen import (
    JUDGE,
    disclosures_seen,
    pair_judged,
    person_seen,
    place_seen,
    records_seen,
)
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


GET, POST, BOTH = "GET", "POST", "GET POST"
OPEN = Rule(BOTH, anyone, strangers=True)
ADMINISTERING = Rule(BOTH, holding("administer"))
EDITING = Rule(BOTH, on_case("edit"))
STANDARDS = post("lock for conflict", frozenset({"professional-standards"}))
DEFAULT_DESK: dict[str, Rule] = {
    "list": Rule(GET, holding("view")),
    "csv": Rule(GET, holding("export")),
    "xlsx": Rule(GET, holding("export")),
    "case": Rule(GET, on_case("view")),
    "edit": EDITING,
    "history": Rule(GET, on_case("view")),
    "owner": Rule(BOTH, on_case("assign")),
    "step": Rule(BOTH, on_case("step")),
    # Where nothing waits it says so, on the case's page.
    "decision": Rule(BOTH, on_case("step", unknown_too=True)),
    "work": Rule(GET, on_case("view")),
    "task-new": EDITING,
    "task-done": EDITING,
    "task-hand-on": EDITING,
    "who-sees": Rule(GET, on_case("share")),
    "mark": Rule(BOTH, marking),
    "share-new": Rule(BOTH, on_case("share")),
    "share-revoke": Rule(BOTH, on_case("share")),
    "referral-new": Rule(BOTH, on_case("share")),
    "document-new": EDITING,
    "document": Rule(GET, document),
    "marker-new": EDITING,
    "marker-review": EDITING,
    "marker-withdraw": EDITING,
    "person-new": EDITING,
    "person-alike": Rule(POST, on_case("edit")),
    "person-correct": Rule(BOTH, correcting),
    "person-end": Rule(BOTH, ending),
    "person-contact": Rule(GET, reaching("view")),
    "person-contact-try": Rule(BOTH, reaching("comment")),
    "person-rule-new": Rule(BOTH, reaching("view", "edit")),
    "person-rule-end": Rule(BOTH, reaching("view", "edit")),
    "person-word": Rule(BOTH, reaching("view", "edit")),
    "person-word-end": Rule(BOTH, reaching("view", "edit")),
    "place-new": EDITING,
    "place-remove": Rule(BOTH, on_case("edit", "address")),
    "note-new": Rule(BOTH, on_case("comment")),
    "reference-new": EDITING,
    "reference-remove": EDITING,
    "api-cases": Rule(GET, holding("view")),
    "api-case": Rule(GET, on_case("view")),
}
RULES: dict[str, Rule] = {
    "my_work": Rule(GET, anyone),
    "since": Rule(GET, holding("view")),
    "ready": Rule(GET, anyone, strangers=True),
    "hand_over": Rule(BOTH, holding("comment")),
    "notices_read": Rule(POST, anyone),
    "search": Rule(BOTH, holding("view")),
    "search_results": Rule(GET, holding("view")),
    "conflicts": Rule(GET, STANDARDS),
    "conflict-new": Rule(BOTH, STANDARDS),
    "conflict": Rule(BOTH, STANDARDS),
    **{f"checkpoints{one}": Rule(GET, keeping) for one in ("", "-file", "-key", "-checker")},
    "glass": Rule(GET, glass_watched),
    "glass-break": Rule(BOTH, holding("break-glass")),
    "glass-one": Rule(BOTH, glass_seen, posting=glass_reviewed),
    "shares": Rule(GET, holding("view", home=True)),
    **dict.fromkeys(("shares-csv", "shares-xlsx"), Rule(GET, holding("export", home=True))),
    "linking": Rule(GET, holding(JUDGE)),
    **dict.fromkeys(("linking-csv", "linking-xlsx"), Rule(GET, holding("export", JUDGE))),
    "linking-pair": Rule(BOTH, pair_judged),
    "judgement": Rule(BOTH, pair_judged),
    "conflict-taken-on": Rule(POST, pair_judged),
    "person": Rule(GET, person_seen),
    "place": Rule(BOTH, place_seen),
    "person_records": Rule(GET, records_seen),
    "person_disclosures": Rule(GET, disclosures_seen),
    "caller_check": Rule(BOTH, records_commented),
    "audit": Rule(GET, holding("review audit")),
    "api_home": Rule(GET, anyone),
    "api:openapi": Rule(GET, anyone),
    "api:me": Rule(GET, anyone),
    "api:desks": Rule(GET, anyone),
    "api:person": Rule(GET, person_seen),
    # A session never writes; what a token may is tested in tests/desks/contact/test_feed_api.py.
    "api:contact_feed": Rule(POST, nobody),
    "api:contact_feed_row": Rule("PUT", nobody),
    "account_login": OPEN,
    "account_logout": Rule(POST, anyone, strangers=True),
    "mfa_authenticate": OPEN,
    "mfa_reauthenticate": OPEN,
    "account_reauthenticate": OPEN,
    "mfa_activate_totp": OPEN,
    "personas": OPEN,
    "account": Rule(BOTH, anyone),
    "recovery_codes": Rule(BOTH, anyone),
    "account_change_password": Rule(BOTH, anyone),
    "api_tokens": Rule(BOTH, anyone),
    "api_token_revoke": Rule(POST, anyone),
    "users": ADMINISTERING,
    "user_new": ADMINISTERING,
    "user": ADMINISTERING,
    "post_give": ADMINISTERING,
    "post_end": ADMINISTERING,
    "user_suspend": ADMINISTERING,
    "user_restore": ADMINISTERING,
    "user_password": ADMINISTERING,
    "user_factor": ADMINISTERING,
    "user_token_revoke": Rule(POST, holding("administer")),
    "agencies": ADMINISTERING,
    "agency_new": ADMINISTERING,
    "agency": ADMINISTERING,
    "team_new": ADMINISTERING,
    "team": ADMINISTERING,
    "team_areas": ADMINISTERING,
    "force_settings": ADMINISTERING,
    "force_setting": ADMINISTERING,
    "measures": Rule(GET, holding("view")),
    "measures_csv": Rule(GET, holding("export")),
    "measure": Rule(GET, holding("view")),
    **dict.fromkeys(("areas", "areas_csv", "areas_xlsx", "area"), Rule(GET, at_home)),
    "referral": Rule(GET, referral_seen),
    "referral-accept": Rule(BOTH, referral_answered),
    "referral-decline": Rule(BOTH, referral_answered),
    "referral-answer": Rule(BOTH, referral_answered),
    "referral-withdraw": Rule(BOTH, referral_shared),
    "export": Rule(GET, own_export(ready=False)),
    "export-download": Rule(GET, own_export(ready=True)),
    "contact:call": Rule(BOTH, post("create", CONTROL_ROOM)),
    # A call is never lost: what is sent from a draft that is gone, or another's, is a new call.
    "contact:draft": Rule(BOTH, own_draft, posting=post("create", CONTROL_ROOM, unknown_too=True)),
    "contact:save-draft": Rule(POST, post("create", CONTROL_ROOM)),
    # Throwing away what is not there, or another's, does nothing and says nothing else.
    "contact:drop-draft": Rule(POST, post("create", CONTROL_ROOM, unknown_too=True)),
    "contact:who-and-where": Rule(POST, faces),
    "contact:from-paper": Rule(BOTH, post("create", CONTROL_ROOM)),
    "contact:downtime-pack": Rule(BOTH, post("export", IN_CHARGE)),
    "contact:board": Rule(GET, holding("view")),
    "contact:feed": Rule(GET, post("view", IN_CHARGE | {"records-manager", "analyst"})),
    "contact:feed-csv": Rule(GET, post("export", IN_CHARGE | {"records-manager", "analyst"})),
    "contact:feed-differences": EDITING,
    "contact:letters": Rule(GET, holding("view")),
    "contact:risk-menu": Rule(GET, post("view", IN_CHARGE)),
    "contact:risk-new": Rule(BOTH, post("edit", IN_CHARGE)),
    "contact:risk": Rule(BOTH, post("edit", IN_CHARGE)),
    "contact:brief": Rule(GET, on_case("view")),
    "contact:rate": Rule(BOTH, on_case("step")),
    "contact:judge": Rule(BOTH, on_case("step")),
    "contact:triage": Rule(GET, holding("view")),
    "contact:request": Rule(GET, triage(referral_seen)),
    "contact:advise": Rule(BOTH, triage(referral_answered)),
    "contact:conclude": Rule(BOTH, triage(referral_answered)),
    "contact:turn-down": Rule(BOTH, triage(referral_answered)),
    "contact:thrive": EDITING,
    "quality": Rule(GET, post("view", IN_CHARGE)),
    "quality-new": Rule(BOTH, post("view", IN_CHARGE)),
    "quality-trend": Rule(GET, post("view", IN_CHARGE)),
    "quality-plan": Rule(GET, post("view", IN_CHARGE)),
    "quality-to-listen": Rule(GET, post("view", IN_CHARGE)),
    "quality-sample": Rule(BOTH, sample_reviewed),
    "quality-again": Rule(BOTH, looked_at_again),
    "quality-mine": Rule(GET, holding("view")),
    "quality-feedback": Rule(BOTH, own_sample),
    "lost-property:new": Rule(BOTH, post("create", PROPERTY)),
}
