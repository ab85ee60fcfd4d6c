"""What the API reaches: with a token what may be exported; for an analyst no names, ever."""

from typing import Any

import pytest

from tests.home import cast
from tests.home.test_api import get, token
from tests.lost_property.desk import DESK
from tests.lost_property.models import Thing
from wansdyke.access.models import Grant, User
from wansdyke.casework.actions import amend
from wansdyke.casework.models import Case
from wansdyke.home.api import ROOT
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
THINGS = "lost-property/cases"
WHO = ("Smith", "900123", "1 Mill Lane", "Canal", "umbrella", "axe")


@pytest.fixture
def kim() -> User:
    return cast.user("kim", cast.KEEPER)


@pytest.fixture
def held() -> PersonRecord:
    return cast.record(forename="Ann", surname="Smith", phone="07700 900123")


@pytest.fixture
def case(kim: User, held: PersonRecord) -> Case:
    found = cast.thing(kim, parties=[held], where="Canal").case
    cast.marker(found.root, kim, person=held.person)
    return found


def browse(of: User, path: str) -> Any:
    return cast.signed_in(of).get(f"{ROOT}{path}")


def shared_at(level: int, case: Case, to: User, by: User) -> None:
    assert to.agency is not None
    grant = cast.shared(case.root, to.agency, by, "narrative")
    Grant.objects.filter(pk=grant.pk).update(level=level)


def test_a_practitioners_token_reads_their_own_cases_alone(kim: User, case: Case) -> None:
    colleague = cast.user("kit", cast.KEEPER)
    one = f"{THINGS}/{case.root.reference}"
    assert browse(colleague, one).status_code == 200
    header = token(colleague)
    assert get(one, header).status_code == 404
    assert get(THINGS, header).json()["items"] == []
    assert get(one, token(kim, "kim's")).status_code == 200
    assert get(THINGS, token(kim, "another")).json()["total"] == 1


def test_their_token_names_no_record_they_may_only_look_at(
    kim: User, case: Case, held: PersonRecord
) -> None:
    one, person = f"{THINGS}/{case.root.reference}", f"people/{held.person.reference}"
    assert browse(kim, one).json()["parties"][0]["name"] == "Ann Smith"
    assert browse(kim, person).json()["names"] == ["Ann Smith"]
    header = token(kim)
    (part,) = get(one, header).json()["parties"]
    assert (part["name"], part["person"], part["record"]) == (None, None, None)
    assert get(person, header).status_code == 404


def test_a_persons_cases_and_markers_are_those_that_may_be_exported(
    kim: User, case: Case, held: PersonRecord
) -> None:
    colleague = cast.user("kit", cast.KEEPER)
    Grant.objects.create(
        root=held.root, user=colleague, kind=Grant.NAMED, from_at=cast.now(), made_by=kim
    )
    path = f"people/{held.person.reference}"
    seen = browse(colleague, path).json()
    assert (seen["total"], len(seen["markers"])) == (1, 1)
    body = get(path, token(colleague)).json()
    assert body["names"] == ["Ann Smith"]
    assert (body["total"], body["cases"], body["markers"]) == (0, [], [])
    assert case.root.reference not in str(cast.audited("export")[-1]["subjects"])


def test_a_partners_token_needs_a_share_that_lets_out_and_a_readers_reads_nothing(
    kim: User, case: Case
) -> None:
    council = cast.team("safeguarding", cast.agency("council", home=False))
    partner = cast.user("pat", "partner", at=council)
    reader = cast.user("rae", "partner-reader", at=council)
    one = f"{THINGS}/{case.root.reference}"
    shared_at(2, case, partner, kim)
    header, readers = token(partner), token(reader, "reader's")
    assert browse(partner, one).status_code == 200
    assert browse(reader, one).status_code == 200
    assert get(one, header).status_code == 404
    Grant.objects.filter(kind=Grant.SHARE).update(level=3)
    assert get(one, header).json()["fields"]["described"] == "An umbrella"
    assert get(one, readers).status_code == 404
    assert get(THINGS, readers).status_code == 404


def test_broken_glass_lets_somebody_look_and_not_take_out(kim: User, case: Case) -> None:
    other = cast.user("kit", cast.KEEPER, at=cast.team("other-store"))
    Grant.objects.create(
        root=case.root, user=other, kind=Grant.BREAK_GLASS, from_at=cast.now(), made_by=other
    )
    one = f"{THINGS}/{case.root.reference}"
    assert browse(other, one).status_code == 200
    assert get(one, token(other)).status_code == 404


@pytest.mark.parametrize("with_token", [True, False])
def test_an_analysts_json_names_and_finds_nobody(
    kim: User, case: Case, held: PersonRecord, with_token: bool
) -> None:
    told = {"described": "An umbrella by the Canal"}
    thing = Thing.objects.select_related("case__root").get(pk=case.pk)
    amend(thing, told, desk=DESK, by=cast.actor(kim), at=cast.now(), key="told", version=None)
    analyst = cast.user("ann", cast.ANALYST)
    header = token(analyst)
    answers = [
        get(path, header) if with_token else browse(analyst, path)
        for path in (
            THINGS,
            f"{THINGS}/{case.root.reference}",
            f"people/{held.person.reference}",
        )
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    for answer in answers:
        assert not [word for word in WHO if word in answer.content.decode()]
    listed, one, person = (answer.json() for answer in answers)
    assert listed["items"][0]["held_back"] == one["held_back"] == ["described", "where"]
    assert set(listed["items"][0]["fields"]) == {"found_at"}
    assert one["parties"][0]["person"] is None
    assert (one["events"][0]["withheld"], one["events"][0]["changes"]) == (1, [])
    assert "surname" in person["records"][0]["held_back"]
    assert (person["names"], person["cases"], person["markers"]) == ([], [], [])


def test_an_analyst_who_also_leads_the_team_exports_it_in_full(kim: User, case: Case) -> None:
    both = cast.user("bo", cast.ANALYST, cast.HEAD)
    body = get(f"{THINGS}/{case.root.reference}", token(both)).json()
    assert body["fields"]["described"] == "An umbrella"
    assert body["held_back"] == []


def test_a_token_exports_and_a_browser_consults(kim: User, case: Case) -> None:
    one = f"{THINGS}/{case.root.reference}"
    browse(kim, one)
    (looked,) = cast.audited("consultation")
    assert (looked["channel"], looked["subjects"][0]) == ("web", case.root.reference)
    assert cast.audited("export") == []
    get(one, token(kim))
    (taken,) = cast.audited("export")
    assert (taken["channel"], taken["subjects"]) == ("api", [case.root.reference])
    assert len(cast.audited("consultation")) == 1


def test_the_page_says_what_a_token_reads(kim: User) -> None:
    page = cast.signed_in(kim).get("/api/").content.decode()
    assert "with a token you read what you may export" in page
    assert "is in the log as an export under your name" in page
    assert "only as an analyst comes without what names or finds a person" in page
