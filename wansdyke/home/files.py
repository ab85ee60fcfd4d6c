"""Where files that the worker makes are kept."""

from pathlib import Path

from django.conf import settings


def folder(name: str) -> Path:
    """A folder of the data folder, made if it is not there, for this installation alone."""
    path = Path(settings.FILES_DIR) / name
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
