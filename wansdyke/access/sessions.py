"""Who is asking: the actor of a request, and the two ends of a session."""

import hashlib
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.db import connection
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.for_agency import one_agency, piecewise
from wansdyke.access.guesses import address_of
from wansdyke.access.models import User
from wansdyke.kernel.calendar import london

DEMO_FACTOR = "demonstration persona"
STARTED = "session_started"
TOUCHED, TOUCH_EVERY = "session_touched", 60


def as_persona(request: HttpRequest) -> bool:
    """Whether this session is a demonstration persona's, which no password opened."""
    return bool(settings.DEMO and request.session.get(DEMO_FACTOR))


def second_factor(request: HttpRequest) -> bool:
    """Whether this session has a second factor: an authenticator, or a demonstration persona."""
    if as_persona(request):
        return True
    methods = request.session.get("account_authentication_methods", [])
    return any(method.get("method") == "mfa" for method in methods)


def _expired(request: HttpRequest) -> bool:
    started = request.session.setdefault(STARTED, time.time())
    return bool(time.time() - started > settings.SESSION_HOURS * 3600)


def _keep_alive(request: HttpRequest) -> None:
    """Activity keeps a session alive: the cookie's age, the idle limit, counts from here. Written
    once a minute, for each writing is a commit that the page waits for."""
    if time.time() - request.session.get(TOUCHED, 0) > TOUCH_EVERY:
        request.session[TOUCHED] = time.time()


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
                logout(request)
            else:
                _keep_alive(request)
                request.actor = self._actor(request, request.user, request_id)  # type: ignore[attr-defined]
        response = self._answered(request)
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
        key = request.session.session_key or ""
        return actor_of(
            user,
            on=london(request.at).date(),  # type: ignore[attr-defined]
            mfa=second_factor(request),
            channel="web",
            password_given=user.password_given and not as_persona(request),
            session=hashlib.sha256(key.encode()).hexdigest()[:16],
            address=address_of(request),
            request_id=request_id,
        )
