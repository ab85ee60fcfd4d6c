"""Records and viewers in every combination that the policy knows, written to the database.

Records differ in whose they are, marking, naming, lock, share and broken glass; viewers in role,
team, agency, account and second factor.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import cycle, product

from django.utils import timezone

from tests.sweeps.decisions import ALL_RIGHTS, Held, Record, Shared, Viewer, allowed, sections
from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Agency, Grant, Load, Lock, Membership, Root, Team, User
from wansdyke.casework.models import Case
from wansdyke.kernel.calendar import london
from wansdyke.people.models import Person, PersonRecord

DAY = timedelta(days=1)
# A post for each role, and the team a viewer holds it in.
POST = {
    "practitioner": "operator",
    "supervisor": "control-room-supervisor",
    "analyst": "analyst",
    "records manager": "records-manager",
    "partner": "partner",
    "partner (read)": "partner-reader",
    "auditor": "privacy-officer",
    "system administrator": "administrator",
}
AGENCY_OF = {
    "north": "force", "south": "force", "care": "council", "old": "lapsed", "shut": "gone",
    "ally": "allied",
}  # fmt: skip
P, S = "practitioner", "supervisor"
VIEWERS = (
    *(Viewer(f"one-{n}", "force", (Held(role, "north"),)) for n, role in enumerate(POST)),
    Viewer("two-teams", "force", (Held(S, "north"), Held(P, "south"))),
    Viewer("two-roles", "force", (Held(P, "north"), Held("analyst", "north"))),
    Viewer("auditor-too", "force", (Held("auditor", "south"), Held(P, "north"))),
    Viewer("no-post", "force"),
    Viewer("partner-home", "council", (Held("partner", "care"),)),
    Viewer("reader-home", "council", (Held("partner (read)", "care"),)),
    Viewer("worker-there", "council", (Held(P, "care"),)),
    Viewer("analyst-there", "council", (Held("analyst", "care"),)),
    Viewer("suspended", "force", (Held(S, "north"),), active=False),
    Viewer("no-factor", "force", (Held(S, "north"),), second_factor=False),
    Viewer("old-agreement", "lapsed", (Held("partner", "old"),), agency_open=False),
    Viewer("closed-agency", "gone", (Held("partner", "shut"),), agency_open=False),
    Viewer("of-no-agency", "", (Held("partner", "care"),)),
    Viewer("no-end-of-agreement", "allied", (Held("partner", "ally"),)),
    Viewer("today-alone", "force", (Held(P, "south"),)),
    Viewer("given-password", "force", (Held(S, "north"),), own_password=False),
)
# Posts that are not held today, given to the viewer without any.
ENDED = ((S, "north", -30, -1), (S, "south", -30, 0), (P, "north", 1, None))
# The last is of no record that anybody sees, and is named here so that it is left out.
SOME = frozenset({"narrative", "address", "equality"})
GOOD = Shared(level=3, sections=SOME)
SHARES: tuple[tuple[str, tuple[Shared, ...]], ...] = (
    ("none", ()),
    ("to the council, view", (replace(GOOD, agency="council", level=1),)),
    ("to the council, edit", (replace(GOOD, agency="council"),)),
    ("to a team, comment", (replace(GOOD, team="care", level=2),)),
    ("to the other team", (replace(GOOD, team="south"),)),
    ("to each by name, edit", tuple(replace(GOOD, person=v.key) for v in VIEWERS)),
    ("to each by name, view", tuple(replace(GOOD, person=v.key, level=1) for v in VIEWERS)),
    ("to another agency", (replace(GOOD, agency="gone"),)),
    ("no lawful basis", (replace(GOOD, agency="council", basis=False),)),
    ("no purpose", (replace(GOOD, agency="council", purpose=False),)),
    (
        "over",
        (replace(GOOD, agency="council", live=False), replace(GOOD, team="north", live=False)),
    ),
)
WHOSE = (("force", "north"), ("force", "south"), ("council", "care"))
TIMES = ("none", "live", "dead")
# A post that is held for this one day; and one that this installation does not know.
TODAY_ALONE, UNKNOWN = "today-alone", "keeper-of-the-keys"
# What only a share needs, written on the others too: it must open nothing there.
AS_A_SHARE = {"level": 3, "lawful_basis": "Law", "purpose": "Need", "sections": ["narrative"]}


@dataclass
class Matrix:
    """What was written to the database, and what the list says of it."""

    at: datetime
    users: dict[str, User]
    actors: dict[str, Actor]
    records: list[Record]

    @cached_property
    def meant(self) -> dict[tuple[str, str], frozenset[str]]:
        """The references of the records on which the list gives each viewer each right."""
        return {
            (viewer.key, right): frozenset(
                record.reference for record in self.records if allowed(viewer, right, record)
            )
            for viewer in VIEWERS
            for right in ALL_RIGHTS
        }

    @cached_property
    def keys(self) -> dict[str, int]:
        """The primary keys of the records, by reference."""
        return dict(Root.objects.values_list("reference", "pk"))

    @cached_property
    def sections(self) -> dict[tuple[str, str], frozenset[str]]:
        """The sections that the list shows a viewer of a record they may view."""
        return {
            (viewer.key, record.reference): sections(viewer, record)
            for viewer in VIEWERS
            for record in self.records
            if record.reference in self.meant[viewer.key, "view"]
        }


def _records() -> Iterator[tuple[Record, str, str]]:
    ways = product(WHOSE, (0, 1, 2), TIMES, ("none", "live"), SHARES, TIMES)
    # Every other viewer is named, locked out or has broken the glass, so that each of them meets
    # records where only the others are.
    some = [{viewer.key for viewer in VIEWERS[first::2]} for first in (0, 1)]
    for number, (whose, marking, named, locked, (_, shares), glass) in enumerate(ways, 1):
        yield (
            Record(
                reference=f"MX-{number:05d}",
                agency=whose[0],
                team=whose[1],
                marking=marking,
                named=some[number % 2] if named == "live" else set(),
                locked_out=some[number // 2 % 2] if locked == "live" else set(),
                glass_broken=some[number // 4 % 2] if glass == "live" else set(),
                shares=list(shares),
                loading=number % 41 == 0,
                disposed=number % 43 == 0,
            ),
            named,
            glass,
        )


def _people(at: datetime) -> tuple[dict[str, User], dict[str, Team], dict[str, Agency]]:
    today = london(at).date()
    agencies = _agencies(today)
    teams = {
        key: Team.objects.create(key=key, name=key, agency=agencies[agency])
        for key, agency in AGENCY_OF.items()
    }
    users = {}
    for viewer in VIEWERS:
        users[viewer.key] = User.objects.create(
            username=viewer.key,
            name=viewer.key,
            agency=agencies.get(viewer.agency),
            is_active=viewer.active,
        )
        days = (today, today + DAY) if viewer.key == TODAY_ALONE else (date(2020, 1, 1), None)
        for held in viewer.held:
            _post(users[viewer.key], teams[held.team], held.role, *days)
    Membership.objects.create(
        user=users[TODAY_ALONE], team=teams["north"], post=UNKNOWN, from_date=date(2020, 1, 1)
    )
    _posts_that_count_for_nothing(users["no-post"], teams, agencies["force"], today)
    return users, teams, agencies


def _agencies(today: date) -> dict[str, Agency]:
    # The force's own day is past too, and does not count: it has no agreement with itself.
    until = {"lapsed": today - DAY, "force": today - DAY, "council": today}
    return {
        key: Agency.objects.create(
            key=key,
            name=key,
            kind="police" if key == "force" else "other",
            home=key == "force",
            active=key != "gone",
            agreement_until=until.get(key),
        )
        for key in ("force", "council", "lapsed", "gone", "allied")
    }


def _posts_that_count_for_nothing(
    user: User, teams: dict[str, Team], force: Agency, today: date
) -> None:
    for role, team, began, ended in ENDED:
        last = None if ended is None else today + ended * DAY
        _post(user, teams[team], role, today + began * DAY, last)
    closed = Team.objects.create(key="closed", name="closed", agency=force, active=False)
    _post(user, closed, "analyst", date(2020, 1, 1), None)


def _post(user: User, team: Team, role: str, began: date, ended: date | None) -> None:
    Membership.objects.create(
        user=user, team=team, post=POST[role], from_date=began, until_date=ended
    )


def make() -> Matrix:
    """Writes every record, as a case's root and as a person's, with all that opens and shuts it."""
    at = timezone.now()
    users, teams, agencies = _people(at)
    maker = users["one-0"]
    loading = Load.objects.create(kind="test", file_name="a", sha256="0", by=maker, started_at=at)
    whole = Load.objects.create(
        kind="test", file_name="b", sha256="1", by=maker, started_at=at, completed_at=at
    )
    told = list(_records())
    roots = Root.objects.bulk_create(
        Root(
            reference=record.reference,
            agency=agencies[record.agency],
            team=teams[record.team],
            marking=record.marking,
            created_at=at,
            disposed_at=at if record.disposed else None,
            load=loading if record.loading else (whole if number % 3 else None),
        )
        for number, (record, *_) in enumerate(told)
    )
    _open_and_shut(list(zip(roots, told, strict=True)), users, teams, agencies, at)
    person = Person.objects.create(reference="PE-MATRIX")
    PersonRecord.objects.bulk_create(
        PersonRecord(root=root, person=person, source="test") for root in roots
    )
    Case.objects.bulk_create(
        Case(root=root, desk="contact", state="received", opened_at=at) for root in roots
    )
    return Matrix(at, users, actors_of(users, at, actor_of), [record for record, *_ in told])


def actors_of(
    users: dict[str, User], at: datetime, become: Callable[..., Actor]
) -> dict[str, Actor]:
    """The viewers as actors; `become` is what makes an actor of a user."""
    today = london(at).date()
    return {
        viewer.key: become(
            users[viewer.key],
            on=today,
            mfa=viewer.second_factor,
            channel="web",
            password_given=not viewer.own_password,
        )
        for viewer in VIEWERS
    }


def _open_and_shut(
    told: list[tuple[Root, tuple[Record, str, str]]],
    users: dict[str, User],
    teams: dict[str, Team],
    agencies: dict[str, Agency],
    at: datetime,
) -> None:
    """Writes the grants and locks of every record."""
    # Each kind of row that is over, in turn: expired now, revoked, not yet begun.
    over = cycle(({"until_at": at}, {"revoked_at": at - DAY}, {"from_at": at + DAY}))
    maker, grants, locks = users["one-0"], [], []
    for root, (record, named, glass) in told:
        # Some begin at the very moment that is asked about.
        begun = at - DAY if root.pk % 2 else at
        given = {"root": root, "made_by": maker, "from_at": begun, **AS_A_SHARE}
        for kind, state, live in (
            (Grant.NAMED, named, record.named),
            (Grant.BREAK_GLASS, glass, record.glass_broken),
        ):
            changed = {"until_at": at + DAY} if state == "live" else next(over)
            whom = {"live": live, "dead": set(users), "none": set()}[state]
            grants += [
                Grant(**{**given, "kind": kind, "user": users[key], **changed})
                for key in sorted(whom)
            ]
        for share in record.shares:
            changed = {} if share.live else next(over)
            grants.append(Grant(**{**given, **_share(share, users, teams, agencies), **changed}))
        locks += _locks(root, record.locked_out, maker, users, at)
    Grant.objects.bulk_create(grants, batch_size=2000)
    Lock.objects.bulk_create(locks, batch_size=2000)


def _locks(
    root: Root, out: set[str], maker: User, users: dict[str, User], at: datetime
) -> list[Lock]:
    """The locks on a record: live ones, and, on some records, for the others locks now lifted."""
    return [
        Lock(
            root=root,
            user=user,
            reason="A cousin",
            made_by=maker,
            made_at=at - DAY,
            lifted_at=None if key in out else at,
        )
        for key, user in users.items()
        if key in out or root.pk % 5 == 0
    ]


def _share(
    share: Shared, users: dict[str, User], teams: dict[str, Team], agencies: dict[str, Agency]
) -> dict[str, object]:
    return {
        "kind": Grant.SHARE,
        "user": users.get(share.person),
        "team": teams.get(share.team),
        "agency": agencies.get(share.agency),
        "level": share.level,
        "sections": sorted(share.sections),
        "lawful_basis": "Children Act 2004 s11" if share.basis else "",
        "purpose": "Safeguarding" if share.purpose else "",
    }
