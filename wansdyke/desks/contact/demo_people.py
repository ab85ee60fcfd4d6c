"""The made-up force's homes: who lives at one address, and which of them ring again and again."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from wansdyke.casework.loads import Held
from wansdyke.desks.contact.demo_tables import (
    ABUSE,
    DRAMA,
    FORENAMES,
    MIND,
    MISSING,
    STREET_FIRST,
    STREET_LAST,
    SURNAME_FIRST,
    SURNAME_LAST,
    TOWNS,
    Town,
)
from wansdyke.people.records import keys_of

ADULT = 18
# Of how many calls there is one home; and how much the first homes of the list ring more often.
CALLS_A_HOME, TAIL = 0.6, 1.6
TROUBLES = (ABUSE, MISSING, "concern", ABUSE, MIND, "other")
# The share of the homes that have trouble of their own.
TROUBLED = 0.12


@dataclass(eq=False, slots=True)
class Resident:
    """Somebody made up: what would be typed of them, and the record once there is one."""

    typed: dict[str, object]
    born: date
    columns: dict[str, object] = field(default_factory=dict)
    held: Held = field(default_factory=Held)
    # Who is named on their record by now.
    named: set[int] = field(default_factory=set)

    def adult(self, on: date) -> bool:
        """Whether they are of age on a day."""
        return (on.year - self.born.year) - (
            (on.month, on.day) < (self.born.month, self.born.day)
        ) >= ADULT


@dataclass(eq=False, slots=True)
class Home:
    """One address and the people who live there."""

    town: Town
    where: str
    postcode: str
    latitude: float
    longitude: float
    people: list[Resident]
    trouble: str
    calls: int = 0


class Homes:
    """A fixed number of homes, each made when it is first wanted; the same seed, the same homes."""

    def __init__(self, calls: int, seed: int, until: date) -> None:
        self.count = max(int(calls * CALLS_A_HOME), 12)
        self.seed, self.until = seed, until
        self.made: dict[int, Home] = {}
        self.weights = [town.weight for town in TOWNS]

    def any(self, rng: Random) -> Home:
        """One of them: those at the head of the list far more often than those at its end."""
        return self[int(self.count * rng.random() ** TAIL)]

    def troubled(self, rng: Random, trouble: str) -> Home:
        """One with this trouble, where there is one near in the list; else any."""
        first = int(self.count * TROUBLED * rng.random() ** TAIL)
        for number in range(first, first + len(TROUBLES)):
            if number < self.count and self[number].trouble == trouble:
                return self[number]
        return self.any(rng)

    def __getitem__(self, number: int) -> Home:
        if number not in self.made:
            self.made[number] = self._make(number)
        return self.made[number]

    def _make(self, number: int) -> Home:
        rng = Random(f"{self.seed}:home:{number}")  # noqa: S311  # nosec B311
        (town,) = rng.choices(TOWNS, self.weights)
        where = f"{rng.randint(1, 120)} {street(rng)}, {town.name}"
        troubled = number < self.count * TROUBLED
        trouble = TROUBLES[number % len(TROUBLES)] if troubled else ""
        code = postcode(rng, town)
        # Two draws, made the same way for each home whatever its trouble.
        latitude = round(town.latitude + rng.gauss(0, 0.008), 5)
        longitude = round(town.longitude + rng.gauss(0, 0.012), 5)
        phone = f"{DRAMA[number // 1000]}{number % 1000:03d}" if number < 1000 * len(DRAMA) else ""
        people = _household(rng, self.until, trouble, phone, where, code)
        return Home(town, where, code, latitude, longitude, people, trouble)


def street(rng: Random) -> str:
    """The name of a street that is nowhere."""
    return f"{rng.choice(STREET_FIRST)} {rng.choice(STREET_LAST)}"


def postcode(rng: Random, town: Town) -> str:
    """A postcode of the town: its outward part, and an inward part."""
    return f"{town.outward} {rng.randint(1, 9)}{rng.choice('ABDEFGH')}{rng.choice('JLNPQ')}"


def _household(
    rng: Random, until: date, trouble: str, phone: str, where: str, code: str
) -> list[Resident]:
    """One or two grown up, whose ages fit, and up to three children of one of them."""
    size = rng.choices((1, 2, 3, 4, 5), (24, 34, 18, 16, 8))[0]
    size = max(size, 3 if trouble == MISSING else 2 if trouble == ABUSE else 1)
    surname = rng.choice(SURNAME_FIRST) + rng.choice(SURNAME_LAST)
    grown = 1 if size == 1 else 2
    # Whoever has a child in their teens is older than those who have a small one may be.
    youngest = 34 if trouble == MISSING else 27
    age = rng.randint(youngest, 50) if size > grown else rng.randint(21, 88)
    sexes = ["female", "male"] if rng.random() < 0.5 else ["male", "female"]
    people = []
    for turn in range(size):
        child = turn >= grown
        old = (
            rng.randint(3, min(age - 19, 16)) if child else max(age + rng.randint(-5, 5) * turn, 20)
        )
        born = _born(rng, until, old)
        own = (
            surname
            if child or not turn or rng.random() < 0.8
            else rng.choice(SURNAME_FIRST) + "ham"
        )
        sex = rng.choice(("female", "male")) if child else sexes[turn]
        typed: dict[str, object] = {
            "forename": rng.choice(FORENAMES[sex]),
            "surname": own,
            "date_of_birth": born,
            "sex": sex,
            "address": where,
            "postcode": code,
        }
        if phone and not child:
            typed["phone"] = phone
        people.append(Resident(typed, born, keys_of(typed)))
    if trouble == MISSING:
        _of_an_age_to_go(people, rng, until)
    return people


def _of_an_age_to_go(people: list[Resident], rng: Random, until: date) -> None:
    """A child of a home that one goes missing from is of an age to."""
    child = people[-1]
    child.born = _born(rng, until, rng.randint(13, 15))
    child.typed["date_of_birth"] = child.born
    child.columns = keys_of(child.typed)


def _born(rng: Random, until: date, age: int) -> date:
    return date(until.year - age - 1, rng.randint(1, 12), rng.randint(1, 28))
