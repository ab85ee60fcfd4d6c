"""The API: what the desks say of their cases, to programs that act for a named person.

Only what a desk takes as a feed is written (api_feed), with a token; all else is GET. A request
carries a token, or comes from a session with a second factor. What was
read is in the audit log before it is sent. A token takes data out of the product: its owner's
right to export decides what it reads, and each read is logged as an export.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI, Path, Query
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

from wansdyke.access.actors import Actor
from wansdyke.access.for_agency import say
from wansdyke.access.guesses import address_of
from wansdyke.access.posts import Right
from wansdyke.access.references import PATTERN
from wansdyke.access.scope import OutOfScope
from wansdyke.accounts.token_sign_in import asking_with
from wansdyke.casework.desk import Desk
from wansdyke.directory import DESKS
from wansdyke.history import audit
from wansdyke.history.pages import Declared, Reads, consulted
from wansdyke.home.api_cases import case_whole, cases_page
from wansdyke.home.api_feed import ONE, SEVERAL, add_feed, writing
from wansdyke.home.api_people import person_whole
from wansdyke.home.api_reach import right_of
from wansdyke.home.api_schemas import DeskOut, Me, PersonOut, desk_schemas, list_parameters
from wansdyke.home.navigation import uses
from wansdyke.ui.errors import JSON, NOT_FOUND_JSON

VERSION = "1"
ROOT = "/api/v1/"
Reference = Path(..., pattern=f"^{PATTERN}$")  # type: ignore[type-arg]
PageNumber = Query(1, ge=1, le=1_000_000)  # type: ignore[type-arg]
# The shapes of a desk's list are made as this module is read, so no type checker can know them.
FromQuery: Any = Query


class Bearer(HttpBearer):
    """A token in the Authorization header; without one, the session, if it has a second factor."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        if "Authorization" in request.headers:
            return super().__call__(request)
        actor: Actor | None = getattr(request, "actor", None)
        return actor if actor is not None and actor.admitted else None

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor of a token, who from here on is the one that asks."""
        actor = asking_with(
            token,
            at=request.at,  # type: ignore[attr-defined]
            address=address_of(request),
            request_id=getattr(request, "request_id", ""),
        )
        # A wrong token is nobody's, even where a session came along with it.
        request.actor = actor  # type: ignore[attr-defined]
        say(actor.agency_id if actor else None)
        if actor is not None:
            request.logged_as = audit.EXPORT  # type: ignore[attr-defined]
        return actor


api = NinjaAPI(
    title="Wansdyke",
    version=VERSION,
    description=(
        "Read-only but for the feeds, which take rows from another system by its own reference. "
        "A token acts in its owner’s name: it reads what they may export, and every read with it "
        "is logged as an export by them. An analyst’s data comes without what names or finds a "
        "person."
    ),
    urls_namespace="api",
    auth=Bearer(),
    openapi_url=None,
    docs_url=None,
)


@api.exception_handler(OutOfScope)
@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    """The one 404, for what is missing and for what is not for the asker."""
    return HttpResponse(NOT_FOUND_JSON, status=404, content_type=JSON)


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """422 for a question that makes no sense; an address that could be nothing's is the one 404."""
    if any(fault["loc"][0] == "path" for fault in error.errors):
        return not_found(request, error)
    consulted(request, [])
    return api.create_response(request, {"detail": error.errors}, status=422)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, error: Exception) -> HttpResponse:
    """401, with how to do better."""
    response = api.create_response(
        request, {"detail": "Send a token: Authorization: Bearer TOKEN"}, status=401
    )
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _asked(request: HttpRequest) -> tuple[Actor, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor, request.at  # type: ignore[attr-defined]


def _viewer(request: HttpRequest) -> tuple[Actor, Any]:
    actor, at = _asked(request)
    if not actor.may(right_of(actor)):
        raise Http404
    return actor, at


@api.get("/openapi.json", include_in_schema=False, url_name="openapi")
def openapi(request: HttpRequest) -> HttpResponse:
    """This API in OpenAPI's own words."""
    return api.create_response(request, api.get_openapi_schema(path_prefix=ROOT), status=200)


@api.get("/me", response=Me, summary="Who I am", url_name="me")
def me(request: HttpRequest) -> dict[str, Any]:
    """Who the token or session stands for, with today's posts."""
    actor, _ = _asked(request)
    return {
        "username": actor.username,
        "name": actor.name,
        "home_force": actor.home,
        "posts": sorted(actor.posts),
        "roles": sorted(actor.roles),
        "channel": actor.channel,
    }


@api.get("/desks", response=list[DeskOut], summary="The desks", url_name="desks")
def desks(request: HttpRequest) -> list[dict[str, Any]]:
    """The desks that are any business of the asker, with their states, clocks and fields."""
    actor, _ = _asked(request)
    return [_desk(desk) for desk in DESKS if uses(actor, desk)]


def _desk(desk: Desk) -> dict[str, Any]:
    return {
        "key": desk.key,
        "title": desk.title,
        "singular": desk.singular,
        "states": dict(desk.flow.labels),
        "clocks": list(desk.clocks),
        "fields": [{"key": f.key, "label": f.label, "section": f.section} for f in desk.fields],
        "cases": f"{ROOT}{desk.key}/cases",
    }


@api.get("/people/{reference}", response=PersonOut, summary="One person", url_name="person")
def person(
    request: HttpRequest, reference: str = Reference, page: int = PageNumber
) -> dict[str, Any]:
    """A person's records, markers and cases in scope; in a browser, else their safety face."""
    actor, at = _viewer(request)
    return person_whole(request, actor, at, reference, page)


def _add_desk(desk: Desk) -> None:
    """The two operations of a desk, with the shapes that its own fields give."""
    page_shape, case_shape = desk_schemas(desk)

    def cases(request: HttpRequest, asked: Any) -> dict[str, Any]:
        actor, at = _viewer(request)
        return cases_page(request, desk, actor, at, asked.model_dump())

    cases.__annotations__["asked"] = FromQuery[list_parameters(desk)]
    cases.__doc__ = f"One page of the cases of {desk.title} in scope, by deadline unless sorted."
    api.get(
        f"/{desk.key}/cases",
        response=page_shape,
        exclude_unset=True,
        summary=f"{desk.title}: list",
        operation_id=f"{desk.key}_cases",
        url_name=f"{desk.key}_cases",
        tags=[desk.title],
    )(cases)

    def case(request: HttpRequest, reference: str = Reference) -> dict[str, Any]:
        actor, at = _viewer(request)
        return case_whole(request, desk, actor, at, reference)

    case.__doc__ = f"One {desk.singular}: fields, deadlines, people and events."
    api.get(
        f"/{desk.key}/cases/{{reference}}",
        response=case_shape,
        exclude_unset=True,
        summary=f"{desk.title}: one {desk.singular}",
        operation_id=f"{desk.key}_case",
        url_name=f"{desk.key}_case",
        tags=[desk.title],
    )(case)


for _each in DESKS:
    _add_desk(_each)
    if _each.feed is not None:
        add_feed(api, _each, _each.feed(_each), writing(Bearer()))

WRITES = {f"{desk.key}_{name}" for desk in DESKS if desk.feed for name in (ONE, SEVERAL)}

READS: dict[str, Reads] = {"openapi": "nothing", "me": "nothing", "desks": "nothing"}


def _registered(pattern: URLPattern) -> URLPattern:
    """Gives an operation's view what every other view declares of itself, for log and sweeps."""
    name = pattern.name or ""
    reads = "reference" if name in WRITES else READS.get(name, "personal")
    pattern.callback.declared = Declared(  # type: ignore[attr-defined]
        right=Right.CREATE if name in WRITES else Right.VIEW if reads == "personal" else None,
        reads=reads,
        writes=name in WRITES,
        operation=audit.CONSULTATION,
        open_to_all=False,
        safety_face=False,
    )
    return pattern


def _urls() -> tuple[list[URLPattern], str]:
    found, _, namespace = api.urls
    # The library's own front page would tell strangers where things are; ours is /api/.
    named = [each for each in found if isinstance(each, URLPattern) and each.name != "api-root"]
    return [_registered(each) for each in named], namespace


api_urls = _urls()
