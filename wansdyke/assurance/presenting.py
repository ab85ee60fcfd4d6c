"""Figures in words, with the way down to the records behind each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from wansdyke.access.actors import Actor
from wansdyke.assurance.figures import Counts, added_up, figure_of, months_of, too_small
from wansdyke.casework.counted import AMONG, REST, WHICH, Counted, Period, Split
from wansdyke.casework.desk import Desk
from wansdyke.kernel.measure import COUNT, PERCENT, Figure, suppressed
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import date_words, number

NOT_COLLECTED = "Not collected"
NOTHING_TO_COUNT = "Nothing to count"
TOO_FEW = "Too few to show"
HEADLINES = (
    Column(key="title", label="Measure"),
    Column(key="value", label="Value", numeric=True),
    Column(key="interval", label="95% interval", numeric=True),
    Column(key="which", label="Counted", numeric=True),
    Column(key="among", label="Of", numeric=True),
)
EXPORTED = (
    Column(key="desk", label="Desk"),
    Column(key="key", label="Key"),
    Column(key="title", label="Measure"),
    Column(key="value", label="Value"),
    Column(key="unit", label="Unit"),
    Column(key="low", label="Lower 95%"),
    Column(key="high", label="Upper 95%"),
    Column(key="numerator", label="Numerator"),
    Column(key="denominator", label="Denominator"),
    Column(key="period_start", label="First day"),
    Column(key="period_end", label="Last day"),
    Column(key="gone", label="Disposed of since"),
    Column(key="definition", label="Definition"),
    Column(key="source", label="Source"),
)


def value_words(one: Counted, shown: Figure) -> str:
    """ "83.2%", "14.5 minutes", "1,204"; a number nobody collected is said to be so."""
    if not shown.collected:
        return NOT_COLLECTED
    if shown.value is None:
        return NOTHING_TO_COUNT
    if one.measure.unit == COUNT:
        return number(int(shown.value))
    if one.measure.unit == PERCENT:
        return f"{shown.value:.1f}%"
    return f"{shown.value:.1f} {one.measure.unit}"


def interval_words(shown: Figure) -> str:
    """ "81.0% to 85.2%"; empty where there is none."""
    if shown.low is None or shown.high is None:
        return ""
    return f"{shown.low:.1f}% to {shown.high:.1f}%"


def behind(desk: Desk, one: Counted, part: str, period: Period, **more: str) -> str:
    """Where the records of one part of a number are: the desk's own list, narrowed to them."""
    asked = {
        "measure": one.measure.key,
        "part": part,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        # Closed ones count too, which a list leaves out unless it is asked for them.
        "state": "",
        **more,
    }
    return f"/{desk.key}/?{urlencode(asked)}"


def _part(
    desk: Desk, one: Counted, amount: int | None, part: str, period: Period, **more: str
) -> Cell | str:
    if not amount:
        return "" if amount is None else number(amount)
    return Cell(text=number(amount), href=behind(desk, one, part, period, **more))


def cells(
    desk: Desk, one: Counted, shown: Figure, counts: Counts | None, actor: Actor, **more: str
) -> dict[str, Any]:
    """A figure as cells of a row, each number a link to the records it counts."""
    period = Period(shown.period_start, shown.period_end)
    if too_small(shown, actor):
        return {"value": TOO_FEW, "interval": "", "which": "", "among": "", "rest": ""}
    which = shown.numerator if not one.amount else (counts.which if counts else None)
    counted = one.measure.unit == COUNT
    rest = None
    if one.measure.unit == PERCENT and shown.denominator is not None:
        rest = shown.denominator - (shown.numerator or 0)
    return {
        "value": value_words(one, shown),
        "interval": interval_words(shown),
        "which": _part(desk, one, which, AMONG if one.amount else WHICH, period, **more),
        "rest": _part(desk, one, rest, REST, period, **more),
        "among": "" if counted else _part(desk, one, shown.denominator, AMONG, period, **more),
    }


def headline_rows(
    desk: Desk, actor: Actor, found: Sequence[tuple[Counted, Figure]], asked: str
) -> list[dict[str, Any]]:
    """Every measure of a desk as a row that leads to its own page."""
    return [
        {
            "title": Cell(
                text=one.measure.title, href=f"/measures/{desk.key}/{one.measure.key}/{asked}"
            ),
            **cells(desk, one, shown, None, actor),
        }
        for one, shown in found
    ]


def exported(
    desk: Desk, actor: Actor, found: Iterable[tuple[Counted, Figure]], gone: int
) -> Iterable[dict[str, Any]]:
    """Every measure of a desk as a row of a file; what is too small for its reader is left out.
    `gone` are the desk's records of the period that were disposed of since."""
    for one, shown in found:
        hidden = too_small(shown, actor)
        yield {
            "desk": desk.key,
            "key": one.measure.key,
            "title": one.measure.title,
            "value": None if hidden else shown.value,
            "unit": one.measure.unit,
            "low": None if hidden else shown.low,
            "high": None if hidden else shown.high,
            "numerator": None if hidden else shown.numerator,
            "denominator": None if hidden else shown.denominator,
            "period_start": shown.period_start,
            "period_end": shown.period_end,
            "gone": None if not actor.home and suppressed(gone) else gone,
            "definition": one.measure.definition,
            "source": one.measure.source,
        }


def group_columns(one: Counted, label: str) -> tuple[Column, ...]:
    """The columns of a measure's groups."""
    value = Column(key="value", label="Value", numeric=True)
    if one.measure.unit == COUNT:
        return (Column(key="group", label=label), value)
    counted = Column(key="which", label=one.measure.numerator_means.capitalize(), numeric=True)
    of = Column(key="among", label=one.measure.denominator_means.capitalize(), numeric=True)
    interval = Column(key="interval", label="95% interval", numeric=True)
    parts = (of,) if one.amount else (counted, of)
    ends = (interval,) if one.measure.unit == PERCENT else ()
    return (Column(key="group", label=label), value, *parts, *ends)


@dataclass(frozen=True)
class Shown:
    """One measure of a period as somebody is shown its groups."""

    desk: Desk
    one: Counted
    period: Period
    actor: Actor

    def whole(self, counts: Counts) -> dict[str, Any]:
        """The figure of the whole period."""
        return cells(
            self.desk, self.one, figure_of(self.one, counts, self.period), counts, self.actor
        )

    def row(self, title: str, counts: Counts, period: Period, **more: str) -> dict[str, Any]:
        """One group as a row; `size` is its value, for a chart."""
        shown = figure_of(self.one, counts, period)
        row = cells(self.desk, self.one, shown, counts, self.actor, **more)
        hidden = too_small(shown, self.actor)
        if self.one.measure.unit == COUNT and not hidden:
            row["value"] = row["which"]
        return {"group": title, **row, "size": None if hidden else shown.value}

    def months(self, hours: Sequence[tuple[datetime, Counts]]) -> list[dict[str, Any]]:
        """A row for each month of the period."""
        parts: dict[tuple[int, int], list[Counts]] = {}
        for at, counts in hours:
            parts.setdefault((at.year, at.month), []).append(counts)
        return [
            self.row(
                f"{month.first:%B %Y}",
                added_up(parts.get((month.first.year, month.first.month), ())),
                month,
            )
            for month in months_of(self.period)
        ]

    def hours(self, hours: Sequence[tuple[datetime, Counts]]) -> list[dict[str, Any]]:
        """A row for each hour of the day, without links: no list is narrowed by the hour."""
        parts: dict[int, list[Counts]] = {}
        for at, counts in hours:
            parts.setdefault(at.hour, []).append(counts)
        rows = []
        for hour in range(24):
            counts = added_up(parts.get(hour, ()))
            row = self.row(f"{hour:02}:00 to {hour:02}:59", counts, self.period)
            plain = {k: getattr(row[k], "text", row[k]) for k in ("value", "which", "among")}
            rows.append(row | plain)
        return rows

    def split(self, split: Split, parts: Sequence[tuple[str, Counts]]) -> dict[str, Any]:
        """A table of the values of one column."""
        return {
            "split": split,
            "columns": group_columns(self.one, split.label),
            "rows": [
                self.row(split.words(value), counts, self.period, split=split.key, value=value)
                for value, counts in parts
            ],
        }


def period_words(first: date, last: date) -> str:
    """ "1 January 2018 to 31 December 2018"."""
    return f"{date_words(first)} to {date_words(last)}"
