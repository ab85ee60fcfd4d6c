"""The suite's settings: the product's own, with one more desk that lives in the tests."""

import os
import tempfile

if "WANSDYKE_DATA" not in os.environ:
    os.environ["WANSDYKE_DATA"] = tempfile.mkdtemp(prefix="wansdyke-test-")
os.environ.setdefault("WANSDYKE_SECRET_KEY", "only-for-tests-" + "x" * 50)

from config.settings import *  # noqa: E402, F403
