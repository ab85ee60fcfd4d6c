"""The made-up control room: a fortnight of calls about nobody, taken through the one door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Team, User
from wansdyke.casework.actions import NewParty, perform
from wansdyke.casework.assess import assess
from wansdyke.casework.desk import Desk, MadeUp
from wansdyke.desks.contact.actions import take_call
from wansdyke.desks.contact.demo_crisis import Crisis
from wansdyke.desks.contact.demo_history import Wanted, make_history
from wansdyke.desks.contact.demo_stories import PROMPT, Staff
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS, THRIVE_V1
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.rules import DISPATCHER, OFFICER, OPERATOR, PRACTITIONER, Grade
from wansdyke.desks.contact.strands import DOMESTIC_RISK, DOMESTIC_STRAND
from wansdyke.kernel.calendar import london
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import place_for

STORIES: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...], str], ...] = (
    ("Shouting and things being thrown next door, a child is crying.", "immediate",
     "violence now, child present", ("domestic-abuse", "child"), ("V01", "V02"), "crime"),
    ("Ex-partner is outside and will not leave. He has a key.", "immediate",
     "he may get in", ("domestic-abuse",), ("V01", "V05"), "crime"),
    ("Daughter, 14, has not come home from school.", "priority",
     "missing child, out of character", ("missing", "child"), ("V10",), "safety-welfare"),
    ("Neighbour has not been seen for three days, curtains drawn.", "priority",
     "may be ill inside", ("concern-for-safety",), ("V11",), "safety-welfare"),
    ("Man on the footbridge says he wants to end it.", "immediate",
     "danger to life", ("mental-health", "concern-for-safety"), ("V12",), "safety-welfare"),
    ("Youths on mopeds in the park again, throwing bottles.", "scheduled",
     "repeat, nobody hurt", ("asb",), (), "asb-nuisance"),
    ("Shed broken into overnight, tools gone.", "scheduled",
     "no suspect nearby", ("burglary",), (), "crime"),
    ("Strangers coming and going at a vulnerable man’s flat.", "priority",
     "possible cuckooing", ("concern-for-safety", "suspicious"), ("V11", "V09"), "crime"),
    ("Two cars collided, everyone out and talking.", "priority",
     "blocking the road", ("road",), (), "transport"),
    ("Wants to know how to report a lost purse.", "without-deployment",
     "advice is enough", ("other",), (), "administration"),
    ("Messages from an ex every hour, now with threats.", "priority",
     "escalating contact", ("domestic-abuse", "violence"), ("V01", "V05"), "crime"),
    ("Silent call, breathing, line open, 55 pressed.", "immediate",
     "silent solution, line open", ("domestic-abuse",), ("V01",), "crime"),
)  # fmt: skip
FORENAMES = ("Ada", "Bilal", "Carys", "Dominik", "Efua", "Farah", "Gwen", "Harvey", "Imogen",
             "Jaspreet", "Kofi", "Lowri", "Marek", "Nia", "Oluchi", "Priya", "Rhys", "Saoirse",
             "Tomasz", "Wei")  # fmt: skip
SURNAMES = ("Ashcombe", "Birdsall", "Coldwell", "Denholme", "Everleigh", "Fosbury", "Gathorne",
            "Hallwood", "Inglesham", "Kestreville", "Lydiard", "Marden", "Netheravon", "Oakbourne",
            "Pewsham", "Quarley", "Ramsdyke", "Stowell", "Tilshead", "Wexcombe")  # fmt: skip
# Real towns, rough positions; streets and people are made up.
TOWNS = (("Swindon", 51.56, -1.78, "SN1"), ("Trowbridge", 51.32, -2.21, "BA14"),
         ("Salisbury", 51.07, -1.80, "SP1"), ("Chippenham", 51.46, -2.12, "SN15"),
         ("Devizes", 51.35, -1.99, "SN10"), ("Marlborough", 51.42, -1.73, "SN8"))  # fmt: skip
STREETS = ("Earthwork Row", "Lantern Lane", "Quarry Rise", "Old Wharf", "Bustard Close",
           "Sarsen Way", "Millrace Court", "Chalk Hill")  # fmt: skip
# How many calls are taken one by one, how many of them are the board's, and how many people whom
# they may be from have rung before.
LATELY, LAST, KNOWN = 72, 12, 60
GRADED = {
    Grade.IMMEDIATE: ("now", "high", "imminent"),
    Grade.PRIORITY: ("possible", "medium", "likely"),
    Grade.SCHEDULED: ("possible", "low", "possible"),
    Grade.WITHOUT_DEPLOYMENT: ("none", "none", "unlikely"),
}


def _as(user: User, at: datetime) -> Actor:
    return actor_of(user, on=london(at).date(), mfa=True, channel="command line")


@dataclass
class Shift:
    """Who works in the made-up control room, and what time it is there."""

    desk: Desk
    team: Team
    people: Mapping[str, Sequence[User]]
    rng: Random
    known: list[PersonRecord]
    number: int = 0

    def by(self, post: str, at: datetime) -> Actor:
        return _as(self.rng.choice(list(self.people[post])), at)

    def key(self) -> str:
        self.number += 1
        return f"demo-contact-{self.number}"


def make_demo(desk: Desk, *, force: MadeUp, team: Team, people: Staff, staff: Staff) -> int:
    """Makes two years of history in bulk, then takes the calls of the last fortnight one by one.

    `people` are the personas, whose work the fortnight is; `staff` are all who worked before.
    Returns how many calls there are. Same seed, same stories, grades and times.
    """
    lately = min(force.calls, LATELY)
    wanted = Wanted(
        calls=force.calls - lately,
        until=force.now,
        seed=force.seed,
        report=domestic_among(lately) if force.report else None,
    )
    made = make_history(desk, wanted, team=team, staff=staff, by=force.by, told=force.told)
    rng = Random(force.seed)  # noqa: S311 - made-up data, not a secret  # nosec B311
    known = PersonRecord.objects.filter(root__team=team, phone_key__gt="").order_by("pk")
    shift = Shift(desk=desk, team=team, people=people, rng=rng, known=list(known[:KNOWN]))
    return made + take_calls(shift, force.now, lately)


def domestic_among(count: int) -> tuple[int, int]:
    """How many of the fortnight's graded domestic abuse calls are prompt, and of how many."""
    graded = [
        grade
        for turn in range(count)
        for _, grade, _, risks, strands, _ in (STORIES[turn % len(STORIES)],)
        if (DOMESTIC_RISK in risks or DOMESTIC_STRAND in strands)
        and _graded(count - turn > LAST, turn)
    ]
    return sum(grade in PROMPT for grade in graded), len(graded)


def _graded(finish: bool, turn: int) -> bool:
    return finish or turn % 5 != 0


def take_calls(shift: Shift, now: datetime, count: int) -> int:
    """Takes `count` calls over the fortnight before `now`; the last are still open."""
    first = now - timedelta(days=14)
    gap = (now - first) / (count + 1)
    for turn in range(count):
        age_left = count - turn
        at = first + gap * (turn + 1)
        if age_left <= LAST:
            at = now - timedelta(minutes=shift.rng.randint(2, 45) + age_left * 3)
        _one_call(shift, at, now, finish=age_left > LAST, turn=turn)
    return count


def _one_call(shift: Shift, at: datetime, now: datetime, *, finish: bool, turn: int) -> None:
    what, grade, reason, risks, strands, _ = STORIES[turn % len(STORIES)]
    town, *spot, area = shift.rng.choice(TOWNS)
    found = dict(zip(("latitude", "longitude"), spot, strict=True))
    where = f"{shift.rng.randint(1, 60)} {shift.rng.choice(STREETS)}, {town}"
    values: dict[str, Any] = {
        "received_at": at - timedelta(seconds=shift.rng.randint(40, 170)),
        "channel": "999" if grade != Grade.WITHOUT_DEPLOYMENT else "101",
        "what": what,
        "where": where,
        "place": place_for(where, _code(shift.rng, area), **found),
        **found,
        "prior_contact": shift.rng.choice(["yes", "no", "not-known", "could-not-ask"]),
        "risk_types": list(risks),
        "strands": list(strands),
        "caller_is_victim": shift.rng.choice(["yes", "no"]),
        "abuser_can_hear": "not-known" if "V01" in strands else "",
        "silent_call": what.startswith("Silent"),
    }
    given = grade if _graded(finish, turn) else ""
    owed = not given or (not finish and turn % 3 == 0)
    outcome = take_call(
        shift.desk,
        values,
        by=shift.by(OPERATOR, at),
        at=at,
        key=shift.key(),
        team=shift.team,
        grade=given,
        reason=reason,
        letters={} if owed else _letters(Grade(grade)),
        parties=[_caller(shift), *_gone(shift, risks)],
    )
    contact = Contact.objects.get(case__root__reference=outcome.reference)
    shift.known.extend(party.record for party in contact.case.parties.all())
    if contact.grade:
        _goes_on(shift, contact, at, now, finish=finish, turn=turn)


def _goes_on(
    shift: Shift, contact: Contact, at: datetime, now: datetime, *, finish: bool, turn: int
) -> None:
    *_, risks, _, category = STORIES[turn % len(STORIES)]
    crisis = Crisis(shift.desk, contact, at, now, shift.by, shift.rng)
    _in_crisis(shift, crisis, risks, finish=finish, turn=turn)
    there = _respond(shift, contact, at, now, finish=finish, category=category)
    crisis.judged(lambda then: _as(there, then) if there else None)


def _code(rng: Random, area: str) -> str:
    unit = rng.choice("ABDEFGH") + rng.choice("JLNPQ")
    return f"{area} {rng.randint(1, 9)}{unit}"


def _in_crisis(
    shift: Shift, crisis: Crisis, risks: Sequence[str], *, finish: bool, turn: int
) -> None:
    if "mental-health" in risks and PRACTITIONER in shift.people:
        crisis.triaged(used=turn // len(STORIES) % 2 == 1, waiting=not finish)
    if "missing" in risks:
        crisis.missing("child 1", finish=finish)


def _gone(shift: Shift, risks: Sequence[str]) -> list[NewParty]:
    """The child whom a call reports missing."""
    if "missing" not in risks:
        return []
    named = {"forename": shift.rng.choice(FORENAMES), "surname": shift.rng.choice(SURNAMES)}
    return [NewParty(role="child", typed={**named, "date_of_birth": date(2012, 5, 17)})]


def _caller(shift: Shift) -> NewParty:
    if shift.known and shift.rng.random() < 0.3:
        return NewParty(role="caller", record=shift.rng.choice(shift.known))
    rng = shift.rng
    typed = {
        "forename": rng.choice(FORENAMES),
        "surname": rng.choice(SURNAMES),
        "date_of_birth": date(rng.randint(1945, 2006), rng.randint(1, 12), rng.randint(1, 28)),
        # Ofcom keeps 07700 900000 to 900999 for drama: no such telephone rings.
        "phone": f"07700 900{rng.randint(0, 999):03d}",
    }
    return NewParty(role="caller", typed=typed)


def _letters(grade: Grade) -> dict[str, str]:
    threat, harm, risk = GRADED[grade]
    return dict(zip(LETTERS, (threat, harm, risk, "later", "partly", "agreed"), strict=True))


def _respond(
    shift: Shift, contact: Contact, at: datetime, now: datetime, *, finish: bool, category: str
) -> User | None:
    """Sends a unit, or rings back; returns the officer in it."""

    def step(name: str, minutes: float, post: str = DISPATCHER, **payload: Any) -> bool:
        when = at + timedelta(minutes=minutes)
        if when >= now:
            return False
        fresh = Contact.objects.select_related("case__root").get(pk=contact.pk)
        who: dict[str, Any] = {"by": shift.by(post, when), "at": when, "key": shift.key()}
        perform(fresh, name, desk=shift.desk, payload=payload, **who)
        return True

    rng = shift.rng
    if contact.grade == Grade.WITHOUT_DEPLOYMENT:
        if finish:
            step("result", 30, OPERATOR, category=category, result_note="Advice given.")
        return None
    slow = {Grade.IMMEDIATE: 1.0, Grade.PRIORITY: 2.6, Grade.SCHEDULED: 30.0}[Grade(contact.grade)]
    if not finish and rng.random() < 0.35:
        return None
    officer = rng.choice(list(shift.people[OFFICER]))
    unit = f"WD{rng.randint(10, 59)}"
    arrived = rng.uniform(8, 24) * slow
    moved = (
        step("assign", rng.uniform(1, 3) * slow, unit=unit, officers=[officer.username])
        and step("en-route", arrived * 0.4 + 1)
        and step("at-scene", arrived)
    )
    if moved and finish:
        _letters_owed(shift, contact, at + timedelta(minutes=arrived + 1))
        step("result", arrived + rng.uniform(20, 90), category=category,
             result_note="Officers attended; safety advice given.")  # fmt: skip
    return officer


def _letters_owed(shift: Shift, contact: Contact, at: datetime) -> None:
    fresh = Contact.objects.select_related("case__root").get(pk=contact.pk)
    if fresh.letters_owed:
        assess(
            fresh,
            THRIVE_V1,
            _letters(Grade(fresh.grade)),
            own_grade=fresh.grade,
            own_reason="as first graded",
            desk=shift.desk,
            by=shift.by(OPERATOR, at),
            at=at,
            key=shift.key(),
        )
