"""Looks by other ways than a page: a program's, a file's, and in the name of a request."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.assurance.looking import BORN, found, from_here, looked, officer, through
from tests.casework.test_second_self import asked, by
from tests.home import cast
from wansdyke.access.models import ApiToken, User
from wansdyke.access.tokens import digest
from wansdyke.assurance import declarations
from wansdyke.assurance.log_review_reading import reads
from wansdyke.assurance.models import Associate, Declaration, LogFinding
from wansdyke.history.models import AuditEntry
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
TOKEN = "a" * 43


@pytest.fixture
def rosa() -> User:
    return officer("Rosa Marchetti", post=cast.HEAD)


@pytest.fixture
def own() -> PersonRecord:
    return cast.record(forename="Rosa", surname="Marchetti", date_of_birth=BORN)


def declared(user: User) -> None:
    Declaration.objects.create(user=user, date_of_birth=BORN, at=cast.now())


def own_looks(user: User) -> list[LogFinding]:
    through()
    return found(viewer=user, kind="self")


def test_a_look_with_a_token_is_a_look(rosa: User, own: PersonRecord) -> None:
    declared(rosa)
    from_here()
    at = cast.now()
    ApiToken.objects.create(
        user=rosa, name="a program", sha256=digest(TOKEN), made_at=at,
        expires_at=at + timedelta(days=1),
    )  # fmt: skip
    answer = Client().get(
        f"/api/v1/people/{own.known_as}", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert answer.status_code == 200
    assert own_looks(rosa)


def test_a_file_of_few_rows_is_aimed_at_what_is_in_it(rosa: User) -> None:
    case = cast.thing(cast.user("ben", cast.KEEPER)).case
    filed: Any = cast.signed_in(rosa).get("/lost-property/export.csv")
    # By default the file names nobody; that it was taken out, and of what, is in the log.
    assert b"".join(filed.streaming_content)
    entries = AuditEntry.objects.filter(actor_id=rosa.pk, operation="export")
    (aimed,) = [one for one in reads(entries) if one.aimed]
    assert aimed.subjects == (case.root.reference,)


def test_what_is_found_and_shown_in_answering_a_request_is_a_look() -> None:
    rhea = officer("Rhea Lund", post="records-manager")
    declared(rhea)
    ex = {"relation": "former partner", "forename": "Ian", "surname": "Hale"}
    declarations.add({**ex, "date_of_birth": BORN}, **by(rhea))
    record = cast.record(forename="Ian", surname="Hale", date_of_birth=BORN)
    leaving = asked(rhea, forename="Ian", surname="Hale")
    from_here()
    page = cast.signed_in(rhea).get(f"/requests/{leaving.reference}/people/")
    assert record.root.reference in page.content.decode()
    through()
    assert found(viewer=rhea, kind="relative")


def test_whoever_is_taken_off_a_declaration_before_a_look_still_counts(rosa: User) -> None:
    ex = {"relation": "former partner", "forename": "Ian", "surname": "Hale"}
    declarations.add({**ex, "date_of_birth": BORN}, **by(rosa))
    Associate.objects.update(at=cast.now() - timedelta(days=400))
    declarations.end(Associate.objects.get(), **by(rosa))
    from_here()
    looked(rosa, cast.record(forename="Ian", surname="Hale", date_of_birth=BORN), ago=timedelta(0))
    through()
    assert found(viewer=rosa, kind="relative")
