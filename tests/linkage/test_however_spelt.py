"""Whoever is looked for is found however they are spelt, with the model's own weight."""

from datetime import date
from itertools import product

import pytest

from tests.home import cast
from wansdyke.access.actors import Actor
from wansdyke.access.models import User
from wansdyke.linkage.bulk.person_v1 import settings
from wansdyke.linkage.found import Candidate, Query
from wansdyke.linkage.lookup import find_people
from wansdyke.linkage.places import find_places
from wansdyke.people.agreement import Home, record_compared, shipped_model
from wansdyke.people.asked import asked_of
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import lives_at, place_for
from wansdyke.people.vocabulary import recount
from wansdyke.people.walks import Row
from wansdyke.people.weighing import Scorer, compared

pytestmark = pytest.mark.django_db
BORN = date(1985, 3, 12)


@pytest.fixture(autouse=True)
def katherine() -> PersonRecord:
    held = cast.record(
        forename="Katherine",
        middle_names="Rose",
        surname="Thompson-Birdsall née Okafor",
        date_of_birth=BORN,
        phone="07700 900123",
        pnc="1981/0000034U",
    )
    home = place_for("12 Shakespeare Road, Swindon", "SN1 2AB")
    assert home is not None
    lives_at(held, home)
    for forename, surname in product(("John", "Mary", "Sunita"), ("Patel", "Evans", "Nowak")):
        cast.record(forename=forename, surname=surname, date_of_birth=date(1971, 2, 3))
    return held


def keeper() -> Actor:
    return cast.actor(User.objects.filter(username="kim").first() or cast.user("kim", cast.KEEPER))


def found(**asked: object) -> tuple[Candidate, ...]:
    return find_people(keeper(), cast.now(), Query(**asked)).candidates  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"forename": "Katharine", "surname": "Thompson Birdsall"}, "Forename almost the same"),
        ({"forename": "Kate", "surname": "Thompsonbirdsall"}, "One forename is short for"),
        (
            {"forename": "Rose", "surname": "Thompson-Birdsall"},
            "is the other’s middle name",
        ),
        ({"forename": "Katherine", "surname": "Tompson-Birdsal"}, "Surname almost the same"),
        ({"forename": "Katherine", "surname": "Thomson-Bridsall"}, "Surname almost the same"),
        ({"forename": "Katherine", "surname": "Birdsall"}, "One part of the surname"),
        ({"forename": "Katherine", "surname": "Okafor"}, "Surname is the other’s earlier one"),
        ({"forename": "Thompson-Birdsall", "surname": "Katherine"}, "forename is the other’s"),
        ({"surname": "Thompso"}, "Surname begins with"),
        ({"forename": "Katherine", "date_of_birth": date(1985, 12, 3)}, "exchanged"),
        ({"forename": "K", "surname": "Birdsall", "date_of_birth": BORN}, "Same date of birth"),
        ({"surname": "Thompson-Birdsall", "age": 41}, "Born in those years"),
        ({"surname": "Thompson-Birdsall", "birth_year": 1985}, "Born in those years"),
        ({"phone": "07700 9001"}, "Telephone begins with"),
        ({"identity": "81/34U"}, "Same PNC identity"),
        ({"forename": "Katherine", "postcode": "SN1 2AB"}, "Same postcode"),
        ({"forename": "Katherine", "address": "12 Shakspeare Rd"}, "Address almost the same"),
    ],
)
def test_she_is_found_first_and_it_is_said_why(asked: dict[str, object], reason: str) -> None:
    first = found(**asked)[0]
    assert first.name == "Katherine Thompson-Birdsall née Okafor"
    assert reason.casefold() in " ".join(first.reasons).casefold()
    assert 0 < first.probability < 1


def test_more_that_agrees_weighs_more_and_a_rare_name_more_than_a_common_one() -> None:
    for number in range(6):
        cast.record(forename="Mary", surname="Evans", date_of_birth=date(1950, 1, 1 + number % 28))
    recount()
    alone = found(surname="Evans")
    assert any("about 1 in" in reason for one in alone for reason in one.reasons)
    rare = found(surname="Thompson-Birdsall", forename="Katherine")[0].weight
    assert rare > found(forename="Mary", surname="Evans")[0].weight


def test_the_weight_of_a_whole_record_is_the_models_own(katherine: PersonRecord) -> None:
    scorer, said = (
        Scorer(shipped_model(), lambda column: {}.get),
        {"forename": "Kathrine", "surname": "Thomson"},
    )
    question = asked_of(
        **said, date_of_birth=BORN, sex="female", phone="07700 900123", today=cast.now().date()
    )
    (candidate,) = (
        one
        for one in found(**said, date_of_birth=BORN, phone="07700 900123", sex="female")
        if one.person == katherine.person
    )
    row = Row(
        katherine.pk, 0, katherine.forename_key, katherine.surname_key, katherine.formerly_key,
        "", BORN.isoformat(), "", katherine.phone_key, "", katherine.pnc_key, "",
    )  # fmt: skip
    own = compared(question.said) | {"phone": question.phone}
    expected = scorer.weight(own, record_compared(row, Home()))
    assert candidate.weight == pytest.approx(expected, abs=1e-6)


def test_the_shipped_model_is_the_published_one() -> None:
    published = settings().create_settings_dict("duckdb")
    named = {
        one["output_column_name"]: one["comparison_levels"] for one in published["comparisons"]
    }
    for comparison in shipped_model()["comparisons"]:
        theirs = named.pop(comparison["output_column_name"])
        for ours, level in zip(comparison["comparison_levels"], theirs, strict=True):
            assert ours.get("m_probability") == level.get("m_probability")
            assert ours.get("u_probability") == level.get("u_probability")
    assert not named
    prior = "probability_two_random_records_match"
    assert shipped_model()[prior] == published[prior]


def test_a_place_is_found_by_a_misspelt_street_and_by_the_name_of_a_house() -> None:
    case = cast.thing(cast.user("kim", cast.KEEPER)).case
    cast.place("The Red Lion, Mill Lane", "SN1 9ZZ", on=case)
    for typed in ("red lyon", "The Red Lion", "Mil Lane"):
        (one,) = find_places(keeper(), cast.now(), Query(address=typed))
        assert one.place.address == "The Red Lion, Mill Lane"
    (home,) = find_places(keeper(), cast.now(), Query(address="12 Shakspear Rd"))
    assert home.reasons == ("Address much the same",)
    assert home.incidents == 0


@pytest.mark.parametrize(
    "typed",
    ["", " ", "s", "🙂", "x" * 10_000, "%", "_", "'; DROP TABLE people_word; --", "\\", "(((((",
     ".*+?^${}()|[]", "\u202eabc\u202d", "a\x00b", "٣٤٥", "Ω" * 500, "-" * 300, "é" * 200],
)  # fmt: skip
def test_silly_input_is_answered(typed: str) -> None:
    for field in ("forename", "surname", "phone", "identity", "address", "postcode", "reference"):
        assert isinstance(found(**{field: typed}), tuple)
    find_places(keeper(), cast.now(), Query(address=typed, postcode=typed))
