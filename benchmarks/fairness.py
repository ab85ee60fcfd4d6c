"""Fairness of linking: made-up people of many naming traditions (PEOPLE of each in the environment,
else 3,000) in one file, in households with twins, namesakes and shared telephones; half of them
told again as their names are otherwise written down, with a mistake in half of those. Precision and
recall of likely pairs and of what was joined, by tradition and sex. On files alone, so that a
database makes no difference."""

import os
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from benchmarks.figures import Figure, hand_over
from benchmarks.traditions import TRADITIONS, Said, Tradition
from wansdyke.linkage.bulk.columns import Columns
from wansdyke.linkage.bulk.linked import Bounds, Linked, link
from wansdyke.people.cleaning import clean

PEOPLE = int(os.environ.get("PEOPLE", "3000"))
TODAY = date(2026, 11, 23)
# How far below the best group any other may be.
GAP = 0.03
TWINS = 0.03
TOWNS = ("Devizes", "Calne", "Corsham", "Melksham", "Marlborough", "Swindon", "Trowbridge")
ROADS = ("Mill", "Church", "Long", "North", "Station", "Park", "Bath", "Brook", "Castle", "Cross",
         "Field", "Grove", "High", "Orchard", "Priory", "Queen", "River", "School", "Silver",
         "Wharf")  # fmt: skip
STREETS = tuple(f"{road} {kind}" for road in ROADS for kind in ("Road", "Street", "Lane"))
Group = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """One record: who it is of, their group (tradition and sex), and what was written down."""

    who: int
    group: Group
    said: Said


@dataclass
class Counts:
    """Pairs of one group: found, rightly found, and all that there are."""

    found: int = 0
    right: int = 0
    there: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0


@dataclass
class Measured:
    """What was found of one group."""

    records: int = 0
    pairs: Counts = field(default_factory=Counts)
    joined: Counts = field(default_factory=Counts)


class Made:
    """Households of people who do not exist."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def records(self, people: int) -> list[Told]:
        """So many people of each tradition, half of them told twice."""
        found: list[Told] = []
        for tradition in TRADITIONS:
            enough = len(found) and found[-1].who + 1
            for who, (sex, said) in enumerate(self._people(tradition, people), start=enough):
                found.append(Told(who, (tradition.title, sex), said))
                if who % 2 == 0:
                    found.append(Told(who, (tradition.title, sex), self._again(tradition, said)))
        return found

    def _people(self, tradition: Tradition, count: int) -> Iterator[tuple[str, Said]]:
        made, place = 0, self._place()
        for household in range(count):
            if household % tradition.one_site == 0:
                place = self._place()
            for one in self._household(tradition, place):
                yield one
                made += 1
                if made == count:
                    return

    def _place(self) -> Said:
        draw = self.draw
        unit = draw.choice("ABDEFGHJLN") + draw.choice("ABDEFGHJLN")
        return {
            "street": draw.choice(STREETS),
            "town": draw.choice(TOWNS),
            "postcode": f"SN{draw.randint(1, 16)} {draw.randint(1, 9)}{unit}",
        }

    def _household(self, tradition: Tradition, place: Said) -> Iterator[tuple[str, Said]]:
        draw = self.draw
        family, shared = draw.choice(tradition.families), self._phone()
        home = place | {"house": str(draw.randint(1, 90))}
        born = draw.randint(1950, 1985)
        father, taken = draw.choice(tradition.men), set[str]()
        twin = ""
        for place_in_it in range(draw.randint(1, 5)):
            sex = "FM"[place_in_it] if place_in_it < 2 else draw.choice("FM")
            names = [n for n in (tradition.women if sex == "F" else tradition.men)
                     if n not in taken]  # fmt: skip
            name = father if place_in_it == 1 else draw.choice(names)
            if tradition.after_father and sex == "M" and place_in_it == 2:
                name = father
            taken.add(name)
            year = born + (draw.randint(-3, 3) if place_in_it < 2 else draw.randint(20, 32))
            day = f"{year}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
            if place_in_it > 2 and draw.random() < TWINS:
                day = twin
            twin = day
            said = home | {
                "forename": name,
                "middle_names": tradition.middle(draw, sex),
                "surname": tradition.family(draw, family, sex),
                "date_of_birth": day,
                "sex": sex,
                "phone": draw.choice((self._phone(), self._phone(), shared, "", "")),
            }
            yield sex, said

    def _phone(self) -> str:
        return f"07{self.draw.randint(400000000, 999999999)}"

    def _again(self, tradition: Tradition, said: Said) -> Said:
        """The same person by another source: named otherwise, or with a mistake, or both."""
        draw, again = self.draw, dict(said)
        if draw.random() < 0.6:
            again = draw.choice(tradition.otherwise)(draw, again)
        if draw.random() < 0.5:
            again = self._mistaken(again)
        if draw.random() < 0.3:
            again["phone"] = draw.choice((self._phone(), ""))
        return again

    def _mistaken(self, said: Said) -> Said:
        draw, again = self.draw, dict(said)
        wrong = draw.choice(("typo", "typo", "date", "moved", "left out"))
        if wrong == "typo":
            name = "forename" if again["forename"] else "surname"
            text = again[name]
            at = draw.randrange(1, max(2, len(text)))
            again[name] = text[:at] + draw.choice("aeiorstln") + text[at + 1 :]
        elif wrong == "date":
            day = again["date_of_birth"]
            again["date_of_birth"] = f"{day[:8]}{draw.randint(1, 28):02}"
        elif wrong == "moved":
            again |= self._place() | {"house": str(draw.randint(1, 90))}
        else:
            again[draw.choice(("date_of_birth", "postcode", "sex", "house"))] = ""
        return again


def linked_of(told: Sequence[Told]) -> Linked:
    """What linking makes of records."""
    ids = [str(place) for place in range(len(told))]
    return link(ids, Columns.of(clean(one.said, TODAY) for one in told), Bounds())


def measured(told: Sequence[Told], linked: Linked) -> dict[Group, Measured]:
    """What was found of each group, and of each tradition as a whole (sex "")."""
    found: dict[Group, Measured] = {}
    for one in told:
        for group in _groups([one]):
            found.setdefault(group, Measured()).records += 1
    members: dict[int, list[int]] = {}
    for row in range(len(told)):
        members.setdefault(linked.cluster_of(row), []).append(row)
    likely = [(pair.left, pair.right) for pair in linked.pairs]
    joined = [two for rows in members.values() for two in combinations(rows, 2)]
    for pairs, kind in ((likely, "pairs"), (joined, "joined")):
        for left, right in pairs:
            for group in _groups([told[left], told[right]]):
                counts: Counts = getattr(found[group], kind)
                counts.found += 1
                counts.right += told[left].who == told[right].who
        times = Counter((one.who, group) for one in told for group in _groups([one]))
        for (_, group), count in times.items():
            getattr(found[group], kind).there += count * (count - 1) // 2
    return found


def _groups(told: Iterable[Told]) -> set[Group]:
    return {group for one in told for group in (one.group, (one.group[0], ""))}


FIGURES = (("pairs", "precision"), ("pairs", "recall"), ("joined", "precision"),
           ("joined", "recall"))  # fmt: skip


def behind(found: dict[Group, Measured]) -> dict[tuple[str, str, Group], float]:
    """How far each group is below the best in each figure: traditions among traditions, and women
    and men of all of them among one another."""
    short: dict[tuple[str, str, Group], float] = {}
    for kind, figure in FIGURES:
        for by_sex in (False, True):
            values = {
                group: getattr(getattr(one, kind), figure)
                for group, one in found.items()
                if bool(group[1]) is by_sex
            }
            best = max(values.values())
            short |= {(kind, figure, group): best - value for group, value in values.items()}
    return short


def table(found: dict[Group, Measured]) -> str:
    """The table of docs/fairness.md."""
    lines = [
        "| group | records | pairs: precision | recall | joined: precision | recall |",
        "|---|---|---|---|---|---|",
    ]
    for (title, sex), one in sorted(found.items(), key=lambda item: (item[0][1], item[0][0])):
        words = {"F": f"{title}, women", "M": f"{title}, men", "": title}[sex]
        shares = [getattr(getattr(one, kind), figure) for kind, figure in FIGURES]
        lines.append(
            f"| {words} | {one.records:,} | " + " | ".join(f"{s:.3f}" for s in shares) + " |"
        )
    return "\n".join(lines)


def measure() -> list[Figure]:
    """How far the last group is behind the best."""
    told = Made(11).records(PEOPLE)
    found = measured(told, linked_of(told))
    short = behind(found)
    sys.stderr.write(f"{table(found)}\n")
    figures = []
    for kind, figure in FIGURES:
        for (title, sex), one in found.items():
            value = getattr(getattr(one, kind), figure)
            apart = short[kind, figure, (title, sex)]
            name = f"{kind}, {figure}: {title} {sex}".strip()
            figures.append(Figure(name, 100 * value, "%", f"within {GAP:.0%}", apart <= GAP))
    return figures


if __name__ == "__main__":
    hand_over(measure())
