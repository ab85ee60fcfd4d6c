"""Which browser drives the journeys: the distribution's Chromium, never a download of our own."""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)


def find() -> str | None:
    """The browser's path: CHROMIUM if it is set, else the first one installed; None if none is."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    found = (shutil.which(name) for name in NAMES)
    places = (place for place in PLACES if Path(place).exists())
    return next((path for path in (*found, *places) if path), None)


def version(path: str) -> str:
    """What the browser calls itself, as in “Chromium 130.0”; its path where it will not say."""
    said = subprocess.run(
        [path, "--version", "--no-sandbox"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return said.stdout.strip() or path
