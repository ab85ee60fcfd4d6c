"""Where somebody is signed in: the list, and ending one or all of it."""

from datetime import datetime
from typing import Any

from django.conf import settings

from wansdyke.access.actors import Actor
from wansdyke.access.models import Session, User
from wansdyke.access.session_store import mark_of
from wansdyke.access.sessions import end_sessions, sessions_of
from wansdyke.accounts.configuring import configuring
from wansdyke.kernel.flow import Refused
from wansdyke.ui.tables import Column

SESSION_COLUMNS = (
    Column(key="device", label="Device"),
    Column(key="way", label="Signed in by"),
    Column(key="address", label="Address"),
    Column(key="began", label="Signed in"),
    Column(key="used", label="Last used"),
    Column(key="mark", label="Mark"),
)
NO_SUCH = "That session has ended already."
EVERY = "all"


def session_rows(user: User, at: datetime, here: str = "") -> list[dict[str, Any]]:
    """A user's sessions for a table, the last used first; `here` is the mark of one's own."""
    return [
        {
            "device": f"{row.device or 'Not known'}{' (this one)' if _mark(row) == here else ''}",
            "way": row.way or "Not known",
            "address": row.address or "Not known",
            "began": row.began_at or "Not known",
            "used": row.used_at or "Not known",
            "mark": _mark(row),
            "this": _mark(row) == here,
        }
        for row in sessions_of(user, at)[: 10 * settings.MOST_SESSIONS]
    ]


def _mark(row: Session) -> str:
    return mark_of(row.session_key)


def end_one(user: User, mark: str) -> bool:
    """Ends the session of a user's that a mark names; whether there was one."""
    rows = Session.objects.filter(user=user, session_key__startswith=mark)
    return bool(mark_of(mark) == mark and len(mark) == len(mark_of("0" * 40)) and rows.delete()[0])


def end_sessions_of(*, by: Actor, at: datetime, key: str, user: User, mark: str) -> None:
    """Ends one session of another user's, or all of them, from the next request on.

    Raises Refused for whoever may not administer, and where the user has no such session.
    """
    with configuring(
        "session ended", f"user:{user.username}", mark, by=by, at=at, key=key
    ) as doing:
        ended = end_sessions(user) if mark == EVERY else int(end_one(user, mark))
        if not ended:
            raise Refused(NO_SUCH)
        doing.note("sessions ended", None, ended)
