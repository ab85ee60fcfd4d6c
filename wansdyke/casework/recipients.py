"""With whom a case can be shared: an agency, a team, or a named person, found however spelt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from rapidfuzz import fuzz, process, utils

from wansdyke.access.actors import SYSTEM
from wansdyke.access.models import Agency, Root, Team, User
from wansdyke.casework.models import Case
from wansdyke.casework.queries import OutOfScope
from wansdyke.kernel.calendar import london

AGENCY, TEAM, PERSON = "agency", "team", "person"
KINDS = {AGENCY: "agencies", TEAM: "teams", PERSON: "people"}
MOST, ALIKE = 20, 72


@dataclass(frozen=True)
class Recipient:
    """An agency, a team or a person, by kind and key; `about` is what tells them from others."""

    kind: str
    key: str
    name: str
    about: str
    agency: Agency
    team: Team | None = None
    user: User | None = None

    @property
    def words(self) -> str:
        """Who it is, with what tells them from others."""
        return f"{self.name} ({self.about})"


def in_date(at: datetime, path: str = "") -> Q:
    """The agencies that work in the product on the London day of a moment: the force itself, and
    partners whose agreement has not ended."""
    day = london(at).date()
    agreed = Q(**{f"{path}agreement_until__isnull": True}) | Q(
        **{f"{path}agreement_until__gte": day}
    )
    return Q(**{f"{path}active": True}) & (Q(**{f"{path}home": True}) | agreed)


def recipients(case: Case, at: datetime) -> Iterator[Recipient]:
    """All with whom a case can be shared as it is marked: not its own team, nor the whole force;
    of a restricted case people alone, and nobody of a sealed one."""
    if case.root.marking == Root.SEALED:
        return
    if case.root.marking == Root.STANDARD:
        for agency in Agency.objects.filter(in_date(at), home=False).order_by("name"):
            about = f"everybody there, {agency.get_kind_display().lower()}"
            yield Recipient(AGENCY, agency.key, agency.name, about, agency)
        teams = Team.objects.filter(in_date(at, "agency__"), active=True)
        for team in teams.exclude(pk=case.root.team_id).select_related("agency").order_by("name"):
            about = f"team of {team.agency.name}"
            yield Recipient(TEAM, team.key, team.name, about, team.agency, team=team)
    users = User.objects.filter(in_date(at, "agency__"), is_active=True).exclude(username=SYSTEM)
    for user in users.select_related("agency").order_by("name", "username"):
        if user.agency is not None:
            about = f"{user.get_rank_display()}, {user.agency.name}, signs in as {user.username}"
            yield Recipient(PERSON, user.username, user.name, about, user.agency, user=user)


def like(case: Case, words: str, at: datetime) -> list[Recipient]:
    """Those whose name is like some words, the likeliest first; at most MOST."""
    everyone = list(recipients(case, at))
    named = {n: f"{one.name} {one.key} {one.agency.name}" for n, one in enumerate(everyone)}
    found = process.extract(
        words[:80],
        named,
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        score_cutoff=ALIKE,
        limit=MOST,
    )
    return [everyone[n] for _, _, n in found]


def recipient(case: Case, kind: str, key: str, at: datetime) -> Recipient:
    """The one of a kind and key. Raises OutOfScope where the case cannot be shared with them."""
    for one in recipients(case, at):
        if (one.kind, one.key) == (kind, key):
            return one
    raise OutOfScope(key)
