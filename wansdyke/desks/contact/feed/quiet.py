"""The alarm of a feed that has gone quiet: whoever is in charge is told, once each time."""

from datetime import datetime, timedelta

from wansdyke.access.models import Team
from wansdyke.access.notices import holders, tell
from wansdyke.access.settings import Setting, value_of
from wansdyke.casework.jobs import worker
from wansdyke.desks.contact.feed.models import FeedArrival
from wansdyke.desks.contact.rules import IN_CHARGE
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change

QUIET = Setting(
    key="contact.feed-quiet-minutes",
    title="Feed: minutes without an arrival until those in charge are told",
    default=0,
    unit="minutes",
    least=0,
    most=10_080,
    source="Local choice; 0 is off",
)


def tell_of_quiet(at: datetime) -> int:
    """Tells those in charge that nothing has arrived for longer than the force allows. A feed from
    which nothing ever came is none."""
    minutes = value_of(QUIET, at)
    last = FeedArrival.objects.order_by("-at", "-pk").first()
    if not minutes or last is None or at - last.at <= timedelta(minutes=minutes):
        return 0
    try:
        with change(by=worker(), at=at, key=f"feed-quiet:{last.pk}") as doing:
            doing.event("feed is quiet", subject="feed")
            doing.audit(audit.ALTERATION, "feed", quiet=minutes)
            teams = Team.objects.filter(agency__home=True).values_list("pk", flat=True)
            users = {user for team in teams for user in holders(IN_CHARGE, team, at)}
            text = f"Nothing has arrived from command and control for {minutes} minutes."
            return tell(users, text, root=None, link="/contact/feed/", at=at)
    except Repeated:
        return 0
