"""What a desk counts: measures over its own rows, and how they are split and narrowed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Q

from wansdyke.access.sections import Section
from wansdyke.kernel.measure import Measure
from wansdyke.ui.words import LONDON, london

Condition = Callable[[datetime], Q]
WHICH, REST, AMONG = "which", "rest", "among"
PARTS = (WHICH, REST, AMONG)
# How a list's address names a number.
SPLITS = (("split", "value"), ("also", "as"))
ASKED = ("measure", "part", "from", "to", *(name for pair in SPLITS for name in pair), "since")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A measure, and which of a desk's rows it counts at a moment.

    `among` are the rows of the denominator, `which` those of them in the numerator: conditions on
    the desk's own columns. `told` are the rows of which the fact was collected at all: in a period
    that has none the number is "not collected". A mean adds up `amount`, a column in seconds. Those
    `few` that another table finds are looked up by themselves, not asked of every row.
    """

    measure: Measure
    among: Condition
    which: Condition
    told: Condition | None = None
    amount: str = ""
    section: Section = Section.CORE
    few: bool = False

    def part(self, part: str, at: datetime) -> Q:
        """The rows in the numerator, in the rest of the denominator, or in the whole of it."""
        among = self.among(at)
        if part == WHICH:
            return among & self.which(at)
        return among & ~self.which(at) if part == REST else among


@dataclass(frozen=True, kw_only=True)
class Split:
    """A way to part a desk's rows: the column, and the words for its values.

    Of a column that holds a list of codes (`many`) a row is counted under each of them. Those of
    many values (`apart`) are looked through apart from the others. `choices` are offered to narrow
    by.
    """

    key: str
    label: str
    column: str
    words: Callable[[Any], str]
    many: bool = False
    apart: bool = False
    choices: Callable[[], Iterable[tuple[str, str]]] | None = None

    def values(self, held: Any) -> list[str]:
        """The values that a row with this in the column is counted under; "" stands for none."""
        return list(dict.fromkeys(map(str, held))) or [""] if self.many else [held or ""]

    def having(self, value: str) -> Q:
        """The rows that are counted under a value."""
        if self.many:
            # Kept as a list of codes: between its quotation marks a code is found whole.
            return Q(**{f"{self.column}__icontains": f'"{value}"'}) if value else self._none()
        return Q(**{self.column: value}) if value else self._none()

    def _none(self) -> Q:
        related, _, _ = self.column.rpartition("__")
        return Q(
            **{f"{related}__isnull": True} if related else {self.column: [] if self.many else ""}
        )


@dataclass(frozen=True, kw_only=True)
class Counting:
    """All that a desk counts: by which column a row falls into a period, and how it is split.

    `incidents` and `repeats` are the measures (by key) that the areas' pages count and lead to;
    there `by_area` and `by_policing_area` are the splits by area, `narrowed_by` those to choose of.
    `graded_by` is the split by how soon somebody is to go, `urgent` those of its values that are.
    `harmed` are the parts of those to whom it happened, each with the rows (conditions on the
    desk's own columns) in which that part is one.
    """

    moment: str
    measures: tuple[Counted, ...]
    splits: tuple[Split, ...] = ()
    incidents: str = ""
    repeats: str = ""
    by_area: str = ""
    by_policing_area: str = ""
    narrowed_by: tuple[str, ...] = ()
    graded_by: str = ""
    urgent: tuple[str, ...] = ()
    harmed: tuple[tuple[str, Q], ...] = ()

    def named(self, key: str) -> Counted | None:
        """The measure of that key."""
        return next((one for one in self.measures if one.measure.key == key), None)

    def split(self, key: str) -> Split | None:
        """The way to split of that key."""
        return next((one for one in self.splits if one.key == key), None)


@dataclass(frozen=True)
class Period:
    """London days, the first and the last of which both belong to it."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The moment it begins."""
        return datetime.combine(self.first, time.min, LONDON)

    @property
    def end(self) -> datetime:
        """The moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time.min, LONDON)

    def holds(self, moment: str) -> Q:
        """The rows whose moment falls into it."""
        return Q(**{f"{moment}__gte": self.start, f"{moment}__lt": self.end})

    @classmethod
    def read(cls, first: str, last: str) -> "Period | None":
        """The period that a query string names; None where it names none."""
        try:
            found = cls(date.fromisoformat(first), date.fromisoformat(last))
        except ValueError:
            return None
        return found if found.first <= found.last and found.last.year < date.max.year else None


@dataclass(frozen=True)
class Behind:
    """Which number a list is narrowed to the records of, in words, and how its address says so."""

    title: str
    part: str
    period: Period
    group: str
    asked: tuple[tuple[str, str], ...]


def _asked(counting: Counting, chosen: dict[str, str]) -> tuple[Counted, Period] | None:
    counted = counting.named(chosen.get("measure", ""))
    period = Period.read(chosen.get("from", ""), chosen.get("to", ""))
    return None if counted is None or period is None else (counted, period)


def _splits(counting: Counting, chosen: dict[str, str]) -> Iterator[tuple[Split, str]]:
    """The groups that a list's query string names: one split's value, or that of two."""
    for name, value in SPLITS:
        split = counting.split(chosen.get(name, ""))
        if split is not None:
            yield split, chosen.get(value, "")


def _since(chosen: dict[str, str]) -> datetime | None:
    """The moment after which alone rows count, where a list's query string names one."""
    try:
        found = datetime.fromisoformat(chosen.get("since", ""))
    except ValueError:
        return None
    return (
        found if found.tzinfo is not None and date.min.year < found.year < date.max.year else None
    )


def behind(counting: Counting | None, chosen: dict[str, str]) -> Behind | None:
    """The number that a list's query string names; None where it names none."""
    asked = _asked(counting, chosen) if counting is not None else None
    if counting is None or asked is None:
        return None
    counted, period = asked
    measure, part = counted.measure, chosen.get("part", "")
    among = measure.denominator_means or measure.numerator_means
    groups = [f"{split.label}: {split.words(value)}" for split, value in _splits(counting, chosen)]
    since = _since(chosen)
    groups += [f"since {london(since)}"] if since else []
    return Behind(
        title=measure.title,
        part={WHICH: measure.numerator_means, REST: f"not {measure.numerator_means}"}.get(
            part, among
        ),
        period=period,
        group=", ".join(groups),
        asked=tuple((name, chosen[name]) for name in ASKED if name in chosen),
    )


def confined(counting: Counting | None, chosen: dict[str, str]) -> bool:
    """Whether a list's query string names a number only for who sees every section of a record."""
    asked = _asked(counting, chosen) if counting is not None else None
    return asked is not None and asked[0].section is not Section.CORE


def narrowing(counting: Counting, chosen: dict[str, str], at: datetime) -> Q | None:
    """The rows behind a number, as a list's query string names it; None where it names none."""
    asked = _asked(counting, chosen)
    if asked is None:
        return None
    counted, period = asked
    part = chosen.get("part", "")
    rows = counted.part(part if part in PARTS else AMONG, at) & period.holds(counting.moment)
    for split, value in _splits(counting, chosen):
        rows &= split.having(value)
    since = _since(chosen)
    return rows & Q(**{f"{counting.moment}__gt": since}) if since else rows


def moved(condition: Q, path: str) -> Q:
    """A condition on a desk's own columns as one on what leads to them by a path."""
    found = Q(_connector=condition.connector, _negated=condition.negated)
    for child in condition.children:
        found.children.append(_moved_child(child, path))
    return found


def _moved_child(child: Any, path: str) -> Any:
    if isinstance(child, Q):
        return moved(child, path)
    if not isinstance(child, tuple):
        raise TypeError(f"{child!r} names no column, so no path leads to it")
    lookup, value = child
    if isinstance(value, F):
        value = F(f"{path}__{value.name}")  # type: ignore[attr-defined]
    return f"{path}__{lookup}", value
