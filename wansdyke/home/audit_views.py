"""The audit log as a reviewer reads it: who did what to which reference, never a case's content."""

import json
import re
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render

from wansdyke.access.models import User
from wansdyke.access.posts import Right
from wansdyke.access.references import PATTERN, tidy
from wansdyke.history.asking import narrowed
from wansdyke.history.models import AuditEntry, LogCheck
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.home.forms import AuditForm
from wansdyke.ui.tables import Column

PER_PAGE = 50
SUBJECTS_SHOWN = 3
REFERENCE, OF_A_USER = re.compile(PATTERN), "user:"
# What has a column of its own, or only ties entries together; the rest is shown name by name.
IN_COLUMNS = frozenset({"at", "operation", "subjects", "actor", "agency", "session", "request"})
COLUMNS = (
    Column(key="seq", label="Entry", numeric=True),
    Column(key="at", label="When"),
    Column(key="actor", label="Who"),
    Column(key="operation", label="Operation"),
    Column(key="subjects", label="About"),
    Column(key="facts", label="Details"),
)


@page(right=Right.REVIEW_AUDIT, reads="personal", methods=("GET", "HEAD"))
def audit_log(request: Asked) -> HttpResponseBase:
    """The log, newest first, narrowed by reference, user, operation and day."""
    form = AuditForm(request.GET or None)
    asked = form.cleaned_data if request.GET and form.is_valid() else {}
    entries = narrowed(request.actor, asked)
    if request.GET and form.errors:
        entries = entries.none()
    before = _whole(request.GET.get("before"))
    if before:
        entries = entries.filter(seq__lt=before)
    rows = list(entries.order_by("-seq")[: PER_PAGE + 1])
    more = len(rows) > PER_PAGE
    rows = rows[:PER_PAGE]
    # Reading the log is a reading too: of the reference asked for, where one was.
    consulted(request, **reading_of(asked.get("reference", "")))
    return render(
        request,
        "home/audit.html",
        {
            "form": form,
            "columns": COLUMNS,
            "looks": LogCheck.objects.filter(at__isnull=False).order_by("-kind"),
            "rows": [_row(entry) for entry in rows],
            "older": rows[-1].seq if more else None,
            "query": request.GET,
            "first_page": not before,
        },
    )


def reading_of(typed: str) -> dict[str, Any]:
    """What a reading of the log says of itself: never words of any other form than a reference's,
    for what somebody typed may be a name, and the chain keeps all."""
    if not typed:
        return {"references": [], "log": True}
    if REFERENCE.fullmatch(tidy(typed)):
        return {"references": [tidy(typed)], "log": True}
    username = typed.removeprefix(OF_A_USER)
    if username != typed and User.objects.filter(username=username).exists():
        return {"references": [typed], "log": True}
    return {"references": [], "log": True, "asked_for": "no reference"}


def _row(entry: AuditEntry) -> dict[str, Any]:
    body = json.loads(entry.body)
    subjects = [str(subject) for subject in body.get("subjects", [])]
    beyond = len(subjects) - SUBJECTS_SHOWN
    listed = ", ".join(subjects[:SUBJECTS_SHOWN]) + (f" and {beyond:,} more" if beyond > 0 else "")
    return {
        "seq": str(entry.seq),
        "at": entry.at,
        "actor": body.get("actor", "Nobody signed in"),
        "operation": entry.operation.capitalize(),
        "subjects": listed or "No record",
        "facts": "; ".join(
            f"{name}: {_words(value)}"
            for name, value in sorted(body.items())
            if name not in IN_COLUMNS
        ),
    }


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0
