"""The policy written out a second time, as a plain list: who may do what with which record.

Nothing here imports the product. The sweeps and the matrix compare the product's answers with
these; the two must never be made to agree by copying one from the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

EVERYTHING = frozenset(
    {
        "core",
        "narrative",
        "identity",
        "address",
        "safe contact",
        "health",
        "third party",
        "source identity",
        "staff",
    }
)

# The table of rights by role. An auditor reads the log and no record; an administrator, neither.
MAY: dict[str, frozenset[str]] = {
    "practitioner": frozenset(
        {
            *("view", "comment", "create", "edit", "step", "assign", "share", "export"),
            *("close", "restrict", "break-glass", "judge who is who"),
        }
    ),
    "supervisor": frozenset(
        {
            *("view", "comment", "create", "edit", "step", "assign", "share", "export"),
            *("close", "restrict", "lift a restriction", "break-glass", "confirm an erasure"),
            "judge who is who",
        }
    ),
    "analyst": frozenset({"view", "export", "load reference data"}),
    "records manager": frozenset(
        {"view", "export", "erase", "load reference data", "judge who is who"}
    ),
    "partner": frozenset({"view", "comment", "create", "edit", "step", "export"}),
    "partner (read)": frozenset({"view"}),
    "auditor": frozenset({"lock for conflict", "review audit"}),
    "system administrator": frozenset({"administer", "load reference data"}),
}
ALL_RIGHTS = frozenset().union(*MAY.values())
WHOLE_AGENCY = ("analyst", "records manager")
LEAST_LEVEL = {"view": 1, "comment": 2, "edit": 3, "step": 3, "export": 3}


@dataclass(frozen=True)
class Held:
    """A post held today: its role, in a team."""

    role: str
    team: str


@dataclass(frozen=True)
class Viewer:
    """Whoever asks, as far as the policy cares."""

    key: str
    agency: str
    held: tuple[Held, ...] = ()
    active: bool = True
    agency_open: bool = True
    second_factor: bool = True
    own_password: bool = True

    @property
    def admitted(self) -> bool:
        return self.active and self.agency_open and self.second_factor and self.own_password

    def has(self, right: str) -> bool:
        """Whether any role of theirs grants a right, on whatever record."""
        return self.admitted and any(right in MAY[held.role] for held in self.held)


@dataclass(frozen=True)
class Shared:
    """A share: to an agency, a team or one person."""

    agency: str = ""
    team: str = ""
    person: str = ""
    level: int = 1
    sections: frozenset[str] = frozenset()
    live: bool = True
    basis: bool = True
    purpose: bool = True


@dataclass
class Record:
    """What access to one record is decided on."""

    reference: str
    agency: str
    team: str
    marking: int = 0
    named: set[str] = field(default_factory=set)
    locked_out: set[str] = field(default_factory=set)
    glass_broken: set[str] = field(default_factory=set)
    shares: list[Shared] = field(default_factory=list)
    loading: bool = False
    disposed: bool = False


def _through_share(viewer: Viewer, right: str, record: Record) -> Iterable[Shared]:
    for share in record.shares:
        complete = share.live and share.basis and share.purpose
        if not complete or share.level < LEAST_LEVEL.get(right, 99):
            continue
        to_agency = share.agency != "" and share.agency == viewer.agency
        to_team = share.team != "" and share.team in {held.team for held in viewer.held}
        by_name = share.person == viewer.key and record.marking <= 1
        as_one_of_many = share.person == "" and record.marking == 0 and (to_agency or to_team)
        if by_name or as_one_of_many:
            yield share


def _in_full(viewer: Viewer, right: str, record: Record) -> bool:
    own_agency = record.agency == viewer.agency
    granting = [held for held in viewer.held if right in MAY[held.role]]
    if own_agency and record.marking == 0:
        for held in granting:
            if held.role in WHOLE_AGENCY:
                return True
            own_cases_only = held.role == "practitioner" and right == "export"
            if held.team == record.team and not own_cases_only:
                return True
    if own_agency and viewer.key in record.named:
        return True
    broken = own_agency and record.marking < 2 and viewer.key in record.glass_broken
    return broken and right == "view"


def allowed(viewer: Viewer, right: str, record: Record) -> bool:
    """Whether a viewer has a right on a record."""
    if not viewer.admitted:
        return False
    if viewer.key in record.locked_out:
        return False
    if not viewer.has(right):
        return False
    if record.loading or record.disposed:
        return False
    return _in_full(viewer, right, record) or any(
        True for _ in _through_share(viewer, right, record)
    )


def was_allowed(viewer: Viewer, right: str, record: Record) -> bool:
    """Whether a viewer would have a right on a record that was disposed of, were it there."""
    return record.disposed and allowed(viewer, right, replace(record, disposed=False))


def sections(viewer: Viewer, record: Record) -> frozenset[str]:
    """The sections that a viewer sees of a record; none where they may not view it."""
    if not allowed(viewer, "view", record):
        return frozenset()
    if _in_full(viewer, "view", record):
        return EVERYTHING
    listed = [share.sections for share in _through_share(viewer, "view", record)]
    return frozenset({"core"}).union(*listed) & EVERYTHING
