"""A place: who lives there only for a reason, in scope, and never fewer without saying so."""

import pytest

from tests.home import cast
from wansdyke.home import place as place_page
from wansdyke.people.records import lives_at

pytestmark = pytest.mark.django_db


def test_who_lives_there_is_shown_for_a_reason_that_the_log_keeps() -> None:
    kim = cast.user("kim", cast.KEEPER)
    where = cast.place("12 High Street, Swindon", "SN1 2AB", on=cast.thing(kim).case)
    lives_at(cast.record(forename="Ann", surname="Smith"), where)
    lives_at(cast.record(surname="Hidden", at=cast.team("other-store")), where)
    client, path = cast.signed_in(kim), f"/places/{where.reference}/"
    assert "Ann Smith" not in client.get(path).content.decode()
    assert "Ann Smith" not in client.post(path, {}).content.decode()
    shown = client.post(path, {"reason": "call", "about": "CT-4T7K-2M9Q"}).content.decode()
    assert "Ann Smith" in shown
    assert "Hidden" not in shown
    assert "More people" not in shown
    assert cast.audited("search")[-1]["reason"] == "call CT-4T7K-2M9Q"


def test_a_household_that_is_cut_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_page, "MOST_RESIDENTS", 2)
    kim = cast.user("kim", cast.KEEPER)
    where = cast.place("12 High Street, Swindon", "SN1 2AB", on=cast.thing(kim).case)
    for surname in ("Able", "Baker", "Charlie"):
        lives_at(cast.record(surname=surname), where)
    path = f"/places/{where.reference}/"
    shown = cast.signed_in(kim).post(path, {"reason": "call"}).content.decode()
    assert "Baker" in shown
    assert "Charlie" not in shown
    assert "More people are recorded as living here" in shown
