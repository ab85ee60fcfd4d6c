"""Files made by hand, as the tests of what is loaded make them."""

from tests.people.conftest import put

__all__ = ["put"]
