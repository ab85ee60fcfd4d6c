"""Pages: what each view declares of itself, and the middleware that writes a read down first."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from wansdyke.access import kept
from wansdyke.access.actors import Actor
from wansdyke.access.models import Lock, Root, User
from wansdyke.access.posts import Right
from wansdyke.access.references import PATTERN
from wansdyke.access.scope import OutOfScope
from wansdyke.access.sessions import fresh_factor
from wansdyke.history import audit
from wansdyke.history.models import Operation
from wansdyke.ui.errors import FIXED_PAGES, not_found, unavailable
from wansdyke.ui.paths import digest_of, route_of

Reads = Literal["nothing", "reference", "personal"]
# Whether a view answers with a file: for somebody who works in the product, of nobody at all, or,
# through the one gate (`casework.leaving_gate`), for a person outside it.
Sends = Literal["", "within the product", "nothing of anybody", "through the gate"]
# What a file holds of those whom records are kept of (staff answer by name for what they did):
# pseudonyms, unless names were asked for; nobody; or people, because it is of no use without them:
# docs/decisions/031 says why of each.
Holds = Literal["", "pseudonyms", "nobody", "people, by need"]
# Not signed in to the API, and a method that no view serves.
BEFORE_THE_VIEW = frozenset({401, 405})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
REFERENCE = re.compile(PATTERN)
# What takes data out, opens what was shut, or decides who may: for these a second factor must have
# been given just now, so that a session somebody left open or stole is of less use.
STEPPED_UP = frozenset({Right.EXPORT, Right.BREAK_GLASS, Right.ADMINISTER})
LONGEST_KEY = 80


@dataclass(frozen=True)
class Declared:
    """What a view says of itself, for the sweeps: whom it serves, what it reads, what it writes."""

    right: Right | None
    reads: Reads
    writes: bool
    operation: str
    open_to_all: bool
    safety_face: bool
    sends: Sends = ""
    step_up: bool = False
    holds: Holds = ""


class Asked(HttpRequest):
    """A request after the middleware: it carries its actor, its moment, and what it has shown.

    `logged_as` is set where the way somebody asks makes it another operation than the view's own.
    """

    actor: Actor
    at: Any
    seen: list[str] | None
    seen_facts: dict[str, Any]
    logged_as: str


def consulted(request: HttpRequest, references: Iterable[str], **facts: Any) -> None:
    """Notes the records whose personal data this page is about to show (none is also an answer)."""
    seen = getattr(request, "seen", None) or []
    request.seen = [*seen, *(r for r in references if r not in seen)]  # type: ignore[attr-defined]
    request.seen_facts = {**getattr(request, "seen_facts", {}), **facts}  # type: ignore[attr-defined]


def consulted_roots(request: HttpRequest, roots: Iterable[Root], **facts: Any) -> None:
    """As `consulted`, for roots."""
    consulted(request, [root.reference for root in roots], **facts)


def _admitted(request: Asked) -> bool:
    return bool(request.user.is_authenticated and request.actor.admitted)


def _require(actor: Actor, declared: Declared) -> None:
    permitted = declared.right is None or actor.may(declared.right)
    if not permitted or (declared.safety_face and not actor.safety_face):
        raise OutOfScope(declared.right)


def _way_back(request: Asked) -> str:
    """Where whoever must sign in goes afterwards: to this page, or to the form they sent it, which
    is kept for them where this browser was theirs until now."""
    signed_in = request.user if isinstance(request.user, User) else None
    user = signed_in or kept.whose_it_was(request, request.at)
    return _kept(request, user) if user else request.get_full_path()


def _kept(request: Asked, user: User) -> str:
    path = request.get_full_path()
    large = getattr(request.resolver_match.func, "takes_large_bodies", False)  # type: ignore[union-attr]
    # What was sent with a file is not read for whoever is not signed in.
    if not kept.by_hand(request) or (large and not request.user.is_authenticated):
        return path
    files = tuple(str(file.name) for _, found in request.FILES.lists() for file in found)
    reference = kept.keep(user, path=path, fields=kept.sent(request), files=files, at=request.at)
    return reverse("unsent", args=[reference]) if reference else path


def step_up_first(request: Asked) -> HttpResponse:
    """To the page that asks for a second factor, and from there to what was asked for; a form that
    was sent waits there to be sent on."""
    following = urlencode({"next": _kept(request, cast("User", request.user))})
    return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{following}")


def _first(request: Asked, declared: Declared) -> HttpResponse | None:
    """Where whoever asks goes before they come to a view: to the sign-in page, or to give a factor
    again. Raises OutOfScope for whoever lacks its right."""
    if not _admitted(request):
        # Who is half in goes on from there; only a stranger starts at the front door.
        half_in = "account_login" if request.user.is_authenticated else None
        return redirect_to_login(_way_back(request), half_in)
    _require(request.actor, declared)
    return step_up_first(request) if declared.step_up and not fresh_factor(request) else None


def _done_already(request: Asked, kwargs: dict[str, Any]) -> bool:
    """Whether a form was sent twice, and its first sending took away what it was about: a person’s
    part that ended, a case that closed to whoever declined it. Their own key says so, and that it
    was about the record which this address names."""
    key = request.POST.get("key") or request.POST.get("operation_key")
    if not key or not getattr(request, "actor", None) or len(key) > LONGEST_KEY:
        return False
    # To whoever is locked out of anything, what is not for them stays missing, and is logged so.
    if Lock.objects.filter(user_id=request.actor.user_id, lifted_at__isnull=True).exists():
        return False
    done = Operation.objects.filter(user_id=request.actor.user_id, key=key).first()
    return done is not None and done.outcome.get("reference", "") in kwargs.values()


def _said_already(request: Asked, kwargs: dict[str, Any]) -> HttpResponseBase:
    messages.info(request, "This was done already, and once.")
    desk = getattr(kwargs.get("desk"), "key", "")
    return redirect(f"/{desk}/{kwargs['reference']}/" if desk else "/")


def _asks(right: Right | None, operation: str) -> bool:
    return right in STEPPED_UP or operation in (audit.EXPORT, audit.BREAK_GLASS)


def page(
    *,
    right: Right | None = None,
    reads: Reads = "nothing",
    writes: bool = False,
    operation: str = audit.CONSULTATION,
    open_to_all: bool = False,
    safety_face: bool = False,
    sends: Sends = "",
    holds: Holds = "",
    methods: Collection[str] = ("GET", "HEAD", "POST"),
    step_up: bool | None = None,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Declares a view. Without a right it serves anyone signed in; `open_to_all` even strangers; to
    whoever lacks its right it is missing. One that reads personal data and answers with a page
    must have called `consulted`; one that sends a file says what it `sends`, and `holds` of people.
    Whoever exports, breaks glass or administers gives a second factor first.
    """
    asks = _asks(right, operation) if step_up is None else step_up
    said = (right, reads, writes, operation, open_to_all, safety_face, sends, asks, holds)
    declared = Declared(*said)

    def wrap(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def shown(request: Asked, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return not_found(request)
            try:
                first = None if open_to_all else _first(request, declared)
                return view(request, *args, **kwargs) if first is None else first
            except (OutOfScope, Http404) as nothing:
                if writes and _done_already(request, kwargs):
                    return _said_already(request, kwargs)
                raise Http404 from nothing

        shown.declared = declared  # type: ignore[attr-defined]
        return shown

    return wrap


def _declared(request: HttpRequest) -> Declared | None:
    match = request.resolver_match
    return getattr(match.func, "declared", None) if match else None


def asked_for(request: HttpRequest) -> list[str]:
    """The references a URL names, whether or not there is any such record.

    Only what has a reference's form: other words there may be a name, and the chain keeps all.
    """
    match = request.resolver_match
    kwargs = match.kwargs if match else {}
    named = [str(value) for key, value in kwargs.items() if key.endswith("reference")]
    return [value for value in named if REFERENCE.fullmatch(value)]


def place_asked(request: HttpRequest) -> dict[str, str | int]:
    """Where somebody knocked, as an audit entry may keep it for ever: the page's own pattern, or,
    where there is no such page, a digest and the length of what was typed."""
    if request.resolver_match:
        return {"path": route_of(request.resolver_match)}
    return {"path_digest": digest_of(request.path), "path_length": len(request.path)}


def _may_show(response: HttpResponseBase) -> bool:
    """Whether an answer could hold what a view read: any body but a redirect's, that of a refusal
    before the view was reached, and the fixed pages, which name nobody."""
    if 300 <= response.status_code < 400 or response.status_code in BEFORE_THE_VIEW:
        return False
    return not isinstance(response, HttpResponse) or response.content not in FIXED_PAGES


def _require_said(request: HttpRequest, response: HttpResponseBase) -> None:
    """Raises RuntimeError where a view answers with a file and did not say what it sends and holds:
    a new way out of the product must be thought about before anything goes through it."""
    declared = _declared(request)
    is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
    if is_file and declared is not None and not (declared.sends and declared.holds):
        response.close()
        place = place_asked(request).get("path", "A page")
        raise RuntimeError(f"{place} answers with a file but does not say what it sends")


class AuditBeforePage:
    """Commits the entry of what a page shows before the page is sent; no entry, no page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        _require_said(request, response)
        try:
            self._write(request, response)
        except DatabaseError:
            return unavailable(request)
        return response

    def _write(self, request: HttpRequest, response: HttpResponseBase) -> None:
        actor: Actor | None = getattr(request, "actor", None)
        if response.status_code == 404 and actor is not None:
            audit.record(
                audit.DENIED,
                by=actor,
                at=timezone.now(),
                subjects=asked_for(request),
                method=request.method if request.method in METHODS else "another",
                **place_asked(request),
            )
            return
        seen = getattr(request, "seen", None)
        declared = _declared(request)
        if seen is None:
            reads = declared is not None and declared.reads == "personal"
            if reads and actor is not None and actor.admitted and _may_show(response):
                response.close()
                place = place_asked(request).get("path", "A page")
                raise RuntimeError(f"{place} shows personal data but noted no reading")
            return
        usual = declared.operation if declared else audit.CONSULTATION
        audit.record(
            getattr(request, "logged_as", usual),
            by=actor,
            at=timezone.now(),
            subjects=seen,
            page=request.resolver_match.view_name if request.resolver_match else "",
            **getattr(request, "seen_facts", {}),
        )
