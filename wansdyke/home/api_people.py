"""A person as the API gives them: records by source, markers, and a page of their cases."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from wansdyke.access.actors import Actor
from wansdyke.access.scope import OutOfScope
from wansdyke.casework.markers import LiveMarker, cases_behind
from wansdyke.casework.models import Case
from wansdyke.casework.presenting import HELD_BACK
from wansdyke.history.pages import consulted
from wansdyke.home.api_cases import page_links
from wansdyke.home.api_reach import (
    cases_told,
    markers_told,
    right_of,
    sections_out,
    takes_out,
)
from wansdyke.home.person import (
    RecordShown,
    cases_of,
    face_of,
    records_in_scope,
    records_shown,
)
from wansdyke.linkage.faces import markers_of_people
from wansdyke.people.known_as import as_known
from wansdyke.ui.paging import page_of

RECORDS = 100


def person_whole(
    request: HttpRequest, actor: Actor, at: datetime, reference: str, number: int
) -> dict[str, Any]:
    """A person, or, to somebody who only looks, their safety face. Raises OutOfScope."""
    in_reach = records_in_scope(actor, at, reference, right=right_of(actor))
    pks = list(in_reach.values_list("pk", flat=True)[:RECORDS])
    if not pks:
        return _face(request, actor, at, reference)
    records = records_shown(actor, at, pks, sections_out(actor, pks, at))
    person = as_known(actor, at, records[0].record.person)
    page = page_of(cases_told(actor, cases_of(actor, at, person), at), number)
    cases = Case.objects.select_related("root").in_bulk(list(page.ids))
    ordered = [cases[pk] for pk in page.ids]
    seen = markers_of_people(actor, at, [person.pk]).get(person.pk, ())
    markers = markers_told(actor, seen, at)
    consulted(
        request,
        [
            person.reference,
            *cases_behind(markers),
            *(record.record.root.reference for record in records),
            *(case.root.reference for case in ordered),
        ],
    )
    names = dict.fromkeys(r.name for r in records if r.name != HELD_BACK)
    return {
        "reference": person.reference,
        "face": False,
        "names": list(names),
        "records": [_record(record) for record in records],
        "markers": [_marker(marker) for marker in markers],
        "cases": [_case(case) for case in ordered],
        "total": page.total,
        "links": page_links(request, page),
    }


def _face(request: HttpRequest, actor: Actor, at: datetime, reference: str) -> dict[str, Any]:
    if takes_out(actor):
        raise OutOfScope(reference)
    face = face_of(actor, at, reference)
    consulted(request, [face.person.reference], face=True)
    return {
        "reference": face.person.reference,
        "face": True,
        "names": list(face.names),
        "records": [],
        "markers": [_marker(marker) for marker in face.markers],
        "cases": [],
        "total": 0,
        "links": page_links(request, page_of([], 1)),
    }


def _record(shown: RecordShown) -> dict[str, Any]:
    return {
        "reference": shown.record.root.reference,
        "source": shown.record.origin,
        "values": {k: v for k, v in shown.values.items() if v != HELD_BACK},
        "held_back": [k for k, v in shown.values.items() if v == HELD_BACK],
    }


def _marker(marker: LiveMarker) -> dict[str, Any]:
    return {
        "kind": marker.kind,
        "label": marker.label,
        "text": marker.text,
        "source": marker.source,
        "from_date": marker.from_date,
        "review_by": marker.review_by,
        "until_date": marker.until_date,
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "reference": case.root.reference,
        "desk": case.desk,
        "opened_at": case.opened_at,
        "href": reverse(f"api:{case.desk}_case", kwargs={"reference": case.root.reference}),
    }
