"""What the pages of the review of the log show: the queue, its figures, and a finding."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from wansdyke.access.actors import Actor
from wansdyke.access.models import Lock
from wansdyke.assurance.log_review import own_post
from wansdyke.assurance.log_review_models import KINDS, FindingWord, LogFinding
from wansdyke.history.models import AuditEntry, AuditSubject
from wansdyke.kernel.calendar import london as in_london
from wansdyke.ui.tables import Cell, Column, Sort
from wansdyke.ui.words import london

WAITING, SECOND, DONE = LogFinding.WAITING, LogFinding.SECOND, LogFinding.DONE
COLUMNS = (
    Column(key="reference", label="Finding", whole=True),
    Column(key="viewer", label="Who looked", sortable=True),
    Column(key="record", label="Record", whole=True),
    Column(key="kind", label="Why", sortable=True),
    Column(key="reason", label="Why this is here"),
    Column(key="entries", label="Entries", numeric=True),
    Column(key="gravity", label="Gravity", sortable=True, numeric=True),
    Column(key="first", label="First look", sortable=True),
    Column(key="state", label="State"),
)
ORDERS = {"viewer": "viewer__name", "kind": "kind", "gravity": "gravity", "first": "first_at"}
GRAVEST = Sort(key="gravity", descending=True)
BY_KIND = (
    Column(key="kind", label="Why"),
    Column(key="waiting", label="Waiting", numeric=True),
    Column(key="reviewed", label="Reviewed", numeric=True),
    Column(key="confirmed", label="Misuse confirmed", numeric=True),
)
ENTRIES = (
    Column(key="seq", label="Entry", numeric=True),
    Column(key="at", label="When"),
    Column(key="operation", label="Operation"),
    Column(key="page", label="Page"),
    Column(key="reason", label="Reason given"),
)
COLOURS = {WAITING: "yellow", SECOND: "orange", DONE: "green"}
ENTRIES_SHOWN = 50
GRAVE = 75


def asked_for(rows: QuerySet[LogFinding], said: Mapping[str, Any], by: Actor) -> Any:
    """The findings asked for: by state, why, and whose look it was."""
    show = said.get("show") or "waiting"
    narrowed = {
        "waiting": Q(state=WAITING),
        "second": Q(state=SECOND),
        "mine": Q(taken_by_id=by.user_id) & ~Q(state=DONE),
        "done": Q(state=DONE),
        "confirmed": Q(state=DONE, outcome=LogFinding.MISUSE),
    }.get(show, Q())
    rows = rows.filter(narrowed)
    if said.get("kind"):
        rows = rows.filter(kind=said["kind"])
    if said.get("user"):
        rows = rows.filter(viewer__username__iexact=said["user"])
    return rows


def in_order(rows: QuerySet[LogFinding], sort: Sort) -> QuerySet[LogFinding]:
    """In the order asked for; alike ones by gravity, then the oldest first."""
    sign = "-" if sort.descending else ""
    return rows.order_by(f"{sign}{ORDERS[sort.key]}", "-gravity", "first_at", "pk")


def rows_of(items: Iterable[LogFinding]) -> list[dict[str, Any]]:
    """The rows of the list, and of the files."""
    return [
        {
            "reference": Cell(
                text=one.reference, href=reverse("log-finding", args=[one.reference])
            ),
            "viewer": f"{one.viewer.name} ({one.viewer.username})",
            "record": one.about or "No one record",
            "kind": one.get_kind_display(),
            "reason": " ".join(one.reasons[:2]),
            "entries": one.entries_counted,
            "gravity": one.gravity,
            "first": one.first_at,
            "state": Cell(text=state_words(one), colour=COLOURS[one.state]),
        }
        for one in items
    ]


def state_words(one: LogFinding) -> str:
    """How a finding stands, in words."""
    if one.state == DONE:
        return one.get_outcome_display()
    if one.state == WAITING and one.taken_by is not None:
        return f"Taken on by {one.taken_by.name}"
    return one.get_state_display()


def figures(rows: QuerySet[LogFinding], at: datetime) -> tuple[list[dict[str, Any]], list[Any]]:
    """The figures of the queue, each with what it means and the way to its findings; and by why."""
    counted = rows.order_by().values("kind").annotate(
        waiting=Count("pk", filter=~Q(state=DONE)),
        oldest=Min("raised_at", filter=~Q(state=DONE)),
        reviewed=Count("pk", filter=Q(state=DONE)),
        confirmed=Count("pk", filter=Q(state=DONE, outcome=LogFinding.MISUSE)),
    )  # fmt: skip
    by_kind = {one["kind"]: one for one in counted}
    total = {
        name: sum(one[name] for one in by_kind.values())
        for name in ("waiting", "reviewed", "confirmed")
    }
    oldest = min((one["oldest"] for one in by_kind.values() if one["oldest"]), default=None)
    return _headlines(total, oldest, at), [
        _kind_row(key, title, by_kind[key]) for key, title in KINDS if key in by_kind
    ]


def _headlines(
    total: Mapping[str, int], oldest: datetime | None, at: datetime
) -> list[dict[str, Any]]:
    days = (in_london(at).date() - in_london(oldest).date()).days if oldest else None
    share = "Nothing is reviewed yet"
    if total["reviewed"]:
        share = f"{100 * total['confirmed'] / total['reviewed']:.0f}%"
        share += f" ({total['confirmed']:,} of {total['reviewed']:,})"
    age = "Nothing waits" if days is None else f"{days:,} day{'' if days == 1 else 's'}"
    return [
        _figure("Waiting", f"{total['waiting']:,}", "waiting",
                "Findings that nobody has reviewed, or that wait for a second look."),
        _figure("Age of the oldest", age, "waiting",
                "Days since the one that has waited longest was put into the queue."),
        _figure("Reviewed", f"{total['reviewed']:,}", "done",
                "Findings with an outcome; of confirmed misuse, after the second look."),
        _figure("Share confirmed", share, "confirmed",
                "Of those reviewed, the share whose outcome is that it was misuse."),
    ]  # fmt: skip


def _figure(title: str, value: str, show: str, meaning: str) -> dict[str, Any]:
    return {"title": title, "value": value, "meaning": meaning, "href": f"?show={show}"}


def _kind_row(key: str, title: str, counted: Mapping[str, Any]) -> dict[str, Any]:
    def cell(name: str, show: str) -> Cell:
        return Cell(text=f"{counted[name]:,}", href="?" + urlencode({"show": show, "kind": key}))

    return {
        "kind": title,
        "waiting": cell("waiting", "waiting"),
        "reviewed": cell("reviewed", "done"),
        "confirmed": cell("confirmed", "confirmed"),
    }


def facts(one: LogFinding, at: datetime) -> list[dict[str, Any]]:
    """What a finding says of itself."""
    where = reverse("log-staff", args=[one.viewer.username])
    change = {"text": "What they have declared", "href": where}
    agency = f", {one.viewer.agency}" if one.viewer.agency else ""
    rows: list[dict[str, Any]] = [
        {
            "key": "Who looked",
            "value": f"{one.viewer.name} ({one.viewer.username}){agency}",
            "change": change,
        },
        {"key": "Their post", "value": own_post(one.viewer, at)},
        {"key": "Record", "value": one.about or "No one record"},
        {"key": "Why", "value": one.get_kind_display()},
        {"key": "Entries of the log", "value": f"{one.entries_counted:,}"},
        {"key": "First and last", "value": f"{london(one.first_at)} to {london(one.last_at)}"},
        {"key": "Gravity", "value": f"{one.gravity} of 100"},
        {"key": "In the queue since", "value": london(one.raised_at)},
        {"key": "State", "value": state_words(one)},
    ]
    return rows


def entries_behind(actor: Actor, one: LogFinding) -> list[dict[str, Any]]:
    """The first entries behind a finding, without those about what the reviewer is locked out of;
    a page, an operation and a stated reason, never what was shown."""
    listed = AuditEntry.objects.filter(seq__in=one.entries.values("seq")).order_by("seq")
    locks = Lock.objects.filter(user_id=actor.user_id, lifted_at__isnull=True)
    shut = AuditSubject.objects.filter(reference__in=locks.values("root__reference"))
    rows = []
    for entry in listed.exclude(pk__in=shut.values("entry_id"))[:ENTRIES_SHOWN]:
        body = json.loads(entry.body)
        rows.append(
            {
                "seq": Cell(text=str(entry.seq), href=f"/audit/?before={entry.seq + 1}"),
                "at": entry.at,
                "operation": entry.operation.capitalize(),
                "page": str(body.get("page") or body.get("path") or body.get("channel", "")),
                "reason": str(body.get("reason", "")) or "None",
            }
        )
    return rows


def narrowed_log(one: LogFinding) -> str:
    """The log, narrowed to whose look it was, at which record, and when."""
    asked = {"user": one.viewer.username, "reference": one.about}
    for name, at in (("since", one.first_at), ("until", one.last_at)):
        day = in_london(at)
        asked |= {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    return "/audit/?" + urlencode({key: value for key, value in asked.items() if value})


def said_of(one: LogFinding) -> list[dict[str, Any]]:
    """What was done and said about a finding, in order."""
    rows: QuerySet[FindingWord] = one.said.select_related("by", "to").order_by("at", "pk")
    return [
        {
            "title": row.get_kind_display() + (f": {row.to.name}" if row.to else ""),
            "at": row.at,
            "by": row.by.name,
            "text": ". ".join(
                part for part in (row.get_outcome_display() if row.outcome else "", row.words)
                if part
            ),
        }
        for row in rows
    ]  # fmt: skip
