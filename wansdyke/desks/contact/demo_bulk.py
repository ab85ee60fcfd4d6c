"""Made-up calls by the thousand: each story as `take_call`, `perform` and `assess` would leave it.

Written through the batch door, under a load that nobody sees before it is complete. Left out is
what would mean something only on the day: notices to officers, and the keys of forms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from wansdyke.access.models import Grant, Root, Team, User
from wansdyke.access.references import fresh
from wansdyke.access.sections import Section
from wansdyke.casework.clocks import retold
from wansdyke.casework.desk import Desk
from wansdyke.casework.loads import NewPart, Prepared, load
from wansdyke.casework.models import Assessment, Case, Proposal
from wansdyke.casework.retold import Retelling, write_down
from wansdyke.desks.contact import whereabouts
from wansdyke.desks.contact.actions import facts_from, in_the_unit
from wansdyke.desks.contact.demo_people import Resident
from wansdyke.desks.contact.demo_stories import ASSESS, OWN_REASON, Story, Took, letters_for
from wansdyke.desks.contact.imported import SCENE, SettingsThen
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS, THRIVE_V1
from wansdyke.desks.contact.models import Contact, Grading
from wansdyke.desks.contact.repeats import WITHIN
from wansdyke.desks.contact.rules import FLOW, Facts, Grade, that_follow
from wansdyke.history.door import Doing
from wansdyke.kernel.instrument import Result
from wansdyke.people.loads import Loading
from wansdyke.people.many_rows import insert
from wansdyke.people.models import Place
from wansdyke.people.records_in_bulk import Spot, places_for

# The root of whatever is recorded by one change has had one version more than it was made with.
RECORDED = 2
TIMES = {"en-route": "en_route_at", "at-scene": "at_scene_at", "result": "resulted_at"}


@dataclass
class Before:
    """When each place, person and telephone last had a call, and when the last one before that
    moment: whether the next is a repeat. Of two at one moment neither is the earlier."""

    last: dict[tuple[str, object], tuple[datetime, datetime | None]] = field(default_factory=dict)

    def marks(self, story: Story) -> dict[str, bool]:
        """What `repeats.keep` would mark, of calls told in the order they were received."""
        victims = {"victim", "caller"} if story.values["caller_is_victim"] == "yes" else {"victim"}
        callers = [one for role, one in story.parties if role == "caller"]
        harmed = [one for role, one in story.parties if role in victims]
        kept: dict[str, list[object]] = {
            "repeat_caller": [*callers, *(one.columns["phone_key"] for one in callers)],
            "repeat_victim": list(harmed),
            "repeat_place": [story.spot.keys],
        }
        return {name: self._seen(name, keys, story.received_at) for name, keys in kept.items()}

    def _seen(self, name: str, keys: Sequence[object], at: datetime) -> bool:
        seen = False
        for key in filter(None, keys):
            last, earlier = self.last.get((name, key), (at, None))
            before = last if last < at else earlier
            seen = seen or (before is not None and before >= at - WITHIN)
            self.last[name, key] = at, before
        return seen


class Retold:
    """One call as its steps left it, with the rows that go with it, none of them saved."""

    def __init__(
        self, story: Story, reference: str, *, desk: Desk, chosen: Mapping[str, Any]
    ) -> None:
        self.story, self.desk, self.chosen = story, desk, chosen
        self.root = Root(reference=reference, created_at=story.at)
        self.told = Retelling(self.root)
        self.case = Case(
            root=self.root,
            desk=desk.key,
            state=FLOW.start,
            owner_id=story.handler.pk,
            opened_at=story.received_at,
        )
        # Who took the call: the one place where a made-up call is given its handler.
        self.contact = Contact(case=self.case, handler_id=story.handler.pk, **story.values)
        self.gradings: list[Grading] = []
        self.rows: list[Any] = [_named(self.root, story.handler.pk, story.at, story.handler.pk)]
        self.facts: list[tuple[Facts, datetime]] = []
        self.officers: list[tuple[User, Grant]] = []
        self._taken()
        for step in story.steps:
            self._step(step)
        self.deadlines = self._clocks()

    def _taken(self) -> None:
        story = self.story
        self._next()
        by = story.handler.pk
        self.told.event("opened", by, story.at, occurred_at=story.received_at, after=FLOW.start)
        phoned = story.grade == Grade.WITHOUT_DEPLOYMENT
        first = Took(
            name="grade-by-phone" if phoned else "grade",
            at=story.at,
            by=story.handler,
            payload={"grade": story.grade},
            reason=story.reason,
        )
        self._take(first)
        if story.letters:
            self._assess(story.letters, story.grade, story.reason, by, story.at)

    def _next(self) -> None:
        """A change of its own: one version more."""
        self.root.version += 1

    def _step(self, step: Took) -> None:
        self._next()
        if step.name == ASSESS:
            grade = self.contact.grade
            self._assess(letters_for(grade), grade, OWN_REASON, step.by.pk, step.at)
        elif step.agreed is None:
            self._take(step)
        else:
            self._proposed(step, *step.agreed)

    def _proposed(self, step: Took, second: User, agreed_at: datetime) -> None:
        told, who = self.told, step.by.pk
        proposed = told.event(f"proposed: {step.name}", who, step.at)
        for name, value in step.payload.items():
            section = Contact.SECTIONS.get(name, Section.NARRATIVE)
            told.changed(proposed, name, section, None, value, of=" proposed")
        told.changed(proposed, "reason", Section.NARRATIVE, None, step.reason)
        self._next()
        self.rows.append(
            Proposal(
                case=self.case,
                step=step.name,
                payload=dict(step.payload),
                reason=step.reason,
                by_id=who,
                at=step.at,
                decided_by_id=second.pk,
                decided_at=agreed_at,
                agreed=True,
            )
        )
        told.event(f"agreed: {step.name}", second.pk, agreed_at)
        taken = Took(
            name=step.name, at=agreed_at, by=second, payload=step.payload, reason=step.reason
        )
        self._take(taken, proposed_by=who)

    def _take(self, step: Took, proposed_by: int | None = None) -> None:
        """What `steps.take` writes, and the effect of the step."""
        told, flow = self.told, FLOW.named(step.name)
        before, after = self.case.state, str(flow.target or self.case.state)
        event = told.event(step.name, step.by.pk, step.at, before=before, after=after)
        own = {name: value for name, value in step.payload.items() if name in Contact.SECTIONS}
        told.write(self.contact, own, event)
        if step.reason:
            told.changed(event, "reason", Section.NARRATIVE, None, step.reason)
        is_open = after not in FLOW.ends
        closed = None if is_open else step.at
        told.write(self.case, {"state": after, "is_open": is_open, "closed_at": closed}, event)
        if "grade" in step.payload:
            self._grade(step, event, proposed_by)
        elif step.name == "assign":
            self._assign(step, event)
        else:
            told.write(self.contact, {TIMES[step.name]: step.at}, event)

    def _grade(self, step: Took, event: int, proposed_by: int | None) -> None:
        grade = step.payload["grade"]
        row = Grading(
            contact=self.contact,
            grade=grade,
            reason=step.reason,
            by_id=proposed_by or step.by.pk,
            agreed_by_id=step.by.pk if proposed_by else None,
            at=step.at,
        )
        self.gradings.append(row)
        values = {"grade": str(grade), "grade_reason": step.reason, "graded_at": step.at}
        if not self.contact.first_grade:
            values["first_grade"] = str(grade)
        self.told.write(self.contact, values, event)
        self.facts.append((self._facts(step.at), step.at))

    def _assign(self, step: Took, event: int) -> None:
        self.told.write(self.contact, {"assigned_at": step.at, "en_route_at": None}, event)
        officers = self.story.officers
        for officer in officers:
            grant = _named(self.root, officer.pk, step.at, step.by.pk, in_the_unit(self.contact))
            self.rows.append(grant)
            self.officers.append((officer, grant))
        self.told.changed(event, "officers", Section.CORE, None, [one.name for one in officers])

    def _assess(
        self, answers: dict[str, str], grade: str, reason: str, by: int, at: datetime
    ) -> None:
        result, fingerprint = _ran(tuple(answers.items()))
        self.rows.append(
            Assessment(
                case=self.case,
                instrument=THRIVE_V1.key,
                version=THRIVE_V1.version,
                fingerprint=fingerprint,
                answers=answers,
                own_grade=grade,
                own_reason=reason,
                decided_by_id=by,
                result=result.grade or "",
                reasons=list(result.reasons),
                missing=list(result.missing),
                at=at,
            )
        )
        event = self.told.event(f"assessed: {THRIVE_V1.key}", by, at)
        owed = sum(1 for letter in LETTERS if not answers.get(letter))
        self.told.write(self.contact, {"letters_owed": owed}, event)

    def _facts(self, at: datetime) -> Facts:
        gradings = tuple((row.grade, row.at) for row in self.gradings)
        return facts_from(self.contact, at, gradings=gradings, chosen=self.chosen)

    def _clocks(self) -> list[Any]:
        """The clocks follow each grade, and at the end all that happened since the last."""
        at: datetime = self.told.events[-1]["recorded_at"]
        if len(self.gradings) == 1:
            # Nothing replaced the first clock, which the facts at the end tell whole.
            self.facts.clear()
        facts = self._facts(at)
        deadlines = retold(self.desk, self.case, [*self.facts, (facts, at)])
        for name, value in that_follow(facts, deadlines).items():
            setattr(self.contact, name, value)
        return deadlines

    def prepared(self, place: Place, homes: Mapping[tuple[str, str], Place]) -> Prepared:
        """The call as the batch door takes it."""
        self.contact.place = place
        people = [
            NewPart(
                role=role,
                columns=one.columns,
                source=self.desk.key,
                home=homes[home_of(one).keys],
                held=one.held,
                root={"created_at": self.story.at, "version": RECORDED},
            )
            for role, one in self.story.parties
        ]
        return Prepared(
            case=self.case,
            item=self.contact,
            deadlines=self.deadlines,
            people=people,
            places=[(place, SCENE)],
            rows=[*self.gradings, *self.rows],
            root=self.root,
        )


def _named(root: Root, user: int, at: datetime, by: int, why: str = "") -> Grant:
    return Grant(
        root=root, user_id=user, kind=Grant.NAMED, from_at=at, made_by_id=by, level=3, reason=why
    )


@lru_cache(maxsize=64)
def _ran(answers: tuple[tuple[str, str], ...]) -> tuple[Result, str]:
    return THRIVE_V1.run(dict(answers)), THRIVE_V1.fingerprint()


def home_of(one: Resident) -> Spot:
    """Where somebody says they live: a line and a code, as they are typed."""
    return Spot(address=str(one.typed["address"]), postcode=str(one.typed["postcode"]))


class Writer:
    """Writes stories, in the order they were received, batch by batch under one load."""

    def __init__(self, loading: Loading, *, desk: Desk, team: Team) -> None:
        self.loading, self.desk, self.team = loading, desk, team
        self.settings, self.before = SettingsThen(), Before()

    def write(self, stories: Sequence[Story]) -> None:
        """One transaction: calls, people, places, clocks, events and their changes."""
        references = fresh(self.desk.prefix, len(stories))
        calls = [
            Retold(story, reference, desk=self.desk, chosen=self.settings.at(story.received_at))
            for story, reference in zip(stories, references, strict=True)
        ]
        for call in calls:
            for name, marked in self.before.marks(call.story).items():
                setattr(call.contact, name, marked)
        with self.loading.batch(len(stories)) as doing:
            self._write(doing, calls)

    def _write(self, doing: Doing, calls: Sequence[Retold]) -> None:
        spots = [
            spot for call in calls for spot in (call.story.spot, *map(home_of, _people(call.story)))
        ]
        places = places_for(spots)
        new = [
            (one, call.story)
            for call in calls
            for one in _people(call.story)
            if one.held.record_id is None
        ]
        ready = [call.prepared(places[call.story.spot.keys], places) for call in calls]
        load(doing, self.loading.load, ready, desk=self.desk, team=self.team)
        whereabouts.keep([call.contact.pk for call in calls])
        write_down([*_recorded(new), *(call.told for call in calls)])
        insert(grant for call in calls for grant in _let_in(call))


def _people(story: Story) -> list[Resident]:
    return [one for _, one in story.parties]


def _recorded(new: Sequence[tuple[Resident, Story]]) -> list[Retelling]:
    """The event of each record that the stories made, told by the first of them."""
    firsts: dict[int, Retelling] = {}
    for one, story in new:
        key = one.held.record_id or 0
        if key not in firsts:
            firsts[key] = Retelling(Root(pk=key, version=RECORDED))
            firsts[key].event("recorded", story.handler.pk, story.at)
    return list(firsts.values())


def _let_in(call: Retold) -> list[Grant]:
    """Whoever is named on the call by somebody else is let into its people's records, and with
    them whoever took it: see `parties.let_in`."""
    own = call.rows[0]
    made = []
    for _, grant in call.officers:
        for one in _people(call.story):
            for opening in (own, grant):
                user = opening.user_id or 0
                if user not in one.named:
                    one.named.add(user)
                    made.append(_carried(opening, one.held.record_id or 0))
    return made


def _carried(grant: Grant, record: int) -> Grant:
    return Grant(
        root_id=record,
        user_id=grant.user_id,
        kind=Grant.NAMED,
        from_at=grant.from_at,
        made_by_id=grant.made_by_id,
        level=grant.level,
        reason=grant.reason,
    )
