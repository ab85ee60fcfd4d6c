"""Middleware: a request that is larger than any form of ours is refused before it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from wansdyke.ui.errors import too_large


class SmallBodies:
    """Refuses a body over `settings.MOST_BODY_BYTES`, but for views that say they take large ones.

    It stands before whatever reads the body: the CSRF check would have it all written to disk
    first, for anyone who asks. A view takes large bodies if it carries `takes_large_bodies`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        said = request.META.get("CONTENT_LENGTH") or "0"
        size = int(said) if said.isdecimal() else 0
        if size > settings.MOST_BODY_BYTES and not takes_large(request.path_info):
            response = too_large(request)
            response["Connection"] = "close"
            return response
        return self.get_response(request)


def takes_large(path: str) -> bool:
    """Whether the view at a path says that it counts what arrives itself."""
    try:
        return bool(getattr(resolve(path).func, "takes_large_bodies", False))
    except Resolver404:
        return False
