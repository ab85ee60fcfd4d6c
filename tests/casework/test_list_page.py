"""A page of a desk's list is cut from the whole list, by whichever way it was found."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from tests.desks.contact import control_room as room
from tests.home.cast import actor, agency, locked, named, now, shared, team, user
from wansdyke.access.actors import Actor
from wansdyke.access.models import Root, User
from wansdyke.casework import queries
from wansdyke.casework.actions import perform
from wansdyke.casework.models import Case
from wansdyke.casework.queries import list_page, listed
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact

pytestmark = pytest.mark.django_db
SORTS = ("", "deadline", "-deadline", "opened", "-opened", "received", "-grade", "no such thing")
STATES = ("", "open", "closed", "waiting", "resulted", "no such thing")


@pytest.fixture
def reader() -> Actor:
    """A partner who sees some calls of her own team, and some that a grant opens."""
    elsewhere = team("council-team", agency("council", home=False))
    carol = user("carol", "partner", at=elsewhere)
    boss = User.objects.get(pk=room.sasha().user_id)
    for number in range(12):
        at = now() - timedelta(minutes=number)
        call = room.take(
            None, at=at, received_at=at, letters=room.GIVEN, grade="without-deployment"
        )
        if number % 2:
            ended(call)
        root = call.case.root
        if number in (0, 1, 2, 3, 9, 10):
            Root.objects.filter(pk=root.pk).update(team=elsewhere, agency=elsewhere.agency)
        if number in (3, 4, 5, 6):
            shared(root, elsewhere.agency, boss, "narrative")
        if number in (2, 9):
            named(root, carol, boss)
        if number in (1, 6):
            locked(root, carol, boss)
        if number in (2, 5, 10):
            Root.objects.filter(pk=root.pk).update(marking=Root.RESTRICTED)
    return actor(carol)


def ended(call: Contact) -> None:
    perform(
        call, "result", desk=DESK, by=room.olivia(), at=now(), key=room.key(),
        payload={"category": "administration"},
    )  # fmt: skip


def pages(by: Actor, chosen: dict[str, str]) -> list[int]:
    """The whole list, by turning its pages of two."""
    at, found = now(), list[int]()
    for number in range(1, 20):
        page = list_page(by, DESK, at, chosen, number, per_page=2)
        if page.number != number:
            break
        found += page.ids
    return found


@pytest.mark.parametrize("state", STATES)
def test_its_pages_are_the_list(reader: Actor, state: str) -> None:
    for sort in SORTS:
        chosen = {"state": state, "sort": sort}
        whole = list(listed(reader, DESK, now(), chosen).values_list("pk", flat=True))
        assert pages(reader, chosen) == whole, sort
        assert list_page(reader, DESK, now(), chosen, None).total == len(whole)


def test_what_grants_alone_open_is_there_and_nothing_else(reader: Actor) -> None:
    """Her team's own, one of them restricted and naming her, and one that was shared: neither what
    is locked to her, nor what is restricted and names nobody."""
    taken = list(Case.objects.order_by("pk").values_list("pk", flat=True))
    seen = sorted(taken.index(pk) for pk in pages(reader, {"state": ""}))
    assert seen == [0, 2, 3, 4, 9]


@pytest.mark.parametrize("cap", [1, 2, 3, 4])
def test_a_list_beyond_the_cap_says_so(
    reader: Actor, monkeypatch: pytest.MonkeyPatch, cap: int
) -> None:
    """Whether the actor's own team or what grants open goes beyond it."""
    monkeypatch.setattr(queries, "CAP", cap)
    asked: list[int] = []

    def cut(cases: QuerySet[Case], number: Any, per_page: int, counted: int | None = None) -> Any:
        asked.append(counted or 0)
        return counted

    monkeypatch.setattr(queries, "page_of", cut)
    list_page(reader, DESK, now(), {"state": ""}, 1)
    assert asked == [cap + 1]
