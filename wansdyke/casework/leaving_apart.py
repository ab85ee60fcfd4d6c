"""Who has nothing to do with a request: whoever it is about, and whoever is kept from them.

Before anybody has said whose records a request is about, only its names tell.
"""

from collections.abc import Collection

from django.db.models import Q

from wansdyke.access.for_agency import every_agency
from wansdyke.access.models import Lock, User
from wansdyke.casework.agenda import keys_of_name
from wansdyke.casework.leaving_text import plain
from wansdyke.casework.models import Leaving, LeavingRecord
from wansdyke.people.models import PersonRecord
from wansdyke.people.names import names

Key = tuple[str, str]


def about_themselves(name: str, forename: str, surname: str, recipient: str) -> bool:
    """Whether a request is about, or goes to, somebody of a member of staff's own name."""
    said = names(forename, "", surname)
    goes_to = f" {plain(recipient)} "
    return (said.forename, said.surname) in keys_of_name(name) or f" {plain(name)} " in goes_to


def apart_from(user_id: int, name: str) -> set[int]:
    """The requests (primary keys) that are as if they were not there for a member of staff: those
    about themselves, and those about somebody of whom a record is shut to them, or of that name and
    date of birth. One that they opened themselves stays: that it went would tell of the lock.

    It reads the names of all requests; there are some hundreds of them.
    """
    shut, told = _shut(user_id), set()
    with every_agency():
        theirs = LeavingRecord.objects.filter(record__root__in=_locks(user_id))
        told |= set(theirs.values_list("leaving_id", flat=True))
    rows = Leaving.objects.exclude(forename="", surname="", recipient="")
    said = "pk", "by_id", "forename", "surname", "date_of_birth", "recipient"
    for pk, opened_by, forename, surname, born, recipient in rows.values_list(*said):
        key = names(forename, "", surname)
        days = shut.get((key.forename, key.surname))
        alike = days is not None and (born is None or None in days or born in days)
        if alike and opened_by != user_id:
            told.add(pk)
        if about_themselves(name, forename, surname, recipient):
            told.add(pk)
    return told


def _locks(user_id: int) -> Collection[int]:
    locks = Lock.objects.filter(user_id=user_id, lifted_at__isnull=True)
    return locks.values_list("root_id", flat=True)


def _shut(user_id: int) -> dict[Key, set[object]]:
    """The names of those of whom a record is shut to somebody, with their dates of birth."""
    found: dict[Key, set[object]] = {}
    with every_agency():
        rows = PersonRecord.objects.filter(pk__in=_locks(user_id)).exclude(surname_key="")
        for forename, surname, born in rows.values_list(
            "forename_key", "surname_key", "date_of_birth"
        ):
            found.setdefault((forename, surname), set()).add(born)
    return found


def may_hear(users: Collection[User], leaving: Leaving) -> set[int]:
    """Those of some users (primary keys) who may hear of a request."""
    return {one.pk for one in users if leaving.pk not in apart_from(one.pk, one.name)}


def waits_for(root: int) -> bool:
    """Whether somebody asked for what is held on anybody of the name and date of birth of a record,
    or of one that a case names (primary key), and is not answered; unless it was said that the
    record is not theirs. To dispose of it meanwhile may be an offence (DPA 2018, section 173)."""
    waiting = Leaving.objects.filter(state__in=(Leaving.OPEN, Leaving.PREPARED))
    asked: dict[Key, list[tuple[int, object]]] = {}
    for pk, forename, surname, born in waiting.values_list(
        "pk", "forename", "surname", "date_of_birth"
    ):
        key = names(forename, "", surname)
        asked.setdefault((key.forename, key.surname), []).append((pk, born))
    if not asked:
        return False
    with every_agency():
        here = PersonRecord.objects.filter(Q(pk=root) | Q(parts__case_id=root)).distinct()
        apart = set(LeavingRecord.objects.filter(record__in=here, theirs=False).values_list(
            "leaving_id", "record_id"))  # fmt: skip
        rows = list(here.values_list("pk", "forename_key", "surname_key", "date_of_birth"))
    return any(
        (leaving, pk) not in apart and (born is None or theirs is None or born == theirs)
        for pk, forename, surname, theirs in rows
        for leaving, born in asked.get((forename, surname), ())
    )
