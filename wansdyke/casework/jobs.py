"""The scheduled jobs: tell of missed targets once, and remove what has had its time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import F, Q, QuerySet

from wansdyke.access.actors import Actor, system_actor
from wansdyke.access.kept import KEPT_FOR
from wansdyke.access.models import Guess, Session
from wansdyke.access.scope import whole
from wansdyke.casework.desk import Desk
from wansdyke.casework.models import Deadline, Export, Party, Retention
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change, digest_of
from wansdyke.kernel.flow import Refused
from wansdyke.people.models import PersonRecord
from wansdyke.people.whereabouts import settle

AT_ONCE = 200
EXPORT_KEPT = timedelta(hours=24)
GUESS_KEPT = timedelta(hours=1)


def worker() -> Actor:
    """The maintenance account, working by itself."""
    return replace(system_actor(), channel="worker")


def tell_of_missed(desks: Sequence[Desk], at: datetime) -> int:
    """Tells, once each, of every running deadline of an open case that has passed, and of those
    that outlast their case.

    What a file brought in already late is no news. Returns how many were told of.
    """
    told = {desk.key: desk for desk in desks if desk.on_missed is not None}
    outlasting = {clock.key for desk in desks for clock in desk.clocks if clock.outlasts}
    news = Q(case__root__load__isnull=True) | Q(due_at__gte=F("case__root__created_at"))
    passed = Deadline.objects.filter(
        news,
        Q(case__is_open=True) | Q(clock__in=sorted(outlasting)),
        whole("case__root__"),
        due_at__lt=at,
        stopped_at__isnull=True,
        replaced_at__isnull=True,
        told_at__isnull=True,
        case__desk__in=sorted(told),
    ).order_by("due_at")
    by = worker()
    found = list(passed.values_list("pk", "case__desk")[:AT_ONCE])
    return sum(_tell_of(pk, told[desk], by, at) for pk, desk in found)


def place_anew(desks: Sequence[Desk], at: datetime) -> int:
    """Places what lies by an older drawing of the areas, where nobody is at it already."""
    followers = [desk.follower for desk in desks if desk.follower is not None]
    try:
        return settle(followers, by=worker(), now=lambda: at)
    except Refused:
        return 0


def follow_people(desks: Sequence[Desk], at: datetime) -> int:
    """Lets the desks mark anew the cases of records that were judged to be of another person, and
    of those that they left or joined; returns how many records."""
    found = list(_regrouped().values_list("pk", flat=True)[:AT_ONCE])
    if not found:
        return 0
    key = f"regrouped:{at.timestamp():.6f}"
    with change(by=worker(), at=at, key=key, digest=digest_of(key)):
        held = list(_regrouped().filter(pk__in=found).select_for_update())
        PersonRecord.objects.filter(pk__in=[one.pk for one in held]).update(regrouped=False)
        people = {one.person_id for one in held}
        parts = Party.objects.filter(record__person_id__in=people)
        for desk in desks:
            if desk.repeats is not None:
                theirs = parts.filter(case__desk=desk.key).values_list("case_id", flat=True)
                desk.repeats(set(theirs))
        cases = Retention.objects.filter(root_id__in=parts.values("case_id"))
        records = Retention.objects.filter(root__person_record__person_id__in=people)
        for rows in (cases, records):
            rows.exclude(reckoned_by="").update(reckoned_by="~")
    return len(held)


def _regrouped() -> QuerySet[PersonRecord]:
    return PersonRecord.objects.filter(regrouped=True).order_by("pk")


class _Overtaken(Exception):
    """The deadline was met, replaced or told of a moment before."""


def _tell_of(pk: int, desk: Desk, by: Actor, at: datetime) -> bool:
    root = Deadline.objects.select_related("case__root").get(pk=pk).case.root
    try:
        with change(by=by, at=at, key=f"missed:{pk}", root=root) as doing:
            # Read again now that the case is locked: a unit may have arrived meanwhile.
            deadline = Deadline.objects.select_related("case__root").get(pk=pk)
            if deadline.stopped_at or deadline.replaced_at or deadline.told_at:
                raise _Overtaken
            deadline.told_at = at
            deadline.save(update_fields=["told_at"])
            doing.event("target-passed", root=root, occurred_at=deadline.due_at, touches=False)
            doing.audit(audit.ALTERATION, root.reference, missed=deadline.clock, fields=["told_at"])
            if desk.on_missed is not None:
                desk.on_missed(deadline.case, deadline, at)
        return True
    except (Repeated, _Overtaken):
        return False


def remove_exports(folder: Path, at: datetime) -> int:
    """Removes what was taken out a day after it was made, or asked for in vain: file, then row. Of
    what named people the row stays, with what it was for, and without what it held."""
    since = at - EXPORT_KEPT
    over = Q(ready_at__lt=since) | Q(ready_at=None, asked_at__lt=since)
    removed = list(Export.objects.filter(over, removed_at=None))
    for one in removed:
        remove_export(one, folder, at)
    return len(removed) + _remove_unnamed(folder, since)


def remove_export(one: Export, folder: Path, at: datetime) -> None:
    """Removes one that was taken out: its file first, then its row, or what the row held."""
    if one.stored_as:
        (folder / one.stored_as).unlink(missing_ok=True)
    if not one.purpose:
        one.delete()
        return
    one.stored_as, one.held, one.opened, one.query, one.removed_at = "", [], [], "", at
    one.save(update_fields=["stored_as", "held", "opened", "query", "removed_at"])


def _remove_unnamed(folder: Path, since: datetime) -> int:
    """Removes what a killed worker left half-written: old files that no row names."""
    named = set(Export.objects.values_list("stored_as", flat=True))
    left = [
        file
        for file in folder.iterdir()
        if file.name not in named and file.stat().st_mtime < since.timestamp()
    ]
    for file in left:
        file.unlink(missing_ok=True)
    return len(left)


def remove_guesses(at: datetime) -> int:
    """Removes sign-in guesses that no longer count."""
    return Guess.objects.filter(at__lt=at - GUESS_KEPT).delete()[0]


def remove_sessions(at: datetime) -> int:
    """Removes sessions that ended long enough ago: until then a form that comes too late is known
    to be its sender's."""
    return Session.objects.filter(expire_date__lt=at - KEPT_FOR).delete()[0]
