"""Views that forget to note what they show, each in another kind of answer."""

import io

from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from wansdyke.history.pages import Asked, consulted, page

handler500 = "wansdyke.ui.errors.server_error"
SHOWN = b"somebody's name"


def _answers() -> dict[str, HttpResponseBase]:
    words = SHOWN.decode()
    return {
        "page": HttpResponse(SHOWN),
        "stream": StreamingHttpResponse([SHOWN]),
        "file": FileResponse(io.BytesIO(SHOWN)),
        "bad": HttpResponse(SHOWN, status=400),
        "conflict": HttpResponse(SHOWN, status=409),
        "unprocessable": JsonResponse({"name": words}, status=422),
    }


KINDS = tuple(_answers())


@page(reads="personal")
def forgets(request: Asked, kind: str) -> HttpResponseBase:
    return _answers()[kind]


@page(reads="personal")
def notes(request: Asked, kind: str) -> HttpResponseBase:
    consulted(request, ["CT-1234-5678"])
    return _answers()[kind]


urlpatterns = [
    path("forgets/<slug:kind>/", forgets, name="forgets"),
    path("notes/<slug:kind>/", notes, name="notes"),
]
