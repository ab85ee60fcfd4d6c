"""Since your last shift: what is new in the areas that my teams police."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count

from wansdyke.access.actors import Actor
from wansdyke.assurance.area_figures import Incidents, incidents
from wansdyke.assurance.area_forms import POLICING_KIND
from wansdyke.assurance.figures import rows
from wansdyke.assurance.presenting import behind
from wansdyke.casework.counted import AMONG, Period, Split
from wansdyke.kernel.calendar import london
from wansdyke.people.models import Area
from wansdyke.people.team_areas import areas_on
from wansdyke.ui.tables import Cell, Column
from wansdyke.ui.words import number

MOST_URGENT = 20
URGENT_COLUMNS = (
    Column(key="case", label="Record", whole=True),
    Column(key="received", label="Received"),
    Column(key="grade", label="Grade"),
    Column(key="state", label="State"),
    Column(key="area", label="Area"),
)


@dataclass(frozen=True)
class InAreas:
    """New incidents in some areas: how many by grade, and the urgent ones."""

    title: str
    columns: Sequence[Column] = ()
    rows: Sequence[dict[str, Any]] = ()
    urgent: Sequence[dict[str, Any]] = ()
    urgent_in_all: int = 0
    references: Sequence[str] = field(default_factory=list)


def in_my_areas(actor: Actor, at: datetime, since: datetime) -> InAreas | None:
    """What came in since a moment in the areas that the actor's teams police, of what they may
    see; None where their teams police none."""
    own = incidents()
    policed = list(areas_on(actor.teams, london(at).date()).only("pk", "code", "name"))
    areas = {area.pk: area.name for area in policed}
    split = own.counting.split(own.counting.graded_by) if own else None
    if own is None or split is None or not areas:
        return None
    period = Period(london(since).date(), london(at).date())
    column = own.split(POLICING_KIND).column.rpartition("__")[0]
    new = rows(own.desk, own.counting, actor, at, period).filter(
        own.condition(at), **{f"{own.counting.moment}__gt": since, f"{column}__in": list(areas)}
    )
    counted = new.order_by().values_list(column, split.column).annotate(Count("pk"))
    found = {(area, grade): count for area, grade, count in counted}
    urgent = new.filter(**{f"{split.column}__in": own.counting.urgent})
    shown = urgent.select_related("case__root").order_by(f"-{own.counting.moment}")[:MOST_URGENT]
    listed = [_urgent(own, split, column, item, areas) for item in shown]
    return InAreas(
        own.desk.title,
        *_by_grade(own, split, found, policed, period, since),
        [row for row, _ in listed],
        sum(n for (_, grade), n in found.items() if grade in own.counting.urgent),
        [reference for _, reference in listed],
    )


def _by_grade(
    own: Incidents,
    split: Split,
    found: dict[tuple[int, str], int],
    policed: Sequence[Area],
    period: Period,
    since: datetime,
) -> tuple[list[Column], list[dict[str, Any]]]:
    """A row for each area and a column for each grade that came, each number a way to the list."""
    order = own.counting.urgent
    grades = sorted(
        {grade for _, grade in found},
        key=lambda g: (order.index(g) if g in order else len(order), not g, g),
    )

    def cell(area: Area, grade: str) -> Cell | str:
        count = found.get((area.pk, grade), 0)
        more = {**own.asked(POLICING_KIND, area.code), "also": split.key, "as": grade}
        to = behind(own.desk, own.counted, AMONG, period, **more, since=since.isoformat())
        return Cell(text=number(count), href=to) if count else number(count)

    columns = [
        Column(key="area", label="Area"),
        *(Column(key=f"grade-{g}", label=split.words(g), numeric=True) for g in grades),
    ]
    return columns, [
        {"area": area.name, **{f"grade-{g}": cell(area, g) for g in grades}} for area in policed
    ]


def _urgent(
    own: Incidents, split: Split, column: str, item: Any, areas: dict[int, str]
) -> tuple[dict[str, Any], str]:
    reference = item.case.root.reference
    row = {
        "case": Cell(text=reference, href=f"/{own.desk.key}/{reference}/"),
        "received": getattr(item, own.counting.moment),
        "grade": split.words(getattr(item, split.column)),
        "state": own.desk.flow.labels.get(item.case.state, item.case.state),
        "area": areas[getattr(item, f"{column}_id")],
    }
    return row, reference
