"""The published numbers of a year as tables; nothing here reads an answer or a record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from wansdyke.assurance.equality_models import EqualityCount, EqualityYear
from wansdyke.kernel.disclosure import AREA, WHOLE
from wansdyke.kernel.measure import wilson
from wansdyke.people.equality_words import Characteristic, Unsaid
from wansdyke.people.population_shares import FORCE, Share, shares

UNSAID = tuple(one.value for one in Unsaid)


@dataclass
class Part:
    """The published numbers of the whole, of one area or of one kind of case: None where one is
    held back."""

    part: str
    everybody: int | None = None
    answers: dict[str, int | None] = field(default_factory=dict)

    @property
    def said(self) -> int:
        """How many answered, as far as it is shown."""
        return sum(n or 0 for key, n in self.answers.items() if key not in UNSAID)

    @property
    def complete(self) -> float | None:
        """The per cent who answered, as far as it is shown; None where nothing of it is."""
        if not self.everybody or not self.said:
            return None
        return min(100.0, 100 * self.said / self.everybody)

    def share(self, answer: str) -> float | None:
        """The per cent of those who answered, as far as they are shown, who answered so."""
        people = self.answers.get(answer)
        return None if people is None or not self.said else 100 * people / self.said


@dataclass(frozen=True)
class Beside:
    """One answer beside the population: its per cent there, and how many of so many that makes."""

    share: float
    expected: float
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
    def _population(self) -> dict[tuple[str, str], Share]:
        return shares(self.characteristic.key)

    @property
    def sources(self) -> list[str]:
        """Who says how many of the population have each answer, and of which year."""
        said = {f"{one.source}, {one.year}" for one in self._population.values()}
        return sorted(said)

    def beside(self, what: str, part: Part, answer: str) -> Beside | None:
        """One answer of a part beside the population of the same area; None where it is not
        known, or nothing of the part is shown."""
        area = {WHOLE: FORCE, AREA: part.part}.get(what, "")
        share = self._population.get((area, answer))
        if share is None or not part.said:
            return None
        people = part.answers.get(answer)
        low, high = 0.0, 1.0
        if people is not None:
            low, high = wilson(min(people, part.said), part.said)
        inside = share.share
        return Beside(100 * inside, inside * part.said, fewer=high < inside, more=low > inside)


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
