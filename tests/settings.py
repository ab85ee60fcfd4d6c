"""The suite's settings: the product's own, with one more desk, which costs one line."""

import os
import tempfile

os.environ.setdefault("WANSDYKE_DATA", tempfile.mkdtemp(prefix="wansdyke-test-"))
os.environ.setdefault("WANSDYKE_SECRET_KEY", "only-for-tests-" + "x" * 50)

from config.desks import DESKS

DESKS.append("tests.lost_property")

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["tests.hashing.QuickArgon2"]
