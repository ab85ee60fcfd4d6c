"""Agencies, teams and force settings: every write to them, each through the one door."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import Agency, ForceSetting, Team
from wansdyke.access.settings import Setting, value_of
from wansdyke.accounts.configuring import Configuring, configuring
from wansdyke.history.seen import settled
from wansdyke.kernel.flow import Refused

KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
# A form filled in with "now" arrives a little later than it says.
FILLING_IN = timedelta(minutes=10)


def _fresh_key(key: str, model: type[Agency] | type[Team]) -> str:
    plain = key.strip().lower()
    if not KEY.fullmatch(plain):
        raise Refused(
            "A short name has 2 to 40 letters, digits or hyphens, and starts with a letter "
            "or digit.",
            field="key",
        )
    if model._default_manager.filter(key=plain).exists():
        raise Refused(f"“{plain}” is already in use.", field="key")
    return plain


def _named(name: str) -> str:
    if not name.strip():
        raise Refused("Enter the name.", field="name")
    return name.strip()[:120]


def make_agency(
    doing: Configuring,
    *,
    key: str,
    name: str,
    kind: str,
    home: bool = False,
    agreement_until: date | None = None,
) -> Agency:
    """Makes an agency within a change that is under way. Raises Refused."""
    if kind not in dict(Agency.KINDS):
        raise Refused("Choose one of the kinds of agency listed.", field="kind")
    if home and Agency.objects.filter(home=True).exists():
        raise Refused("There is a home force already: one installation serves one.", field="home")
    agency = Agency.objects.create(
        key=_fresh_key(key, Agency),
        name=_named(name),
        kind=kind,
        home=home,
        agreement_until=agreement_until,
    )
    doing.added(agency, "key", "name", "kind", "agreement_until")
    return agency


def make_team(doing: Configuring, *, agency: Agency, key: str, name: str) -> Team:
    """Makes a team within a change that is under way. Raises Refused."""
    team = Team.objects.create(agency=agency, key=_fresh_key(key, Team), name=_named(name))
    doing.added(team, "key", "name", "agency")
    return team


def create_agency(
    *,
    by: Actor,
    at: datetime,
    key: str,
    agency_key: str,
    name: str,
    kind: str,
    home: bool = False,
    agreement_until: date | None = None,
) -> Agency:
    """Adds an agency; a partner's access ends after `agreement_until`. Raises Refused."""
    subject = f"agency:{agency_key.strip().lower()}"[:47]
    asked = (name, kind, home, str(agreement_until))
    with configuring("agency created", subject, *asked, by=by, at=at, key=key) as doing:
        return make_agency(
            doing,
            key=agency_key,
            name=name,
            kind=kind,
            home=home,
            agreement_until=agreement_until,
        )


def edit_agency(
    *,
    by: Actor,
    at: datetime,
    key: str,
    agency: Agency,
    name: str,
    active: bool,
    agreement_until: date | None,
    seen: str | None = None,
) -> None:
    """Renames, closes or reopens an agency; closed, its people have no access. Raises Refused,
    Overtaken where a colleague changed what the form had `seen`."""
    asked = (name, active, str(agreement_until))
    with configuring(
        "agency changed", f"agency:{agency.key}", *asked, by=by, at=at, key=key
    ) as doing:
        row = Agency.objects.select_for_update().get(pk=agency.pk)
        if row.home and not active:
            raise Refused("The home force cannot be closed.", field="active")
        typed = {"name": _named(name), "active": active, "agreement_until": agreement_until}
        doing.set(row, **settled(seen, typed, _now(row, typed)))


def create_team(
    *, by: Actor, at: datetime, key: str, agency: Agency, team_key: str, name: str
) -> Team:
    """Adds a team to an agency. Raises Refused."""
    subject = f"team:{team_key.strip().lower()}"[:45]
    with configuring("team created", subject, agency.key, name, by=by, at=at, key=key) as doing:
        return make_team(doing, agency=agency, key=team_key, name=name)


def edit_team(
    *,
    by: Actor,
    at: datetime,
    key: str,
    team: Team,
    name: str,
    active: bool,
    seen: str | None = None,
) -> None:
    """Renames, closes or reopens a team; closed, its posts give nothing. Raises Refused,
    Overtaken where a colleague changed what the form had `seen`."""
    with configuring(
        "team changed", f"team:{team.key}", name, active, by=by, at=at, key=key
    ) as doing:
        row = Team.objects.select_for_update().get(pk=team.pk)
        typed = {"name": _named(name), "active": active}
        doing.set(row, **settled(seen, typed, _now(row, typed)))


def _now(row: Agency | Team, typed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in typed}


def _held(setting: Setting, value: Any, seen: str | None, at: datetime) -> None:
    # Two who set it at once come one after the other, so that the second sees the first, whose
    # value may begin after this form was sent.
    list(Agency.objects.select_for_update().filter(home=True))
    stands = {"value": value_of(setting, at + FILLING_IN)}
    settled(seen, {"value": value}, stands, as_left=False)


def set_setting(
    *,
    by: Actor,
    at: datetime,
    key: str,
    setting: Setting,
    text: str,
    from_at: datetime | None,
    reason: str,
    seen: str | None = None,
) -> Any:
    """Sets a force setting from a moment on (now), and returns the value.

    Raises Refused for a value the setting may not have, a missing reason and a moment in the
    past: what was decided by the old value stays as it was decided. Raises Overtaken where a
    colleague set it since the form showed it.
    """
    starts = at if from_at is None else from_at
    if at - FILLING_IN <= starts < at:
        starts = at
    if not reason.strip():
        raise Refused("Enter a reason.", field="reason")
    if starts < at:
        raise Refused("A setting cannot change before now.", field="from_at")
    value = setting.checked(text)
    with configuring(
        "setting changed", f"setting:{setting.key}", text, reason, by=by, at=at, key=key
    ) as doing:
        _held(setting, value, seen, at)
        doing.note("value", value_of(setting, starts), value)
        doing.note("from", None, starts)
        why = reason.strip()[:300]
        doing.note("reason", None, why)
        given = {"value": value, "from_at": starts, "by_id": by.user_id, "reason": why}
        ForceSetting.objects.create(key=setting.key, **given)
    return value
