"""Reference material beside the repository: published data that the tests read where it is."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def shared_path(path: str) -> Path:
    """The file or folder at that path under ../shared.

    Skips the test with the reason where it is absent; fails it instead where CI is set, since
    there it must be present.
    """
    found = SHARED / path
    if not found.exists():
        reason = f"needs ../shared/{path}, which is not here"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
