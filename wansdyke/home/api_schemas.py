"""The shapes that the API answers with; those of a desk are made from its Desk object."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field, create_model

from wansdyke.casework.desk import Desk


class Me(Schema):
    """Who the token or session stands for."""

    username: str
    name: str
    home_force: bool
    posts: list[str]
    roles: list[str]
    channel: str = Field(description="api for a token, web for a session")


class ClockOut(Schema):
    """A time limit that the desk keeps, in one version of its rule."""

    key: str
    version: int
    label: str
    basis: str
    source: str
    confidence: str
    in_force_from: date | None
    in_force_until: date | None


class FieldOut(Schema):
    """A fact the desk records of a case, and the section it belongs to."""

    key: str
    label: str
    section: str


class DeskOut(Schema):
    """A desk: its states, clocks and fields."""

    key: str
    title: str
    singular: str
    states: dict[str, str]
    clocks: list[ClockOut]
    fields: list[FieldOut]
    cases: str = Field(description="Where its cases are listed")


class Links(Schema):
    """Where the neighbouring pages are; null where there is none."""

    self: str
    next: str | None
    previous: str | None


class CaseHead(Schema):
    """What every case has, whichever desk it is on. Moments are in UTC."""

    reference: str
    desk: str
    state: str
    state_label: str
    is_open: bool
    owner: str | None = Field(description="Username")
    team: str
    marking: str
    opened_at: datetime
    closed_at: datetime | None
    next_due_at: datetime | None
    version: int
    href: str


class DeadlineOut(Schema):
    """A clock on a case: how it stands now, and what it was reckoned from."""

    clock: str
    label: str
    basis: str
    source: str
    light: str = Field(description="running, close, late, met, missed or replaced")
    words: str
    anchored_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    replaced_at: datetime | None
    rule_version: int
    inputs: dict[str, Any]


class PartyOut(Schema):
    """A person's part in a case; who it is only where the section is open and they may be seen."""

    role: str
    person: str | None
    record: str | None
    name: str | None
    ended_at: datetime | None


class ChangeOut(Schema):
    """One field's old and new value."""

    field: str
    old: Any
    new: Any


class EventOut(Schema):
    """Something that happened, when, when it was recorded, and what it changed."""

    name: str
    title: str
    by: str
    occurred_at: datetime
    recorded_at: datetime
    state_before: str
    state_after: str
    changes: list[ChangeOut]
    withheld: int = Field(description="Changes in sections that are closed to you")


class MarkerOut(Schema):
    """A marker in force."""

    kind: str
    label: str
    text: str
    source: str
    from_date: date
    review_by: date
    until_date: date | None


class RecordOut(Schema):
    """What one source says of a person; a key left out is held back from you."""

    reference: str
    source: str
    values: dict[str, Any]
    held_back: list[str]


class PersonCase(Schema):
    """A case that the person has a part in."""

    reference: str
    desk: str
    opened_at: datetime
    href: str


class PersonOut(Schema):
    """A person. With `face` only names and markers are told, as the safety face allows."""

    reference: str
    face: bool
    names: list[str]
    records: list[RecordOut]
    markers: list[MarkerOut]
    cases: list[PersonCase]
    total: int = Field(description="Cases in all that you may see")
    links: Links


def desk_schemas(desk: Desk) -> tuple[type[Schema], type[Schema]]:
    """The shape of a page of a desk's cases, and of one case in full."""
    name = "".join(part.capitalize() for part in desk.key.split("-"))
    fields: dict[str, Any] = {
        shown.key: (
            Any,
            Field(default=None, title=shown.label, description=f"Section: {shown.section}"),
        )
        for shown in desk.fields
    }
    facts = create_model(f"{name}Fields", __base__=Schema, **fields)
    held_back = Field(description="Fields in sections that are closed to you")
    row = create_model(
        f"{name}Row", __base__=CaseHead, fields=(facts, ...), held_back=(list[str], held_back)
    )
    page: dict[str, Any] = {
        "items": (list[row], ...),  # type: ignore[valid-type]
        "page": (int, ...),
        "pages": (int, ...),
        "total": (int, Field(description="In your scope, as far as they were counted")),
        "capped": (bool, Field(description="Whether there are more than total")),
        "links": (Links, ...),
    }
    whole: dict[str, Any] = {
        "deadlines": (list[DeadlineOut], ...),
        "parties": (list[PartyOut], ...),
        "events": (list[EventOut], Field(description="The newest 200, newest first")),
    }
    return (
        create_model(f"{name}Page", __base__=Schema, **page),
        create_model(f"{name}Case", __base__=row, **whole),
    )


def list_parameters(desk: Desk) -> type[Schema]:
    """What a desk's list can be asked: page, sort, state, and each of the desk's own filters."""
    states = ", ".join(("open", "closed", "all", *desk.flow.states()))
    sorts = ", ".join(("deadline", "opened", *(c.key for c in desk.columns if c.sort)))
    fields: dict[str, Any] = {
        "page": (int, Field(default=1, ge=1, le=1_000_000)),
        "per_page": (int, Field(default=50, ge=1, le=200)),
        "sort": (
            str,
            Field(default="deadline", max_length=40, description=f"{sorts}; - turns it round"),
        ),
        "state": (str, Field(default="open", max_length=40, description=states)),
    }
    for choice in desk.filters:
        values = ", ".join(value for value, _ in choice.choices) or "a code"
        fields[choice.key] = (
            str,
            Field(default="", max_length=80, description=f"{choice.label}: {values}"),
        )
    name = "".join(part.capitalize() for part in desk.key.split("-"))
    return create_model(f"{name}List", __base__=Schema, **fields)
