"""What stands in a folder of checkpoints."""

from pathlib import Path

from wansdyke.history.keepers import Folder


def files_in(outbox: Path) -> list[Path]:
    """The files of a folder, of a note or of many, the oldest first."""
    return [outbox / name for name in Folder(outbox).names()]
