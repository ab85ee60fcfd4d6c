"""The count of guesses: nothing gets past it in a rush, and a restart forgets none."""

import threading
from datetime import timedelta

from django.db import connections
from django.utils import timezone

from tests.databases import Database
from wansdyke.access.guesses import MOST, MOST_BY_ADDRESS, WINDOW, claim, first_refusal
from wansdyke.access.models import Guess


def test_a_rush_of_guesses_lets_ten_through(committed_db: Database) -> None:
    now = timezone.now()
    let_through: list[bool] = []
    together = threading.Barrier(16)

    def guess(number: int) -> None:
        together.wait()
        let_through.append(claim("ann", f"10.0.0.{number}", now) is not None)
        connections.close_all()

    rush = [threading.Thread(target=guess, args=[number]) for number in range(16)]
    for each in rush:
        each.start()
    for each in rush:
        each.join()
    assert len(let_through) == 16
    assert 1 <= sum(let_through) <= MOST
    assert Guess.objects.count() == sum(let_through)


def test_the_count_outlives_the_connection(committed_db: Database) -> None:
    now = timezone.now()
    for _ in range(MOST):
        assert claim("ann", "10.0.0.1", now) is not None
    connections.close_all()
    assert claim("ann", "10.0.0.2", now) is None
    assert claim("Ann ", "10.0.0.2", now) is None
    assert claim("bob", "10.0.0.1", now) is not None
    assert claim("ann", "10.0.0.2", now + timedelta(minutes=5)) is not None


def test_a_control_room_behind_one_address_has_a_hundred(committed_db: Database) -> None:
    now = timezone.now()
    for number in range(MOST_BY_ADDRESS):
        assert claim(f"officer{number}", "10.0.0.1", now) is not None
    assert claim("bob", "10.0.0.1", now) is None
    assert claim("bob", "10.0.0.2", now) is not None


def test_a_refusal_is_the_first_once_in_a_window_for_each_account_and_address(
    committed_db: Database,
) -> None:
    now = timezone.now()
    assert first_refusal("ann", "10.0.0.1", now)
    assert not first_refusal("Ann", "10.0.0.1", now + timedelta(minutes=4))
    assert first_refusal("ann", "10.0.0.2", now)
    assert first_refusal("bob", "10.0.0.1", now)
    assert first_refusal("ann", "10.0.0.1", now + WINDOW)
    assert claim("ann", "10.0.0.1", now) is not None, "a refusal counts towards no limit"
