"""The published numbers of a year as tables; nothing here reads an answer or a record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from wansdyke.assurance.equality_models import EqualityCount, EqualityYear
from wansdyke.kernel.disclosure import WHOLE, bounds
from wansdyke.kernel.measure import wilson
from wansdyke.people.equality_words import Characteristic, Unsaid
from wansdyke.people.population_shares import Share, shares

UNSAID = tuple(one.value for one in Unsaid)
Range = tuple[float, float]


@dataclass
class Part:
    """The published numbers of the whole, of one area or of one kind of case: None where one is
    held back. All that is reckoned here is reckoned from what anybody may read."""

    part: str
    everybody: int | None = None
    answers: dict[str, int | None] = field(default_factory=dict)

    @property
    def said(self) -> tuple[int, int]:
        """How many answered: at least those who are shown, and at most all of whom it is not shown
        that they did not."""
        given = [n for key, n in self.answers.items() if key not in UNSAID]
        silent = sum(n or 0 for key, n in self.answers.items() if key in UNSAID)
        least = sum(n or 0 for n in given)
        return least, max(least, (self.everybody or 0) - silent) if None in given else least

    @property
    def complete(self) -> Range | None:
        """The per cent who answered, at least and at most; None where nothing of it is shown."""
        if not self.everybody or not self.said[0]:
            return None
        least, most = (min(100.0, 100 * people / self.everybody) for people in self.said)
        return least, most

    def share(self, answer: str) -> Range | None:
        """The per cent of those who answered who answered so, at least and at most."""
        people, (least, most) = self.answers.get(answer), self.said
        return None if people is None or not least else (100 * people / most, 100 * people / least)

    def most(self, answer: str) -> int:
        """How many answered so at most, whether or not it is shown."""
        people = self.answers.get(answer)
        if people is not None:
            return bounds(people)[1]
        shown = sum(bounds(n)[0] for n in self.answers.values() if n is not None)
        return max(0, bounds(self.everybody or 0)[1] - shown)


@dataclass(frozen=True)
class Beside:
    """One answer beside the population: its per cent there, how many of those who answered that
    makes, and whether fewer or more answered so than chance would make."""

    share: float
    expected: int
    fewer: bool
    more: bool


@dataclass(frozen=True)
class Table:
    """All that is published of one characteristic in one year."""

    characteristic: Characteristic
    year: EqualityYear
    parts: dict[tuple[str, str], Part]

    @property
    def whole(self) -> Part:
        """The force's own numbers."""
        return self.parts.get((WHOLE, ""), Part(""))

    def of(self, what: str) -> list[Part]:
        """The numbers of each area, or of each kind of case."""
        return [part for (kind, _), part in self.parts.items() if kind == what]

    @cached_property
    def _population(self) -> dict[str, Share]:
        return shares(self.characteristic.key)

    @property
    def sources(self) -> list[str]:
        """Who says how many of the population have each answer, and of which year."""
        return sorted({f"{one.source}, {one.year}" for one in self._population.values()})

    def beside(self, answer: str) -> Beside | None:
        """One answer of the whole beside the population; None where that is not known, or nothing
        is shown. Where a number lies between two, what is said holds for both."""
        share, whole = self._population.get(answer), self.whole
        least, most = whole.said
        if share is None or not least:
            return None
        people = whole.answers.get(answer)
        _, high = wilson(min(whole.most(answer), least), least)
        low = 0.0 if people is None else wilson(min(bounds(people)[0], most), most)[0]
        inside = share.share
        expected = round(inside * most)
        return Beside(100 * inside, expected, fewer=high < inside, more=low > inside)


def years() -> list[EqualityYear]:
    """The years that were counted, newest first."""
    return list(EqualityYear.objects.order_by("-first"))


def year_of(chosen: str, known: Sequence[EqualityYear]) -> EqualityYear | None:
    """The year that somebody chose by its first day; else the newest."""
    return next((one for one in known if f"{one.first}" == chosen), known[0] if known else None)


def table_of(year: EqualityYear, one: Characteristic) -> Table:
    """The published numbers of one characteristic."""
    rows = EqualityCount.objects.filter(year=year, characteristic=one.key)
    parts: dict[tuple[str, str], Part] = {}
    for row in rows.order_by("what", "part", "pk"):
        part = parts.setdefault((row.what, row.part), Part(row.part))
        if row.answer:
            part.answers[row.answer] = row.people
        else:
            part.everybody = row.people
    return Table(one, year, parts)
