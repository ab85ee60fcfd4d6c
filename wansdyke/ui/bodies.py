"""Middleware: what no form of ours sends, such as a vast body or a NUL, is refused early."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from wansdyke.ui.errors import bad_request, too_large

NUL = "\0"


class SmallBodies:
    """Refuses a body over `settings.MOST_BODY_BYTES`, and over `settings.MOST_UPLOAD_BYTES` for
    views that say they take large ones: those count what arrives, but read all of it.

    It stands before whatever reads the body: the CSRF check would have it all written to disk
    first, for anyone who asks. A view takes large bodies if it carries `takes_large_bodies`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        said = request.META.get("CONTENT_LENGTH") or "0"
        size = int(said) if said.isdecimal() else 0
        small = size <= settings.MOST_BODY_BYTES
        if not small and (size > settings.MOST_UPLOAD_BYTES or not takes_large(request.path_info)):
            response = too_large(request)
            response["Connection"] = "close"
            return response
        return self.get_response(request)


class NoNul:
    """Answers 400 to a NUL character in a path, query, cookie or form: PostgreSQL keeps none.

    It stands behind the CSRF check, which has read the form by then or refused it unread, and
    before whatever asks the database. Left alone are the bodies of a view that carries
    `takes_nul`, for it takes NULs out itself, and of one that takes large bodies: its form
    judges each field.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if NUL in request.path_info or "%00" in query or holds_nul(request.GET):
            return bad_request(request)
        if any(NUL in value for value in request.COOKIES.values()):
            return bad_request(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Iterable[Any], kwargs: Any
    ) -> HttpResponseBase | None:
        """The 400 for a form with a NUL in it, and for one that breaks off."""
        if getattr(view, "takes_nul", False) or getattr(view, "takes_large_bodies", False):
            return None
        try:
            return bad_request(request) if holds_nul(request.POST) else None
        except UnreadablePostError:
            return bad_request(request)


def holds_nul(sent: QueryDict) -> bool:
    """Whether any name or value in a query or form has a NUL in it."""
    return any(NUL in text for name, values in sent.lists() for text in (name, *map(str, values)))


def takes_large(path: str) -> bool:
    """Whether the view at a path says that it counts what arrives itself."""
    try:
        return bool(getattr(resolve(path).func, "takes_large_bodies", False))
    except Resolver404:
        return False
