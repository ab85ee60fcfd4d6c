"""The world of the sweeps: made once a worker by the product's own writes, in its own database."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django.test import override_settings
from django.utils import timezone

from tests import databases
from tests.sweeps.canaries import Secrets
from tests.sweeps.cast import actor, make_more, sees_faces
from tests.sweeps.decisions import MAY, Record, Viewer
from tests.sweeps.equality_seen import answered
from tests.sweeps.leaving_seen import asked_and_released
from tests.sweeps.listening import Drawn, listened
from tests.sweeps.log_seen import found_in_the_log
from tests.sweeps.pairs import paired
from tests.sweeps.read_back import read_back
from tests.sweeps.rerouted import rerouted
from tests.sweeps.retained import Kept, retained
from tests.sweeps.shares import shared
from tests.sweeps.stories import Story, Teller, by_when
from wansdyke.access.actors import system_actor
from wansdyke.access.models import Load, Lock, Membership, Root, Team, User
from wansdyke.access.sections import Section
from wansdyke.casework import conflicts, markers, parties, referrals
from wansdyke.casework.glass import break_glass
from wansdyke.casework.models import Marker, Referral
from wansdyke.demo.force import make_force
from wansdyke.desks.contact import drafts, triage
from wansdyke.desks.contact.models import Contact, RiskType, Triage
from wansdyke.directory import desk_of
from wansdyke.home.exports import ask_for, make_spreadsheet
from wansdyke.kernel.calendar import london
from wansdyke.people.models import Area, Person, PersonRecord, PublishedCrime
from wansdyke.people.outlines import COUNTED

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WORDS = ("advice", "plan")
BASIS = {"lawful_basis": "Children Act 2004 s11", "purpose": "Safeguarding"}


@dataclass
class Sent:
    """A referral: whose case, to which team, by whom, and how it stands."""

    story: str
    team: str
    by: str
    state: str = "sent"
    triage: bool = False


@dataclass
class World:
    """What was made, by references alone: no row is kept from one test to the next."""

    database: databases.Database
    secrets: Secrets
    stories: dict[str, Story] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    referrals: dict[str, Sent] = field(default_factory=dict)
    # A person's reference: the references of their records; and of whom a face is shown, by which
    # record's marker.
    people: dict[str, list[str]] = field(default_factory=dict)
    faces: dict[str, str] = field(default_factory=dict)
    # A place's reference: the words in its address.
    places: dict[str, set[str]] = field(default_factory=dict)
    # A place's reference: the records that name it; and those of the live standard markers of it.
    named_by: dict[str, set[str]] = field(default_factory=dict)
    marked_by: dict[str, set[str]] = field(default_factory=dict)
    # A suggested pair's or a judgement's reference: the records it is about.
    pairs: dict[str, tuple[str, str]] = field(default_factory=dict)
    samples: dict[str, Drawn] = field(default_factory=dict)
    plan: str = ""
    conflict: str = ""
    # A request for information, the record it is about, an item that is held back, a release.
    leaving: tuple[str, str, str, str] = ("", "", "", "")
    offer: str = ""
    # Broken glass: its reference, who broke it, and of which record.
    glass: tuple[str, str, str] = ("", "", "")
    # A finding of the log: its reference, of which record, who was asked; and what is marked.
    finding: tuple[str, str, str] = ("", "", "")
    declared: tuple[str, str] = ("", "")
    exports: dict[str, tuple[str, bool]] = field(default_factory=dict)
    draft: tuple[str, str] = ("", "")
    kept: Kept = field(default_factory=Kept)
    area: str = "E01000001"
    # What a URL is asked besides its arguments, by its name.
    queries: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def inside(self) -> Iterator["World"]:
        """Meanwhile the product's database is this world's."""
        with databases.pointed_at(self.database.name, self.database.data):
            yield self

    def of_desk(self, desk: str) -> list[Story]:
        """The cases of one desk."""
        return [story for story in self.stories.values() if story.desk.key == desk]

    def case(self, reference: str) -> Story | None:
        """The case of a reference."""
        return next((s for s in self.stories.values() if s.reference == reference), None)

    def face_of(self, viewer: Viewer, person: str) -> bool:
        """Whether a viewer is shown the safety face of a person."""
        if person not in self.faces or not sees_faces(viewer):
            return False
        concerned = [*self.people[person], self.faces[person]]
        return not any(viewer.key in self.records[one].locked_out for one in concerned)


def make() -> World:
    """Makes the world. Call with the database unblocked."""
    world = World(databases.copy("sweeps"), Secrets())
    with world.inside(), override_settings(PASSWORD_HASHERS=FAST):
        make_force(system_actor(), timezone.now(), lambda _: None)
        make_more()
        RiskType.objects.get_or_create(code="domestic-abuse", defaults={"label": "Domestic abuse"})
        _calls(world)
        _things(world)
        paired(world)
        _people_apart(world)
        _referrals(world)
        _crises(world)
        shared(world)
        _the_rest(world)
        rerouted(world)
        listened(world)
        found_in_the_log(world)
        retained(world)
        _asked_besides(world)
        asked_and_released(world)
        answered(world)
        read_back(world)
    return world


def _marked(world: World, key: str) -> Callable[[Viewer], bool]:
    """Who reads a standard marker of a case: whoever sees the safety face, unless locked out."""

    def reads(viewer: Viewer) -> bool:
        record = world.records[world.stories[key].reference]
        shut = viewer.key in record.locked_out or record.loading
        return sees_faces(viewer) and not shut

    return reads


def _calls(world: World) -> None:
    teller = Teller(world.secrets)

    def filled(key: str, by: str, team: str, *, marking: int = 0, grade: str = "priority") -> Story:
        made = teller.call(key, by, team, marking=marking, grade=grade)
        world.stories[key] = made
        return teller.filled(made, None if marking else _marked(world, key))

    filled("call:received", "olivia", "control-room", grade="")
    waiting = filled("call:waiting", "olivia", "control-room")
    teller.step(waiting, "to-phone", "olivia", "Advice is enough")
    scene = filled("call:at-scene", "olivia", "control-room")
    teller.step(scene, "assign", "dev", unit="WD10", officers=["rosa"])
    teller.step(scene, "en-route", "rosa")
    teller.step(scene, "at-scene", "rosa")
    phoned = filled("call:by-phone", "olivia", "control-room", grade="without-deployment")
    closed = filled("call:resulted", "olivia", "control-room", grade="without-deployment")
    note = world.secrets.word("call:resulted", "narrative")
    teller.step(closed, "result", "olivia", category="advice", result_note=f"Told, {note}")
    ended = {"desk": phoned.desk, "reason": "Another person", **by_when(phoned.by)}
    parties.end_part(phoned.case, *phoned.people[1], **ended)
    phoned.ended.append(phoned.people.pop())
    filled("call:north", "nadia", "control-room-north")
    filled("call:restricted", "olivia", "control-room", marking=1)
    filled("call:sealed", "idris", "control-room", marking=2)
    filled("call:locked", "olivia", "control-room")
    # The council's own record; whoever opened it for them is of another agency.
    world.stories["call:council"] = teller.call("call:council", "sasha", "council-safeguarding")
    filled("call:loading", "olivia", "control-room")
    filled("call:shut-since", "olivia", "control-room")


def _things(world: World) -> None:
    teller = Teller(world.secrets)

    def filled(key: str, team: str = "property-store", *, marking: int = 0) -> Story:
        made = teller.thing(key, "petra", team, marking=marking)
        world.stories[key] = made
        return teller.filled(made, None if marking else _marked(world, key))

    filled("thing:held")
    teller.step(filled("thing:proposed"), "dispose", "petra", "Nobody came for")
    teller.step(filled("thing:returned"), "return", "petra")
    filled("thing:restricted", marking=1)
    filled("thing:elsewhere", "records")


def _people_apart(world: World) -> None:
    """Records that are shut though their case is open, and people that a marker is about."""

    def record_of(key: str) -> PersonRecord:
        return PersonRecord.objects.select_related("root", "person").get(
            root__reference=world.secrets.references[key]
        )

    Root.objects.filter(pk=record_of("call:at-scene/second").pk).update(marking=Root.SEALED)
    _lock(record_of("call:waiting/caller").root, "olivia")
    locked = world.stories["call:locked"].case.root
    for username in ("owen", "anya", "priti", "dev"):
        _lock(locked, username)
    for key in ("call:received", "call:north"):
        story = world.stories[key]
        person = record_of(f"{key}/caller").person
        _marker_about(world, story, person)
        world.faces[person.reference] = story.reference
    # Two records, of a case that is seen and one that is not, that somebody judged to be one human.
    one, other = record_of("call:by-phone/caller"), record_of("call:sealed/caller")
    PersonRecord.objects.filter(pk=other.pk).update(person=one.person)


def _marker_about(world: World, story: Story, person: Person) -> None:
    word = world.secrets.word(story.key, "core", _marked(world, story.key))
    markers.publish(
        story.case,
        person,
        kind="violence",
        text=f"Keeps a dog, {word}",
        source="Patrol",
        review_by=london(timezone.now()).date() + timedelta(days=30),
        **by_when(story.by),
    )
    story.markers.append(Marker.objects.filter(root=story.case.root).latest("pk").reference)


def _lock(root: Root, username: str) -> None:
    Lock.objects.create(
        root=root,
        user=User.objects.get(username=username),
        reason="A cousin",
        made_by=User.objects.get(username="stan"),
        made_at=timezone.now(),
    )


def _referrals(world: World) -> None:
    _refer(world, "call:at-scene", "response-trowbridge", [Section.ADDRESS], accept="reuben")
    council = "council-safeguarding"
    _refer(
        world, "call:at-scene", council, [Section.IDENTITY, Section.SAFE_CONTACT], accept="carol"
    )
    _refer(world, "call:waiting", council, [Section.ADDRESS])
    _refer(world, "call:by-phone", council, [], decline="carol")
    _refer(world, "call:north", "control-room", [])
    _refer(world, "call:received", "health-triage", [])
    _refer(world, "thing:held", "control-room", [Section.ADDRESS])
    _refer(world, "call:shut-since", council, [])
    shut = world.stories["call:shut-since"].case.root
    Root.objects.filter(pk=shut.pk).update(marking=Root.RESTRICTED)


def _crises(world: World) -> None:
    """Requests to the practitioner, waiting and answered, and somebody missing."""
    for key, by in (("call:at-scene", "rosa"), ("call:locked", "olivia"), ("call:north", "nadia")):
        Teller(world.secrets).step(world.stories[key], "ask-triage", by)
        made = Referral.objects.select_related("case__root", "to_team").latest("pk")
        world.referrals[made.reference] = Sent(key, "health-triage", by, triage=True)
    story, sent = world.stories["call:at-scene"], Sent("call:at-scene", "health-triage", "rosa")

    def reads(viewer: Viewer) -> bool:
        return viewer.key == sent.by or addressed(world, viewer, sent)

    found = Triage.objects.filter(contact=story.item).select_related(
        "contact__case__root", "referral__case__root", "referral__to_team"
    )
    referrals.accept(found.get().referral, **by_when("mina"))
    words = {one: f"Well, {world.secrets.word(story.key, 'health', reads)}" for one in WORDS}
    triage.advise(found.get(), known="yes", desk=story.desk, **words, **by_when("mina"))
    north = Triage.objects.get(contact=world.stories["call:north"].item)
    referrals.accept(north.referral, **by_when("mina"))
    gone = world.stories["call:waiting"]
    Contact.objects.filter(pk=gone.item.pk).update(risk_types=["missing"])
    said = {"missing_person": "caller 1", "missing_risk": "high", "missing_child": "yes"}
    where = {"last_seen_at": None, "last_seen_where": world.secrets.word(gone.key, "address")}
    Teller(world.secrets).step(gone, "missing", "olivia", "Gone since noon", **said, **where)


def _refer(
    world: World, key: str, team: str, sections: list[Section], accept: str = "", decline: str = ""
) -> None:
    story = world.stories[key]
    to_team = Team.objects.select_related("agency").get(key=team)
    basis = {} if to_team.agency.home else BASIS
    sent = Sent(key, team, story.by)

    def reads(viewer: Viewer) -> bool:
        return viewer.key == sent.by or addressed(world, viewer, sent)

    reason = f"Please look, {world.secrets.word(key, 'narrative', reads)}"
    given = by_when(story.by)
    referrals.send(story.case, to_team, reason=reason, sections=sections, **basis, **given)
    made = Referral.objects.filter(case=story.case, to_team=to_team).latest("pk")
    world.referrals[made.reference] = sent
    if accept:
        referrals.accept(made, **by_when(accept))
    if decline:
        why = f"Not ours, {world.secrets.word(key, 'narrative', reads)}"
        referrals.decline(made, reason=why, **by_when(decline))


def addressed(world: World, viewer: Viewer, sent: Sent, right: str = "view") -> bool:
    """Whether a referral came to a team in which the viewer holds a post with a right."""
    record = world.records[world.stories[sent.story].reference]
    there = any(held.team == sent.team and right in MAY[held.role] for held in viewer.held)
    open_case = record.marking == 0 and not record.loading
    reads = there and open_case and sent.state not in ("withdrawn", "declined")
    return viewer.admitted and reads and viewer.key not in record.locked_out


def _the_rest(world: World) -> None:
    now = timezone.now()
    rosa = User.objects.get(username="rosa")
    why = "A child is missing from this address tonight"
    north = world.stories["call:north"].reference
    made = break_glass(north, category="child", reason=why, **by_when("rosa"))
    world.glass = (made.reference, "rosa", north)
    locked = conflicts.lock(
        User.objects.get(username="nadia"),
        world.stories["call:at-scene"].reference,
        relation="relative",
        reason="Her cousin",
        **by_when("stan"),
    )
    world.conflict = locked.reference
    loading = Load.objects.create(
        kind="contacts", file_name="a.csv", sha256="0" * 64, by=rosa, started_at=now
    )
    unfinished = world.stories["call:loading"]
    roots = [unfinished.reference, *(reference for reference, _ in unfinished.people)]
    Root.objects.filter(reference__in=roots).update(load=loading)
    whole = Load.objects.create(
        kind="areas", file_name="b", sha256="1", by=rosa, started_at=now, completed_at=now
    )
    edges = {"west": -2.0, "south": 51.0, "east": -1.9, "north": 51.1, "load": whole}
    shape = {"type": "Polygon", "coordinates": [[[-2, 51], [-1.9, 51], [-1.9, 51.1], [-2, 51]]]}
    Area.objects.create(code=world.area, name="Somewhere", kind=COUNTED, outline=shape, **edges)
    october = {"month": date(2018, 10, 1), "category": "Burglary", "area_code": world.area}
    PublishedCrime.objects.create(crime_id="1" * 64, load=whole, **october)
    key = uuid.uuid4()
    typed = {"what": [f"Half a call, {world.secrets.word('draft', 'narrative')}"]}
    drafts.keep(actor("olivia"), key, typed, at=now, page="", sequence="")
    world.draft = (str(key), "olivia")
    for username, desk, ready in (("sasha", "contact", True), ("hedda", "lost-property", False)):
        export = ask_for(actor(username), desk_of(desk), "state=", now)
        if ready:
            make_spreadsheet.func(export.pk)
        world.exports[export.reference] = (username, ready)


def _asked_besides(world: World) -> None:
    held = Membership.objects.select_related("team").get(user__username="dev")
    which = {"team": held.team.key, "post": held.post, "from": str(held.from_date)}
    world.queries["post_end"] = urlencode(which)
