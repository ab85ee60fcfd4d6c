"""The cases of the sweeps' world, made as users make them, with a canary in every section."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.lost_property.desk import DESK as LOST_PROPERTY
from tests.sweeps.canaries import Secrets
from tests.sweeps.cast import actor
from wansdyke.access.models import Team
from wansdyke.access.sections import Section
from wansdyke.casework import documents, force_references, markers, notes, parties, tasks
from wansdyke.casework.actions import NewParty, open_case, perform
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Action, Case, CasePlace, Document, Marker, Party, Proposal
from wansdyke.desks.contact.actions import take_call
from wansdyke.desks.contact.desk import DESK as CONTACT
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS
from wansdyke.kernel.calendar import london
from wansdyke.people import caller_password, safe_contact

LONG_AGO = timedelta(hours=2)
GRADE = "priority"


@dataclass
class Story:
    """One case of the world: who works it, and the references of what hangs from it."""

    key: str
    desk: Desk
    by: str
    reference: str = ""
    actions: list[str] = field(default_factory=list)
    documents: list[tuple[str, str]] = field(default_factory=list)
    markers: list[str] = field(default_factory=list)
    people: list[tuple[str, str]] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    rules: list[tuple[str, str]] = field(default_factory=list)
    shares: list[str] = field(default_factory=list)

    @property
    def case(self) -> Case:
        """The case, read anew."""
        return Case.objects.select_related("root__team__agency").get(root__reference=self.reference)

    @property
    def item(self) -> Any:
        """The desk's row, read anew."""
        return self.desk.model._default_manager.select_related("case__root").get(
            case__root__reference=self.reference
        )


def by_when(username: str) -> dict[str, Any]:
    """Who writes, when, and under a key of its own."""
    return {"by": actor(username), "at": timezone.now(), "key": uuid.uuid4().hex}


@dataclass
class Teller:
    """Makes stories; every word it puts in is noted among the secrets."""

    secrets: Secrets

    def _typed(self, story: str) -> dict[str, Any]:
        """A person nobody else is, each section with a word of its own."""
        word = self.secrets.word
        return {
            "forename": word(story, "identity"),
            "surname": word(story, "identity"),
            "phone": f"07700 900{len(self.secrets.words) % 1000:03d}",
            "safe_contact": f"After six, ask for {word(story, 'safe contact')}",
            "address": f"1 {word(story, 'address')} Road",
            "postcode": "SN1 1AA",
        }

    def call(self, key: str, by: str, team: str, *, grade: str = GRADE, marking: int = 0) -> Story:
        """A call with everything that a call can say."""
        story, word = Story(key, CONTACT, by), self.secrets.word
        now = timezone.now() - LONG_AGO
        values = {
            "received_at": now - timedelta(minutes=2),
            "what": f"Shouting, {word(key, 'narrative')}",
            "notes": f"Heard before, {word(key, 'narrative')}",
            "where": f"2 {word(key, 'address')} Street",
            "safe_to_call": f"Text only, {word(key, 'safe contact')}",
            "prior_contact": "no",
            "abuser_can_hear": "yes",
        }
        given = {
            "by": actor(by),
            "at": now,
            "key": uuid.uuid4().hex,
            "team": Team.objects.get(key=team),
            "parties": [NewParty(role="caller", typed=self._typed(f"{key}/caller"))],
        }
        if marking:
            given |= {"opened_at": values["received_at"], "marking": marking}
            outcome = open_case(CONTACT, values, **given)
        else:
            outcome = take_call(
                CONTACT,
                values,
                grade=grade,
                reason=f"Because {word(key, 'narrative')}" if grade else "",
                letters=self._letters(key) if grade else {},
                **given,
            )
        story.reference = outcome.reference
        return self._told(story)

    def _letters(self, key: str) -> dict[str, str]:
        answers = ("possible", "medium", "likely", "later", "partly", "agreed")
        said = {"threat-said": f"They said {self.secrets.word(key, 'narrative')}"}
        return dict(zip(LETTERS, answers, strict=True)) | said

    def thing(self, key: str, by: str, team: str, *, marking: int = 0) -> Story:
        """A thing found."""
        story, word = Story(key, LOST_PROPERTY, by), self.secrets.word
        now = timezone.now() - LONG_AGO
        outcome = open_case(
            LOST_PROPERTY,
            {
                "found_at": now - timedelta(minutes=5),
                "described": f"An umbrella, {word(key, 'narrative')}",
                "where": f"Bench at {word(key, 'address')}",
            },
            by=actor(by),
            at=now,
            key=uuid.uuid4().hex,
            team=Team.objects.get(key=team),
            opened_at=now - timedelta(minutes=5),
            marking=marking,
            parties=[NewParty(role="subject", typed=self._typed(f"{key}/caller"))],
        )
        story.reference = outcome.reference
        return self._told(story)

    def _told(self, story: Story) -> Story:
        self.secrets.references[story.key] = story.reference
        party = Party.objects.select_related("record__root").get(case=story.case)
        self.secrets.references[f"{story.key}/caller"] = party.record.root.reference
        story.people.append((party.record.root.reference, party.role))
        return story

    def filled(self, story: Story, face: Callable[[Any], bool] | None = None) -> Story:
        """Adds one of everything that can hang from a case. `face` says who else reads a marker."""
        case, word = story.case, self.secrets.word
        due = timezone.now() + timedelta(days=1)
        for note in ("narrative", "narrative"):
            notes.add(case, f"A note of {word(story.key, note)}", **by_when(story.by))
            title = f"Ring {word(story.key, note)}"
            tasks.add(case, title=title, owner=story.by, due_at=due, **by_when(story.by))
        number = word(story.key, "core")
        force_references.add(case, kind="crime", value=number, **by_when(story.by))
        for section in (Section.NARRATIVE, Section.HEALTH, Section.SOURCE):
            content = f"%PDF-1.7\n{word(story.key, section.value)}".encode()
            documents.add(
                case,
                SimpleUploadedFile("paper.pdf", content),
                title=f"Paper of {word(story.key, 'narrative')}",
                section=section,
                **by_when(story.by),
            )
        self._person_and_place(story, face)
        story.actions = list(Action.objects.filter(case=case).values_list("reference", flat=True))
        story.documents = list(
            Document.objects.filter(case=case).order_by("pk").values_list("reference", "section")
        )
        return story

    def _person_and_place(self, story: Story, face: Callable[[Any], bool] | None) -> None:
        case, word = story.case, self.secrets.word
        role = story.desk.party_roles[-1][0]
        second = f"{story.key}/second"
        parties.add_person(
            case,
            role,
            desk=story.desk,
            typed=self._typed(second),
            note=f"Their aunt {word(story.key, 'third party')}",
            **by_when(story.by),
        )
        party = Party.objects.select_related("record__root").filter(case=case).latest("pk")
        self.secrets.references[second] = party.record.root.reference
        story.people.append((party.record.root.reference, role))
        self._reached(story, party, second)
        parties.add_place(
            case,
            address=f"3 {word(story.key, 'address', face)} Lane",
            postcode="SN2 2BB",
            role="seen",
            **by_when(story.by),
        )
        part = CasePlace.objects.select_related("place").filter(case=case).latest("pk")
        story.places.append((part.place.reference, part.role))
        today = london(timezone.now()).date()
        markers.publish(
            case,
            part.place,
            kind="weapons",
            text=f"Keeps an axe, {word(story.key, 'core', face)}",
            source=f"Patrol {word(story.key, 'core', face)}",
            review_by=today + timedelta(days=30),
            marking=case.root.marking,
            **by_when(story.by),
        )
        story.markers.append(Marker.objects.filter(root=case.root).latest("pk").reference)

    def _reached(self, story: Story, party: Party, second: str) -> None:
        words = self.secrets.word(second, "safe contact")
        said = {"channel": "call", "answer": "read", "words": words}
        rule = safe_contact.record_rule(party.record, said, **by_when(story.by))
        story.rules.append((party.record.root.reference, rule))
        caller_password.set_word(party.record, "blue heron", **by_when(story.by))

    def step(self, story: Story, name: str, by: str, reason: str = "", **payload: Any) -> None:
        """Takes a step of the case's flow; a reason is a canary where one is asked for."""
        why = f"{reason} {self.secrets.word(story.key, 'narrative')}" if reason else ""
        outcome = perform(
            story.item, name, desk=story.desk, payload=payload, reason=why, **by_when(by)
        )
        if outcome.proposed:
            story.proposed.append(name)
            assert Proposal.objects.filter(case=story.case, step=name).exists()
