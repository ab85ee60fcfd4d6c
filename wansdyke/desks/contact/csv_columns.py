"""The columns of the files a force brings its history in, and what a row must make sense as.

docs/import.md describes each of them to whoever makes the file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wansdyke.casework.models import ForceReference
from wansdyke.desks.contact.csv_cells import (
    Reader,
    birth,
    choice,
    comes_twice,
    degrees,
    grade,
    moment,
    numbered,
    several,
    sex,
    text_up_to,
    whole_postcode,
)
from wansdyke.desks.contact.models import Contact, RiskType
from wansdyke.desks.contact.strands import CATEGORIES
from wansdyke.kernel.calendar import london
from wansdyke.people.identifiers import cro, pnc
from wansdyke.people.models import PersonRecord, Place

# A rejected row carries why in this column; it is passed over when the file comes again.
WHY = "why_rejected"
# Clocks of two systems may differ by a little.
AHEAD = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LONGEST_NOTES = 100_000
CONTACT_REQUIRED = ("reference", "received_at")
TIMES = ("received_at", "graded_at", "assigned_at", "at_scene_at", "closed_at")
CALLER = ("forename", "surname", "date_of_birth", "phone")
SUBJECT = ("forename", "surname", "date_of_birth")
Given = dict[str, Any]
# What is wrong with a row: the column, what was expected, what was found.
Fault = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What one kind of file holds: how each column is read, and which must be there.

    `fits` looks at a row as a whole, at a moment; `settle` is given its values and its cells, to
    put right what one cell by itself cannot tell.
    """

    kind: str
    readers: Mapping[str, Reader]
    required: tuple[str, ...]
    fits: Callable[[Given, datetime], Iterator[Fault]]
    settle: Callable[[Given, Mapping[str, str]], None] = lambda given, cells: None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.readers)


def _most(model: Any, field: str) -> int:
    return int(model._meta.get_field(field).max_length)


def _named(field: str) -> Reader:
    return text_up_to(_most(PersonRecord, field))


def _reference() -> Reader:
    most = min(_most(Contact, "source_reference"), _most(ForceReference, "value"))
    return text_up_to(most)


def contact_layout(roles: Mapping[str, str]) -> Layout:
    """The columns of `import contacts`; `roles` are the parts a person may have, code to label."""
    risks = list(RiskType.objects.values_list("code", "label", "active"))
    offered = [label for _, label, active in risks if active]
    risk = choice({code: label for code, label, _ in risks}, "a risk of the force’s menu", offered)
    parts = {code: label for code, label in roles.items() if code != "caller"}
    return Layout(
        kind="contacts",
        required=CONTACT_REQUIRED,
        fits=contact_faults,
        settle=settle_repeated_hour,
        readers=_contact_readers(risk, choice(parts, "a part in the call")),
    )


def _contact_readers(risk: Reader, part: Reader) -> dict[str, Reader]:
    return {
        "reference": _reference(),
        "received_at": moment,
        "graded_at": moment,
        "grade": grade,
        "risk_types": several(risk),
        "assigned_at": moment,
        "at_scene_at": moment,
        "closed_at": moment,
        "category": choice(dict(CATEGORIES), "a closing category"),
        "latitude": degrees(90),
        "longitude": degrees(180),
        "postcode": whole_postcode,
        "address": text_up_to(min(_most(Place, "address"), _most(Contact, "where"))),
        "notes": text_up_to(LONGEST_NOTES),
        "caller_forename": _named("forename"),
        "caller_surname": _named("surname"),
        "caller_date_of_birth": birth,
        "caller_phone": _named("phone"),
        "subject_forename": _named("forename"),
        "subject_surname": _named("surname"),
        "subject_date_of_birth": birth,
        "subject_role": part,
        "updated_at": moment,
    }


def people_layout(roles: Mapping[str, str]) -> Layout:
    """The columns of `import people`; `roles` are the parts a person may have, code to label."""
    return Layout(
        kind="people",
        required=("contact_reference", "role"),
        fits=person_faults,
        readers={
            "contact_reference": _reference(),
            "role": choice(roles, "a part in the call"),
            "forename": _named("forename"),
            "middle_names": _named("middle_names"),
            "surname": _named("surname"),
            "date_of_birth": birth,
            "sex": sex({code: label for code, label in PersonRecord.SEXES if code}),
            "phone": _named("phone"),
            "email": _named("email"),
            "pnc": numbered(pnc, "a PNC number whose check letter fits, such as 1981/0000034U"),
            "cro": numbered(cro, "a CRO number whose check letter fits, such as 65656/91H"),
            "safe_contact": _named("safe_contact"),
            "address": text_up_to(_most(Place, "address")),
            "postcode": whole_postcode,
        },
    )


def settle_repeated_hour(given: Given, cells: Mapping[str, str]) -> None:
    """Where the first of two hours of the same name would put a time before what it must follow,
    it was the second: a call of 01:50 that is closed at 01:10 on the night the clocks go back."""
    so_far = given.get("received_at")
    for column in TIMES[1:]:
        value = given.get(column)
        if value is None or so_far is None:
            continue
        if value < so_far and comes_twice(value, cells[column]):
            given[column] = value = value + HOUR
        # What comes next need not follow the grade, but must follow the rest.
        if column != "graded_at":
            so_far = max(so_far, value)


def contact_faults(given: Given, now: datetime) -> Iterator[Fault]:
    """What does not fit together in one row of contacts."""
    yield from _from_the_future(given, now)
    yield from times_out_of_order(given)
    if ("latitude" in given) != ("longitude" in given):
        missing = "longitude" if "latitude" in given else "latitude"
        yield missing, "both latitude and longitude, or neither", "nothing"
    if "subject_role" in given and not any(f"subject_{name}" in given for name in SUBJECT):
        yield "subject_surname", "a name or date of birth, since a part is given", "nothing"


def person_faults(given: Given, now: datetime) -> Iterator[Fault]:
    """What does not fit together in one row of people."""
    yield from _from_the_future(given, now)
    if not any(given.get(name) for name in ("forename", "surname", "date_of_birth", "phone")):
        yield "surname", "a name, a date of birth or a phone number", "nothing"


def _from_the_future(given: Given, now: datetime) -> Iterator[Fault]:
    today = london(now).date()
    for column, value in given.items():
        if isinstance(value, datetime):
            if value > now + AHEAD:
                yield column, "a time that is not in the future", told(value)
        elif column.endswith("date_of_birth") and value > today:
            yield column, "a date that is not in the future", value.isoformat()


def times_out_of_order(times: Mapping[str, Any]) -> Iterator[Fault]:
    """Times that cannot be: before the receipt, at scene before the unit was assigned, or after
    the close. A unit may well be sent, or there, before the grade is given."""
    received, closed = times.get("received_at"), times.get("closed_at")
    for column in TIMES[1:]:
        value = times.get(column)
        if value is not None and received is not None and value < received:
            yield column, f"a time not before the receipt ({told(received)})", told(value)
    assigned, at_scene = times.get("assigned_at"), times.get("at_scene_at")
    if assigned is not None and at_scene is not None and at_scene < assigned:
        yield "at_scene_at", f"a time not before assigned_at ({told(assigned)})", told(at_scene)
    for column in ("graded_at", "assigned_at", "at_scene_at"):
        value = times.get(column)
        # Before the receipt is said above; once is enough.
        if value is not None and closed is not None and (received or closed) <= closed < value:
            yield "closed_at", f"a time not before {column} ({told(value)})", told(closed)


def told(value: datetime) -> str:
    """A moment as London's clocks showed it."""
    return f"{london(value):%Y-%m-%d %H:%M:%S}"


# The columns by name, for whoever lays them out before there is a database.
CONTACT_NAMES = tuple(_contact_readers(text_up_to(0), text_up_to(0)))
