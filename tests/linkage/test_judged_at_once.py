"""Two people who judge at the same moment: what comes of it is what both said."""

import threading
import time
import uuid

import pytest
from django.db import connection, transaction

from tests.databases import Database
from tests.home import cast
from wansdyke.access.models import User
from wansdyke.linkage.judging import judge
from wansdyke.people.models import PersonRecord


def said(by: User, one: PersonRecord, other: PersonRecord) -> None:
    given = {"by": cast.actor(by), "at": cast.now(), "key": uuid.uuid4().hex}
    judge(one, other, "same", reason="The same face", **given)  # type: ignore[arg-type]


@pytest.mark.postgres_only
def test_two_judgements_about_one_person_at_once_make_one_person(committed_db: Database) -> None:
    kim, kit = cast.user("kim", cast.KEEPER), cast.user("kit", cast.KEEPER)
    one, two, three, four = (cast.record(forename="Ann", surname="Smith") for _ in range(4))
    said(kim, two, three)

    def meanwhile() -> None:
        said(kit, one, two)
        connection.close()

    other = threading.Thread(target=meanwhile)
    with transaction.atomic():
        said(kim, three, four)
        other.start()
        # Time to read who is linked with whom, and then to wait for this one.
        time.sleep(1)
    other.join(30)
    records = PersonRecord.objects.filter(pk__in=[one.pk, two.pk, three.pk, four.pk])
    assert len(set(records.values_list("person_id", flat=True))) == 1
