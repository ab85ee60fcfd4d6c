"""Who is asking: the actor of a request, when a factor was given, and the two ends of a session."""

import hashlib
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import logout
from django.db import connection
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.browsers import in_words
from wansdyke.access.for_agency import one_agency, piecewise
from wansdyke.access.guesses import address_of
from wansdyke.access.models import Session, User
from wansdyke.access.session_store import FACTS, STARTED, TOUCHED, digest_of, mark_of
from wansdyke.kernel.calendar import london

DEMO_FACTOR = "demonstration persona"
METHODS = "account_authentication_methods"
TOUCH_EVERY = 60
HELD = "held_posts"
# What a page fetches by itself, such as a board that keeps fresh, is nobody's activity.
AUTOMATIC = "Automatic"


class Ends(NamedTuple):
    """In how many seconds a session ends if nobody uses it, and whatever happens."""

    idle: int
    whole: int


def as_persona(request: HttpRequest) -> bool:
    """Whether this session is a demonstration persona's, which no password opened."""
    return bool(settings.DEMO and request.session.get(DEMO_FACTOR))


def _factors(request: HttpRequest) -> list[float]:
    """When each second factor of this session was given, in seconds; 0 for no one knows when."""
    methods = request.session.get(METHODS, [])
    given = [float(m.get("at") or 0) for m in methods if m.get("method") == "mfa"]
    return [*given, float(request.session[DEMO_FACTOR])] if as_persona(request) else given


def second_factor(request: HttpRequest) -> bool:
    """Whether this session has a second factor: an authenticator, or a demonstration persona."""
    return bool(_factors(request))


def fresh_factor(request: HttpRequest) -> bool:
    """Whether a second factor was given in the last WANSDYKE_STEP_UP_MINUTES."""
    last = max(_factors(request), default=0.0)
    return time.time() - last < settings.STEP_UP_MINUTES * 60


def came_without_password(request: HttpRequest) -> bool:
    """Whether single sign-on or a passkey alone opened this session, or it is a persona's."""
    methods = request.session.get(METHODS, [])
    own = any(m.get("method") == "socialaccount" or m.get("passwordless") for m in methods)
    return own or as_persona(request)


def _expired(request: HttpRequest) -> bool:
    started = request.session.setdefault(STARTED, time.time())
    return bool(time.time() - started > settings.SESSION_HOURS * 3600)


def described(request: HttpRequest, way: str = "") -> None:
    """Notes in the session where it is, for its owner's list: the way in, once that is known."""
    facts = dict(request.session.get(FACTS, {}))
    facts["address"] = address_of(request)
    facts["device"] = in_words(request.headers.get("User-Agent", ""))
    facts["way"] = way or facts.get("way", "")
    request.session[FACTS] = facts


def keep_alive(request: HttpRequest) -> None:
    """Activity keeps a session alive: the cookie's age, the idle limit, counts from here. Written
    once a minute, for each writing is a commit that the page waits for."""
    if time.time() - request.session.get(TOUCHED, 0) > TOUCH_EVERY:
        request.session[TOUCHED] = time.time()
        described(request)


def ends(request: HttpRequest) -> Ends:
    """When this session ends, counted from now."""
    now = time.time()
    idle = request.session.get(TOUCHED, now) + settings.IDLE_MINUTES * 60 - now
    whole = request.session.get(STARTED, now) + settings.SESSION_HOURS * 3600 - now
    return Ends(max(0, int(idle)), max(0, int(whole)))


def opened(request: HttpRequest, user: User, way: str) -> int:
    """Notes a session that was just opened, and ends the user's longest unused ones where they have
    more than WANSDYKE_MOST_SESSIONS; returns how many."""
    now = time.time()
    request.session[STARTED] = request.session[TOUCHED] = now
    described(request, way)
    request.session.save()
    mine = digest_of(request.session.session_key or "")
    others = sessions_of(user, timezone.now()).exclude(session_key=mine)
    over = others.values_list("pk", flat=True)[max(0, settings.MOST_SESSIONS - 1) :]
    return Session.objects.filter(pk__in=list(over)).delete()[0]


def sessions_of(user: User, at: datetime) -> QuerySet[Session]:
    """A user's sessions that have not ended, the last used first."""
    oldest = at - timedelta(hours=settings.SESSION_HOURS)
    live = Session.objects.filter(user=user, expire_date__gt=at).exclude(began_at__lt=oldest)
    return live.order_by("-used_at", "-began_at", "pk")


def end_sessions(user: User, but: str = "") -> int:
    """Ends every session of a user, save the one whose key is given; returns how many."""
    rows = Session.objects.filter(user=user)
    return rows.exclude(session_key=digest_of(but)).delete()[0] if but else rows.delete()[0]


def mark_here(request: HttpRequest) -> str:
    """What names this session in a list and in the audit log."""
    return mark_of(digest_of(request.session.session_key or ""))


def _another_key(request: HttpRequest, response: HttpResponseBase) -> None:
    """Other rights, another key: one that somebody else got hold of gains nothing. But what a page
    fetches beside may still come with the key before, and a fixed page carries no cookie."""
    actor: Actor | None = getattr(request, "actor", None)
    stays = actor is not None and request.user.is_authenticated and response.status_code < 400
    if stays and actor and _by_hand(request) and _other_rights(request, actor):
        request.session.cycle_key()


def _other_rights(request: HttpRequest, actor: Actor) -> bool:
    """Whether the posts differ from those at the request before; notes them."""
    held = hashlib.sha256(repr(sorted(actor.held)).encode()).hexdigest()[:16]
    before = request.session.get(HELD, "")
    if before != held:
        request.session[HELD] = held
    return bool(before) and before != held


def _by_hand(request: HttpRequest) -> bool:
    """Whether a person went to this page, as far as the browser says."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


class WhoIsAsking:
    """Puts the actor and the moment on the request, and ends a session past its hours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = uuid.uuid4().hex
        request.at = timezone.now()  # type: ignore[attr-defined]
        request.request_id = request_id  # type: ignore[attr-defined]
        if isinstance(request.user, User):
            if _expired(request):
                request.was_user = request.user.pk  # type: ignore[attr-defined]
                logout(request)
            else:
                if AUTOMATIC not in request.headers:
                    keep_alive(request)
                request.actor = self._actor(request, request.user, request_id)  # type: ignore[attr-defined]
        response = self._answered(request)
        _another_key(request, response)
        response["X-Request-Id"] = request_id
        return response

    def _answered(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with nothing in the database but what the actor's agency may know of."""
        actor: Actor | None = getattr(request, "actor", None)
        with one_agency(actor.agency_id if actor else None):
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse) and not isinstance(
                response, FileResponse
            ):
                response.streaming_content = piecewise(response.streaming_content)  # type: ignore[arg-type]
        if connection.vendor == "postgresql":
            connection.forget()  # type: ignore[attr-defined]
        return response

    def _actor(self, request: HttpRequest, user: User, request_id: str) -> Actor:
        return actor_of(
            user,
            on=london(request.at).date(),  # type: ignore[attr-defined]
            mfa=second_factor(request),
            channel="web",
            password_given=user.password_given and not came_without_password(request),
            session=mark_here(request),
            address=address_of(request),
            request_id=request_id,
        )
