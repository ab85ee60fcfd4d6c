"""A body larger than any form is refused unread, and a NUL anywhere before it reaches a query."""

import uuid

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings

from tests.home import cast
from wansdyke.ui.bodies import NoNul, SmallBodies
from wansdyke.ui.errors import BAD_REQUEST_BYTES


def sent(size: int, path: str = "/sign-in/") -> int:
    request = RequestFactory().post(path, b"", content_type="text/plain", CONTENT_LENGTH=str(size))
    return SmallBodies(lambda given: HttpResponse("read"))(request).status_code


@override_settings(MOST_BODY_BYTES=1000)
def test_a_large_body_is_refused_unread_and_a_small_one_is_not():
    assert (sent(1000), sent(1001), sent(300_000_000)) == (200, 413, 413)
    assert sent(5000, "/contact/CT-7K3M-92QF/documents/new/") == 200
    assert sent(5000, "/no/such/page/") == 413
    assert sent(300_000_000, "/contact/CT-7K3M-92QF/documents/new/") == 413


def nul(method: str, path: str, *, view: object = None, **sent: object) -> int:
    """What a request with a NUL somewhere is answered; the form is looked at as the view starts."""
    request = getattr(RequestFactory(), method)(path, **sent)
    middleware = NoNul(lambda given: HttpResponse("read"))
    answer = middleware(request)
    if answer.status_code == 200:
        return getattr(middleware.process_view(request, view or nul, (), {}), "status_code", 200)
    return answer.status_code


@pytest.mark.parametrize(
    "path",
    [
        "/administration/users/?q=%00",
        "/administration/users/?a%00=1",
        "/administration/users/a%00b/",
        "/areas/%00/",
        "/api/v1/me?q=a%00b",
    ],
)
def test_a_nul_in_an_address_is_refused(path: str) -> None:
    assert nul("get", path) == 400
    assert nul("get", path.replace("%00", "0")) == 200


def test_a_nul_in_a_form_is_refused_unless_the_view_takes_it_out() -> None:
    assert nul("post", "/x/", data={"what": "a\0b"}) == 400
    assert nul("post", "/x/", data={"a\0b": "what"}) == 400
    assert nul("post", "/x/", data={"what": "ab"}) == 200
    form = {"data": "what=a%00b", "content_type": "application/x-www-form-urlencoded"}
    assert nul("post", "/x/", **form) == 400
    assert nul("post", "/x/", view=Takes(), **form) == 200


class Takes:
    takes_nul = True


def test_a_nul_in_a_cookie_is_refused() -> None:
    client = Client(headers={"Cookie": 'sessionid="\\000aaaaaaaaa"'})
    assert client.get("/sign-in/").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("post", [cast.OPERATOR, cast.ADMINISTRATOR])
def test_the_product_has_it(post: str) -> None:
    client = cast.signed_in(cast.user("ann", post))
    for path in ("/administration/users/?q=%00", "/administration/users/a%00b/", "/areas/%00/"):
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (400, BAD_REQUEST_BYTES), path
    typed = {"what": "a\0b", "draft": str(uuid.uuid4())}
    assert client.post("/contact/call/", typed).status_code == 400
