"""No file that is had without asking for names tells of anybody: not a name, a number, a place."""

import csv
import io
import re
from itertools import pairwise

import pytest
from django.urls import reverse

from tests.sweeps.asking import Answer, Asker, undone
from tests.sweeps.cast import VIEWERS
from tests.sweeps.urls import Url, walked
from tests.sweeps.world import World
from wansdyke.people.models import PersonRecord, Place

HELD = ("identity", "address", "safe contact", "narrative", "third party", "source identity")
PSEUDONYM = re.compile(r"\b[PCRL]-[A-Z2-7]{16}\b")
# Every role that takes anything out: in charge, named on cases, an analyst, a records manager.
TAKING = ("sasha", "olivia", "anya", "ray", "hedda", "carol")
SHORTEST = 5


def files() -> list[Url]:
    """The files that are said to name nobody, or to hold pseudonyms."""
    return [
        url
        for url in walked()
        if url.declared and url.declared.holds in ("pseudonyms", "nobody") and not url.parameters
    ]


def clear_values() -> set[str]:
    """All that would name or find one of the world's people."""
    fields = ("forename", "surname", "phone", "email", "pnc", "cro", "root__reference")
    rows = PersonRecord.objects.values_list(*fields, "date_of_birth", "person__reference")
    places = Place.objects.values_list("address", "postcode", "reference")
    values = {str(one) for row in [*rows, *places] for one in row if one}
    return {one for one in values if len(one) >= SHORTEST}


def taken(asker: Asker, url: Url) -> Answer | None:
    with undone():
        answer = asker.ask("GET", f"{reverse(url.name)}?state=&show=all")
    return answer if answer.status == 200 else None


def rows_of(answer: Answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))


@pytest.mark.parametrize("username", [name for name in TAKING if name in VIEWERS])
def test_no_default_file_holds_a_clear_value(world: World, username: str) -> None:
    asker, values, faults = Asker(username), clear_values(), []
    held = {word for word, one in world.secrets.words.items() if one.section in HELD}
    for url in files():
        answer = taken(asker, url)
        if answer is None:
            continue
        text = "\n".join(answer.texts)
        if answer.words & held:
            faults.append(f"{url.name} holds canaries {answer.words & held}")
        if url.declared.holds == "pseudonyms":
            told = {value for value in values if value in text}
            faults += [f"{url.name} holds {sorted(told)[:5]}"] if told else []
            faults += [f"{url.name} holds {answer.words}"] if answer.words else []
    assert not faults, "\n".join(faults)


def test_a_desk_list_holds_rows_and_another_file_cannot_be_joined_to_it(world: World) -> None:
    """Not even by the order of its rows, whatever order was asked for."""
    asker = Asker("sasha")
    found, orders = [], []
    for sort in ("deadline", "-deadline", "opened"):
        with undone():
            answer = asker.ask("GET", f"/contact/export.csv?state=&sort={sort}")
        _, *rows = rows_of(answer)
        assert len(rows) > 5
        orders.append([row[0] for row in rows])
        found.append(set(PSEUDONYM.findall(answer.body.decode())))
        assert not answer.references
    assert all(order == sorted(order) for order in orders)
    assert all(not one & other for one, other in pairwise(found))
    assert any(one.startswith("P-") for one in found[0])
