"""The pages of a case's documents: adding one, and fetching it as a download."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import FileResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from wansdyke.access.posts import Right
from wansdyke.access.sections import Section
from wansdyke.casework import documents
from wansdyke.casework.asking import ask
from wansdyke.casework.desk import Desk
from wansdyke.casework.queries import case_of, sections_on
from wansdyke.casework.work_forms import DocumentForm
from wansdyke.casework.work_views import about, editable, sent, who_when
from wansdyke.history.pages import Asked, consulted_roots, page

# A document opened in a browser all the same runs nothing and loads nothing.
SANDBOX = "sandbox; default-src 'none'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'"


class Capped(FileUploadHandler):
    """Counts what arrives, and lets nothing past the limit reach memory or disk."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.arrived = 0
        self.over = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """The piece, for the next handler; past the limit, nothing more."""
        self.arrived += len(raw_data)
        if self.arrived > settings.MAX_DOCUMENT_BYTES:
            self.over = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to the next handler."""


def _document_new(
    request: Asked, desk: Desk, reference: str, *, capped: Capped
) -> HttpResponseBase:
    case = editable(request, desk, reference)
    visible = sections_on(request.actor, case.root, request.at)
    files = request.FILES if request.method == "POST" else None
    form = DocumentForm(sent(request), files, visible=visible)
    if capped.over:
        form.full_clean()
        form.errors.clear()
        form.add_error("file", documents.too_big())
    question = about(
        desk,
        reference,
        title="Add a document",
        button="Add document",
        done="The document is added.",
        hint=f"One file of up to {settings.MAX_DOCUMENT_BYTES // 1024**2} MB.",
        upload=True,
    )

    def write(data: dict[str, Any]) -> None:
        documents.add(
            case,
            data["file"],
            title=data["title"],
            section=Section(data["section"]),
            **who_when(request, form),
        )

    return ask(request, case.root, form, write, question)


# The token is checked one step later than usual: reading it reads the file, which must first
# be under the cap.
@csrf_exempt
@page(right=Right.EDIT, reads="personal", writes=True)
def document_new(request: Asked, desk: Desk, reference: str) -> HttpResponseBase:
    """Adds a file; one that is too big is refused before it fills anything."""
    capped = Capped(request)
    request.upload_handlers.insert(0, capped)
    checked = csrf_protect(_document_new)
    answer: HttpResponseBase = checked(request, desk, reference, capped=capped)
    return answer


document_new.takes_large_bodies = True  # type: ignore[attr-defined]


@page(
    right=Right.VIEW,
    reads="personal",
    methods=("GET", "HEAD"),
    sends="within the product",
    holds="people, by need",
)
def document(
    request: Asked, desk: Desk, reference: str, document_reference: str
) -> HttpResponseBase:
    """A document as a download, to whoever sees its section of the case."""
    case = case_of(request.actor, desk, reference, request.at).case
    visible = sections_on(request.actor, case.root, request.at)
    found = documents.document_of(case, document_reference, visible)
    consulted_roots(request, [case.root], document=found.reference)
    try:
        file = documents.opened(found)
    except documents.Unreadable as unreadable:
        messages.error(request, unreadable.message)
        return HttpResponseRedirect(f"/{desk.key}/{reference}/")
    response = FileResponse(
        file,
        as_attachment=True,
        filename=documents.file_name(found, titled=Section.NARRATIVE in visible),
        content_type=found.media_type,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
