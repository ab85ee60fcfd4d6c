"""Where checkpoints are kept: folders here, and whatever else holds what was put there once."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wansdyke.history.checking import Note, Unreadable, genuine, notes_in
from wansdyke.kernel.flow import Refused

NAMED = "checkpoint-{:015d}.txt"
PATTERN = "checkpoint-*.txt"


class Keeper(Protocol):
    """Somewhere that holds notes, each put there once. Every method raises OSError where it cannot
    be reached."""

    def __str__(self) -> str:
        """What it is called when something is said of it."""

    def names(self) -> list[str]:
        """The notes it holds, the oldest first."""

    def read(self, name: str) -> str:
        """One of them."""

    def texts(self) -> Iterator[str]:
        """All of them, the oldest first."""

    def put(self, name: str, text: str) -> None:
        """Keeps one more, whole or not at all. Raises Refused where it has another of that name."""


@dataclass(frozen=True)
class Folder:
    """A folder, on this machine or on another's share."""

    place: Path

    def __str__(self) -> str:
        return str(self.place)

    def names(self) -> list[str]:
        """As Keeper says; none where there is no such folder yet."""
        return sorted(file.name for file in self.place.glob(PATTERN))

    def read(self, name: str) -> str:
        """As Keeper says."""
        return (self.place / name).read_text(encoding="utf-8")

    def texts(self) -> Iterator[str]:
        """As Keeper says."""
        return map(self.read, self.names())

    def put(self, name: str, text: str) -> None:
        """As Keeper says."""
        readable(self.place)
        path = self.place / name
        part = _part(path, text, 0o644)
        try:
            os.link(part, path)
        except FileExistsError:
            if path.read_text(encoding="utf-8") != text:
                raise another(name) from None
        finally:
            part.unlink()


def another(name: str) -> Refused:
    """What is said where another note of that name is kept."""
    return Refused(f"There is another checkpoint {name} already, and it is kept.")


def readable(place: Path) -> None:
    """Makes a folder that others may read: another account signs than serves the pages."""
    if not place.is_dir():
        place.mkdir(parents=True)
        place.chmod(0o755)


def put_again(path: Path, text: str, mode: int = 0o644) -> None:
    """Writes a file whole or not at all, over what was there."""
    _part(path, text, mode).replace(path)


def _part(path: Path, text: str, mode: int) -> Path:
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return part


def newest_of(keeper: Keeper, key: tuple[str, bytes]) -> Note | None:
    """The newest note that a key signed; others put there what they like, and it counts nothing."""
    for name in reversed(keeper.names()):
        try:
            note = next(notes_in(keeper.read(name)))
            genuine(note, key)
        except (Unreadable, UnicodeDecodeError):
            continue
        return note
    return None


def all_in(keeper: Keeper) -> list[Note]:
    """Every note. Raises Unreadable for what is none, Refused where there is no note at all."""
    found = [note for text in keeper.texts() for note in notes_in(text)]
    if not found:
        raise Refused(f"There is no checkpoint in {keeper}.")
    return found
