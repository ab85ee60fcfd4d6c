"""The world of the sweeps is what the attacks are made on."""

from tests.sweeps.conftest import made, world

__all__ = ["made", "world"]
