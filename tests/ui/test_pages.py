"""The page itself, and the fixed pages that stand where there is none."""

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.test import RequestFactory
from jinja2 import UndefinedError

from tests.ui.sample_forms import EveryField
from wansdyke.ui import errors
from wansdyke.ui.headers import PlainHeaders
from wansdyke.ui.security import CSP, HEADERS
from wansdyke.ui.templating import Templates

_FIRST_ENGINE = engines.all()[0]
assert isinstance(_FIRST_ENGINE, Templates)
ENGINE: Templates = _FIRST_ENGINE
PAGE = (
    '{% extends "ui/page.html" %}{% block title %}A page{% endblock %}'
    '{% block content %}<h1 class="govuk-heading-l">A page</h1>{% endblock %}'
)


def asked() -> HttpRequest:
    request = RequestFactory().get("/")
    request.csp_nonce = "n0nce"  # type: ignore[attr-defined]
    return request


def draw(template: str = PAGE, **context: object) -> str:
    context = {"navigation": [], "messages": [], "signed_in_as": "", "request": asked()} | context
    # The engine's own template, so that no context processor of the settings speaks here.
    return str(ENGINE.env.from_string(template).render(context))


def title_of(html: str) -> str:
    return " ".join(html.partition("<title>")[2].partition("</title>")[0].split())


def test_the_title_says_when_a_form_has_errors() -> None:
    assert title_of(draw()) == "A page – Wansdyke"
    assert title_of(draw(form=EveryField())) == "A page – Wansdyke"
    html = draw(form=EveryField(data={}))
    assert title_of(html) == "Error: A page – Wansdyke"
    assert "There is a problem" in html


def test_the_page_needs_only_a_request() -> None:
    html = str(ENGINE.env.from_string(PAGE).render({"request": asked()}))
    assert '<script nonce="n0nce">' in html
    assert html.count("<script") == html.count("nonce=") + html.count("<script src=")
    assert "Sign out" not in html


def test_who_is_signed_in_and_where_they_are() -> None:
    html = draw(
        signed_in_as="Ann <Example>",
        sign_out_url="/out/",
        navigation=[{"text": "Work", "href": "/", "current": True}],
    )
    assert "Signed in as Ann &lt;Example&gt;" in html
    assert 'method="post" action="/out/"' in html
    assert 'name="csrfmiddlewaretoken"' in html
    assert 'aria-current="page"' in html


def test_messages_are_banners_and_refusals_are_errors() -> None:
    html = draw(
        messages=[
            Message(constants.SUCCESS, "It is done"),
            Message(constants.INFO, "By the way"),
            Message(constants.ERROR, "You may not <close> it"),
        ]
    )
    assert "govuk-notification-banner--success" in html
    assert 'id="message-1"' in html
    assert 'id="message-2"' in html
    assert "You may not &lt;close&gt; it" in html
    assert html.index("There is a problem") < html.index("You may not")


def test_a_misspelt_name_in_our_own_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        draw("{{ requst.user }}")
    with pytest.raises(UndefinedError):
        draw(PAGE + "{% block breadcrumbs %}{{ request.nobody }}{% endblock %}")


def test_nothing_licensed_to_gov_uk_is_drawn() -> None:
    html = draw().lower()
    for mark in ("crown", "crest", "gds transport", "gov.uk -", "national archives", "<svg"):
        assert mark not in html


def through(view: object) -> HttpResponse:
    """What the outermost middleware makes of what the handlers inside it make of a view."""

    def inside(request: HttpRequest) -> HttpResponse:
        try:
            response = view(request)  # type: ignore[operator]
        except Http404 as missing:
            response = errors.not_found(request, missing)
        except PermissionDenied as refused:
            response = errors.forbidden(request, refused)
        assert isinstance(response, HttpResponse)
        return response

    response = PlainHeaders(inside)(asked())
    assert isinstance(response, HttpResponse)
    return response


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404("No such case")


def refused(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Not for you")


def refused_late(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(f"Case 7 for {request.path}", status=404)
    response.set_cookie("sessionid", "fresh")
    response.headers["Content-Security-Policy"] = "script-src 'nonce-abc'"
    response.headers["Vary"] = "Cookie, HX-Request"
    return response


def test_forbidden_and_missing_are_the_same_bytes() -> None:
    answers = [through(view) for view in (missing, refused, refused_late)]
    assert {answer.content for answer in answers} == {errors.NOT_FOUND_BYTES}
    assert len({answer.serialize_headers() for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {404}
    assert not any(answer.cookies for answer in answers)


def test_a_programs_not_found_is_constant_too() -> None:
    first = through(lambda _: JsonResponse({"detail": "No case C-1"}, status=404))
    second = through(lambda _: JsonResponse({"detail": "Not Found: x"}, status=404))
    assert first.content == second.content == errors.NOT_FOUND_JSON
    assert first.serialize_headers() == second.serialize_headers()


def test_only_the_request_id_may_differ() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=404, headers={"X-Request-ID": "r-1", "X-Case": "7"})

    answer = through(view)
    assert answer.headers["X-Request-ID"] == "r-1"
    assert "X-Case" not in answer.headers


def test_the_fixed_pages_name_nobody_and_run_nothing() -> None:
    request = asked()
    for answer in (
        errors.not_found(request),
        errors.csrf_failure(request, "no cookie"),
        errors.bad_request(request),
        errors.server_error(request),
        errors.unavailable(request),
    ):
        text = answer.content.decode()
        assert "<script" not in text
        assert "nonce" not in text
        assert "no cookie" not in text
        assert "<h1" in text
        assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert errors.unavailable(request).headers["Retry-After"] == "30"


def test_every_answer_carries_the_headers() -> None:
    answer = through(lambda _: HttpResponse("ok"))
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_policy_trusts_nobody_else() -> None:
    said = str(CSP).lower()
    assert CSP["DIRECTIVES"]["default-src"] == ["'none'"]
    for loose in ("unsafe", "http", "data:", "*"):
        assert loose not in said
