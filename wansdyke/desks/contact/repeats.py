"""Whether a call is a repeat: the same caller, victim or place within the twelve months before.

Kept on the call in the transaction that makes it one, so that measures, lists and samples need not
look through every earlier call. A call that is recorded later but came earlier makes repeats of
those after it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from wansdyke.casework.models import Party
from wansdyke.desks.contact.models import Contact

WITHIN = timedelta(days=365)
AT_ONCE = 500
CALLER, VICTIM, PLACE = "repeat_caller", "repeat_victim", "repeat_place"
# What a call is known by, such as a person or a telephone number: a kind and its value.
Mark = tuple[str, int | str]
Marks = Mapping[int, frozenset[Mark]]


def keep(calls: Collection[int]) -> int:
    """Works out anew whether calls (primary keys) are repeats, and which later ones they make so.

    Returns how many calls changed.
    """
    wanted = sorted(set(calls))
    return sum(_keep(wanted[n : n + AT_ONCE]) for n in range(0, len(wanted), AT_ONCE))


def _keep(calls: Sequence[int]) -> int:
    moments = dict(Contact.objects.filter(pk__in=calls).values_list("pk", "received_at"))
    if not moments:
        return 0
    since, until = min(moments.values()) - WITHIN, max(moments.values()) + WITHIN
    near = Contact.objects.filter(received_at__gte=since, received_at__lte=until)
    changed: dict[int, dict[str, bool]] = defaultdict(dict)
    for column, marks in _marks(list(moments), near):
        held = set(moments)
        for pk, repeated in _repeated(marks, _when(marks)).items():
            if pk in held or repeated:
                changed[pk][column] = repeated
        for pk in held - set(marks):
            changed[pk][column] = False
    return _write(changed)


def _marks(calls: list[int], near: QuerySet[Contact]) -> Iterable[tuple[str, Marks]]:
    """For each kind of repeat, the calls near enough that share a mark with one of `calls`."""
    yield PLACE, _at_places(calls, near)
    yield CALLER, _by_people(calls, near, Q(role="caller"), phones=True)
    harmed = Q(role="victim") | Q(role="caller", case__contact__caller_is_victim="yes")
    yield VICTIM, _by_people(calls, near, harmed, phones=False)


def _at_places(calls: list[int], near: QuerySet[Contact]) -> Marks:
    here = Contact.objects.filter(pk__in=calls, place__isnull=False).values("place_id")
    rows = near.filter(place_id__in=list(here.values_list("place_id", flat=True)))
    return {pk: frozenset({(PLACE, place)}) for pk, place in rows.values_list("pk", "place_id")}


def _by_people(calls: list[int], near: QuerySet[Contact], part: Q, *, phones: bool) -> Marks:
    parts = Party.objects.filter(part, ended_at=None)
    own = parts.filter(case_id__in=calls)
    people = set(own.values_list("record__person_id", flat=True))
    same = Q(record__person_id__in=people)
    numbers = set(own.values_list("record__phone_key", flat=True)) - {""} if phones else set()
    if numbers:
        same |= Q(record__phone_key__in=numbers)
    found: dict[int, set[Mark]] = defaultdict(set)
    rows = parts.filter(same, case__contact__in=near).values_list(
        "case_id", "record__person_id", "record__phone_key"
    )
    for pk, person, number in rows:
        found[pk].add(("person", person))
        if phones and number:
            found[pk].add(("phone", number))
    return {pk: frozenset(marks) for pk, marks in found.items()}


def _when(marks: Marks) -> list[tuple[datetime, int]]:
    rows = Contact.objects.filter(pk__in=list(marks)).values_list("received_at", "pk")
    return sorted(rows)


def _repeated(marks: Marks, when: Sequence[tuple[datetime, int]]) -> dict[int, bool]:
    """Of calls in the order they came, which have an earlier one with the same mark in time."""
    last: dict[Mark, datetime] = {}
    found = {}
    for moment, pk in when:
        before = [last[mark] for mark in marks[pk] if mark in last]
        found[pk] = any(moment - one <= WITHIN for one in before)
        last |= dict.fromkeys(marks[pk], moment)
    return found


def _write(changed: Mapping[int, Mapping[str, bool]]) -> int:
    differing = []
    for call in Contact.objects.filter(pk__in=list(changed)).only("pk", CALLER, VICTIM, PLACE):
        new = changed[call.pk]
        if any(getattr(call, column) != value for column, value in new.items()):
            for column, value in new.items():
                setattr(call, column, value)
            differing.append(call)
    Contact.objects.bulk_update(differing, [CALLER, VICTIM, PLACE], batch_size=200)
    return len(differing)
