"""The alarms of sampling: a plan past its day with somebody not listened to, a month not drawn."""

from datetime import date, datetime, timedelta

from wansdyke.access.models import Root, Team
from wansdyke.access.notices import holders, tell
from wansdyke.assurance.models import SamplePlan
from wansdyke.assurance.samples_read import quality_of, sampled_desks
from wansdyke.assurance.samples_results import coverage
from wansdyke.casework.counted import Period
from wansdyke.casework.desk import Desk
from wansdyke.casework.jobs import worker
from wansdyke.casework.models import Case
from wansdyke.directory import desk_of
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change
from wansdyke.kernel.calendar import london

# A month that nobody has drawn from a week after its end is one that nobody samples.
GRACE = timedelta(days=7)


def last_month(day: date) -> tuple[date, date]:
    """The first and the last day of the calendar month before a day."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def tell_of_gaps(at: datetime) -> int:
    """Tells those in charge, once each, of plans whose day has passed with somebody not listened
    to, and of a month that was not drawn from at all. Returns how many were told of."""
    today = london(at).date()
    known = [desk.key for desk in sampled_desks()]
    over = SamplePlan.objects.filter(
        score_by__lt=today, gaps_told_at__isnull=True, desk__in=known
    ).order_by("pk")
    told = sum(_tell_of_plan(plan, at) for plan in over)
    first, last = last_month(today)
    if today <= last + GRACE:
        return told
    return told + sum(_tell_of_month(desk, first, last, at) for desk in sampled_desks())


def _tell_of_plan(plan: SamplePlan, at: datetime) -> bool:
    none = sum(one.none for one in coverage(plan))
    short = sum(one.short for one in coverage(plan)) - none
    try:
        with change(by=worker(), at=at, key=f"gaps:{plan.reference}") as doing:
            plan.gaps_told_at = at
            plan.save(update_fields=["gaps_told_at"])
            doing.event("sample plan past its day", subject=f"sample plan:{plan.reference}")
            doing.audit(audit.ALTERATION, plan.reference, fields=["gaps_told_at"])
            if none or short:
                desk = desk_of(plan.desk)
                teams = set(plan.strata.values_list("team_id", flat=True))
                text = f"{plan.reference}: time is up. {_handlers(none)} not listened to at all"
                more = f", {short} less than planned." if short else "."
                _tell(desk, teams, text + more, f"/quality/{plan.reference}/", at)
    except Repeated:
        return False
    return bool(none or short)


def _handlers(count: int) -> str:
    return "1 handler was" if count == 1 else f"{count} handlers were"


def _tell_of_month(desk: Desk, first: date, last: date, at: datetime) -> int:
    """Tells of each team that did any of a desk's work in a month that nobody drew from."""
    period = Period(first, last)
    worked = Case.objects.filter(
        period.holds("opened_at"),
        desk=desk.key,
        root__load__isnull=True,
        root__marking=Root.STANDARD,
    )
    drawn = SamplePlan.objects.filter(
        desk=desk.key, period_start__lte=last, period_end__gte=first
    ).values("strata__team_id")
    teams = Team.objects.filter(pk__in=worked.values("root__team_id")).exclude(pk__in=drawn)
    told = 0
    for team in teams.order_by("pk"):
        try:
            with change(
                by=worker(), at=at, key=f"undrawn:{desk.key}:{team.key}:{first:%Y-%m}"[:80]
            ) as doing:
                doing.event("month not sampled", subject=f"team:{team.key}")
                doing.audit(audit.ALTERATION, f"team:{team.key}", month=f"{first:%Y-%m}")
                text = f"Nobody has sampled the {desk.singular}s of {first:%B %Y}. Draw them now."
                _tell(desk, {team.pk}, text, "/quality/new/", at)
            told += 1
        except Repeated:
            continue
    return told


def _tell(desk: Desk, teams: set[int], text: str, link: str, at: datetime) -> None:
    posts = quality_of(desk).reviewers
    users = {user for team in teams for user in holders(posts, team, at)}
    tell(users, text, root=None, link=link, at=at)
