"""Before an agenda or a case goes to agencies: who of their staff has a conflict with its people.

For whatever is put before several agencies at once: a conference, a list, a share, a referral. Who
it is goes to professional standards alone; a sender is told that there may be somebody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from wansdyke.access.actors import SYSTEM
from wansdyke.access.models import User
from wansdyke.casework.models import Case, Conflict, Party
from wansdyke.people.models import PersonRecord
from wansdyke.people.names import names

# How a conflict stands: somebody is locked out, one is suggested, or a name is the same.
LOCKED, SUGGESTED, NAMESAKE = "locked out", "suggested", "bears the name"
STANDING = {Conflict.LIVE: LOCKED, Conflict.SUGGESTED: SUGGESTED}


@dataclass(frozen=True, order=True)
class Clash:
    """One member of an agency's staff and one record (primary keys) on an agenda, and how it
    stands between them."""

    user_id: int
    record_id: int
    standing: str


def keys_of_name(name: str) -> set[tuple[str, str]]:
    """The keys of forename and surname that a full name may mean: a name in the middle may be
    either's."""
    words = name.split()
    found = {(words[0], " ".join(words[1:])), (words[0], words[-1])} if len(words) > 1 else set()
    keys = (names(forename, "", surname) for forename, surname in found)
    return {(one.forename, one.surname) for one in keys if one.forename and one.surname}


def clashes(records: Collection[int], agencies: Collection[int], at: datetime) -> list[Clash]:
    """Every conflict between people, by their records, and the active staff of agencies (primary
    keys), whether professional standards have made it, were shown it or do not know of it yet.

    What they looked at and found to be none is none. `at` is the moment of the agenda: a conflict
    that ends later is one.
    """
    people = dict(PersonRecord.objects.filter(pk__in=records).values_list("pk", "person_id"))
    staff = User.objects.filter(agency_id__in=agencies, is_active=True).exclude(username=SYSTEM)
    known = _known(people, [user.pk for user in staff], at)
    found = {(one.user_id, one.record_id): one for one in known}
    looked_at = _dismissed(people)
    bearing: dict[tuple[str, str], list[int]] = {}
    for user in staff:
        for key in keys_of_name(user.name):
            bearing.setdefault(key, []).append(user.pk)
    rows = PersonRecord.objects.filter(pk__in=records)
    for pk, forename, surname in rows.values_list("pk", "forename_key", "surname_key"):
        for user_id in bearing.get((forename, surname), ()):
            if (user_id, people[pk]) not in looked_at:
                found.setdefault((user_id, pk), Clash(user_id, pk, NAMESAKE))
    return sorted(found.values())


def _standing(at: datetime) -> Q:
    return Q(state__in=STANDING) & (Q(ended_at__isnull=True) | Q(ended_at__gt=at))


def _known(people: dict[int, int], staff: Collection[int], at: datetime) -> list[Clash]:
    persons = set(people.values())
    parts = Party.objects.filter(record__person_id__in=persons)
    on_cases: dict[int, set[int]] = {}
    for case, person in parts.values_list("case_id", "record__person_id"):
        on_cases.setdefault(case, set()).add(person)
    about = Q(root__person_record__person_id__in=persons) | Q(root_id__in=list(on_cases))
    rows = Conflict.objects.filter(about, _standing(at), user_id__in=list(staff))
    found = []
    for one in rows.select_related("root__person_record").order_by("-state"):
        record = getattr(one.root, "person_record", None)
        theirs = {record.person_id} if record is not None else on_cases[one.root_id]
        standing = STANDING[one.state]
        found += [Clash(one.user_id, pk, standing) for pk, who in people.items() if who in theirs]
    return found


def _dismissed(people: dict[int, int]) -> set[tuple[int, int]]:
    """Users and people between whom somebody looked and found no conflict."""
    rows = Conflict.objects.filter(
        state__in=(Conflict.DISMISSED, Conflict.LIFTED),
        root__person_record__person_id__in=set(people.values()),
    )
    return set(rows.values_list("user_id", "root__person_record__person_id"))


def warned(case: Case, agencies: Collection[int], at: datetime) -> set[int]:
    """Those of some agencies (primary keys) of whose staff somebody may have a conflict with a case
    or its people: for its sender, who is not told whom it is about. Never the case's own agency,
    for there the sender might guess."""
    others = set(agencies) - {case.root.agency_id}
    staff = dict(User.objects.filter(agency_id__in=others).values_list("pk", "agency_id"))
    about = Conflict.objects.filter(_standing(at), root_id=case.pk, user_id__in=list(staff))
    on_it = Party.objects.filter(case=case, ended_at__isnull=True)
    met = clashes(list(on_it.values_list("record_id", flat=True)), others, at)
    users = {*about.values_list("user_id", flat=True), *(one.user_id for one in met)}
    return {agency for user, agency in staff.items() if user in users and agency is not None}


def warning(agency: str) -> str:
    """What a sender is told of an agency that is warned of."""
    return (
        f"Somebody who works for {agency} may have a conflict of interest here. Whoever is locked "
        "out sees nothing of it, but others there may talk: ask professional standards first if "
        "you are in doubt."
    )
