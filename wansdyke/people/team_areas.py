"""Which team polices which community policing areas, from which day until which."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Team
from wansdyke.accounts.configuring import configuring
from wansdyke.history.seen import settled
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import Area, TeamArea
from wansdyke.people.whereabouts import policing_areas


def areas_on(teams: Collection[int], day: date) -> QuerySet[Area]:
    """The areas that any of some teams (primary keys) polices on a day, by name."""
    held = TeamArea.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=day),
        team_id__in=sorted(teams),
        from_date__lte=day,
    )
    found: QuerySet[Area] = policing_areas().filter(pk__in=held.values("area_id"))
    return found


def police(
    team: Team,
    codes: Collection[str],
    *,
    by: Actor,
    at: datetime,
    key: str,
    seen: str | None = None,
) -> None:
    """Says which areas a team polices from today on: new ones begin, others end. Raises Refused,
    Overtaken where a colleague changed what the form had `seen`."""
    wanted = sorted(set(codes))
    asked = configuring("areas of team", f"team:{team.key}"[:45], wanted, by=by, at=at, key=key)
    with asked as doing:
        areas = {area.code: area for area in policing_areas().filter(code__in=wanted)}
        if len(areas) < len(wanted):
            raise Refused("Choose areas that are community policing areas now.", field="areas")
        # Locked, so that two administrators at once do not begin the same twice.
        Team.objects.select_for_update().get(pk=team.pk)
        today = london(at).date()
        running = TeamArea.objects.filter(team=team, until_date__isnull=True)
        held = {row.area.code: row for row in running.select_related("area").defer("area__outline")}
        settled(seen, {"areas": wanted}, {"areas": sorted(held)}, as_left=False)
        for code in wanted:
            if code not in held:
                row = TeamArea.objects.create(team=team, area=areas[code], from_date=today)
                doing.added(row, "area", "from_date")
        for code, row in held.items():
            if code not in areas:
                doing.note(f"area {code}", None, f"until {today}")
                row.until_date = today
                row.save(update_fields=["until_date"])
