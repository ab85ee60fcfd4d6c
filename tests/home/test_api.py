"""The read API: who may ask, what they get, and that it was in the log before it was sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.home import cast
from tests.lost_property.desk import DESK
from wansdyke.access.models import ApiToken, User
from wansdyke.access.tokens import digest
from wansdyke.history.models import AuditEntry
from wansdyke.home.api import ROOT, api, api_urls
from wansdyke.ui.errors import NOT_FOUND_JSON

pytestmark = pytest.mark.django_db


def token(of: User, raw: str = "quiet-otter") -> dict[str, str]:
    ApiToken.objects.create(
        user=of,
        name="Test",
        sha256=digest(raw),
        made_at=cast.now(),
        expires_at=cast.now() + timedelta(days=1),
    )
    return {"Authorization": f"Bearer {raw}"}


def get(path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
    return Client().get(f"{ROOT}{path}", query, headers=headers or {})


def every_path() -> list[str]:
    return [str(each.pattern) for each in api_urls[0]]


@pytest.mark.parametrize("path", ["me", "desks", "openapi.json", "lost-property/cases"])
def test_nobody_reads_without_a_token_or_a_second_factor(path: str) -> None:
    kim = cast.user("kim", cast.KEEPER)
    assert get(path).status_code == 401
    assert get(path, {"Authorization": "Bearer wrong"}).status_code == 401
    assert cast.signed_in(kim, factor=False).get(f"{ROOT}{path}").status_code == 401
    assert cast.signed_in(kim).get(f"{ROOT}{path}").status_code == 200
    assert get(path, token(kim)).status_code == 200


def test_a_wrong_token_is_not_made_good_by_a_session() -> None:
    client = cast.signed_in(cast.user("kim", cast.KEEPER))
    answer = client.get(f"{ROOT}me", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


def test_an_expired_revoked_or_suspended_token_reads_nothing() -> None:
    kim = cast.user("kim", cast.KEEPER)
    header = token(kim)
    ApiToken.objects.update(expires_at=cast.now() - timedelta(seconds=1))
    assert get("me", header).status_code == 401
    ApiToken.objects.update(expires_at=cast.now() + timedelta(days=1), revoked_at=cast.now())
    assert get("me", header).status_code == 401
    ApiToken.objects.update(revoked_at=None)
    User.objects.filter(pk=kim.pk).update(is_active=False)
    assert get("me", header).status_code == 401


def test_only_get_exists_but_for_feeds() -> None:
    kim = cast.user("kim", cast.KEEPER)
    header = token(kim)
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(Client(), method)(f"{ROOT}lost-property/cases", headers=header)
        assert answer.status_code == 405
    paths = api.get_openapi_schema(path_prefix=ROOT)["paths"]
    read = [ways for path, ways in paths.items() if "/feed" not in path]
    assert {method for ways in read for method in ways} == {"get"}


def test_me_says_who_the_token_stands_for() -> None:
    kim = cast.user("kim", cast.KEEPER)
    assert get("me", token(kim)).json() == {
        "username": "kim",
        "name": "Kim",
        "home_force": True,
        "posts": ["property-keeper"],
        "roles": ["practitioner"],
        "channel": "api",
    }


def test_a_list_holds_what_is_in_scope_and_is_logged_first() -> None:
    kim = cast.user("kim", cast.KEEPER)
    mine = cast.thing(kim).case.root.reference
    other = cast.user("kit", cast.KEEPER, at=cast.team("other-store"))
    cast.thing(other, at=cast.team("other-store"))
    body = get("lost-property/cases", token(kim)).json()
    assert [row["reference"] for row in body["items"]] == [mine]
    row = body["items"][0]
    assert row["fields"]["described"] == "An umbrella"
    assert row["held_back"] == []
    assert row["href"] == f"{ROOT}lost-property/cases/{mine}"
    assert cast.audited("consultation") == []
    (entry,) = cast.audited("export")
    assert entry["subjects"] == [mine]
    assert (entry["actor"], entry["channel"]) == ("kim", "api")
    assert entry["page"] == "api:lost-property_cases"


def test_a_list_is_paged_sorted_and_narrowed() -> None:
    kim = cast.user("kim", cast.HEAD)
    cases = cast.many_things(kim, 5)
    header = token(kim)
    first = get("lost-property/cases", header, per_page=2).json()
    assert [row["reference"] for row in first["items"]] == [c.root.reference for c in cases[:2]]
    assert (first["pages"], first["total"], first["capped"]) == (3, 5, False)
    assert first["links"]["previous"] is None
    second = Client().get(first["links"]["next"], headers=header).json()
    assert [row["reference"] for row in second["items"]] == [c.root.reference for c in cases[2:4]]
    last = get("lost-property/cases", header, sort="-deadline", per_page=1).json()
    assert last["items"][0]["reference"] == cases[-1].root.reference
    assert get("lost-property/cases", header, state="closed").json()["items"] == []
    assert get("lost-property/cases", header, page=0).status_code == 422


def test_a_case_comes_with_its_clocks_people_and_events() -> None:
    kim = cast.user("kim", cast.HEAD)
    held = cast.record(forename="Ann", surname="Smith")
    reference = cast.thing(kim, parties=[held]).case.root.reference
    body = get(f"lost-property/cases/{reference}", token(kim)).json()
    assert {row["clock"]: row["light"] for row in body["deadlines"]} == {
        "owner-told": "running",
        "kept-long-enough": "running",
    }
    assert body["deadlines"][0]["basis"].startswith("Test policy")
    assert body["parties"] == [
        {
            "role": "Subject",
            "person": held.person.reference,
            "record": held.root.reference,
            "name": "Ann Smith",
            "ended_at": None,
        }
    ]
    assert [event["name"] for event in body["events"]] == ["opened"]
    said = {reference, held.person.reference, held.root.reference}
    assert set(cast.audited("export")[-1]["subjects"]) == said


def test_a_share_gives_only_its_sections() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.user("pat", "partner", at=cast.team("safeguarding", council))
    held = cast.record(forename="Ann", surname="Smith")
    case = cast.thing(kim, parties=[held], where="Canal").case
    cast.shared(case.root, council, kim, "narrative")
    browser = cast.signed_in(partner)
    body = browser.get(f"{ROOT}lost-property/cases/{case.root.reference}").json()
    assert body["fields"]["described"] == "An umbrella"
    assert "where" not in body["fields"]
    assert body["held_back"] == ["where"]
    # Her own record was not opened: on PostgreSQL the database keeps even that she is there.
    nameless = [] if connection.vendor == "postgresql" else [None]
    assert [one["name"] for one in body["parties"]] == nameless
    assert "Smith" not in str(body)


def test_missing_and_forbidden_are_the_same_and_both_are_logged() -> None:
    kim = cast.user("kim", cast.KEEPER)
    other = cast.user("kit", cast.KEEPER, at=cast.team("other-store"))
    forbidden = cast.thing(other, at=cast.team("other-store")).case.root.reference
    header = token(kim)
    answers = [
        get(f"lost-property/cases/{forbidden}", header),
        get("lost-property/cases/LP-0000-0000", header),
        get("people/PE-0000-0000", header),
    ]
    for answer in answers:
        assert (answer.status_code, answer.content) == (404, NOT_FOUND_JSON)
        answer.headers.pop("X-Request-ID")
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1
    denied = cast.audited("denied")
    assert [entry["subjects"] for entry in denied] == [
        [forbidden],
        ["LP-0000-0000"],
        ["PE-0000-0000"],
    ]
    assert {entry["channel"] for entry in denied} == {"api"}


def test_a_person_comes_by_source_and_a_marked_one_out_of_scope_as_a_face() -> None:
    kim = cast.user("kim", cast.HEAD)
    held = cast.record(forename="Ann", surname="Smith", phone="07700 900123")
    case = cast.thing(kim, parties=[held]).case
    cast.marker(case.root, kim, person=held.person)
    path = f"people/{held.person.reference}"
    body = get(path, token(kim)).json()
    assert body["face"] is False
    assert [row["text"] for row in body["markers"]] == ["Keeps an axe by the door"]
    assert body["records"][0]["values"]["surname"] == "Smith"
    assert [row["reference"] for row in body["cases"]] == [case.root.reference]
    operator = cast.user("olu", cast.OPERATOR, at=cast.team("control-room"))
    assert get(path, token(operator, "second")).status_code == 404
    face = cast.signed_in(operator).get(f"{ROOT}{path}").json()
    assert (face["face"], face["names"], face["records"], face["cases"]) == (
        True,
        ["Ann Smith"],
        [],
        [],
    )
    assert "900123" not in str(face)
    assert case.root.reference not in str(face)
    assert cast.audited("consultation")[-1]["face"] is True


def test_an_administrator_and_an_auditor_read_no_case() -> None:
    kim = cast.user("kim", cast.KEEPER)
    reference = cast.thing(kim).case.root.reference
    for number, post in enumerate((cast.ADMINISTRATOR, cast.AUDITOR)):
        header = token(cast.user(post, post), f"token {number}")
        assert get("lost-property/cases", header).status_code == 404
        assert get(f"lost-property/cases/{reference}", header).status_code == 404
        assert get("desks", header).json() == []


def test_every_operation_declares_itself_for_the_sweeps() -> None:
    views = [each.callback for each in api_urls[0]]
    names = {each.name for each in api_urls[0] if each.callback.declared.writes}  # type: ignore[union-attr]
    assert names == {"contact_feed", "contact_feed_row"}
    assert views  # type: ignore[union-attr]
    assert not any(path == "" for path in every_path())


def test_openapi_describes_each_desk_by_its_own_fields() -> None:
    schema = get("openapi.json", token(cast.user("kim", cast.KEEPER))).json()
    assert f"{ROOT}lost-property/cases" in schema["paths"]
    fields = schema["components"]["schemas"]["LostPropertyFields"]["properties"]
    assert set(fields) == {shown.key for shown in DESK.fields}
    assert fields["described"]["title"] == "Description"


def test_the_page_explains_tokens_and_lists_the_operations() -> None:
    client = cast.signed_in(cast.user("kim", cast.KEEPER))
    page = client.get("/api/").content.decode()
    assert "Get a token" in page
    assert "/api/v1/lost-property/cases/{reference}" in page


def test_no_read_is_sent_when_the_log_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    kim = cast.user("kim", cast.KEEPER)
    cast.thing(kim)
    header = token(kim)

    def full(*args: object, **kwargs: object) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr("wansdyke.history.audit.record", full)
    before = AuditEntry.objects.count()
    answer = get("lost-property/cases", header)
    assert answer.status_code == 503
    assert b"umbrella" not in answer.content
    assert AuditEntry.objects.count() == before


def test_an_address_that_is_none_answers_a_program_in_json() -> None:
    header = token(cast.user("kim", cast.KEEPER))
    answer = get("nothing-here", header)
    assert (answer.status_code, answer.content) == (404, NOT_FOUND_JSON)
    assert Client().get("/api/v2/").content == NOT_FOUND_JSON
