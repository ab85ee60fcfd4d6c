"""What a row of a force's file makes: a new call with its people, grade and clocks, unsaved."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wansdyke.access.actors import Actor
from wansdyke.access.models import ForceSetting
from wansdyke.casework.clocks import fresh
from wansdyke.casework.desk import Desk
from wansdyke.casework.loads import NewPart, Prepared
from wansdyke.casework.models import Case
from wansdyke.desks.contact import settings as force
from wansdyke.desks.contact.actions import facts_from
from wansdyke.desks.contact.csv_columns import CALLER, SUBJECT, Given
from wansdyke.desks.contact.instruments.thrive_v1 import LETTERS
from wansdyke.desks.contact.models import Contact, Grading
from wansdyke.desks.contact.rules import FLOW, Grade, State, that_follow
from wansdyke.people.records import keys_of
from wansdyke.people.records_in_bulk import Spot

# The file says what the grade was, not why; a grade without words would look unreasoned.
REASON = "Graded in the system that this call was loaded from."
# How such a call came in, the file does not say.
CHANNEL = "other"
NUMBER = "command-and-control"
CALLER_SOURCE, SUBJECT_SOURCE = "caller in a contact file", "subject in a contact file"
SUBJECT_ROLE = "subject"
SCENE = "scene"
# The columns of a call that say where it stands.
DECIDING = ("grade", "assigned_at", "en_route_at", "at_scene_at", "resulted_at")
# The columns of a call that a row gives as they stand, by the file's column.
PLAIN = {
    "risk_types": "risk_types",
    "assigned_at": "assigned_at",
    "at_scene_at": "at_scene_at",
    "closed_at": "resulted_at",
    "category": "category",
    "latitude": "latitude",
    "longitude": "longitude",
    "notes": "notes",
}


class SettingsThen:
    """What the force's settings were at any moment, read once."""

    def __init__(self) -> None:
        keys = [setting.key for setting in force.SETTINGS]
        rows = ForceSetting.objects.filter(key__in=keys).order_by("from_at", "pk")
        values = {setting.key: setting.default for setting in force.SETTINGS}
        self._from: list[datetime] = []
        self._values: list[dict[str, Any]] = [values]
        for from_at, key, value in rows.values_list("from_at", "key", "value"):
            values = {**values, key: value}
            self._from.append(from_at)
            self._values.append(values)

    def at(self, moment: datetime) -> Mapping[str, Any]:
        """Each setting's value at a moment, by key."""
        return self._values[bisect_right(self._from, moment)]


def state_of(facts: Mapping[str, Any]) -> State:
    """Where a call stands by its own times (columns of Contact): the last that happened decides."""
    if facts["resulted_at"] is not None:
        return State.RESULTED
    if facts["at_scene_at"] is not None:
        return State.AT_SCENE
    if facts["en_route_at"] is not None:
        return State.EN_ROUTE
    if facts["assigned_at"] is not None:
        return State.ASSIGNED
    if facts["grade"] == Grade.WITHOUT_DEPLOYMENT:
        return State.BY_PHONE
    return State.WAITING if facts["grade"] else State.RECEIVED


def spot_of(given: Given) -> Spot:
    """The address that a row gives."""
    return Spot(
        address=given.get("address", ""),
        postcode=given.get("postcode", ""),
        latitude=given.get("latitude"),
        longitude=given.get("longitude"),
    )


def typed(given: Given, who: str, columns: tuple[str, ...]) -> dict[str, Any]:
    """What a row says of the caller or the subject, by column of their record."""
    return {column: given[f"{who}_{column}"] for column in columns if given.get(f"{who}_{column}")}


def people_of(given: Given) -> list[NewPart]:
    """The people whom a row names."""
    found = (
        ("caller", typed(given, "caller", CALLER), CALLER_SOURCE),
        (given.get("subject_role", SUBJECT_ROLE), typed(given, "subject", SUBJECT), SUBJECT_SOURCE),
    )
    return [
        NewPart(role=role, columns=keys_of(columns), source=source)
        for role, columns, source in found
        if columns
    ]


def call_of(given: Given) -> Contact:
    """The call itself; its case and its place are found beside it."""
    grade = given.get("grade", "")
    contact = Contact(
        received_at=given["received_at"],
        channel=CHANNEL,
        where=given.get("address") or given.get("postcode", ""),
        grade=grade,
        first_grade=grade,
        graded_at=given.get("graded_at", given["received_at"]) if grade else None,
        grade_reason=REASON if grade else "",
        letters_owed=0 if "closed_at" in given else len(LETTERS),
        source_reference=given["reference"],
        source_updated_at=given.get("updated_at"),
    )
    for column, field in PLAIN.items():
        if column in given:
            setattr(contact, field, given[column])
    return contact


def prepared(
    given: Given, *, desk: Desk, by: Actor, at: datetime, settings: SettingsThen
) -> Prepared:
    """A new call as taking, grading and resulting it in the product would leave it."""
    contact = call_of(given)
    state = state_of({name: getattr(contact, name) for name in DECIDING})
    case = Case(
        desk=desk.key,
        state=state,
        is_open=state not in FLOW.ends,
        opened_at=contact.received_at,
        closed_at=contact.resulted_at,
    )
    gradings: tuple[tuple[str, datetime], ...] = ()
    rows: list[Grading] = []
    if contact.grade and contact.graded_at is not None:
        gradings = ((contact.grade, contact.graded_at),)
        rows = [
            Grading(
                contact=contact,
                grade=contact.grade,
                reason=REASON,
                by_id=by.user_id,
                at=contact.graded_at,
            )
        ]
    chosen = settings.at(contact.received_at)
    facts = facts_from(contact, at, gradings=gradings, chosen=chosen)
    deadlines = fresh(desk, case, facts)
    for name, value in that_follow(facts, deadlines).items():
        setattr(contact, name, value)
    return Prepared(
        case=case,
        item=contact,
        deadlines=deadlines,
        people=people_of(given),
        numbers=[(NUMBER, contact.source_reference or "")],
        rows=rows,
    )
