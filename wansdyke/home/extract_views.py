"""Entries of the log with the proof that they are in it, as a file for a court."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.posts import Right
from wansdyke.history import audit
from wansdyke.history.asking import narrowed
from wansdyke.history.extracting import extract
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.home.audit_views import reading_of
from wansdyke.home.forms import ExtractForm
from wansdyke.kernel.flow import Refused


@page(
    right=Right.REVIEW_AUDIT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="people, by need",
)
def audit_extract(request: Asked) -> HttpResponseBase:
    """What to take out of the log, and, once it is said, the file."""
    asking = "make" in request.GET
    form = ExtractForm(request.GET if asking else None, initial=request.GET.dict())
    consulted(request, [], made=False)
    if asking and form.is_valid():
        asked = form.cleaned_data
        try:
            lines, _ = extract(narrowed(request.actor, asked), said_of(asked))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            consulted(request, **reading_of(asked["reference"]), made=True, entries=len(lines) - 1)
            response = HttpResponse("".join(lines), content_type="application/jsonl")
            name = f"log-extract-{request.at:%Y-%m-%d}.jsonl"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
    return render(request, "home/extract.html", {"form": form})


def said_of(asked: dict[str, Any]) -> dict[str, str]:
    """What was asked for, as the file says it."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(value)
        for name, value in asked.items()
        if value
    }
