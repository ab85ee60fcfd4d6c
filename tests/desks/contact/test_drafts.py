"""Drafts sent together: two of one page, and one that arrives as the call itself is saved."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from tests.databases import Database
from tests.desks.contact import control_room as room
from wansdyke.access.actors import Actor
from wansdyke.casework.models import Draft
from wansdyke.desks.contact import drafts

TURNS = 12


@pytest.fixture
def olivia(committed_db: Database) -> Actor:
    return room.olivia()


def together(*works: Callable[[], object]) -> list[object]:
    """Each in a thread and on a connection of its own, all let go at one moment."""
    gate = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            gate.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return [found.result() for found in [threads.submit(run, work) for work in works]]


def sent(olivia: Actor, key: uuid.UUID, number: int) -> bool:
    typed = {"what": [f"words {number}"], "key": ["the-form"]}
    return drafts.keep(olivia, key, typed, at=timezone.now(), page="p", sequence=str(number))


def test_two_sendings_of_a_new_page_at_once_are_both_answered(olivia: Actor) -> None:
    for _ in range(TURNS):
        key = uuid.uuid4()
        assert together(lambda: sent(olivia, key, 1), lambda: sent(olivia, key, 2)) == [True, True]  # noqa: B023
        assert Draft.objects.get(key=key).data["what"] == ["words 2"]
        drafts.drop(olivia, key)


def test_a_sending_that_arrives_as_the_call_is_saved_is_answered_and_leaves_no_draft(
    olivia: Actor,
) -> None:
    room.room()
    for turn in range(TURNS):
        key, form = uuid.uuid4(), f"form-{turn}"
        typed = {"what": ["words"], "key": [form]}

        def send() -> bool:
            return drafts.keep(olivia, key, typed, at=timezone.now(), page="p", sequence="2")  # noqa: B023

        assert send()
        draft = Draft.objects.get(key=key)
        answers = together(send, lambda: room.take(olivia, sent=form, draft=draft))  # noqa: B023
        assert answers[0] is True
        assert not Draft.objects.filter(key=key).exists()
