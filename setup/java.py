"""Which Java the tests of linking on Spark run on: the distribution's, never a download."""

import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST = 17
PACKAGE = "default-jre-headless"


def find() -> str | None:
    """The path of a Java that is new enough: that of JAVA_HOME if it is set; None if none is."""
    home = os.environ.get("JAVA_HOME")
    path = str(Path(home, "bin", "java")) if home else shutil.which("java")
    return path if path and release(path) >= OLDEST else None


def release(path: str) -> int:
    """Which release it is, such as 17; 0 where it does not run."""
    try:
        said = subprocess.run(
            [path, "-version"], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found.group(1)) if found else 0
