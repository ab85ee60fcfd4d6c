"""Who and where: people and places, however they are spelt, with a weight and the reasons for it.

Results obey scope: people are found through their records in scope, by fields whose section the
viewer sees; places through the records, cases and markers that name them. With the safety face a
marked person outside scope is found too, as a name and markers alone. `Found` says what was not
searched, and `noted` writes the search down.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope
from wansdyke.access.sections import Section
from wansdyke.access.written import Question, among_keys
from wansdyke.kernel.calendar import london
from wansdyke.linkage.faces import faced_among, markers_of_people
from wansdyke.linkage.found import (
    LIMIT,
    OTHER_SYSTEMS,
    Candidate,
    Found,
    Query,
    RecordSeen,
    out_of_sight,
)
from wansdyke.linkage.held import agreeing, held_of, kept_from
from wansdyke.linkage.links import last_contacts
from wansdyke.people.finding import Matches, matching
from wansdyke.people.known import Known, Sight, known_of
from wansdyke.people.known_as import CALLED, OWN, known_as
from wansdyke.people.models import Person, PersonRecord
from wansdyke.people.walks import Row
from wansdyke.people.warned import warned_like, weighed_as_faces


def find_people(actor: Actor, at: datetime, query: Query, limit: int = LIMIT) -> Found[Candidate]:
    """The people an actor may see who agree with a query, those who agree most first."""
    asked = query.asked(london(at).date())
    not_searched = (*asked.unusable, OTHER_SYSTEMS, out_of_sight(actor))
    if not asked.searched or not actor.may(Right.VIEW):
        return Found(not_searched=not_searched)
    sight = Sight(actor, at)
    matches = matching(asked, sight.names_any)
    seen = known_of(matches, sight)
    found = _together(seen.known)
    apart = warned_like(matches) if actor.safety_face else []
    faced = _faces(actor, at, matches, [row for row in apart if row.person_id not in found])
    sure = agreeing(matches, apart)
    ranked = sorted([*found.items(), *faced.items()], key=_likeliest_first)
    shown = dict(ranked[:limit])
    return Found(
        candidates=tuple(_told(actor, at, shown, faced)),
        searched=asked.searched,
        not_searched=not_searched,
        more=seen.more or len(ranked) > limit,
        held=held_of(actor, at, sure),
        kept_from=kept_from(actor, at, sure),
        matched=(matches,),
    )


def _likeliest_first(one: tuple[int, list[Known]]) -> tuple[float, str, int]:
    person, known = one
    return -known[0].agreement.weight, _surname(known[0]), person


def _surname(known: Known) -> str:
    # A name that is held back must not show in the order either.
    return known.row.surname if Section.IDENTITY in known.sections else ""


def _together(known: Iterable[Known]) -> dict[int, list[Known]]:
    """By person (primary key), each one's records that agree, the best first."""
    grouped: dict[int, list[Known]] = {}
    for one in known:
        grouped.setdefault(one.row.person_id, []).append(one)
    return grouped


def _faces(
    actor: Actor, at: datetime, matches: Matches, unknown: list[Row]
) -> dict[int, list[Known]]:
    """The marked people of whom the actor may see no record, by the records they have."""
    mine = known_as(actor, at, {row.person_id for row in unknown})
    unknown = [row for row in unknown if row.person_id not in mine]
    told = faced_among(actor, at, [row.pk for row in unknown])
    return _together(weighed_as_faces(matches, [row for row in unknown if row.pk in told]))


OF_PERSON = ("id", "reference")
SHOWN = {"root_id", "person_id", "forename", "surname", "date_of_birth", "source"}
# In the model's own order, in which `from_db` takes them.
OF_RECORD = [f.attname for f in PersonRecord._meta.concrete_fields if f.attname in SHOWN]
BORN = OF_RECORD.index("date_of_birth")


def _columns(rows: QuerySet[PersonRecord]) -> QuerySet[Any, Any]:
    found = rows.order_by().annotate(own=OWN, called=CALLED)
    return found.values_list(*OF_RECORD, "root__reference", "own", "called")


def _of_people(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    seen = scope(actor, Right.VIEW, at, "root__")
    return _columns(PersonRecord.objects.filter(seen, among_keys("person_id")))


def _of_faces(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    return _columns(PersonRecord.objects.filter(among_keys("pk")))


# What is shown of all the records of people that an actor sees; and of records with a face.
OF_PEOPLE, OF_FACES = Question(_of_people), Question(_of_faces)


class _Shown:
    """The records of those who were found, with what is shown of them."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.records: dict[int, tuple[PersonRecord, str]] = {}
        self.called: dict[int, tuple[int, str]] = {}
        for *columns, reference, own, called in rows:
            columns[BORN] = _day(columns[BORN])
            record = PersonRecord.from_db(None, OF_RECORD, columns)
            self.records[record.pk] = record, reference
            oldest = self.called.get(record.person_id, (own, called))
            self.called[record.person_id] = min(oldest, (own, called))

    def of(self, known: Iterable[Known]) -> Iterator[RecordSeen]:
        """The records that agree, those left out that were taken out of sight meanwhile."""
        for one in known:
            if one.row.pk in self.records:
                record, reference = self.records[one.row.pk]
                yield RecordSeen(record=record, reference=reference, sections=one.sections)


def _day(born: date | str | None) -> date | None:
    return date.fromisoformat(born) if isinstance(born, str) else born


def _told(
    actor: Actor,
    at: datetime,
    shown: Mapping[int, list[Known]],
    faced: Mapping[int, list[Known]],
) -> Iterator[Candidate]:
    markers = markers_of_people(actor, at, list(shown))
    seen_of = [person for person in shown if person not in faced]
    last = last_contacts(actor, at, seen_of)
    theirs = [one.row.pk for person in shown if person in faced for one in faced[person]]
    rows = [*OF_PEOPLE.rows(actor, at, seen_of), *OF_FACES.rows(actor, at, theirs)]
    found = _Shown(rows)
    for person, known in shown.items():
        agreement = known[0].agreement
        seen = tuple(found.of(known))
        if not seen:
            continue
        names = [each.name for each in seen if each.name]
        yield Candidate(
            person=Person.from_db(None, OF_PERSON, (person, found.called[person][1])),
            name=names[0] if names else "Name held back",
            records=() if person in faced else seen,
            reasons=agreement.reasons,
            markers=markers.get(person, ()),
            last_contact=last.get(person),
            face=person in faced,
            weight=agreement.weight,
            probability=agreement.probability,
        )
