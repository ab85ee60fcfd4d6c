"""Forms that came too late: when the session had ended, or when a factor had to be given again.

What was typed is sealed, shown to nobody but whoever sent it, sent again only when they say so, and
gone within the hour.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from wansdyke.access.models import KeptForm, Session, User
from wansdyke.access.sealed import Unreadable, seal, unseal
from wansdyke.access.session_store import digest_of

PURPOSE = b"wansdyke kept form 1"
KEPT_FOR = timedelta(hours=1)
MOST_KEPT, MOST_CHARACTERS = 10, 200_000
# The form's own token and key: the first is drawn anew, the second makes sending twice harmless.
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - a field's name
NEVER = frozenset({TOKEN, "password", "current", "again", "code", "credential"})
# How the names of other fields begin that nobody may keep.
UNKEPT = "unkept-"


@dataclass(frozen=True)
class Kept:
    """What was sent, and where to."""

    reference: str
    path: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    made_at: datetime


def by_hand(request: HttpRequest) -> bool:
    """Whether somebody pressed a button: what a page sends by itself has its own way to be safe."""
    asked = request.headers
    fetched = asked.get("Sec-Fetch-Mode", "navigate") != "navigate" or "HX-Request" in asked
    return request.method == "POST" and not fetched and "Autosave-Page" not in asked


def whose_it_was(request: HttpRequest, at: datetime) -> User | None:
    """Who was signed in here until their session ended by itself, in the last hour; a session that
    was ended on purpose is nobody's any more."""
    mine = getattr(request, "was_user", None)
    if mine is None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        row = Session.objects.filter(
            session_key=digest_of(key), expire_date__lte=at, expire_date__gt=at - KEPT_FOR
        ).first()
        mine = row.user_id if row else None
    return User.objects.filter(pk=mine, is_active=True).first() if mine else None


def sent(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """What a form says, but for what nobody may keep."""
    named = [one for one in request.POST.lists() if not one[0].startswith(UNKEPT)]
    return tuple((name, str(v)) for name, values in named if name not in NEVER for v in values)


def keep(
    user: User,
    *,
    path: str,
    fields: tuple[tuple[str, str], ...],
    files: tuple[str, ...] = (),
    at: datetime,
) -> str:
    """Keeps what a user sent to a path, sealed; returns the reference under which they find it, or
    "" where it is more than is kept."""
    told = json.dumps({"path": path, "fields": fields, "files": files})
    if len(told) > MOST_CHARACTERS:
        return ""
    remove_kept(at)
    theirs = KeptForm.objects.filter(user=user).order_by("-made_at", "-pk")
    over = list(theirs.values_list("pk", flat=True)[MOST_KEPT - 1 :])
    KeptForm.objects.filter(pk__in=over).delete()
    reference = secrets.token_hex(16)
    KeptForm.objects.create(user=user, reference=reference, sealed=seal(told, PURPOSE), made_at=at)
    return reference


def _opened(row: KeptForm) -> Kept | None:
    try:
        told = json.loads(unseal(row.sealed, PURPOSE))
    except Unreadable:
        return None
    fields = tuple((str(name), str(value)) for name, value in told["fields"])
    return Kept(row.reference, told["path"], fields, tuple(told["files"]), row.made_at)


def _live(user_id: int, at: datetime) -> QuerySet[KeptForm]:
    return KeptForm.objects.filter(user_id=user_id, made_at__gt=at - KEPT_FOR)


def kept_of(user_id: int, at: datetime) -> list[Kept]:
    """What a user sent in vain in the last hour, the newest first."""
    rows = _live(user_id, at).order_by("-made_at", "-pk")
    return [kept for row in rows if (kept := _opened(row)) is not None]


def one_kept(user_id: int, reference: str, at: datetime) -> Kept | None:
    """One form of a user's own, or None."""
    row = _live(user_id, at).filter(reference=reference).first()
    return _opened(row) if row else None


def drop(user_id: int, reference: str) -> None:
    """Throws a user's own kept form away."""
    KeptForm.objects.filter(user_id=user_id, reference=reference).delete()


def remove_kept(at: datetime) -> int:
    """Removes what had its hour; returns how many."""
    return KeptForm.objects.filter(made_at__lte=at - KEPT_FOR).delete()[0]
