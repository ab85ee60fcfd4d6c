"""How those who live in the force's area answer the questions about equality: from a CSV file of
census tables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.people import loads
from wansdyke.people.delimited import Came, Checked, Told, untold
from wansdyke.people.equality_words import BY_KEY, Unsaid
from wansdyke.people.models import PopulationShare
from wansdyke.people.yearly import Fault, Yearly


@dataclass(frozen=True)
class Summary(Came):
    """What came of one file."""

    added: int = 0
    changed: int = 0
    known: int = 0


@dataclass(frozen=True)
class Share:
    """Of those who answered a question, the share (0 to 1) who answered so."""

    share: float
    year: int
    source: str


def shares(characteristic: str) -> dict[str, Share]:
    """The shares of each answer to a question, in the newest year of which any is known."""
    rows = PopulationShare.objects.filter(
        load__in=loads.whole_loads(), characteristic=characteristic
    )
    known = list(rows.order_by("-year", "pk"))
    found = [row for row in known if row.year == known[0].year]
    everybody = sum(row.people for row in found)
    return {
        row.value: Share(row.people / everybody, row.year, row.source) for row in found if everybody
    }


def answers_published(characteristic: str) -> frozenset[str]:
    """What a file may give numbers of: the answers as they are published."""
    found = BY_KEY.get(characteristic)
    keys = {key for key, _ in found.published()} if found else set()
    return frozenset(keys - set(Unsaid))


def _unknown(counted: Sequence[str]) -> Iterator[Fault]:
    characteristic, answer = counted
    if characteristic not in BY_KEY:
        yield "characteristic", f"one of {', '.join(BY_KEY)}", characteristic or "nothing"
    elif answer not in (known := answers_published(characteristic)):
        yield "answer", f"one of {', '.join(sorted(known))}", answer or "nothing"


SHARES = Yearly(
    kind="population-shares",
    model=PopulationShare,
    columns=("characteristic", "answer", "people", "year", "source"),
    named=("characteristic", "value"),
    unknown=_unknown,
    once="an answer",
)
check = SHARES.check


def load(
    checked: Checked, *, by: Actor, now: Callable[[], datetime], told: Told = untold
) -> Summary:
    """Brings a checked file in, as Yearly.load does."""
    key, counts = SHARES.load(checked, by=by, now=now, told=told)
    return Summary(checked.source.name, key, checked.rows, **counts)
