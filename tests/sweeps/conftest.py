"""One world for all the sweeps of a worker."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import databases
from tests.sweeps.world import World, make


@pytest.fixture(scope="session")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world, in a database of its own, which no test leaves changed."""
    with django_db_blocker.unblock():
        world = make()
        yield world
        databases.remove(world.database)


@pytest.fixture
def world(made: World, django_db_blocker: Any) -> Iterator[World]:
    """The world, with the product's database pointed at it for the length of a test."""
    with django_db_blocker.unblock(), made.inside():
        yield made
