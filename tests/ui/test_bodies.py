"""A body larger than any form is refused before anything reads it, whoever sends it."""

from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from wansdyke.ui.bodies import SmallBodies


def sent(size: int, path: str = "/sign-in/") -> int:
    request = RequestFactory().post(path, b"", content_type="text/plain", CONTENT_LENGTH=str(size))
    return SmallBodies(lambda given: HttpResponse("read"))(request).status_code


@override_settings(MOST_BODY_BYTES=1000)
def test_a_large_body_is_refused_unread_and_a_small_one_is_not():
    assert (sent(1000), sent(1001), sent(300_000_000)) == (200, 413, 413)
    assert sent(5000, "/contact/CT-7K3M-92QF/documents/new/") == 200
    assert sent(5000, "/no/such/page/") == 413
