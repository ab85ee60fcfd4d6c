"""Who and where: people and places, however they are spelt, with a weight and the reasons for it.

Results obey scope: people are found through their records in scope, by fields whose section the
viewer sees; places through the records, cases and markers that name them. With the safety face a
marked person outside scope is found too, as a name and markers alone. `Found` says what was not
searched, and `noted` writes the search down.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
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
from wansdyke.linkage.links import last_contacts
from wansdyke.people.finding import Matches, matching
from wansdyke.people.known import Known, known_of, naming
from wansdyke.people.known_as import CALLED, known_as
from wansdyke.people.models import Person, PersonRecord
from wansdyke.people.warned import warned_like, weighed_as_faces


def find_people(actor: Actor, at: datetime, query: Query, limit: int = LIMIT) -> Found[Candidate]:
    """The people an actor may see who agree with a query, those who agree most first."""
    asked = query.asked(london(at).date())
    not_searched = (*asked.unusable, OTHER_SYSTEMS, out_of_sight(actor))
    if not asked.searched or not actor.may(Right.VIEW):
        return Found(not_searched=not_searched)
    matches = matching(asked, naming(actor, at))
    seen = known_of(matches, actor, at)
    found = _together(seen.known)
    faced = _faces(actor, at, matches, found)
    ranked = sorted([*found.items(), *faced.items()], key=_likeliest_first)
    shown = dict(ranked[:limit])
    return Found(
        candidates=tuple(_told(actor, at, shown, faced)),
        searched=asked.searched,
        not_searched=not_searched,
        more=seen.more or len(ranked) > limit,
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
    actor: Actor, at: datetime, matches: Matches, found: Collection[int]
) -> dict[int, list[Known]]:
    """The marked people of whom the actor may see no record, by the records they have."""
    if not actor.safety_face:
        return {}
    unknown = [row for row in warned_like(matches) if row.person_id not in found]
    mine = known_as(actor, at, {row.person_id for row in unknown})
    unknown = [row for row in unknown if row.person_id not in mine]
    told = faced_among(actor, at, [row.pk for row in unknown])
    return _together(weighed_as_faces(matches, [row for row in unknown if row.pk in told]))


def _shown(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    rows = PersonRecord.objects.filter(among_keys("pk")).order_by()
    root = (f"root__{name}" for name in OF_ROOT)
    return rows.annotate(called=CALLED).values_list(*OF_RECORD, *root, "called")


OF_RECORD = [field.attname for field in PersonRecord._meta.concrete_fields]
OF_PERSON = ("id", "reference")
OF_ROOT = ("id", "reference", "agency_id", "team_id", "marking")
SHOWN = Question(_shown)


def _records(actor: Actor, at: datetime, pks: Collection[int]) -> dict[int, PersonRecord]:
    """Records with what is shown of their root and person, by primary key."""
    found = {}
    width = len(OF_RECORD)
    for row in SHOWN.rows(actor, at, pks):
        columns = dict(zip(OF_RECORD, row[:width], strict=True))
        born = columns["date_of_birth"]
        columns["date_of_birth"] = date.fromisoformat(born) if isinstance(born, str) else born
        record = PersonRecord.from_db(None, OF_RECORD, columns.values())
        record.root = Root.from_db(None, OF_ROOT, row[width:-1])
        record.person = Person.from_db(None, OF_PERSON, (record.person_id, row[-1]))
        found[record.pk] = record
    return found


def _told(
    actor: Actor,
    at: datetime,
    shown: Mapping[int, list[Known]],
    faced: Collection[int],
) -> Iterator[Candidate]:
    markers = markers_of_people(actor, at, list(shown))
    last = last_contacts(actor, at, [person for person in shown if person not in faced])
    rows = _records(actor, at, [one.row.pk for known in shown.values() for one in known])
    called = known_as(actor, at, [person for person in shown if person not in faced])
    for person, known in shown.items():
        agreement = known[0].agreement
        seen = [RecordSeen(record=rows[one.row.pk], sections=one.sections) for one in known]
        names = [each.name for each in seen if each.name]
        yield Candidate(
            person=Person(
                pk=person, reference=called.get(person) or seen[0].record.person.reference
            ),
            name=names[0] if names else "Name held back",
            records=() if person in faced else tuple(seen),
            reasons=agreement.reasons,
            markers=markers.get(person, ()),
            last_contact=last.get(person),
            face=person in faced,
            weight=agreement.weight,
            probability=agreement.probability,
        )
