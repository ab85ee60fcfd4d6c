"""What of the log somebody should look at: each detector is a function from facts to reasons.

A reason says in words why an entry is queued, and how grave that is (1 to 100). None says that
anything was wrong: a person decides, who asks first what the look was for.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

# A name that more people bear than this says nothing by itself.
TOO_COMMON = 3
# What somebody has a case behind is still queued where it is about themselves or their own.
WITH_WORK = 25
# A colleague's case is everybody's for a week after it was closed: for questions that come late.
AFTER_CLOSING = timedelta(days=7)


class Kind(StrEnum):
    """Why something of the log is in the queue."""

    SELF = "self"
    RELATIVE = "relative"
    COLLEAGUE = "colleague"
    NEIGHBOUR = "neighbour"
    NO_CASE = "no-case"
    VOLUME = "volume"
    DENIED = "denied"
    HIGH_PROFILE = "high-profile"
    SAMPLE = "sample"


@dataclass(frozen=True, order=True)
class Reason:
    """Why an entry is queued, in words without content, and how grave it is from 1 to 100."""

    gravity: int
    words: str


@dataclass(frozen=True)
class Home:
    """An address as keys: the whole of it, its street, its postcode. Any may be empty."""

    address: str = ""
    street: str = ""
    postcode: str = ""

    def same(self, other: "Home") -> bool:
        """Whether both are one address; where both have a postcode, that too."""
        if not self.address or self.address != other.address:
            return False
        return not (self.postcode and other.postcode) or self.postcode == other.postcode

    def near(self, other: "Home") -> bool:
        """Whether both have one postcode, or lie in one street of one postcode sector."""
        if not self.postcode or not other.postcode:
            return False
        if self.postcode == other.postcode:
            return True
        street = bool(self.street) and self.street == other.street
        return street and self.postcode[:-2] == other.postcode[:-2]


@dataclass(frozen=True, kw_only=True)
class Human:
    """What one record, or one declaration, says of somebody, as keys."""

    forename: str = ""
    surname: str = ""
    formerly: str = ""
    born: date | None = None
    homes: frozenset[Home] = frozenset()

    @property
    def called(self) -> tuple[str, str]:
        """The name as it is compared."""
        return (self.forename, self.surname)


@dataclass(frozen=True, kw_only=True)
class Declared(Human):
    """Somebody whom a member of staff declared: a partner, a relative, a household, a friend."""

    relation: str = ""


@dataclass(frozen=True, kw_only=True)
class Staff:
    """A member of staff as far as detectors need them: who they are and who is theirs.

    `conflicts` are the conflicts of interest written down of them: a person's key, and which.
    """

    user: int
    me: Human = field(default_factory=Human)
    theirs: tuple[Declared, ...] = ()
    conflicts: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A person that an entry showed: their key, what their records say, and how many people in all
    bear a name of theirs."""

    person: int
    records: tuple[Human, ...] = ()
    namesakes: int = 0


def alike(one: Human, other: Human) -> str:
    """How two are the same human being: by name and date of birth, name and address, name alone;
    "" where they are not, or two dates of birth speak against it."""
    named = bool(one.forename and one.surname) and one.forename == other.forename
    surnames = {other.surname, other.formerly} - {""}
    if not named or not ({one.surname, one.formerly} - {""}) & surnames:
        return ""
    if one.born and other.born:
        return "name and date of birth" if one.born == other.born else ""
    if _same_home(one, other):
        return "name and address"
    return "name"


def _same_home(one: Human, other: Human) -> bool:
    return any(here.same(there) for here in one.homes for there in other.homes)


def _best(one: Human, shown: Shown) -> str:
    """The strongest way in which any of somebody's records is of one human; by name alone only
    where few bear it, and no record says otherwise."""
    found = [alike(one, record) for record in shown.records]
    strong = [how for how in found if " and " in how]
    if strong:
        return strong[0]
    weak = "name" in found and shown.namesakes <= TOO_COMMON
    return "name" if weak and not _speaks_against(one, shown) else ""


def _speaks_against(one: Human, shown: Shown) -> bool:
    return bool(one.born) and any(record.born and record.born != one.born
                                  for record in shown.records)  # fmt: skip


def themselves(staff: Staff, shown: Shown) -> list[Reason]:
    """Why a record may be the viewer's own."""
    if staff.conflicts.get(shown.person) == "self":
        return [Reason(80, "Professional standards have written down that it is about themselves.")]
    how = _best(staff.me, shown)
    if not how:
        return []
    return [Reason(55 if how == "name" else 80, f"It bears their own {how}.")]


def relative(staff: Staff, shown: Shown) -> list[Reason]:
    """Why a record may be of a relative, a partner, or somebody of the viewer's household."""
    found = []
    known = staff.conflicts.get(shown.person, "self")
    if known != "self":
        words = "Professional standards have written down a conflict of interest with it."
        found.append(Reason(85, words))
    for one in staff.theirs:
        if how := _best(one, shown):
            gravity = 60 if how == "name" else 85
            found.append(Reason(gravity, f"It bears the {how} of their declared {one.relation}."))
    if any(_same_home(staff.me, record) for record in shown.records):
        surname = any(record.surname == staff.me.surname for record in shown.records)
        if surname and staff.me.surname:
            found.append(Reason(80, "It bears their surname and an address of their own."))
        else:
            found.append(Reason(75, "It bears an address of their own."))
    return found


def colleague(others: Mapping[tuple[str, str], Sequence[Human]], shown: Shown) -> list[Reason]:
    """Why a record may be of somebody else who works here; `others` are those, by name."""
    for record in shown.records:
        for name in {record.called, (record.forename, record.formerly)}:
            for other in others.get(name, ()):
                how = _best(other, shown)
                # Among all who work here many a name is somebody's: alone it must be rare indeed.
                if how and (" and " in how or shown.namesakes == 1):
                    gravity = 35 if how == "name" else 55
                    words = f"It bears the {how} of somebody who works here."
                    return [Reason(gravity, words)]
    return []


def neighbour(staff: Staff, shown: Shown) -> list[Reason]:
    """Why a record may be of somebody who lives by the viewer, and not with them."""
    for record in shown.records:
        if _same_home(staff.me, record):
            return []
    for here in staff.me.homes:
        for there in (home for record in shown.records for home in record.homes):
            if here.postcode and here.postcode == there.postcode:
                return [Reason(50, "It bears the postcode at which they live.")]
            if here.near(there):
                return [Reason(40, "It bears the street in which they live.")]
    return []


def beside(person: int, found: Collection[int], wanted: Collection[int]) -> bool:
    """Whether a search found somebody only beside another: whom it was for was worked on, or opened
    soon afterwards, and they were not."""
    return person not in wanted and any(one in wanted for one in found)


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """A case that is about what was looked at: whose, and when it was open."""

    team: int
    owner: int | None
    opened: datetime
    closed: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Behind:
    """What may stand behind a look: the viewer's own writing, cases, grants and posts.

    `wide` is a post whose work is to read without a case; `leads` are the teams that they
    supervise; `granted` says that it was opened to them by name, by a share, or by broken glass.
    """

    viewer: int
    at: datetime
    writes: Sequence[datetime] = ()
    cases: Sequence[CaseFacts] = ()
    teams: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()
    granted: bool = False
    referred: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Windows:
    """How long before and after a look somebody's own work on it counts."""

    before: timedelta = timedelta(days=30)
    after: timedelta = timedelta(hours=24)


def work_behind(behind: Behind, windows: Windows) -> str:
    """What explains a look, in words; "" where nothing does."""
    begin, end = behind.at - windows.before, behind.at + windows.after
    if any(begin <= one <= end for one in behind.writes):
        return "they worked on a case of it"
    if behind.granted:
        return "it was opened to them"
    if behind.referred:
        return "a case of it was referred to their team"
    for case in behind.cases:
        if case.owner == behind.viewer:
            return "a case of it is theirs"
        if case.team in behind.leads:
            return "they supervise the team of a case of it"
        closed = case.closed is not None and case.closed < behind.at - AFTER_CLOSING
        if case.team in behind.teams and case.opened <= end and not closed:
            return "their team had an open case of it"
    return ""


def high_profile(work: str) -> list[Reason]:
    """Why a look at a record that is marked as high-profile is queued: there is no work behind."""
    words = "The record is marked as high-profile, and no work of theirs is behind the look."
    return [] if work else [Reason(80, words)]


def gravity_of(reasons: Collection[Reason], *, work: bool = False) -> int:
    """How grave a finding is by its reasons: the gravest counts, less where there is work."""
    gravest = max((one.gravity for one in reasons), default=1)
    return max(gravest - (WITH_WORK if work else 0), 1)


def week_of(day: date) -> date:
    """The Monday of a day's week: findings are gathered by it."""
    return day - timedelta(days=day.weekday())
