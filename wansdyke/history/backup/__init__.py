"""Backup and restore: database, files and audit chain together, verified before they count."""

from wansdyke.history.backup.archive import Manifest
from wansdyke.history.backup.restoring import put_back
from wansdyke.history.backup.taking import take

__all__ = ["Manifest", "put_back", "take"]
