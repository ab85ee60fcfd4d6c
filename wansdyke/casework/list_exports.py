"""A desk's list as a CSV file that names nobody, streamed."""

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from wansdyke.access.posts import Right
from wansdyke.casework.desk import Desk
from wansdyke.casework.exports import exportable, without_names
from wansdyke.casework.pseudonyms import columns_of
from wansdyke.history import audit
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.ui.tables import csv_rows


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="pseudonyms",
)
def as_csv(request: Asked, desk: Desk) -> HttpResponseBase:
    """The list as filtered, of the cases the user may take out; every part is audited first."""
    chosen = {key: value for key, value in request.GET.items() if isinstance(value, str)}
    chosen.setdefault("state", "open")
    ids = exportable(request.actor, desk, request.at, chosen)
    # Each part notes its own rows as it leaves; this says that the export was asked for at all.
    consulted(request, [], desk=desk.key, form="csv", rows=len(ids))
    rows = without_names(request.actor, desk, request.at, ids, "csv")
    response = StreamingHttpResponse(
        csv_rows(columns_of(desk), rows), content_type="text/csv; charset=utf-8"
    )
    name = f"{desk.key}-{request.at:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
