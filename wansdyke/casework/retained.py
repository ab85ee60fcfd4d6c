"""What a desk says of how long its cases are kept, and what the force sets of it.

A desk names kinds of cases; the force says to which review group each kind belongs, and how long
the periods of a group are. Both are dated settings with defaults and sources.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from wansdyke.access.settings import Setting, values_of
from wansdyke.kernel.retention import GROUPS, SOURCE, VERSION, Group, Kind, Periods

ANY_CASE = Kind(
    key="case", label="A case", group=Group.OTHER, source=f"{SOURCE}: group 3, all other matters"
)
# Of people's records: whoever is what a case is about takes the strictest group of such cases.
WITNESS = Kind(
    key="witness",
    label="Somebody who is in no case, or only as a victim or witness",
    group=Group.BY_TYPE,
    source=f"{SOURCE}: group 4, victims and witnesses",
)
SUBJECT = "subject"
SUBJECT_WORDS = "Somebody whom a case is about: the strictest group of those cases"
WITNESS_WORDS = WITNESS.label
LEGACY = "legacy MoPI period; confirm it against your force’s schedule"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a desk says of one case: its kind, and whether somebody missing in it is not found."""

    kind: str
    unresolved: bool = False


def _any_case(item: Any) -> Told:
    return Told(kind=ANY_CASE.key)


@dataclass(frozen=True, kw_only=True)
class Retained:
    """A desk's kinds of cases, and which of them a case is (`of`, of its row with what `related`
    names). `subjects` are the parts of those whom a case is about: each time that one of them comes
    to notice the time runs anew. None: everybody of a case."""

    kinds: tuple[Kind, ...] = (ANY_CASE,)
    of: Callable[[Any], Told] = _any_case
    related: tuple[str, ...] = ()
    subjects: frozenset[str] | None = None

    def about(self, role: str) -> bool:
        """Whether a case is about whoever has this part."""
        return self.subjects is None or role in self.subjects


def _years(key: str, title: str, default: int, source: str = LEGACY, most: int = 120) -> Setting:
    return Setting(
        key=f"retention.{key}",
        title=f"Retention: {title}",
        default=default,
        unit="years",
        most=most,
        source=f"{SOURCE}; {source}",
    )


FIRST = (
    _years("group-1-first", "group 1, to the first review", 10),
    _years("group-2-first", "group 2, clear period to the first review", 10),
    _years("group-3-first", "group 3, clear period to the first review", 6),
    _years("group-4-first", "group 4, clear period to the first review", 6),
)
AGAIN = (
    _years("group-1-again", "group 1, from one review to the next", 10),
    _years("group-2-again", "group 2, from one review to the next", 10),
    _years("group-3-again", "group 3, from one review to the next", 5),
    _years("group-4-again", "group 4, from one review to the next", 5),
)
UNTIL_AGE = _years("group-1-until-age", "group 1, until the subject is", 100)
SETTINGS = (*FIRST, *AGAIN, UNTIL_AGE)


def setting_of(desk: str, kind: Kind) -> Setting:
    """The setting that gives a desk's kind of case its group; people's records have no desk."""
    of = desk or "people"
    return Setting(
        key=f"retention.{of}.{kind.key}",
        title=f"Retention group: {kind.label}",
        default=str(int(kind.group)),
        kind="choice",
        choices=GROUPS,
        source=kind.source,
    )


@dataclass(frozen=True)
class Rules:
    """What holds at a moment: the periods, the group of each kind by desk, and the mark by which a
    date is known to have been reckoned so."""

    periods: Periods
    groups: Mapping[tuple[str, str], Group]
    mark: str

    def group(self, desk: str, kind: str) -> Group:
        """The group of a desk's kind; of one that nobody declared, that of all other matters."""
        return self.groups.get((desk, kind), Group.OTHER)


def kinds_of(desks: Sequence[Any]) -> list[tuple[str, Kind]]:
    """Every kind with the key of its desk; those of people's records have none."""
    return [("", WITNESS), *((desk.key, kind) for desk in desks for kind in desk.retention.kinds)]


def settings_of(desks: Sequence[Any]) -> tuple[Setting, ...]:
    """Every setting of retention."""
    return (*SETTINGS, *(setting_of(desk, kind) for desk, kind in kinds_of(desks)))


def rules_at(desks: Sequence[Any], at: datetime) -> Rules:
    """The rules as the force has set them at a moment."""
    declared = settings_of(desks)
    said = values_of(declared, at)
    first, again = ([int(said[one.key]) for one in some] for some in (FIRST, AGAIN))
    periods = Periods(
        first=(first[0], first[1], first[2], first[3]),
        again=(again[0], again[1], again[2], again[3]),
        until_age=int(said[UNTIL_AGE.key]),
    )
    groups = {
        (desk, kind.key): Group(int(said[setting_of(desk, kind).key]))
        for desk, kind in kinds_of(desks)
    }
    text = repr((VERSION, sorted(said.items())))
    return Rules(periods, groups, sha256(text.encode()).hexdigest()[:16])
