"""Whether a call is a repeat: the same caller, victim or place within the twelve months before.

Kept on the call in the transaction that makes it one, so that measures, lists and samples need not
look through every earlier call. A call that is recorded later but came earlier makes repeats of
those after it; who is judged to be one person, or no longer, is heard of by a job.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from wansdyke.casework.models import Party
from wansdyke.desks.contact.models import Contact

WITHIN = timedelta(days=365)
AT_ONCE = 500
# So few later calls are each looked at, rather than looked for.
FEW = 200
CALLER, VICTIM, PLACE = "repeat_caller", "repeat_victim", "repeat_place"
CALLED = Q(role="caller", ended_at=None)
HARMED = Q(role="victim", ended_at=None) | Q(
    role="caller", case__contact__caller_is_victim="yes", ended_at=None
)
# By which columns of a person's record two callers, or two victims, are the same.
PEOPLE: Mapping[str, tuple[Q, tuple[str, ...]]] = {
    CALLER: (CALLED, ("person_id", "phone_key")),
    VICTIM: (HARMED, ("person_id",)),
}
Calls = QuerySet[Contact]


def keep(calls: Collection[int], *, of_load: int | None = None) -> int:
    """Works out anew whether calls (primary keys) are repeats, and which later ones they make so.

    Of calls `of_load` all are looked at in their turn, so none of them is looked for as a later
    one. Returns how many calls changed.
    """
    wanted = sorted(set(calls))
    others = Contact.objects.exclude(pk__in=wanted)
    if of_load is not None:
        elsewhere = Q(case__root__load__isnull=True) | ~Q(case__root__load=of_load)
        others = Contact.objects.filter(elsewhere)
    return sum(_keep(wanted[n : n + AT_ONCE], others) for n in range(0, len(wanted), AT_ONCE))


def _keep(calls: Sequence[int], others: Calls) -> int:
    these = Contact.objects.filter(pk__in=calls)
    moments = list(these.values_list("received_at", flat=True))
    if not moments:
        return 0
    changed = 0
    for column, found in FINDING.items():
        repeats = found(calls)
        changed += these.filter(pk__in=repeats, **{column: False}).update(**{column: True})
        changed += these.exclude(pk__in=repeats).filter(**{column: True}).update(**{column: False})
    later = others.filter(received_at__gt=min(moments))
    # Of calls taken as they come there is none, and nothing more to look at.
    if later.exists():
        near = later.filter(received_at__lte=max(moments) + WITHIN)
        changed += sum(_follow(calls, near, column) for column in FINDING)
    return changed


def _follow(calls: Sequence[int], near: Calls, column: str) -> int:
    """Marks the later calls that these make repeats."""
    alike = near.filter(**{column: False})
    waiting = list(alike.values_list("pk", flat=True)[: FEW + 1])
    if len(waiting) > FEW:
        shared = alike.filter(SHARING[column](calls))
        waiting = list(shared.values_list("pk", flat=True))
    changed = 0
    for first in range(0, len(waiting), AT_ONCE):
        repeats = FINDING[column](waiting[first : first + AT_ONCE])
        changed += Contact.objects.filter(pk__in=repeats).update(**{column: True})
    return changed


def _before(path: str) -> Q:
    """Received before the call in question, and at most twelve months before, and open to all who
    may see the other: a repeat of a call that is held back would tell that there is one."""
    moment = OuterRef(f"{path}received_at")
    return Q(
        **{
            f"{path}received_at__lt": moment,
            f"{path}received_at__gte": moment - WITHIN,
            f"{path}case__root__marking": 0,
        }
    )


def _at_places(calls: Sequence[int]) -> set[int]:
    earlier = Contact.objects.filter(_before(""), place_id=OuterRef("place_id"))
    rows = Contact.objects.filter(Exists(earlier), pk__in=calls, place__isnull=False)
    return set(rows.values_list("pk", flat=True))


def _by_people(column: str) -> Callable[[Sequence[int]], set[int]]:
    part, marks = PEOPLE[column]

    def found(calls: Sequence[int]) -> set[int]:
        return set().union(*(_repeated(part, f"record__{mark}", calls) for mark in marks))

    return found


def _repeated(part: Q, mark: str, calls: Sequence[int]) -> set[int]:
    """Those of the calls of which somebody of the same mark had part in another before.

    In two steps, so that the marks lead to the earlier calls: asked as one, a database that has
    not yet counted its rows looks through all calls for each of these.
    """
    moment = "case__contact__received_at"
    own = Party.objects.filter(part, case_id__in=calls, case__contact__isnull=False)
    rows = [row for row in own.values_list("case_id", mark, moment) if row[1] not in ("", None)]
    if not rows:
        return set()
    moments = [at for _, _, at in rows]
    earlier = Party.objects.filter(
        part,
        case__root__marking=0,
        record__root__marking=0,
        **{
            f"{mark}__in": {value for _, value, _ in rows},
            f"{moment}__gte": min(moments) - WITHIN,
            f"{moment}__lt": max(moments),
        },
    )
    before = defaultdict[Any, list[datetime]](list)
    for value, at in earlier.values_list(mark, moment):
        before[value].append(at)
    return {
        case for case, value, at in rows if any(at - WITHIN <= one < at for one in before[value])
    }


def _sharing_people(column: str) -> Callable[[Sequence[int]], Q]:
    part, marks = PEOPLE[column]

    def sharing(calls: Sequence[int]) -> Q:
        own = Party.objects.filter(part, case_id__in=calls)
        held = {mark: set(own.values_list(f"record__{mark}", flat=True)) - {""} for mark in marks}
        same = Q(pk__in=())
        for mark, values in held.items():
            same |= Q(**{f"record__{mark}__in": values})
        return Q(pk__in=Party.objects.filter(part, same).values("case_id"))

    return sharing


def _sharing_places(calls: Sequence[int]) -> Q:
    here = Contact.objects.filter(pk__in=calls, place__isnull=False)
    return Q(place_id__in=set(here.values_list("place_id", flat=True)))


FINDING: Mapping[str, Callable[[Sequence[int]], set[int]]] = {
    PLACE: _at_places,
    CALLER: _by_people(CALLER),
    VICTIM: _by_people(VICTIM),
}
SHARING: Mapping[str, Callable[[Sequence[int]], Q]] = {
    PLACE: _sharing_places,
    CALLER: _sharing_people(CALLER),
    VICTIM: _sharing_people(VICTIM),
}
