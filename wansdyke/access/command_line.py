"""Who acts at the command line: the user named, the maintenance account, or a demo persona."""

import sys
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone

from wansdyke.access.actors import SYSTEM, Actor, actor_of, system_actor
from wansdyke.access.for_agency import EVERY, NONE, stand_for
from wansdyke.access.models import Installation, User
from wansdyke.access.posts import Right
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

AS: ContextVar[str | None] = ContextVar("AS", default=None)
# What maintenance may do in nobody's name: none of it shows or changes a case or a person.
UNNAMED = frozenset({None, Right.LOAD_REFERENCE, Right.ADMINISTER})


def acting(right: Right | None = None) -> Actor:
    """The actor of this command: `--as USER`, else WANSDYKE_AS, else as far as none is needed.

    Whoever can run commands has already passed the machine's own sign-in, so it counts as a
    second factor. Raises Refused, in a plain sentence, where nobody may act. From then on the
    process works for that user's agency, or for all where the right is to no record.
    """
    actor = _acting(right)
    stand_for(EVERY if right in UNNAMED else str(actor.agency_id or NONE))
    return actor


def _acting(right: Right | None) -> Actor:
    named = (AS.get() or settings.ACT_AS).strip()
    if named:
        return _named(named, right)
    if right in UNNAMED:
        return system_actor()
    persona = _default_persona()
    if persona:
        actor = _named(persona, right)
        sys.stderr.write(f"Acting as {actor.name} ({persona}). To act as another: --as USER\n")
        return actor
    raise Refused("Say who acts: wansdyke --as USER …")


def _named(username: str, right: Right | None) -> Actor:
    user = User.objects.select_related("agency").filter(username__iexact=username).first()
    if user is None:
        raise Refused(f"There is no user called “{username}”.")
    if user.username == SYSTEM:
        raise Refused("Nobody acts as “system”: leave out --as for maintenance.")
    actor = actor_of(user, on=london(timezone.now()).date(), mfa=True, channel="command line")
    if not user.is_active:
        raise Refused(f"The account of {user.username} is suspended.")
    if not actor.active:
        raise Refused(f"The agency of {user.username} has no access now.")
    if right is not None and not actor.may(right):
        raise Refused(f"No post that {user.username} holds today gives the right to {right}.")
    return actor


def _default_persona() -> str:
    installation = Installation.objects.first()
    if not settings.DEMO or installation is None or not installation.demonstration:
        return ""
    return str(installation.notes.get("default_actor", ""))
