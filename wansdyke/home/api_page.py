"""The page that explains the API: how to get a token, and what can be asked."""

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.history.pages import Asked, page
from wansdyke.home.api import ROOT, VERSION, api
from wansdyke.ui.tables import Column

COLUMNS = (
    Column(key="path", label="Address"),
    Column(key="summary", label="What it gives"),
    Column(key="parameters", label="What it can be asked"),
)


@page(methods=("GET", "HEAD"))
def api_home(request: Asked) -> HttpResponseBase:
    """How to use the API, and its operations."""
    return render(
        request,
        "home/api.html",
        {
            "columns": COLUMNS,
            "rows": operations(api.get_openapi_schema(path_prefix=ROOT)),
            "version": VERSION,
            "host": request.build_absolute_uri("/").rstrip("/"),
        },
    )


def operations(schema: dict[str, Any]) -> list[dict[str, str]]:
    """The operations of an OpenAPI schema as rows: address, what it gives, its parameters."""
    rows = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            rows.append(
                {
                    "path": f"{method.upper()} {path}",
                    "summary": operation.get("description") or operation.get("summary", ""),
                    "parameters": ", ".join(names) or "Nothing more",
                }
            )
    return rows
