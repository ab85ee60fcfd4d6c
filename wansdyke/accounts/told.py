"""The history of an account, an agency, a team or a setting, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wansdyke.access.posts import posts
from wansdyke.history.models import Event

WORDS = {
    "is_active": "access",
    "agreement_until": "agreement until",
    "active": "open",
}


@dataclass(frozen=True)
class Told:
    """One event as a timeline shows it."""

    title: str
    at: datetime
    by: str
    text: str


def _said(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _with_titles(str(value))


def _with_titles(text: str) -> str:
    """A post as the history keeps it, by its title: "Dispatcher in control-room from …"."""
    post, where, rest = text.partition(" in ")
    known = posts().get(post)
    return f"{known.title}{where}{rest}" if known and where else text


def story_of(subject: str, most: int = 50) -> list[Told]:
    """The newest events about a subject, such as "user:jsmith", with old and new values."""
    events = (
        Event.objects.filter(root__isnull=True, subject=subject)
        .select_related("by")
        .prefetch_related("changes")
        .order_by("-recorded_at", "-pk")[:most]
    )
    return [
        Told(
            title=event.name[:1].upper() + event.name[1:],
            at=event.recorded_at,
            by=event.by.name,
            text="; ".join(
                f"{WORDS.get(c.field, c.field)}: {_said(c.new)}"
                if c.old is None
                else f"{WORDS.get(c.field, c.field)}: {_said(c.old)} → {_said(c.new)}"
                for c in event.changes.all()
            ),
        )
        for event in events
    ]
