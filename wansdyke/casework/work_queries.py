"""The work on a case as its page and the pages of each kind show it, within what scope allows."""

from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.sections import Section
from wansdyke.casework.desk import Desk
from wansdyke.casework.markers import LiveMarker, live_for
from wansdyke.casework.models import Case, CasePlace, Party
from wansdyke.casework.presenting import HELD_BACK
from wansdyke.casework.queries import may_also
from wansdyke.casework.work_presenting import DISPOSED, SHOWERS, Viewer, WorkList, name_of
from wansdyke.casework.work_reads import READS, people_of, places_of, records_seen
from wansdyke.ui.paging import Page, page_of

ON_CASE_PAGE = 10
# People whose markers and names a page looks up; a case with more shows them on its own list.
MOST_PEOPLE = 200


def _viewer(
    item: Any,
    desk: Desk,
    actor: Actor,
    at: datetime,
    sections: frozenset[Section],
    people: list[Party],
) -> Viewer:
    case: Case = item.case
    viewer = Viewer(
        desk=desk,
        case=case,
        at=at,
        sections=sections,
        may_edit=may_also(actor, Right.EDIT, case.root, at),
        may_comment=may_also(actor, Right.COMMENT, case.root, at),
        may_share=may_also(actor, Right.SHARE, case.root, at),
        records=records_seen((party.record for party in people), actor, at),
    )
    for party in people:
        name = name_of(party, viewer)
        if name not in (HELD_BACK, DISPOSED):
            viewer.names.setdefault(party.record.person_id, name)
    return viewer


def _warnings(
    people: list[Party], places: list[CasePlace], viewer: Viewer, actor: Actor, at: datetime
) -> list[LiveMarker]:
    """The live markers about the people and places of a case that this actor may see."""
    named = {
        party.record.person_id
        for party in people
        if party.record.person_id in viewer.names
        or (actor.safety_face and Section.IDENTITY in viewer.sections)
    }
    where = [part.place_id for part in places] if Section.ADDRESS in viewer.sections else []
    return live_for(sorted(named), where, actor, at)


def work_of(
    item: Any, desk: Desk, actor: Actor, at: datetime, sections: frozenset[Section]
) -> dict[str, Any]:
    """What `casework/work/panels.html` shows of the work on a case: a WorkList for each key of
    READS with the first rows of it, `warnings` (live markers about its people and places), and
    `consulted`, the references of the records it shows, for the page to note before it is sent.
    """
    people = list(people_of(item.case)[:MOST_PEOPLE])
    places = list(places_of(item.case)[:MOST_PEOPLE])
    viewer = _viewer(item, desk, actor, at, sections, people)
    found: dict[str, Any] = {}
    known: dict[str, list[Any]] = {"people": people, "places": places}
    for key, read in READS.items():
        rows = known[key] if key in known else list(read(item.case)[: ON_CASE_PAGE + 1])
        shown, more = rows[:ON_CASE_PAGE], len(rows) > ON_CASE_PAGE
        found[key] = SHOWERS[key].shown(key, shown, viewer, more=more)
    found["warnings"] = _warnings(people, places, viewer, actor, at)
    seen = [p.record for p in people if p.record.pk in viewer.records.sections]
    found["consulted"] = [
        *(record.root.reference for record in seen),
        *(record.known_as for record in seen),
        *(marker.reference for marker in found["warnings"]),
    ]
    return found


def list_of(
    item: Any,
    desk: Desk,
    kind: str,
    actor: Actor,
    at: datetime,
    sections: frozenset[Section],
    number: str | None,
) -> tuple[WorkList, Page, list[str]]:
    """One page of one kind of work (a key of READS), and the references of the people's records
    it shows. Raises KeyError for an unknown kind."""
    rows = READS[kind](item.case)
    page = page_of(rows, number)
    items = page.in_order(rows.filter(pk__in=page.ids))
    people: list[Party] = []
    if kind == "people":
        people = items
    elif kind == "markers":
        people = list(people_of(item.case)[:MOST_PEOPLE])
    viewer = _viewer(item, desk, actor, at, sections, people)
    seen = [p.record.root.reference for p in people if p.record.pk in viewer.records.sections]
    return SHOWERS[kind].shown(kind, items, viewer), page, seen
