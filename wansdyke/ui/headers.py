"""Middleware: the security headers of every page, and one single shape of "not found"."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from wansdyke.ui.errors import HTML, JSON, NOT_FOUND_BYTES, NOT_FOUND_JSON
from wansdyke.ui.security import FIXED_PAGE_CSP, HEADERS

REQUEST_ID = "X-Request-ID"


class PlainHeaders:
    """Adds the headers of `security.HEADERS`; makes every 404 the same but for its request id.

    It stands outside the session, CSRF and CSP middleware, so that a cookie, a nonce or a
    `Vary` that one kind of 404 would carry and another would not never leaves the house.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.NOT_FOUND:
            response = the_one_not_found(response)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response


def the_one_not_found(response: HttpResponseBase) -> HttpResponse:
    """The not-found answer for whatever 404 a view gave: a page, or JSON to a program."""
    as_json = response.headers.get("Content-Type", "").startswith(JSON)
    body, kind = (NOT_FOUND_JSON, JSON) if as_json else (NOT_FOUND_BYTES, HTML)
    headers = {
        "Content-Security-Policy": FIXED_PAGE_CSP,
        "Content-Length": str(len(body)),
        "Vary": "Cookie",
    }
    if REQUEST_ID in response.headers:
        headers[REQUEST_ID] = response.headers[REQUEST_ID]
    return HttpResponse(body, status=HTTPStatus.NOT_FOUND, content_type=kind, headers=headers)
