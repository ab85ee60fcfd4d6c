"""Populations: how many people live in an area, from a CSV file, and the newest that is known."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.people import loads
from wansdyke.people.areas import areas
from wansdyke.people.delimited import Came, Checked, Told, untold
from wansdyke.people.models import Population
from wansdyke.people.yearly import Fault, Yearly

LONGEST_CODE = 20


@dataclass(frozen=True)
class Summary(Came):
    """What came of one file. `elsewhere`: rows of areas that are not loaded; they are kept."""

    added: int = 0
    changed: int = 0
    known: int = 0
    elsewhere: int = 0


@dataclass(frozen=True)
class Lived:
    """How many people lived in an area in a year, and who says so."""

    people: int
    year: int
    source: str


def newest(codes: Collection[str] | None = None) -> dict[str, Lived]:
    """The newest population of each area by its code; an area of which none is known is absent."""
    rows = Population.objects.filter(load__in=loads.whole_loads())
    if codes is not None:
        rows = rows.filter(code__in=list(codes))
    known = rows.order_by("year").values_list("code", "people", "year", "source")
    return {code: Lived(people, year, source) for code, people, year, source in known}


def _unknown(counted: Sequence[str]) -> Iterator[Fault]:
    (code,) = counted
    if not code or len(code) > LONGEST_CODE or not (code.isascii() and code.isalnum()):
        yield "code", "an area code such as E01015471", code or "nothing"


POPULATIONS = Yearly(
    kind="populations",
    model=Population,
    columns=("code", "population", "year", "source"),
    named=("code",),
    unknown=_unknown,
    once="an area",
)
check = POPULATIONS.check


def load(
    checked: Checked, *, by: Actor, now: Callable[[], datetime], told: Told = untold
) -> Summary:
    """Brings a checked file in, as Yearly.load does."""
    inside = set(areas().values_list("code", flat=True))

    def noted(loading: loads.Loading, batch: Sequence[Population]) -> None:
        loading.count("elsewhere", sum(row.code not in inside for row in batch))

    key, counts = POPULATIONS.load(checked, by=by, now=now, told=told, noted=noted)
    return Summary(checked.source.name, key, checked.rows, **counts)
