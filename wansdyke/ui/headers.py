"""Middleware: the security headers of every page, one single shape of "not found", and no program
that sends its token in the clear."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from wansdyke.ui.errors import HTML, JSON, NOT_FOUND_BYTES, NOT_FOUND_JSON, READ_BY_PROGRAMS
from wansdyke.ui.security import FIXED_PAGE_CSP, HEADERS

REQUEST_ID = "X-Request-ID"
NOT_ALLOWED_JSON = b'{"detail": "Method not allowed"}'


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
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and for_programs(request):
            response = not_allowed(response)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response


def for_programs(request: HttpRequest) -> bool:
    """Whether it is the API that is asked."""
    return request.path_info.startswith(READ_BY_PROGRAMS)


def not_allowed(response: HttpResponseBase) -> HttpResponse:
    """The API's answer to a method that it does not take there, in JSON as its others are."""
    headers = {
        name: response.headers[name]
        for name in ("Allow", "Content-Security-Policy", REQUEST_ID, "Vary")
        if name in response.headers
    }
    status = HTTPStatus.METHOD_NOT_ALLOWED
    return HttpResponse(NOT_ALLOWED_JSON, status=status, content_type=JSON, headers=headers)


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


class ProgramsInSecret:
    """Refuses a program that speaks without HTTPS where the force has it, instead of leading it on:
    nobody watches what a program sends, and its token would travel in the clear each time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE and for_programs(request) and not request.is_secure():
            body = b'{"detail": "Use HTTPS, and make a new token: this one was sent in the clear"}'
            return HttpResponse(body, status=HTTPStatus.FORBIDDEN, content_type=JSON)
        return self.get_response(request)
