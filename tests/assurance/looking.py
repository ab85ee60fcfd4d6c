"""What tests of the review of the log begin with: somebody looked at something, at some time."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.home import cast
from wansdyke.access.models import Team, User
from wansdyke.assurance import log_review_jobs
from wansdyke.assurance.models import LogFinding, LogMark
from wansdyke.history import audit
from wansdyke.history.models import AuditHead
from wansdyke.kernel.calendar import london
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import lives_at

BORN = date(1985, 3, 14)
STANDARDS = "professional-standards"
OPENED, CASE_OPENED = "person", "lost-property:case"


def looked(
    user: User,
    *records: Any,
    ago: timedelta = timedelta(days=2),
    page: str = OPENED,
    times: int = 1,
) -> None:
    """Entries of somebody's opening a page, as the page's own middleware writes them."""
    subjects = [getattr(one, "root", one) for one in records]
    names = [getattr(one, "reference", one) for one in subjects]
    for turn in range(times):
        at = cast.now() - ago + timedelta(seconds=turn)
        audit.record(audit.CONSULTATION, by=cast.actor(user), at=at, subjects=names, page=page)


def searched(user: User, *records: Any, ago: timedelta = timedelta(days=2)) -> None:
    """An entry of a search of somebody's that found these."""
    names, at = [one.root.reference for one in records], cast.now() - ago
    audit.record(audit.SEARCH, by=cast.actor(user), at=at, subjects=names, page="search_results")


def refused(user: User, reference: str, ago: timedelta = timedelta(days=2)) -> None:
    at = cast.now() - ago
    path = "people/<reference>/"
    audit.record(audit.DENIED, by=cast.actor(user), at=at, subjects=[reference], path=path)


def midweek() -> timedelta:
    """How long ago Tuesday noon of last week was: looks from it on are of one week."""
    today = london(cast.now())
    tuesday = today.replace(hour=12) - timedelta(days=today.weekday() + 6)
    return cast.now() - tuesday


def from_here() -> None:
    """The log is looked through from what comes next: what this test did to begin with was a moment
    ago, and looks of days ago are linked in after it."""
    for pace in ("prompt", "settled"):
        seq = AuditHead.objects.get(pk=1).seq
        LogMark.objects.update_or_create(pace=pace, defaults={"seq": seq})


def through(at: datetime | None = None) -> None:
    """Looks the whole log through."""
    log_review_jobs.look_through(at or cast.now(), seconds=600)


def found(**asked: Any) -> list[LogFinding]:
    return list(LogFinding.objects.filter(**asked).order_by("pk"))


def home_of(record: PersonRecord, address: str, postcode: str) -> PersonRecord:
    lives_at(record, cast.place(address, postcode))
    return record


def officer(name: str, *, at: Team | None = None, post: str = cast.KEEPER) -> User:
    """Somebody with a whole name, as staff have."""
    made = cast.user(name.split(" ", maxsplit=1)[0].lower(), post, at=at)
    made.name = name
    made.save()
    return made


def given(user: User) -> dict[str, Any]:
    return {"by": cast.actor(user), "at": cast.now(), "key": uuid4().hex}
