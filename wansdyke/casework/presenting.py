"""How a case is put on a page: its clocks as lights with words, its fields by section."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wansdyke.access.sections import Section
from wansdyke.casework.clocks import light_of
from wansdyke.casework.desk import Desk, Shown
from wansdyke.casework.models import NEVER, Case, Deadline
from wansdyke.kernel.clock import Light
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import london, span_words, until

CLOSE = timedelta(minutes=5)
HELD_BACK = "Held back"


@dataclass(frozen=True, kw_only=True)
class ClockShown:
    """One clock of a case: what it is, how it stands, in words, and what it rests on."""

    label: str
    basis: str
    light: Light
    words: str
    due_at: datetime
    inputs: dict[str, str]
    source: str = ""
    confidence: str = ""


def clock_words(light: Light, row: Deadline, now: datetime) -> str:
    """How a clock stands, as a sentence."""
    due = london(row.due_at)
    if light is Light.MET and row.stopped_at:
        return f"Met at {london(row.stopped_at)}; due {due}"
    if light is Light.MISSED and row.stopped_at:
        late = span_words(row.stopped_at - row.due_at)
        return f"Missed by {late}: stopped {london(row.stopped_at)}, due {due}"
    if light is Light.LATE:
        return f"{span_words(now - row.due_at)} late: was due {due}"
    if light is Light.REPLACED:
        return f"Replaced by a later grade or fact; would have been due {due}"
    if light is Light.MISSED:
        return f"Missed before it was replaced; was due {due}"
    return f"{until(row.due_at - now)}: due {due}"


def clocks_shown(
    desk: Desk, case: Case, now: datetime, visible: frozenset[Section]
) -> list[ClockShown]:
    """The clocks of a case that a viewer of some sections sees, running ones first, soonest first.

    A clock that would tell of more than they see is left out.
    """
    rows = sorted(
        case.deadlines.all(),
        key=lambda row: (row.stopped_at is not None or row.replaced_at is not None, row.due_at),
    )
    shown = []
    for row in rows:
        clock = desk.clock(row.clock, row.rule_version)
        if clock is not None and clock.section not in visible:
            continue
        light = light_of(desk, row, now)
        shown.append(
            ClockShown(
                label=clock.label if clock else row.clock,
                basis=clock.basis if clock else "A rule that is no longer in use",
                light=light,
                words=clock_words(light, row, now),
                due_at=row.due_at,
                inputs=row.inputs,
                source=clock.source if clock else "",
                confidence=clock.confidence if clock else "",
            )
        )
    return shown


def due_cell(case: Case, now: datetime) -> Cell:
    """The soonest running clock of a case, as a cell of a list."""
    if case.next_due_at >= NEVER:
        return Cell(text="No clock running" if case.is_open else "Closed")
    return time_left(case.next_due_at, now)


def time_left(due_at: datetime, now: datetime) -> Cell:
    """How long is left until a moment that is still to be met, as a cell of a list."""
    left = due_at - now
    if left < timedelta(0):
        return Cell(text=f"{span_words(-left)} late", late=True)
    words = until(left)
    return Cell(text=f"{words} – soon", colour="orange") if left <= CLOSE else Cell(text=words)


def value_of(shown: Shown, item: Any, visible: frozenset[Section]) -> Any:
    """What a desk says of a case, or that it is held back: a blank would read as "none"."""
    return shown.value(item) if shown.section in visible else HELD_BACK


def fact_rows(desk: Desk, item: Any, visible: frozenset[Section]) -> dict[str, Any]:
    """A case's facts: `lead` for the head of its page, `facts` for a summary list, and the labels
    of those that nobody `unrecorded`, so that an absence is said and not merely missing."""
    lead, facts, unrecorded = [], [], []
    for shown in desk.fields:
        text = in_words(value_of(shown, item, visible))
        if text == "":
            unrecorded.append(shown.label)
            continue
        facts.append({"key": shown.label, "value": text})
        if shown.lead:
            lead.append(text)
    return {"lead": lead, "facts": facts, "unrecorded": unrecorded}


def gist_of(desk: Desk, item: Any, visible: frozenset[Section]) -> str:
    """A case in a few words, for a list of several desks: what heads both its page and its list,
    else the first two columns of that list."""
    heading = [shown for shown in desk.columns if shown.lead] or desk.columns[:2]
    told = (in_words(value_of(shown, item, visible)) for shown in heading)
    return ", ".join(words for words in dict.fromkeys(told) if words)


def in_words(value: Any) -> str:
    """A value as a person reads it; an empty one is an empty text."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return london(value)
    return str(joined(value))


def list_columns(desk: Desk) -> list[Column]:
    """The columns of a desk's list."""
    return [
        Column(key="reference", label="Reference", whole=True),
        Column(key="state", label="State"),
        Column(key="deadline", label="Deadline", sortable=True),
        Column(key="opened", label="Opened", sortable=True),
        *(Column(key=s.key, label=s.label, sortable=bool(s.sort)) for s in desk.columns),
    ]


def list_row(desk: Desk, item: Any, visible: frozenset[Section], now: datetime) -> dict[str, Any]:
    """One case as a row of its desk's list."""
    case = item.case
    reference = case.root.reference
    return {
        "reference": Cell(text=reference, href=f"/{desk.key}/{reference}/"),
        "state": desk.flow.labels.get(case.state, case.state),
        "deadline": due_cell(case, now),
        "opened": case.opened_at,
        **{s.key: joined(value_of(s, item, visible)) for s in desk.columns},
    }


def export_columns(desk: Desk) -> list[Column]:
    """The columns of an export: everything the desk says of a case."""
    return [
        Column(key="reference", label="Reference"),
        Column(key="state", label="State"),
        Column(key="opened", label="Opened"),
        Column(key="closed", label="Closed"),
        Column(key="next_due", label="Next deadline"),
        *(Column(key=s.key, label=s.label) for s in desk.fields),
    ]


def export_row(desk: Desk, item: Any, visible: frozenset[Section]) -> dict[str, Any]:
    """One case as a row of an export, with only the sections that may leave."""
    case = item.case
    return {
        "reference": case.root.reference,
        "state": desk.flow.labels.get(case.state, case.state),
        "opened": case.opened_at,
        "closed": case.closed_at,
        "next_due": None if case.next_due_at >= NEVER else case.next_due_at,
        **{s.key: joined(value_of(s, item, visible)) for s in desk.fields},
    }


def joined(value: Any) -> Any:
    """A list of values as one, for a cell."""
    if not isinstance(value, (list, tuple)):
        return value
    return ", ".join(map(str, value))
