"""`wansdyke audit`: is the chain intact, and who has looked at a record?"""

import json
from typing import Annotated, Any

import typer
from django.utils import timezone

from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.access.references import tidy
from wansdyke.history import audit
from wansdyke.history.models import AuditEntry
from wansdyke.history.verify import Finding, verify, verify_columns
from wansdyke.kernel.calendar import london

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

audit_app = typer.Typer(no_args_is_help=True, help="The audit chain.")


@audit_app.command("verify")
def audit_verify(
    columns: Annotated[
        bool,
        typer.Option("--columns", help="Also compare the columns that find entries with them."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute every link of the chain and name the first bad entry, if there is one.

    Ends with 0 where the chain is intact and 1 where it is broken. Whoever can rewrite the whole
    database can rewrite chain and head together: keep the number and hash printed here elsewhere.
    """
    found = verify()
    if found.intact and columns:
        compared = verify_columns()
        if not compared.intact:
            found = compared
    typer.echo(json.dumps(_as_dict(found)) if as_json else _words(found))
    if not found.intact:
        raise typer.Exit(1)


def _as_dict(found: Finding) -> dict[str, Any]:
    said: dict[str, Any] = {"intact": found.intact, "entries": found.entries}
    if found.intact:
        return said | {"hash": found.hash.hex()}
    return said | {"first_bad": found.first_bad, "why": found.why}


def _words(found: Finding) -> str:
    if found.intact:
        return f"The chain is intact: {found.entries:,} entries, the last {found.hash.hex()}."
    return f"The chain is broken at entry {found.first_bad}: {found.why}."


@audit_app.command("list")
def audit_list(
    reference: Annotated[
        str, typer.Option(metavar="REF", help="The record: a reference, or user:NAME.")
    ],
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Who has seen, searched for or changed a record, newest first; for auditors.

    The look-up is itself written to the log.
    """
    by = acting(Right.REVIEW_AUDIT)
    subject = reference if ":" in reference else tidy(reference)
    audit.record(audit.CONSULTATION, by=by, at=timezone.now(), subjects=[subject], page="audit")
    rows = AuditEntry.objects.filter(subjects__reference=audit.filed_under(subject))
    for row in rows.order_by("-seq")[:most]:
        body = json.loads(row.body)
        typer.echo(json.dumps({"seq": row.seq, **body}) if as_json else _line(row, body))


def _line(row: AuditEntry, body: dict[str, Any]) -> str:
    when = london(row.at).strftime("%d %b %Y %H:%M:%S")
    what = body.get("page") or body.get("step") or body.get("change") or ""
    who = body.get("actor", "nobody signed in")
    return f"{row.seq}  {when}  {who}  {row.operation}  {what}".rstrip()
