"""Lists as files: at once where they are short, by the worker above that, for whoever asked.

A file names nobody unless it was asked for with names (`named_exports`)."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django_tasks import task

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.for_agency import one_agency
from wansdyke.access.models import User
from wansdyke.access.notices import tell
from wansdyke.access.posts import Right
from wansdyke.access.references import fresh
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.desk import Desk
from wansdyke.casework.exports import (
    AT_ONCE,
    Named,
    Taken,
    exportable,
    in_sets,
    may_still_leave,
    nameable,
    with_names,
    without_names,
)
from wansdyke.casework.models import Export
from wansdyke.casework.presenting import export_columns
from wansdyke.casework.pseudonyms import columns_of, people_columns
from wansdyke.directory import desk_of
from wansdyke.history import audit
from wansdyke.history.door import change
from wansdyke.history.pages import Asked, consulted, page
from wansdyke.home.files import folder
from wansdyke.kernel.calendar import london
from wansdyke.ui.downloads import XLSX
from wansdyke.ui.tables import Column, TooManyRows, csv_rows, write_xlsx, xlsx_bytes

KINDS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


def chosen_in(query: str) -> dict[str, str]:
    """The filters a list was asked with; open cases unless said otherwise, as on the page."""
    return {"state": "open", **QueryDict(query).dict()}


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="pseudonyms",
)
def spreadsheet(request: Asked, desk: Desk) -> HttpResponseBase:
    """The list as a spreadsheet that names nobody: now, or, above 2,000 rows, by the worker."""
    actor, at = request.actor, request.at
    query = request.META.get("QUERY_STRING", "")[:500]
    ids = exportable(actor, desk, at, chosen_in(query))
    if len(ids) > AT_ONCE:
        return redirect("export", reference=ask_for(actor, desk, query, at).reference)
    rows = without_names(actor, desk, at, ids, "xlsx")
    consulted(request, [])
    response = HttpResponse(xlsx_bytes(desk.title, columns_of(desk), rows), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{desk.key}-{at:%Y-%m-%d}.xlsx"'
    return response


def ask_for(actor: Actor, desk: Desk, query: str, at: datetime) -> Export:
    """Asks the worker for a spreadsheet that names nobody; asked and queued in one transaction."""
    reference = fresh("EX")[0]
    with change(by=actor, at=at, key=f"export-{reference}") as doing:
        export = Export.objects.create(
            by_id=actor.user_id, reference=reference, desk=desk.key, query=query, asked_at=at
        )
        make_spreadsheet.enqueue(export.pk)
        doing.event("export asked for", subject=f"export:{reference}")
        doing.audit(audit.EXPORT, reference, desk=desk.key, asked=True)
    return export


@task()
def make_spreadsheet(export_id: int) -> None:
    """Makes a spreadsheet with the scope its asker has now, and tells them."""
    export = Export.objects.select_related("by").get(pk=export_id)
    if export.ready_at is not None:
        return
    at = timezone.now()
    user = User.objects.select_related("agency").get(pk=export.by_id)
    # Asked for in a session with a second factor; the rights are those of today.
    actor = actor_of(user, on=london(at).date(), mfa=True, channel="worker")
    with one_agency(actor.agency_id):
        _make(export, actor, at)


def _make(export: Export, actor: Actor, at: datetime) -> None:
    desk = desk_of(export.desk)
    ids = exportable(actor, desk, at, chosen_in(export.query))
    stored = f"{uuid.uuid4().hex}.{export.form}"
    taken = Taken()
    if export.purpose:
        ids, columns = nameable(actor, ids, at), named_columns(desk)
        named = Named(export=export.reference, purpose=export.purpose)
        rows = with_names(actor, desk, at, ids, export.form, named, taken)
    else:
        columns = columns_of(desk)
        rows = without_names(actor, desk, at, ids, export.form, taken)
    try:
        _written(folder("exports") / stored, export.form, desk.title, columns, rows)
    except (OSError, TooManyRows) as fault:
        (folder("exports") / stored).unlink(missing_ok=True)
        export.failed = str(fault)[:200]
        export.save(update_fields=["failed"])
        raise
    export.stored_as, export.rows, export.ready_at = stored, len(ids), timezone.now()
    export.held, export.opened = list(taken.opened), in_sets(taken.opened)
    export.people = len(taken.people)
    export.save(update_fields=["stored_as", "rows", "ready_at", "held", "opened", "people"])
    if export.purpose:
        said = {"purpose": export.purpose, "rows": export.rows, "people": export.people}
        audit.record(audit.EXPORT, by=actor, at=at, subjects=[export.reference], made=True, **said)
    link = f"/exports/{export.reference}/"
    tell([actor.user_id], "What you took out is ready.", root=None, link=link, at=export.ready_at)


def named_columns(desk: Desk) -> list[Column]:
    """The columns of a list with names: all that the desk says of a case, then its people."""
    return [*export_columns(desk), *people_columns(desk, "name, record")]


def _written(
    path: Path, form: str, title: str, columns: list[Column], rows: Iterator[dict[str, Any]]
) -> None:
    if form == "xlsx":
        write_xlsx(path, title, columns, rows)
        return
    with path.open("xb") as file:
        file.writelines(csv_rows(columns, rows))


def _mine(request: Asked, reference: str) -> Export:
    export = Export.objects.filter(by_id=request.actor.user_id, reference=reference).first()
    if export is None:
        raise OutOfScope(reference)
    return export


@page(right=Right.EXPORT, reads="reference", methods=("GET",))
def export(request: Asked, reference: str) -> HttpResponseBase:
    """Whether a file is ready; only whoever asked may know of it."""
    asked = _mine(request, reference)
    changed = asked.ready_at is not None and not still_in_scope(request, asked)
    return render(request, "home/export.html", {"export": asked, "changed": changed})


def still_in_scope(request: Asked, asked: Export) -> bool:
    """Whether its asker may still take out all that the spreadsheet holds, names included."""
    return may_still_leave(request.actor, asked.held, asked.opened, request.at)


@page(
    right=Right.EXPORT,
    reads="personal",
    operation=audit.EXPORT,
    methods=("GET",),
    sends="within the product",
    holds="pseudonyms",
)
def download(request: Asked, reference: str) -> HttpResponseBase:
    """The file itself, to whoever asked for it."""
    asked = _mine(request, reference)
    path = folder("exports") / asked.stored_as
    if not asked.stored_as or not path.exists() or not still_in_scope(request, asked):
        raise OutOfScope(reference)
    said = {"purpose": asked.purpose, "people": asked.people} if asked.purpose else {}
    consulted(request, [asked.reference], rows=asked.rows, **said)
    name = f"{asked.desk}-{asked.asked_at:%Y-%m-%d}.{asked.form}"
    kind = KINDS[asked.form]
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=kind)
