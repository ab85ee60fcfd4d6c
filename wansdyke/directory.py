"""The desks that config/desks.py names, as Desk objects."""

from importlib import import_module

from django.conf import settings

from wansdyke.access.settings import Setting
from wansdyke.casework.desk import Desk
from wansdyke.casework.leaving_disposal import SETTINGS as LEAVING_KEPT
from wansdyke.casework.marking import SETTINGS as MARKING
from wansdyke.casework.retained import settings_of
from wansdyke.casework.sharing import SETTINGS as SHARING
from wansdyke.casework.subject_access import SETTINGS as LEAVING
from wansdyke.linkage.pairing import SETTINGS as LINKING
from wansdyke.people.alerts import SETTINGS as LOOK_UP
from wansdyke.people.whereabouts import SETTINGS, Follower


def _desk_in(name: str) -> Desk:
    found = getattr(import_module(f"{name}.desk"), "DESK", None)
    if not isinstance(found, Desk):
        raise TypeError(f"{name}.desk defines no DESK")
    return found


DESKS: tuple[Desk, ...] = tuple(_desk_in(name) for name in settings.DESK_NAMES)
_BY_KEY = {desk.key: desk for desk in DESKS}


def desk_of(key: str) -> Desk:
    """The desk of a key. Raises LookupError where this installation has none."""
    try:
        return _BY_KEY[key]
    except KeyError:
        raise LookupError(f"This installation has no desk “{key}”") from None


def settings_declared() -> tuple[Setting, ...]:
    """Every setting that a desk declares, desk by desk, and those of areas, look-up,
    linking, sharing, retention and what leaves."""
    return (
        *(one for desk in DESKS for one in desk.settings),
        *SETTINGS,
        *LOOK_UP,
        *LINKING,
        *SHARING,
        *MARKING,
        *settings_of(DESKS),
        *LEAVING,
        *LEAVING_KEPT,
    )


def followers() -> tuple[Follower, ...]:
    """What each desk keeps of the areas that places lie in."""
    return tuple(desk.follower for desk in DESKS if desk.follower is not None)
