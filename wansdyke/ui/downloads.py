"""A table as a file that a browser saves."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from wansdyke.ui.tables import Column, csv_rows, xlsx_bytes

Rows = Iterable[Mapping[str, Any]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(name: str, columns: Sequence[Column], rows: Rows) -> HttpResponseBase:
    """A table as NAME.csv, sent as it is written."""
    pieces = csv_rows(columns, rows)
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    return _saved(response, f"{name}.csv")


def as_xlsx(name: str, title: str, columns: Sequence[Column], rows: Rows) -> HttpResponseBase:
    """The same as NAME.xlsx, with its title on the sheet."""
    return _saved(HttpResponse(xlsx_bytes(title, columns, rows), content_type=XLSX), f"{name}.xlsx")


def _saved(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
