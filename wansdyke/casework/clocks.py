"""Keeping a case's clocks true to its facts, in the same transaction as the facts themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wansdyke.casework.calendar import calendar
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import NEVER, Case, Deadline, Retention
from wansdyke.kernel.clock import Light, Reckoning, light, reckon


def keep(desk: Desk, case: Case, facts: Any, at: datetime) -> None:
    """Starts, stops and replaces the clocks of a case as its facts now say.

    A clock whose anchor or amount changed, or that no longer applies, is replaced: its row stays,
    and is still stopped by its own stop, so that both the first and the last grade can be judged.
    """
    rows = list(Deadline.objects.filter(case=case).order_by("pk"))
    for row in _follow(desk, case, rows, facts, at):
        row.save(update_fields=["stopped_at", "replaced_at"] if row.pk else None)
    case.save(update_fields=["next_due_at"])
    # When it is reviewed follows from the same facts; a job reckons it (`reckoning`).
    Retention.objects.filter(pk=case.pk).exclude(reckoned_by="").update(reckoned_by="")
    if desk.following is not None:
        told = desk.following(facts, rows)
        desk.model._default_manager.filter(pk=case.pk).update(**told)


def retold(desk: Desk, case: Case, told: Sequence[tuple[Any, datetime]]) -> list[Deadline]:
    """The deadlines that `keep` would have left of facts that changed, each as they were from a
    moment on, unsaved, for a load; sets `next_due_at`."""
    rows: list[Deadline] = []
    for facts, at in told:
        _follow(desk, case, rows, facts, at)
    return rows


def _follow(
    desk: Desk, case: Case, rows: list[Deadline], facts: Any, at: datetime
) -> list[Deadline]:
    """Brings a case's deadlines to its facts, new ones added to `rows`; returns what changed."""
    changed: list[Deadline] = []
    kept: list[Deadline] = []
    running: list[datetime] = []
    for reckoning in reckon(desk.clocks, facts, calendar()):
        row = _matching(rows, reckoning)
        if row is None:
            row = Deadline(case=case, **_columns(reckoning))
            rows.append(row)
            changed.append(row)
        elif row.stopped_at != reckoning.stopped_at:
            row.stopped_at = reckoning.stopped_at
            changed.append(row)
        kept.append(row)
        if reckoning.stopped_at is None:
            running.append(reckoning.due_at)
    others = (row for row in rows if not any(row is one for one in kept))
    changed.extend(row for row in others if _replaced(desk, row, facts, at))
    case.next_due_at = min(running, default=NEVER)
    return changed


def _matching(rows: list[Deadline], reckoning: Reckoning) -> Deadline | None:
    for row in rows:
        same = (row.clock, row.rule_version, row.anchored_at, row.due_at) == (
            reckoning.key,
            reckoning.version,
            reckoning.anchored_at,
            reckoning.due_at,
        )
        if same and row.replaced_at is None:
            return row
    return None


def _columns(reckoning: Reckoning) -> dict[str, Any]:
    return {
        "clock": reckoning.key,
        "rule_version": reckoning.version,
        "anchored_at": reckoning.anchored_at,
        "due_at": reckoning.due_at,
        "stopped_at": reckoning.stopped_at,
        "inputs": reckoning.inputs,
    }


def _replaced(desk: Desk, row: Deadline, facts: Any, at: datetime) -> bool:
    """Replaces a deadline, stopped by its own stop; returns whether that changed it."""
    clock = desk.clock(row.clock, row.rule_version)
    stop = clock.stop(facts) if clock else None
    stop = None if stop is None else max(stop, row.anchored_at)
    # What stopped it first goes on counting: a case opened again does not undo what was met.
    if row.stopped_at is not None and (stop is None or stop > row.stopped_at):
        stop = row.stopped_at
    replaced = row.replaced_at or at
    differs = (row.replaced_at, row.stopped_at) != (replaced, stop)
    row.replaced_at, row.stopped_at = replaced, stop
    return differs


def fresh(desk: Desk, case: Case, facts: Any) -> list[Deadline]:
    """The deadlines of a case that has none yet, unsaved, for a load; sets `next_due_at`."""
    made = [
        Deadline(case=case, **_columns(reckoning))
        for reckoning in reckon(desk.clocks, facts, calendar())
    ]
    case.next_due_at = min((d.due_at for d in made if d.stopped_at is None), default=NEVER)
    return made


def light_of(desk: Desk, row: Deadline, now: datetime) -> Light:
    """How a stored deadline stands at a moment. A replaced one that was stopped is judged too."""
    clock = desk.clock(row.clock, row.rule_version)
    judged = row.stopped_at is not None
    return light(
        row.due_at,
        now=now,
        stopped_at=row.stopped_at,
        replaced_at=None if judged else row.replaced_at,
        **({"close_within": clock.close_within} if clock else {}),
    )
