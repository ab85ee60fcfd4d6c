"""Areas: published outlines and their load. An area keeps its code for good.

A file that draws or names a known area anew takes effect when the whole file is in. Those redrawn
outlines are held in memory till then and written with the load's completion, in one transaction,
which for a county's few hundred areas is short.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Load
from wansdyke.kernel.flow import Refused
from wansdyke.people import loads
from wansdyke.people.delimited import (
    Came,
    Checked,
    Faults,
    Problem,
    SourceFile,
    Told,
    source_file,
    untold,
)
from wansdyke.people.models import Area
from wansdyke.people.outlines import COUNTED, Outline, outlines_of

KIND = "areas"
_DRAWN = ("name", "kind", "outline", "west", "south", "east", "north")


@dataclass(frozen=True)
class Summary(Came):
    """What came of loading one file. `known` areas were there already, drawn just so."""

    added: int = 0
    redrawn: int = 0
    known: int = 0


def areas() -> QuerySet[Area]:
    """The areas of completed loads."""
    return Area.objects.filter(load__in=loads.whole_loads())


def codes_loaded() -> frozenset[str]:
    """The codes of the areas that published counts are given for: the force's own."""
    return frozenset(areas().filter(kind=COUNTED).values_list("code", flat=True))


def check(path: Path, told: Told = untold) -> Checked:
    """Reads a whole file and writes nothing; `told` gets bytes read, of twice the file's size.

    Raises BadFile naming file, feature, property and what was expected; OSError for a file that
    cannot be read.
    """
    source = source_file(path, told)
    faults, codes, rows = Faults(), set[str](), 0
    for number, outline in outlines_of(source, lambda done: told(source.size + done)):
        rows += 1
        if isinstance(outline, Problem):
            faults.add(outline)
        elif outline.code in codes:
            where = Problem(source.name, number, "", "each area once", outline.code, "feature")
            faults.add(where)
        else:
            codes.add(outline.code)
    faults.refuse()
    return Checked(source, rows)


def load(
    checked: Checked, *, by: Actor, now: Callable[[], datetime], told: Told = untold
) -> Summary:
    """Brings a checked file in; `told` gets how many of its areas are in.

    The same outlines again add nothing. What a killed load left is taken back first. Raises
    Refused where the actor may not, another load is under way, or the file has changed.
    """
    source = checked.source
    with loads.alone(KIND):
        source.unchanged()
        loading = loads.begin(
            KIND, source, by=by, now=now, remove=remove, allowed=loads.may_load(by), resume=False
        )
        redrawn: list[Area] = []
        outlines = (outline for _, outline in outlines_of(source))
        while batch := list(islice(outlines, loading.pace.rows)):
            with loading.batch(len(batch)):
                redrawn += _store(loading, _good(batch, source))
            told(loading.done)
        source.unchanged()
        loading.complete(lambda _: _redraw(redrawn))
    counts = {key: n for key, n in loading.counts.items() if key != loads.DONE}
    return Summary(source.name, loading.load.pk, checked.rows, **counts)


def remove(load: Load, most: int) -> int:
    """Deletes up to so many of an incomplete load's areas; returns how many went."""
    keys = list(Area.objects.filter(load=load).values_list("pk", flat=True)[:most])
    Area.objects.filter(pk__in=keys).delete()
    return len(keys)


def _good(batch: Sequence[Outline | Problem], source: SourceFile) -> list[Outline]:
    good = [outline for outline in batch if isinstance(outline, Outline)]
    if len(good) < len(batch):
        raise Refused(f"{source.name} was changed while it was being read. Load it again.")
    return good


def _store(loading: loads.Loading, batch: Sequence[Outline]) -> list[Area]:
    """Adds the new areas; returns the known ones that are drawn or named anew."""
    there = {area.code: area for area in Area.objects.filter(code__in=[o.code for o in batch])}
    new = [o for o in batch if o.code not in there]
    redrawn = []
    for outline in batch:
        area = there.get(outline.code)
        if area is None:
            continue
        if any(getattr(area, name) != getattr(outline, name) for name in _DRAWN):
            redrawn.append(Area(load=loading.load, **outline._asdict()))
    Area.objects.bulk_create(Area(load=loading.load, **o._asdict()) for o in new)
    loading.count("added", len(new))
    loading.count("redrawn", len(redrawn))
    loading.count("known", len(batch) - len(new) - len(redrawn))
    return redrawn


def _redraw(redrawn: Sequence[Area]) -> None:
    if redrawn:
        Area.objects.bulk_create(
            redrawn, update_conflicts=True, unique_fields=["code"], update_fields=[*_DRAWN, "load"]
        )
