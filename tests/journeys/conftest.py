"""Every journey starts on the made-up force, which those of one process share: each finds or makes
the records it is about, and asks nothing of what the others leave."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests import browsers, databases
from tests.databases import Database


@dataclass(frozen=True)
class Force:
    """The made-up force's database, and the address at which it is served."""

    database: Database
    address: str


@pytest.fixture(scope="session")
def force(django_db_setup: None, django_db_blocker: Any) -> Iterator[Force]:
    """The made-up force, served once: to copy it and start a server takes as long as a journey."""
    with django_db_blocker.unblock():
        shared = databases.copy("journeys", databases.demonstration())
        with browsers.served(shared) as address:
            yield Force(shared, address)
        databases.remove(shared)


@pytest.fixture
def served_database(force: Force, django_db_blocker: Any) -> Iterator[Database]:
    """The made-up force, with its named personas to sign in as."""
    with (
        django_db_blocker.unblock(),
        databases.pointed_at(force.database.name, force.database.data),
    ):
        yield force.database


@pytest.fixture
def live_server_url(force: Force, served_database: Database) -> str:
    """The address at which gunicorn serves the made-up force."""
    return force.address
