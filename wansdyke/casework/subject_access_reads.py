"""Whom a request may be about, and how much of it lies out of its preparer's sight."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import Lock, Root, User
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of, whole
from wansdyke.access.sections import Section
from wansdyke.casework.models import Leaving, Party
from wansdyke.kernel.calendar import london
from wansdyke.people.asked import asked_of
from wansdyke.people.finding import matching
from wansdyke.people.known import Sight, known_of
from wansdyke.people.models import PersonRecord
from wansdyke.people.names import names


def candidates(leaving: Leaving, actor: Actor, at: datetime) -> list[PersonRecord]:
    """The records that an actor may see which may be of whoever is asked about: those of the name
    given, however spelt, all that were judged to be of one person with one that is theirs, and
    those decided already; each `decided` True, False or None."""
    asked = asked_of(
        forename=leaving.forename,
        surname=leaving.surname,
        date_of_birth=leaving.date_of_birth,
        today=london(at).date(),
    )
    sight = Sight(actor, at)
    matched = [one.row.pk for one in known_of(matching(asked, sight.names_any), sight).known]
    decided = dict(leaving.records.values_list("record_id", "theirs"))
    theirs = [pk for pk, is_theirs in decided.items() if is_theirs]
    people = PersonRecord.objects.filter(pk__in=theirs).values("person_id")
    found = PersonRecord.objects.filter(
        Q(pk__in=[*matched, *decided]) | Q(person_id__in=people),
        scope(actor, Right.VIEW, at, "root__"),
    )
    rows = list(found.select_related("root", "person", "first_person").order_by("pk"))
    seen = sections_of(actor, [row.pk for row in rows], at)
    rows = [row for row in rows if Section.IDENTITY in seen[row.pk]]
    for row in rows:
        row.decided = decided.get(row.pk)  # type: ignore[attr-defined]
    return rows


def out_of_sight(leaving: Leaving, viewer: Actor, at: datetime) -> list[dict[str, Any]]:
    """How many records and cases of the person, or of people of exactly the name given, lie out of
    the sight of whoever opened the request: by team and marking, without content, for the privacy
    officer who knows whom to ask. What the officer is locked out of is not counted."""
    user = User.objects.select_related("agency").get(pk=leaving.by_id)
    preparer = actor_of(user, on=london(at).date(), mfa=True, channel="worker")
    records = set(_records(leaving))
    cases = Party.objects.filter(record_id__in=records).values_list("case_id", flat=True)
    roots = Root.objects.filter(whole(), pk__in={*records, *cases})
    locks = Lock.objects.filter(user_id=viewer.user_id, lifted_at__isnull=True)
    unseen = roots.exclude(scope(preparer, Right.VIEW, at)).exclude(pk__in=locks.values("root_id"))
    rows = unseen.select_related("team__agency")
    return list(_counted(rows))


def _counted(rows: Iterable[Root]) -> Iterable[dict[str, Any]]:
    counted = Counter((str(r.team.agency), r.team.name, r.get_marking_display()) for r in rows)
    for (agency, team, marking), number in sorted(counted.items()):
        yield {"agency": agency, "team": team, "marking": marking, "number": number}


def _records(leaving: Leaving) -> Iterable[int]:
    theirs = leaving.records.filter(theirs=True).values_list("record_id", flat=True)
    people = PersonRecord.objects.filter(pk__in=list(theirs)).values("person_id")
    same = Q(person_id__in=people)
    key = names(leaving.forename, "", leaving.surname)
    if key.forename and key.surname:
        alike = Q(surname_key=key.surname, forename_key=key.forename)
        if leaving.date_of_birth:
            born = Q(date_of_birth=leaving.date_of_birth) | Q(date_of_birth=None)
            alike &= born
        same |= alike
    apart = leaving.records.filter(theirs=False).values("record_id")
    return PersonRecord.objects.filter(same).exclude(pk__in=apart).values_list("pk", flat=True)
