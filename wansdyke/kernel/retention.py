"""How long a record is kept: its review group, the fact its time runs from, its next review.

The groups are those of the management of police information (MoPI), as the College of Policing's
APP “Retention, review and disposal” has them; the Police Information and Records Management Code of
Practice (2023) took the place of the MoPI Code (2005) and kept them. The periods are not certain
enough to be constants: they are settings of the force (`Periods`), with these defaults. Nothing
here disposes of anything: a date only says when somebody must look.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

VERSION = 1
SOURCE = "College of Policing, APP Information management: retention, review and disposal (MoPI)"


class Group(IntEnum):
    """A MoPI review group, the strictest first."""

    PUBLIC_PROTECTION = 1
    SERIOUS = 2
    OTHER = 3
    BY_TYPE = 4


GROUPS: tuple[tuple[str, str], ...] = (
    ("1", "Group 1: public protection, kept until the subject is 100, reviewed every ten years"),
    ("2", "Group 2: other sexual, violent or serious matters"),
    ("3", "Group 3: everything else"),
    ("4", "Group 4: undetected crime, missing people, victims and witnesses"),
)


@dataclass(frozen=True, kw_only=True)
class Periods:
    """The force's periods in years. `first` is the clear period before the first review of each
    group, `again` the time from one review to the next, `until_age` the age to which group 1 is
    kept."""

    first: tuple[int, int, int, int] = (10, 10, 6, 6)
    again: tuple[int, int, int, int] = (10, 10, 5, 5)
    until_age: int = 100

    def first_of(self, group: Group) -> int:
        """The clear period of a group."""
        return self.first[group - 1]

    def again_of(self, group: Group) -> int:
        """The time between two reviews of a group."""
        return self.again[group - 1]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of record, the group that it belongs to unless the force says otherwise, and who says
    so."""

    key: str
    label: str
    group: Group
    source: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A decision to keep a record: the day it was made, and when it is looked at again."""

    on: date
    until: date


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the date of a review follows from.

    `contacts` are the days on which the subject last came to notice, each with what it was. `open`:
    work on it goes on. `unresolved`: somebody is still missing. `born` is the subject's birth, of
    group 1.
    """

    group: Group
    contacts: tuple[tuple[date, str], ...]
    open: bool = False
    unresolved: bool = False
    born: date | None = None
    kept: Kept | None = None


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """When a record is next reviewed, from which fact that was counted, and why. No date: its time
    does not run yet."""

    review_on: date | None
    from_on: date | None
    from_what: str
    why: str
    years: int = 0
    version: int = VERSION


def years_after(day: date, years: int) -> date:
    """The same day so many years later; of 29 February, 1 March where there is none: a period is
    never a day short."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def strictest(groups: Iterable[Group]) -> Group | None:
    """The group that keeps longest, or None of none."""
    return min(groups, default=None)


def reckon(facts: Facts, periods: Periods) -> Reckoned:
    """The next review of a record (SOURCE).

    The clear period runs anew from each contact. A decision to keep moves the review to the day it
    names, until there is a new contact. Group 1 is looked at every so often until its subject's
    hundredth birthday, and on that day for good. While work is open, or somebody missing is not
    found, no time runs.
    """
    if facts.open:
        return _not_yet("Work on it is still open")
    if facts.unresolved:
        return _not_yet("Somebody missing is not found yet")
    if not facts.contacts:
        return _not_yet("Nothing says when the subject last came to notice")
    last, what = max(facts.contacts)
    years = periods.first_of(facts.group)
    due = years_after(last, years)
    why = f"{years} years clear after the last contact"
    if facts.kept is not None and facts.kept.on >= last:
        last, what, due = facts.kept.on, "the decision to keep it", facts.kept.until
        years, why = 0, "As decided when it was last reviewed"
    elif facts.group is Group.PUBLIC_PROTECTION:
        why = f"Reviewed every {years} years"
    if facts.group is Group.PUBLIC_PROTECTION and facts.born is not None:
        birthday = years_after(facts.born, periods.until_age)
        if last <= birthday < due:
            due, years = birthday, 0
            why = f"The subject is {periods.until_age} years old then"
    return Reckoned(review_on=due, from_on=last, from_what=what, why=why, years=years)


def _not_yet(why: str) -> Reckoned:
    return Reckoned(review_on=None, from_on=None, from_what="", why=why)


def latest_keep(on: date, group: Group, periods: Periods) -> date:
    """The last day to which a review may put off the next one."""
    return years_after(on, periods.again_of(group))
