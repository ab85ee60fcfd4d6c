"""Pages for when there is no page: fixed bytes, made once, with nothing of the request in them.

A record that somebody may not see and one that does not exist give the same answer, so the
page for both names nobody, holds no nonce and is the same bytes each time. The other pages are
fixed too: they must work when the database, the session or the disk does not.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from wansdyke.ui.security import FIXED_PAGE_CSP

HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"


def _page(title: str, *paragraphs: str) -> bytes:
    words = {"title": title, "paragraphs": paragraphs}
    return render_to_string("ui/fixed.html", words).encode()


NOT_FOUND_BYTES: Final = _page(
    "Page not found",
    "If you typed the web address, check that it is correct.",
    "If you pasted the web address, check that you copied the whole of it.",
    "You may also see this page if you do not have access to what you asked for.",
)
NOT_FOUND_JSON: Final = b'{"detail": "Not found"}'
READ_BY_PROGRAMS: Final = "/api/v"
BAD_REQUEST_BYTES: Final = _page(
    "That request could not be read",
    "Nothing was saved. Go back, reload the page and try again.",
)
CSRF_BYTES: Final = _page(
    "This form is out of date",
    "Nothing was saved. You may have signed in or out in another tab since you opened it.",
    "Go back to the form: what you typed is still there. Copy anything you need, reload the "
    "page and send it again.",
)
TOO_LARGE_BYTES: Final = _page(
    "That is too large",
    "Nothing was saved. A document may have up to 20 MB; a form is far smaller.",
)
SERVER_ERROR_BYTES: Final = _page(
    "Sorry, there is a problem",
    "Anything that you were told was saved is safe. What you sent just now may not have been "
    "saved: check before you send it again.",
    "If it keeps happening, tell whoever supports this system and say when it happened.",
)
UNAVAILABLE_BYTES: Final = _page(
    "Sorry, this page cannot be shown now",
    "The system is busy or one of its parts is not working. Nothing was changed by asking for "
    "this page.",
    "Try again in a minute.",
)
# Nothing of any record is in these, whoever asked and for what.
FIXED_PAGES: Final = frozenset(
    {
        NOT_FOUND_BYTES,
        BAD_REQUEST_BYTES,
        CSRF_BYTES,
        TOO_LARGE_BYTES,
        SERVER_ERROR_BYTES,
        UNAVAILABLE_BYTES,
        b"",
    }
)


def _fixed(body: bytes, status: int) -> HttpResponse:
    # A policy set here is left alone by the middleware that would otherwise add a nonce.
    headers = {"Content-Security-Policy": FIXED_PAGE_CSP}
    return HttpResponse(body, status=status, content_type=HTML, headers=headers)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: there is no such page, or it is not for this user. Which of the two is not said."""
    if request.path.startswith(READ_BY_PROGRAMS):
        return HttpResponse(NOT_FOUND_JSON, status=404, content_type=JSON)
    return _fixed(NOT_FOUND_BYTES, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A refusal to show something is the not-found page, byte for byte."""
    return not_found(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form came without its token. The reason is for the log, not for the page."""
    return _fixed(CSRF_BYTES, 403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request made no sense."""
    return _fixed(BAD_REQUEST_BYTES, 400)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: the request is larger than anything asked for."""
    return _fixed(TOO_LARGE_BYTES, 413)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: something failed that nobody foresaw."""
    return _fixed(SERVER_ERROR_BYTES, 500)


def unavailable(request: HttpRequest, *, retry_after: int = 30) -> HttpResponse:
    """503: the page may not be shown now; `retry_after` is in seconds."""
    response = _fixed(UNAVAILABLE_BYTES, 503)
    response.headers["Retry-After"] = str(retry_after)
    return response
