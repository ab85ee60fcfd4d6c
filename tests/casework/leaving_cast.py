"""A victim, a perpetrator, and what is held on them: canary words in every section."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.sweeps.canaries import Secrets
from tests.sweeps.cast import actor, make_more
from tests.sweeps.stories import Story, Teller, by_when
from wansdyke.access.actors import system_actor
from wansdyke.access.models import Team, User
from wansdyke.casework import leaving_bundle, notes, referrals, subject_access
from wansdyke.casework.desk import Desk, Withheld
from wansdyke.casework.models import Assessment, Leaving, Marker, Party
from wansdyke.demo.force import make_force
from wansdyke.directory import DESKS
from wansdyke.kernel.calendar import london
from wansdyke.people.models import PersonRecord

CONFERENCE = "Umbrella conference"
SECRET_WORDS = Withheld(words=("brolly panel",), teams=frozenset({"property-store"}))
WITHHELD: tuple[Desk, ...] = tuple(
    replace(desk, withheld=SECRET_WORDS, title=CONFERENCE) if desk.key == "lost-property" else desk
    for desk in DESKS
)
ENOUGH = "Two of us looked at this and it tells nothing of her"


@dataclass
class Held:
    """What is held: the stories, and the records of both."""

    secrets: Secrets
    hers: Story
    his: Story
    passed: Story
    victim: PersonRecord
    him: list[PersonRecord]

    def words(self, *stories: str) -> set[str]:
        """The canary words of some stories."""
        return {w for w, s in self.secrets.words.items() if s.story.startswith(stories)}


def made() -> Held:
    """The force, and what it holds on the two."""
    make_force(system_actor(), timezone.now(), lambda _: None)
    make_more()
    secrets = Secrets()
    teller = Teller(secrets)
    hers = teller.filled(teller.call("hers", "olivia", "control-room"))
    Party.objects.filter(case=hers.case, record__root__reference=hers.people[0][0]).update(
        role="victim"
    )
    his = teller.filled(teller.call("his", "olivia", "control-room"))
    # The second person of his own call is another of his records, so that he alone is on it.
    him = _on(his, 0)
    other = _on(his, 1)
    other.person = him.person
    other.save()
    Party.objects.filter(case=his.case).update(role="caller")
    accuse(hers, him)
    passed = teller.filled(teller.thing("passed", "petra", "property-store"))
    accuse(passed, him)
    victim = _on(hers, 0)
    told(his, victim)
    assess(hers)
    pass_on(hers)
    mark(hers, him)
    return Held(secrets, hers, his, passed, victim, [him, other])


def _on(story: Story, place: int) -> PersonRecord:
    return PersonRecord.objects.select_related("root", "person").get(
        root__reference=story.people[place][0]
    )


def accuse(story: Story, him: PersonRecord) -> None:
    """Puts him on a case as the suspect."""
    role = "suspect" if story.desk.key == "contact" else "subject"
    Party.objects.create(case=story.case, record=him, role=role)


def told(story: Story, victim: PersonRecord) -> None:
    """Notes on his own call in which she stands, and the conference."""
    home = victim.root.residences.select_related("place").get().place
    for text in (
        f"He says {victim.forename} {victim.surname} moved out",
        f"She is now at {home.address.upper()}",
        f"Her number: +44 {victim.phone[1:]}",
        "Went to MARAC on Tuesday",
        "The brolly panel sat",
        f"Postcode {home.postcode.replace(' ', '')} was mentioned",
        "A lamp was on; nothing else",
    ):
        notes.add(story.case, text, **by_when(story.by))


def assess(story: Story) -> None:
    """A risk assessment of hers."""
    word = story.key
    Assessment.objects.create(
        case=story.case, instrument="risk", version=1, fingerprint="0" * 64, own_grade="high",
        own_reason=f"She fears him, {word}", decided_by=User.objects.get(username="olivia"),
        result="high", at=timezone.now(),
    )  # fmt: skip


def pass_on(story: Story) -> None:
    """Refers her case to the desk whose existence is withheld."""
    team = Team.objects.select_related("agency").get(key="property-store")
    referrals.send(story.case, team, reason="For the list", sections=[], **by_when(story.by))


def mark(story: Story, him: PersonRecord) -> None:
    """A marker about him that shows that she spoke."""
    Marker.objects.create(
        reference="MK-0000-0001", root=story.case.root, person=him.person, kind="domestic-abuse",
        text="Against a partner", source="Her call", owner=User.objects.get(username="olivia"),
        from_date=london(timezone.now()).date(),
        review_by=london(timezone.now()).date() + timedelta(days=30),
    )  # fmt: skip


def asked(held: Held, **changed: Any) -> Leaving:
    """His request, with whose records it is about said already."""
    today = london(timezone.now()).date()
    said = {
        "purpose": "subject access", "recipient_kind": "the person themself",
        "recipient": "He himself", "regime": "part-3", "forename": held.him[0].forename,
        "surname": held.him[0].surname, "date_of_birth": None, "asked_for": "All of it",
        "identity": "seen", "received_on": today, "identity_on": today,
    } | changed  # fmt: skip
    outcome = subject_access.open_request(said, **by_when("ray"))
    leaving = Leaving.objects.get(reference=outcome.reference)
    references = [record.root.reference for record in held.him]
    subject_access.say_whose(leaving, references, True, **by_when("ray"))
    return leaving


def closed(leaving: Leaving, desks: tuple[Desk, ...] = WITHHELD) -> Leaving:
    """Prepared by one, looked at by the privacy officer, closed by another."""
    subject_access.check(leaving, words="Nothing out of sight", **by_when("priti"))
    subject_access.prepare(leaving, desks=desks, **by_when("ray"))
    leaving.refresh_from_db()
    leaving_bundle.close(leaving, desks=desks, **by_when("rhea"))
    leaving.refresh_from_db()
    return leaving


def seen_by(username: str, leaving: Leaving, desks: tuple[Desk, ...] = WITHHELD) -> list[Any]:
    """Every piece, as somebody sees it."""
    return subject_access.pieces_of(leaving, actor(username), timezone.now(), desks)
