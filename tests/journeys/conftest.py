"""Every journey starts on the made-up force, in a database of its own."""

import pytest

from tests.databases import Database


@pytest.fixture
def served_database(demonstration_db: Database) -> Database:
    """The made-up force, with its named personas to sign in as."""
    return demonstration_db
