"""The made-up control room's stories: who rings when, what it is graded, and all that follows.

A story says what people did and when; nothing here writes a row. `demo_bulk` writes them as taking
each step would have, and a test takes the steps.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from wansdyke.access.models import User
from wansdyke.desks.contact.demo_people import Home, Homes, Resident, postcode, street
from wansdyke.desks.contact.demo_tables import (
    ABUSE,
    ARRIVES,
    BY_KIND,
    GRADE_ORDER,
    HOURS,
    KINDS,
    LETTERS_FOR,
    LETTERS_LATER,
    MIND,
    MISSING,
    MONTHS,
    NIGHT,
    OPEN_PLACES,
    REGRADED_DOWN,
    REGRADED_UP,
    TOWNS,
    WHY,
    Kind,
)
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS
from wansdyke.desks.contact.rules import DISPATCHER, OFFICER, OPERATOR, SUPERVISOR, Grade
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.people.records_in_bulk import Spot

HOUR = timedelta(hours=1)
ASSESS = "assess"
PROMPT = (Grade.IMMEDIATE, Grade.PRIORITY)
OWN_REASON = "as first graded"
NAMED = 0.5
TOO_FEW = "There are too few domestic abuse calls for the report’s share to be exact."


@dataclass(frozen=True, kw_only=True)
class Took:
    """A step somebody took; `agreed` is who agreed to it as the second person, and when."""

    name: str
    at: datetime
    by: User
    payload: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    agreed: tuple[User, datetime] | None = None


@dataclass(kw_only=True)
class Story:
    """One call from its receipt to the last that was done of it."""

    kind: Kind
    received_at: datetime
    at: datetime
    handler: User
    spot: Spot
    values: dict[str, Any]
    grade: str
    reason: str
    letters: dict[str, str]
    parties: list[tuple[str, Resident]]
    steps: list[Took] = field(default_factory=list)
    officers: list[User] = field(default_factory=list)


Staff = Mapping[str, Sequence[User]]


def moments(rng: Random, count: int, since: datetime, until: datetime) -> list[datetime]:
    """So many moments, first to last, as busy as each hour, night and month is."""
    hours = int((until - since) / HOUR)
    slots = [since + HOUR * n for n in range(hours)]
    total, sums = 0.0, []
    for slot in slots:
        total += busy(slot)
        sums.append(total)
    drawn = sorted(rng.random() * total for _ in range(count))
    found = (slots[min(bisect_right(sums, one), hours - 1)] for one in drawn)
    return sorted(slot + timedelta(seconds=rng.randrange(3600)) for slot in found)


def busy(slot: datetime) -> float:
    """How busy an hour is, beside the others."""
    local = london(slot)
    began = local - timedelta(hours=4)
    late = local.hour >= 19 or local.hour < 3
    return (
        HOURS[local.hour]
        * MONTHS[local.month - 1]
        * (NIGHT.get(began.weekday(), 1.0) if late else 1.0)
    )


class Teller:
    """Tells one story after the other; the same seed, staff and moments tell the same."""

    def __init__(self, homes: Homes, staff: Staff, rng: Random, until: datetime) -> None:
        self.homes, self.staff, self.rng, self.until = homes, staff, rng, until

    def kinds(self, count: int) -> list[Kind]:
        """What so many calls are about."""
        return self.rng.choices(KINDS, [kind.weight for kind in KINDS], k=count)

    def tell(self, received_at: datetime, kind: Kind, *, prompt: bool | None = None) -> Story:
        """A call and all that follows; with `prompt` it is graded so, or not so, for good."""
        rng = self.rng
        home = self._home(kind)
        grade = self._grade(kind, home, prompt)
        again = home is not None and home.calls > 0
        spot = _at_home(home) if home and kind.at_home else self._open_place()
        story = Story(
            kind=kind,
            received_at=received_at,
            at=received_at + timedelta(seconds=rng.randint(40, 240)),
            handler=self._one(OPERATOR),
            spot=spot,
            values={},
            grade=grade,
            reason=WHY[grade],
            letters={} if rng.random() < LETTERS_LATER else letters_for(grade),
            parties=[],
        )
        victim = self._parties(story, home)
        story.values = self._values(story, victim, again=again)
        self._follow(story, keep=prompt is not None)
        story.steps = _until(story.steps, self.until)
        if home is not None:
            home.calls += 1
        return story

    def _one(self, post: str) -> User:
        return self.rng.choice(self.staff[post])

    def _home(self, kind: Kind) -> Home | None:
        if kind.key in (ABUSE, MISSING, MIND, "concern") and self.rng.random() < 0.75:
            return self.homes.troubled(self.rng, kind.key)
        return self.homes.any(self.rng) if self.rng.random() < 0.9 or kind.at_home else None

    def _open_place(self) -> Spot:
        rng = self.rng
        (town,) = rng.choices(TOWNS, self.homes.weights)
        named = OPEN_PLACES[int(len(OPEN_PLACES) * rng.random() ** 2)]
        name = f"{named if rng.random() < NAMED else street(rng)}, {town.name}"
        # Each place has one postcode and one position, whoever calls about it.
        its = Random(name)  # noqa: S311 - made-up data  # nosec B311
        return Spot(
            address=name,
            postcode=postcode(its, town),
            latitude=round(town.latitude + its.gauss(0, 0.006), 5),
            longitude=round(town.longitude + its.gauss(0, 0.009), 5),
        )

    def _grade(self, kind: Kind, home: Home | None, prompt: bool | None) -> Grade:
        weights = list(kind.grades)
        if kind.key == ABUSE and home is not None and home.trouble == ABUSE:
            # It gets worse: each call from the same home is more likely to be urgent.
            weights[0] += min(home.calls, 10) * 4
        if prompt is not None:
            weights = [
                w if (g in PROMPT) is prompt else 0
                for w, g in zip(weights, GRADE_ORDER, strict=True)
            ]
        return self.rng.choices(GRADE_ORDER, weights)[0]

    def _parties(self, story: Story, home: Home | None) -> bool:
        """Puts in who rang, and who it is about; returns whether the caller is the victim."""
        if home is None:
            return False
        rng, kind = self.rng, story.kind
        inside = rng.random() < (0.7 if kind.at_home and kind.who != "subject" else 0.25)
        victim = inside and kind.who in ("suspect", "victim") and rng.random() < 0.8
        caller: Resident | None = home.people[0]
        if not inside and kind.at_home:
            other = self.homes.any(rng)
            caller = other.people[0] if other is not home and rng.random() < 0.7 else None
        if caller is not None:
            story.parties.append(("caller", caller))
        story.parties += self._about(story, home, caller)
        return victim

    def _about(
        self, story: Story, home: Home, caller: Resident | None
    ) -> Iterator[tuple[str, Resident]]:
        on = london(story.received_at).date()
        kind, (first, *others) = story.kind, home.people
        children = [one for one in others if not one.adult(on)]
        grown = [one for one in others if one.adult(on)]
        if kind.who == "child":
            gone = (children or others or [first])[-1]
            # Nobody rings to say that they are missing themselves.
            if gone is not caller:
                yield ("child" if children else "subject"), gone
            return
        if caller is not first and (kind.domestic or kind.who in ("subject", "victim")):
            yield ("subject" if kind.who == "subject" else "victim", first)
        if kind.domestic:
            yield from (("suspect", one) for one in grown[:1])
            yield from (("child", one) for one in children)

    def _values(self, story: Story, victim: bool, *, again: bool) -> dict[str, Any]:
        rng, kind = self.rng, story.kind
        phoned = ("101", "online", "front-counter", "partner")
        urgent = story.grade in PROMPT
        channel = (
            "999"
            if rng.random() < (0.8 if urgent else 0.15)
            else rng.choices(phoned, (70, 15, 8, 7))[0]
        )
        known = (
            "yes" if again else rng.choices(("no", "not-known", "could-not-ask"), (70, 18, 12))[0]
        )
        return {
            "received_at": story.received_at,
            "channel": channel,
            "what": rng.choice(kind.said),
            "where": story.spot.address,
            "latitude": story.spot.latitude,
            "longitude": story.spot.longitude,
            "prior_contact": known,
            "risk_types": list(kind.risks),
            "strands": list(kind.strands),
            "caller_is_victim": "yes" if victim else "no",
            "abuser_can_hear": rng.choice(("no", "not-known")) if kind.domestic else "",
            "silent_call": kind.domestic and rng.random() < 0.02,
        }

    def _follow(self, story: Story, *, keep: bool) -> None:
        """What was done of it: another grade now and then, a unit, the letters owed, the result."""
        rng = self.rng
        grade, at = Grade(story.grade), story.at
        if grade == Grade.WITHOUT_DEPLOYMENT:
            at = _letters_owed(
                story, self._one(OPERATOR), at + timedelta(minutes=rng.randint(4, 20))
            )
            self._result(story, at + timedelta(minutes=rng.randint(6, 240)), self._one(OPERATOR))
            return
        if not keep:
            grade, at = self._regraded(story, grade, at)
        median, spread = ARRIVES[grade]
        minutes = max(median * rng.lognormvariate(0, spread), 3.0)
        sent = at + timedelta(seconds=int(minutes * 60 * rng.uniform(0.05, 0.3)))
        there = at + timedelta(seconds=int(minutes * 60))
        self._sent(story, sent, there)
        owed = _letters_owed(story, self._one(OPERATOR), there + timedelta(minutes=1))
        by = story.steps[-1].by if not story.letters else self._one(DISPATCHER)
        self._result(story, max(owed, there) + timedelta(minutes=rng.randint(15, 110)), by)

    def _sent(self, story: Story, sent: datetime, there: datetime) -> None:
        rng, officer, dispatcher = self.rng, self._one(OFFICER), self._one(DISPATCHER)
        unit = {"unit": f"WD{rng.randint(10, 59)}", "officers": [officer.username]}
        story.officers = [officer]
        moved = sent + (there - sent) * 0.3
        moved = moved.replace(microsecond=0)
        arrives = officer if rng.random() < 0.6 else dispatcher
        story.steps += [
            Took(name="assign", at=sent, by=dispatcher, payload=unit),
            Took(name="en-route", at=moved, by=dispatcher),
            Took(name="at-scene", at=there, by=arrives),
        ]

    def _result(self, story: Story, at: datetime, by: User) -> None:
        sent = story.grade != Grade.WITHOUT_DEPLOYMENT
        note = "Officers attended; safety advice given." if sent else "Advice given."
        payload = {"category": story.kind.category, "result_note": note}
        story.steps.append(Took(name="result", at=at, by=by, payload=payload))

    def _regraded(self, story: Story, grade: Grade, at: datetime) -> tuple[Grade, datetime]:
        """Now and then the grade is changed before a unit is sent: lower only by two people."""
        rng = self.rng
        luck, place = rng.random(), GRADE_ORDER.index(grade)
        when = at + timedelta(minutes=rng.randint(2, 9))
        by = self._one(OPERATOR)
        if luck < REGRADED_UP and place > 0:
            new, agreed, why = GRADE_ORDER[place - 1], None, "They rang again: it is getting worse."
        elif luck > 1 - REGRADED_DOWN and place < len(DEPLOYED) - 1:
            new, why = GRADE_ORDER[place + 1], "He has left, and they are safe with a neighbour."
            agreed = (self._one(SUPERVISOR), when + timedelta(minutes=rng.randint(1, 5)))
        else:
            return grade, at
        payload = {"grade": str(new)}
        story.steps.append(
            Took(name="regrade", at=when, by=by, payload=payload, reason=why, agreed=agreed)
        )
        return new, agreed[1] if agreed else when


DEPLOYED = GRADE_ORDER[:3]


def letters_for(grade: str) -> dict[str, str]:
    """An answer to each THRIVE letter that goes with a grade."""
    given = (*LETTERS_FOR[Grade(grade)], "later", "partly", "agreed")
    return dict(zip(LETTERS, given, strict=True))


def _letters_owed(story: Story, by: User, at: datetime) -> datetime:
    if story.letters:
        return at
    story.steps.append(Took(name=ASSESS, at=at, by=by))
    return at


def _at_home(home: Home) -> Spot:
    return Spot(
        address=home.where,
        postcode=home.postcode,
        latitude=home.latitude,
        longitude=home.longitude,
    )


def _until(steps: Sequence[Took], until: datetime) -> list[Took]:
    """The steps that have been taken by a moment: after one that has not, none has."""
    found = []
    for step in steps:
        if max(step.at, step.agreed[1] if step.agreed else step.at) >= until:
            break
        found.append(step)
    return found


def prompt_by_quota(
    kinds: list[Kind], already: tuple[int, int], share: tuple[int, int]
) -> list[bool | None]:
    """Which domestic abuse calls of a period are to be prompt, spread evenly, so that with those
    that are (prompt, all) `already` the share is exact; a few become other calls for that.

    Raises Refused where they are too few.
    """
    places = [n for n, kind in enumerate(kinds) if kind.domestic]
    prompt, whole = already
    spare = (len(places) + whole) % share[1]
    if spare > len(places):
        raise Refused(TOO_FEW)
    for n in places[len(places) - spare :]:
        kinds[n] = BY_KIND["concern"]
    places = places[: len(places) - spare]
    wanted = (len(places) + whole) * share[0] // share[1] - prompt
    if not 0 <= wanted <= len(places):
        raise Refused(TOO_FEW)
    chosen: list[bool | None] = [None] * len(kinds)
    for turn, n in enumerate(places):
        chosen[n] = (turn + 1) * wanted // len(places) > turn * wanted // len(places)
    return chosen
