"""The world of the sweeps: made once a worker, in a database of its own, by the product's writes."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.test import override_settings
from django.utils import timezone

from tests import databases
from tests.sweeps.canaries import Secrets
from tests.sweeps.cast import actor, make_more, sees_faces
from tests.sweeps.decisions import Held, Record, Shared, Viewer, allowed
from tests.sweeps.stories import Story, Teller, by_when
from wansdyke.access.actors import system_actor
from wansdyke.access.models import Grant, Installation, Load, Lock, Root, Team, User
from wansdyke.access.sections import Section
from wansdyke.casework import parties, referrals
from wansdyke.casework.models import Marker, Party, Referral
from wansdyke.demo.force import make_force
from wansdyke.desks.contact import drafts
from wansdyke.desks.contact.models import RiskType
from wansdyke.directory import desk_of
from wansdyke.home.exports import ask_for, make_spreadsheet
from wansdyke.kernel.calendar import london
from wansdyke.people.models import Area, PersonRecord

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
BASIS = {"lawful_basis": "Children Act 2004 s11", "purpose": "Safeguarding"}


@dataclass
class Sent:
    """A referral: whose case, to which team, by whom, and how it stands."""

    story: str
    team: str
    by: str
    state: str


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
    exports: dict[str, tuple[str, bool]] = field(default_factory=dict)
    draft: tuple[str, str] = ("", "")
    area: str = "E01000001"

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
        _people_apart(world)
        _referrals(world)
        _the_rest(world)
        _read_back(world)
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
    parties.end_part(
        phoned.case, *phoned.people[1], reason="Another person", **by_when(phoned.by)
    )
    phoned.ended.append(phoned.people.pop())
    filled("call:north", "nadia", "control-room-north")
    filled("call:restricted", "olivia", "control-room", marking=1)
    filled("call:sealed", "idris", "control-room", marking=2)
    filled("call:locked", "olivia", "control-room")
    # The council's own record; whoever opened it for them is of another agency.
    world.stories["call:council"] = teller.call("call:council", "sasha", "council-safeguarding")
    filled("call:loading", "olivia", "control-room")


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


def _marker_about(world: World, story: Story, person: object) -> None:
    word = world.secrets.word(story.key, "core", _marked(world, story.key))
    Teller(world.secrets)
    from_today = london(timezone.now()).date()
    _publish(story, person, f"Keeps a dog, {word}", from_today + timedelta(days=30))
    story.markers.append(Marker.objects.filter(root=story.case.root).latest("pk").reference)


def _lock(root: Root, username: str) -> None:
    Lock.objects.create(
        root=root,
        user=User.objects.get(username=username),
        reason="A cousin",
        made_by=User.objects.get(username="stan"),
        made_at=timezone.now(),
    )
