"""Silent alerts: a search that met somebody's restricted record tells its owner, not the searcher.

Whoever searches gets the same answer, byte for byte, whether or not there was such a record.
"""

from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Notice, Root
from wansdyke.access.notices import holders, tell
from wansdyke.access.posts import posts
from wansdyke.access.sections import ALL
from wansdyke.access.settings import Setting, value_of
from wansdyke.history import audit
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Role
from wansdyke.people.finding import Matches
from wansdyke.people.known import IN_SCOPE, weighed
from wansdyke.people.walks import Row

ALERT = Setting(
    key="look-up.alert",
    title="Look-up: tell the owner when a search meets a restricted record",
    default="no",
    kind="choice",
    choices=(("no", "No"), ("yes", "Yes, without telling the searcher")),
    hint="Those named on the record and its team’s supervisors who see it are told who, and when.",
)
SETTINGS = (ALERT,)
SURE, LIKELIEST = 0.9, 20
TEXT = "A search by {} met a record of your team that is restricted"


def alert(actor: Actor, at: datetime, matches: Matches) -> int:
    """Tells the owners of restricted records that a search met and its actor may not see, as a
    force chose; returns how many were told. Once a day of one searcher and one record."""
    if not matches.rows or value_of(ALERT, at) != "yes":
        return 0
    rows = {row.pk: row for row in matches.rows[:LIKELIEST]}
    seen = {pk for pk, _ in IN_SCOPE.rows(actor, at, list(rows))}
    shut = Root.objects.filter(
        pk__in=[pk for pk in rows if pk not in seen],
        marking__gt=Root.STANDARD,
        person_record__isnull=False,
    )
    told = 0
    for root in shut.select_related(
        "team", "person_record__person", "person_record__first_person"
    ).order_by("pk"):
        if _likely(matches, rows[root.pk]) and not _told_today(actor, root, at):
            told += _tell(actor, root, at)
    return told


def _likely(matches: Matches, row: Row) -> bool:
    found = weighed(matches, [row], {row.pk: ALL})
    return bool(found) and found[0].agreement.probability >= SURE


def _told_today(actor: Actor, root: Root, at: datetime) -> bool:
    newest = Notice.objects.filter(root=root, text=_words(actor)).order_by("-made_at").first()
    return newest is not None and london(newest.made_at).date() == london(at).date()


def _words(actor: Actor) -> str:
    return TEXT.format(actor.name)[:300]


def _tell(actor: Actor, root: Root, at: datetime) -> int:
    leading = {post.key for post in posts().values() if post.role is Role.SUPERVISOR}
    link = f"/people/{root.person_record.known_as}/"
    # A notice is read only by whoever sees its record: of a restricted one those named on it.
    named = Grant.objects.filter(root=root, kind=Grant.NAMED, revoked_at__isnull=True)
    whom = {*holders(leading, root.team_id, at), *named.values_list("user_id", flat=True)}
    told = tell(whom - {actor.user_id}, _words(actor), root=root, link=link, at=at)
    audit.record(audit.SEARCH, by=actor, at=at, subjects=[root.reference], silent=True, told=told)
    return told
