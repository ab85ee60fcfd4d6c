"""Whom a search found only beside the one whom it was for."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from wansdyke.assurance.log_review_facts import Look, seen_in
from wansdyke.assurance.log_review_reading import FOUND, OPENED, Read, reads
from wansdyke.assurance.log_review_rules import beside
from wansdyke.history import audit
from wansdyke.history.models import AuditEntry

# Whoever searches opens whom they meant soon: until then it is not known whom they meant.
AFTERWARDS = timedelta(hours=1)


def found_beside(
    batch: Sequence[Read], looks: Sequence[Look], unexplained: Sequence[Look]
) -> set[tuple[int, int | None]]:
    """Of looks behind which there is no work those at somebody whom a search found beside others,
    one of whom it was for: by entry and person."""
    found: dict[int, set[int]] = {}
    for look in looks:
        if look.read.way == FOUND and look.person is not None:
            found.setdefault(look.read.seq, set()).add(look.person)
    asked = [one for one in unexplained if len(found.get(one.read.seq, ())) > 1]
    if not asked:
        return set()
    without = {(one.read.seq, one.person) for one in unexplained}
    opened = _opened([*looks, *_later(batch, {one.read.viewer for one in asked})])
    said: set[tuple[int, int | None]] = set()
    for one in asked:
        seq, at = one.read.seq, one.read.at
        worked_on = {person for person in found[seq] if (seq, person) not in without}
        wanted = worked_on | {
            person for when, person in opened.get(one.read.viewer, ())
            if at <= when <= at + AFTERWARDS
        }  # fmt: skip
        if one.person is not None and beside(one.person, found[seq], wanted):
            said.add((seq, one.person))
    return said


def _opened(looks: Iterable[Look]) -> dict[int, list[tuple[datetime, int]]]:
    """Whom each viewer opened, when; by their own page or by that of a case of theirs."""
    found: dict[int, list[tuple[datetime, int]]] = {}
    for one in looks:
        if one.read.way == OPENED and one.person is not None:
            found.setdefault(one.read.viewer, []).append((one.read.at, one.person))
    return found


def _later(batch: Sequence[Read], viewers: Collection[int]) -> list[Look]:
    """What some looked at after the batch, for as long as it counts."""
    entries = AuditEntry.objects.filter(
        seq__gt=batch[-1].seq,
        at__lte=max(one.at for one in batch) + AFTERWARDS,
        actor_id__in=viewers,
        operation=audit.CONSULTATION,
    )
    return seen_in(reads(entries)).looks
