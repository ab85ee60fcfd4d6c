"""What every page says of when its session ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from wansdyke.access.sessions import ends

# WCAG 2.2.1 asks for 20 seconds at least; somebody who is slow to read or to reach a key gets more.
WARNED_BEFORE = 180


@dataclass(frozen=True)
class Times:
    """When a session ends, in seconds from now and as moments, and how early that is said."""

    idle: int
    whole: int
    warn: int
    idle_at: datetime
    whole_at: datetime


def session_times(request: HttpRequest) -> dict[str, Any]:
    """The context of every page: `session_times`, or None for whoever is not signed in."""
    if getattr(request, "actor", None) is None:
        return {"session_times": None}
    left, at = ends(request), request.at  # type: ignore[attr-defined]
    idle = min(left.idle, left.whole)
    warn = min(WARNED_BEFORE, settings.IDLE_MINUTES * 60 // 2)
    times = Times(
        idle, left.whole, warn, at + timedelta(seconds=idle), at + timedelta(seconds=left.whole)
    )
    return {"session_times": times}
