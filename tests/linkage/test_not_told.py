"""What a search must not tell, by any way round, of records that whoever searches may not see."""

from datetime import date
from typing import Any

import pytest

from tests.home import cast
from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.linkage.found import Query
from wansdyke.linkage.lookup import find_people

pytestmark = pytest.mark.django_db
BORN = date(1980, 5, 17)


def names(actor: Actor, **asked: Any) -> list[str]:
    return [one.name for one in find_people(actor, cast.now(), Query(**asked))]


@pytest.mark.parametrize("more", [{}, {"date_of_birth": BORN}, {"pnc": "1981/0000034U"}])
def test_who_is_found_by_a_far_spelling_is_found_whoever_else_has_the_name(
    more: dict[str, Any],
) -> None:
    keeper = cast.actor(cast.user("kim", cast.KEEPER))
    typed = {"forename": "Quentin", "surname": "Zebxowzkim"}
    asked = {("identity" if name == "pnc" else name): value for name, value in more.items()}
    cast.record(forename="Quentin", surname="Zebrowskim")
    assert names(keeper, **typed, **asked) == ["Quentin Zebrowskim"]
    cast.record(**typed, **more, marking=Root.SEALED)
    assert names(keeper, **typed, **asked) == ["Quentin Zebrowskim"]


def test_a_name_held_back_keeps_nobody_from_being_found() -> None:
    kim = cast.user("kim", cast.KEEPER)
    council = cast.agency("council", home=False)
    partner = cast.actor(cast.user("pat", "partner", at=cast.team("safeguarding", council)))
    near = cast.record(forename="Quentin", surname="Zebrowskim")
    cast.shared(near.root, council, kim, "identity")
    hidden = cast.record(forename="Quentin", surname="Zebxowzkim")
    cast.shared(hidden.root, council, kim, "address")
    asked = {"forename": "Quentin", "surname": "Zebxowzkim"}
    assert names(partner, **asked) == ["Quentin Zebrowskim"]
