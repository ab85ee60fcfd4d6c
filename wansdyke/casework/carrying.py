"""Which roots a conflict of interest shuts: carried to all that is about the same person or case.

Whoever is locked out of a person is locked out of every record of theirs and of every case that
names one; whoever is locked out of a case, of the records its own team made of its people.
"""

from collections.abc import Collection, Iterable

from django.db.models import Q

from wansdyke.access.models import Lock
from wansdyke.access.one_person import accounts_of
from wansdyke.casework.models import Conflict, Party
from wansdyke.people.models import PersonRecord


def touching(case: int) -> Q:
    """The live conflicts about a case (primary key), or about somebody who is or was part of it."""
    people = Party.objects.filter(case_id=case).values("record__person_id")
    about = Q(root_id=case) | Q(root__person_record__person_id__in=people)
    return Q(state=Conflict.LIVE) & about


def carry(conflicts: Iterable[Conflict]) -> int:
    """Writes the locks that live conflicts lack; returns how many. Never lifts one: what somebody
    was once kept from stays shut until the conflict itself is lifted."""
    made = 0
    for one in conflicts:
        if one.state != Conflict.LIVE:
            continue
        there = Lock.objects.filter(source=one.reference, lifted_at__isnull=True)
        wanted = {(root, user) for root in roots_of(one) for user in accounts_of(one.user_id)}
        missing = wanted - set(there.values_list("root_id", "user_id"))
        roots = {root for root, _ in missing}
        PersonRecord.objects.filter(pk__in=roots, warned=False).update(warned=True)
        Lock.objects.bulk_create(
            Lock(
                root_id=root,
                user_id=user,
                reason=one.get_relation_display(),
                made_by_id=one.made_by_id,
                made_at=one.made_at,
                source=one.reference,
            )
            for root, user in sorted(missing)
        )
        made += len(roots)
    return made


def hold_of(case: int) -> None:
    """Notes of the people of a case (primary key) that is marked higher that something is held
    about them: who takes a call is told that much."""
    theirs = PersonRecord.objects.filter(parts__case_id=case, warned=False).values("pk")
    PersonRecord.objects.filter(pk__in=theirs).update(warned=True)


def carry_people(people: Collection[int]) -> int:
    """The same, of the conflicts about some people (primary keys), for whom records were joined."""
    about = Conflict.objects.filter(
        state=Conflict.LIVE, root__person_record__person_id__in=list(people)
    )
    return carry(about)


def roots_of(one: Conflict) -> set[int]:
    """All that a conflict shuts, by primary key."""
    person = PersonRecord.objects.filter(pk=one.root_id).values_list("person_id", flat=True).first()
    if person is None:
        own = PersonRecord.objects.filter(parts__case_id=one.root_id, root__team=one.root.team_id)
        return {one.root_id, *own.values_list("pk", flat=True)}
    records = set(PersonRecord.objects.filter(person_id=person).values_list("pk", flat=True))
    cases = Party.objects.filter(record_id__in=records).values_list("case_id", flat=True)
    return records | set(cases)
