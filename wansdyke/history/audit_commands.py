"""`wansdyke audit`: is the chain intact, and who has looked at a record?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.utils import timezone

from wansdyke.access.command_line import acting
from wansdyke.access.posts import Right
from wansdyke.access.references import tidy
from wansdyke.history import audit, watch
from wansdyke.history.asking import locked_out_of, narrowed
from wansdyke.history.checking import Unreadable, check, entries_in, read_key, words
from wansdyke.history.checkpoints import (
    KEY,
    PUBLIC,
    Signer,
    keep_signing,
    log_rows,
    make_key,
    notes_from,
)
from wansdyke.history.extracting import extract
from wansdyke.history.models import AuditEntry
from wansdyke.history.places import copies, notes_at
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused

DAY = ["%Y-%m-%d"]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

audit_app = typer.Typer(no_args_is_help=True, help="The audit chain.")


@audit_app.command("verify")
def audit_verify(
    columns: Annotated[
        bool,
        typer.Option("--columns", help="Also compare the columns that find entries with them."),
    ] = False,
    checkpoints: Annotated[
        str | None,
        typer.Option(
            help="Compare with these alone: a folder, a file, or s3://bucket/prefix; all that the"
            " settings name unless said."
        ),
    ] = None,
    key: Annotated[Path | None, typer.Option(help="The key they are signed with.")] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every link of the chain, compare it with its head and with the checkpoints, and
    name the first bad entry, if there is one.

    Ends with 0 where all fits and 1 where it does not, or where a place that keeps checkpoints
    could not be compared. Whoever can rewrite the whole database can rewrite chain and head
    together: checkpoints that somebody else keeps show it.
    """
    if checkpoints:
        with _in_plain_words():
            known = read_key((key or settings.CHECKPOINTS / PUBLIC).read_text(encoding="utf-8"))
            found = watch.verify_against(notes_at(checkpoints), known)
        seen = watch.Seen(watch.with_columns(found) if columns else found)
    else:
        seen = watch.whole(columns=columns)
    typer.echo(json.dumps(_as_dict(seen)) if as_json else _words(seen))
    if not seen.fine:
        raise typer.Exit(1)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """What cannot be read is refused, naming it."""
    try:
        yield
    except (Unreadable, UnicodeDecodeError) as fault:
        raise Refused(str(fault)) from None
    except OSError as fault:
        raise Refused(f"{fault.filename or 'A file'} cannot be used: {fault.strerror}.") from None


@audit_app.command("key")
def audit_key() -> None:
    """Make the key that signs the log, and print the line to hand out to those who check it.

    It belongs to the account of the process that signs, and to nobody who can write the database.
    """
    typer.echo(make_key(settings.LOG_KEY))


@audit_app.command("sign")
def audit_sign(
    once: Annotated[bool, typer.Option("--once", help="Sign what waits, and end.")] = False,
) -> None:
    """Sign the log every minute, or every 1,000 entries, until stopped; the process of its own.

    Makes its key where there is none. It only reads the log, and signs nothing that does not go on
    from what it signed before.
    """
    elsewhere = copies()
    if not (settings.LOG_KEY / KEY).exists():
        make_key(settings.LOG_KEY)

    def begin() -> Signer:
        return Signer(settings.LOG_KEY, settings.CHECKPOINTS, elsewhere)

    if once:
        signer = begin()
        for path in signer.sign():
            typer.echo(path)
        for fault in signer.copy():
            typer.echo(fault, err=True)
        return
    keep_signing(begin, lambda words: typer.echo(words, err=True), lambda: False)


@audit_app.command("export")
def audit_export(
    file: Annotated[Path, typer.Argument(help="The file to write; there must be none.")],
) -> None:
    """Write the whole log as a file that “audit check” reads, for auditors; itself logged."""
    by = acting(Right.REVIEW_AUDIT)
    if locked_out_of(by):
        raise Refused("This account may not take all of the log out: another auditor must.")
    audit.record(audit.EXPORT, by=by, at=timezone.now(), page="audit")
    with _in_plain_words(), file.open("x", encoding="utf-8") as out:
        for seq, body, stored in log_rows():
            line = {"seq": seq, "body": body.decode(), "hash": stored.hex()}
            out.write(f"{json.dumps(line, ensure_ascii=False)}\n")


@audit_app.command("extract")
def audit_extract(
    file: Annotated[Path, typer.Argument(help="The file to write; there must be none.")],
    reference: Annotated[
        str | None, typer.Option(metavar="REF", help="About a record, or user:NAME.")
    ] = None,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="By a user.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=DAY, help="From a day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, help="To a day.")] = None,
    first: Annotated[int | None, typer.Option(min=1, help="From an entry, by its number.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="To an entry, by its number.")] = None,
) -> None:
    """Write some entries with a signed checkpoint and, for each, the proof that it is in the log;
    for a court. Itself logged. “checking.py --extract” checks it.
    """
    by = acting(Right.REVIEW_AUDIT)
    asked: dict[str, Any] = {"reference": reference, "user": user, "first": first, "last": last}
    asked |= {"since": since and since.date(), "until": until and until.date()}
    if not any(asked.values()):
        raise Refused("Say which entries: by --reference, --user, days or numbers.")
    said = {name: str(value) for name, value in asked.items() if value}
    lines, beyond = extract(narrowed(by, asked), said)
    subjects = [tidy(reference) if ":" not in reference else reference] if reference else []
    facts: dict[str, Any] = {"page": "audit-extract", "entries": len(lines) - 1}
    audit.record(audit.EXPORT, by=by, at=timezone.now(), subjects=subjects, **facts)
    with _in_plain_words(), file.open("x", encoding="utf-8") as out:
        out.writelines(lines)
    waiting = f" {beyond:,} more match that are not signed yet." if beyond else ""
    typer.echo(f"{len(lines) - 1:,} entries are in {file}.{waiting}")


@audit_app.command("check")
def audit_check(
    log: Annotated[Path, typer.Argument(help="What “audit export” wrote.")],
    checkpoints: Annotated[Path, typer.Argument(help="Checkpoints, a file or a folder of them.")],
    key: Annotated[Path | None, typer.Option(help="The key they are signed with.")] = None,
) -> None:
    """Compare an exported log with checkpoints that somebody else kept; names the first bad entry.

    The same can be done without this product, by Python alone: the page of checkpoints hands out
    the file that does it.
    """
    with _in_plain_words():
        known = read_key(key.read_text(encoding="utf-8")) if key else None
        with log.open(encoding="utf-8") as lines:
            verdict = check(entries_in(lines), notes_from(checkpoints), known)
    typer.echo(words(verdict))
    if not verdict.intact:
        raise typer.Exit(1)


def _as_dict(seen: watch.Seen) -> dict[str, Any]:
    found = seen.finding
    said: dict[str, Any] = {"intact": found.intact, "entries": found.entries}
    said["not_compared"] = list(seen.faults)
    if found.intact:
        return said | {"hash": found.hash.hex(), "vouched": found.vouched}
    return said | {"first_bad": found.first_bad, "why": found.why}


def _words(seen: watch.Seen) -> str:
    found, faults = seen.finding, "".join(f"\n{fault}" for fault in seen.faults)
    if found.intact:
        vouched = "No checkpoint was compared with it."
        if found.vouched is not None:
            vouched = f"Checkpoints vouch for the first {found.vouched:,}."
        last = found.hash.hex()
        return f"The chain is intact: {found.entries:,} entries, the last {last}. {vouched}{faults}"
    return f"The chain is broken at entry {found.first_bad}: {found.why}.{faults}"


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
    rows = narrowed(by, {"reference": audit.filed_under(subject)})
    for row in rows.order_by("-seq")[:most]:
        body = json.loads(row.body)
        typer.echo(json.dumps({"seq": row.seq, **body}) if as_json else _line(row, body))


def _line(row: AuditEntry, body: dict[str, Any]) -> str:
    when = london(row.at).strftime("%d %b %Y %H:%M:%S")
    what = body.get("page") or body.get("step") or body.get("change") or ""
    who = body.get("actor", "nobody signed in")
    return f"{row.seq}  {when}  {who}  {row.operation}  {what}".rstrip()
