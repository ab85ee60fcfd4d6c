"""Writing over the API: rows another system sends of its own cases, upserted by its reference.

Only a token writes, never a browser's session: a session comes along with any form that a
stranger's page sends, a token does not. PUT is of one row, for it may be sent again as it stands;
POST is of several, each with its own answer.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from pydantic import ConfigDict, Field, create_model

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.casework.desk import Desk
from wansdyke.casework.feeds import MOST_ROWS, OUTCOMES, Feed, Sending
from wansdyke.history.door import KeyReused
from wansdyke.home.api_reach import takes_out
from wansdyke.kernel.flow import Refused

Asking = Callable[[HttpRequest], Actor | None]
ONE, SEVERAL = "feed_row", "feed"
KEY = re.compile(r"[\x21-\x7e]{1,200}")
BAD_KEY = "An Idempotency-Key has up to 200 visible characters and no spaces."


class Fault(Schema):
    """What is wrong with a row: the field, what was expected, what was found."""

    field: str
    expected: str
    found: str


class RowAnswer(Schema):
    """What came of one row; `conflicts` are fields that a person decided otherwise, and that stay
    as they are."""

    reference: str
    status: int
    outcome: str = Field(description=", ".join(OUTCOMES))
    case: str
    conflicts: list[str]
    faults: list[Fault]


class Answers(Schema):
    """What came of each row of a batch, in the order sent."""

    items: list[RowAnswer]


class _Strict(Schema):
    model_config = ConfigDict(extra="forbid")


def row_schema(desk: Desk, feed: Feed, *, leaving: Sequence[str] = ()) -> type[Schema]:
    """The shape of a row: the columns of the desk's import file, read as a file's cells are."""
    fields: dict[str, Any] = {}
    for name in feed.columns:
        if name in leaving:
            continue
        kind: Any = str
        if name in feed.lists:
            kind = str | list[str]
        elif name in feed.numbers:
            kind = float | str
        fields[name] = (kind, ...) if name in feed.required else (kind | None, None)
    kind_of = "Row" if leaving else "FeedRow"
    return create_model(f"{desk.key.capitalize()}{kind_of}", __base__=_Strict, **fields)


def cells(said: Mapping[str, Any]) -> dict[str, str]:
    """A row as the cells of a file; nothing is an empty cell, which changes nothing."""
    found = {}
    for name, value in said.items():
        if value is not None:
            text = "|".join(value) if isinstance(value, list) else str(value)
            found[name] = text.strip()
    return found


def writing(token: Asking) -> Asking:
    """Lets in only who may create and asks with a token that sends, before anything that came with
    it is looked at."""

    def asked(request: HttpRequest) -> Actor | None:
        actor = token(request)
        allowed = actor is not None and actor.sends and actor.may(Right.CREATE)
        if actor is not None and not (allowed and takes_out(actor)):
            raise Http404
        return actor

    return asked


def add_feed(api: NinjaAPI, desk: Desk, feed: Feed, auth: Asking) -> None:
    """The two operations by which a desk's feed is taken."""
    _add_one(api, desk, feed, auth)
    _add_several(api, desk, feed, auth)


def _add_one(api: NinjaAPI, desk: Desk, feed: Feed, auth: Asking) -> None:
    one_shape = row_schema(desk, feed, leaving=("reference",))

    def one(request: HttpRequest, source_reference: str, said: Any, team: str = "") -> HttpResponse:
        row = {**said.model_dump(), "reference": source_reference}
        return _answered(api, request, feed, [row], team, alone=True)

    one.__annotations__["said"] = one_shape
    one.__doc__ = (
        f"Adds a {desk.singular}, or amends the one of that reference. 201 added, 200 amended, "
        "unchanged or older than what is there, 422 with faults by field."
    )
    api.put(
        f"/{desk.key}/feed/{{source_reference}}",
        auth=auth,
        response={200: RowAnswer, 201: RowAnswer, 409: RowAnswer, 422: RowAnswer},
        summary=f"{desk.title}: one row of the feed",
        operation_id=f"{desk.key}_{ONE}",
        url_name=f"{desk.key}_{ONE}",
        tags=[desk.title],
    )(one)


def _add_several(api: NinjaAPI, desk: Desk, feed: Feed, auth: Asking) -> None:
    each_shape = row_schema(desk, feed)
    batch_shape = create_model(
        f"{desk.key.capitalize()}Feed",
        __base__=_Strict,
        items=(list[each_shape], Field(min_length=1, max_length=MOST_ROWS)),  # type: ignore[valid-type]
    )

    def several(request: HttpRequest, said: Any, team: str = "") -> HttpResponse:
        rows = [row.model_dump() for row in said.items]
        return _answered(api, request, feed, rows, team, alone=False)

    several.__annotations__["said"] = batch_shape
    several.__doc__ = (
        f"Up to {MOST_ROWS} rows at once, each added or amended by its reference, with its own "
        "answer: a row that is refused holds no other up."
    )
    api.post(
        f"/{desk.key}/feed",
        auth=auth,
        response=Answers,
        summary=f"{desk.title}: rows of the feed",
        operation_id=f"{desk.key}_{SEVERAL}",
        url_name=f"{desk.key}_{SEVERAL}",
        tags=[desk.title],
    )(several)


def _answered(
    api: NinjaAPI,
    request: HttpRequest,
    feed: Feed,
    rows: Sequence[Mapping[str, Any]],
    team: str,
    *,
    alone: bool,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    given = request.headers.get("Idempotency-Key", "").strip()
    if given and not KEY.fullmatch(given):
        return api.create_response(request, {"detail": BAD_KEY}, status=422)
    sending = Sending(
        rows=[cells(row) for row in rows],
        by=actor,
        at=request.at,  # type: ignore[attr-defined]
        # Without the sender's own, one that nothing else has.
        key=given or uuid.uuid4().hex,
        team=team,
    )
    try:
        answers = feed.take(sending)
    except KeyReused:
        detail = "This Idempotency-Key came with other rows before. Send these under a new one."
        return api.create_response(request, {"detail": detail}, status=422)
    except Refused as refused:
        return api.create_response(request, {"detail": str(refused)}, status=422)
    told = [RowAnswer(**answer).model_dump() for answer in answers]
    if alone:
        return api.create_response(request, told[0], status=told[0]["status"])
    return api.create_response(request, {"items": told}, status=200)
