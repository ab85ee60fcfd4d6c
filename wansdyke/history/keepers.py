"""Where checkpoints are kept: folders here, and whatever else holds what was put there once.

A note a minute would be half a million files a year. So a folder's oldest notes are bound into
volumes of a day's worth; a volume is its notes, one after the other, as they were.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wansdyke.history.checking import Note, Unreadable, apart, genuine, notes_in
from wansdyke.kernel.flow import Refused

NAMED = "checkpoint-{:015d}.txt"
PATTERN = "checkpoint-*.txt"
# A volume: the sizes of its first and its last note, and how many it holds.
VOLUME = "checkpoints-{:015d}-{:015d}-{}.txt"
VOLUMES = "checkpoints-*-*-*.txt"
BOUND = re.compile(r"checkpoints-(?P<first>\d{15})-(?P<last>\d{15})-(?P<count>\d+)\.txt")
# So many notes a volume, which are a day's, and so many at least stay by themselves.
A_DAY = 1_440


class Keeper(Protocol):
    """Somewhere that holds notes, each put there once. Every method raises OSError where it cannot
    be reached."""

    def __str__(self) -> str:
        """What it is called when something is said of it."""

    def names(self) -> list[str]:
        """What it holds, volumes of notes and notes, the oldest first."""

    def missing(self, names: Sequence[str]) -> list[str]:
        """Of another's notes and volumes those that it has not."""

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
        # The notes first: one that is bound meanwhile is then in both, and not in neither.
        notes = self._notes()
        return [*self._volumes(), *notes]

    def _notes(self) -> list[str]:
        return sorted(file.name for file in self.place.glob(PATTERN))

    def _volumes(self) -> list[str]:
        return sorted(file.name for file in self.place.glob(VOLUMES))

    def missing(self, names: Sequence[str]) -> list[str]:
        """As Keeper says."""
        held = set(self.names())
        return [name for name in names if name not in held]

    def read(self, name: str) -> str:
        """As Keeper says; also of a note that was bound since it was named."""
        try:
            return (self.place / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            bound = self._in_a_volume(name)
            if bound is None:
                raise
            return bound

    def _in_a_volume(self, name: str) -> str | None:
        for volume in self._volumes():
            if _covers(volume, name):
                text = (self.place / volume).read_text(encoding="utf-8")
                return next((one for named, one in pieces(text) if named == name), None)
        return None

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
        if BOUND.fullmatch(name):
            # Where this account may delete nothing, they stay beside it.
            with suppress(OSError):
                self._drop(text)

    def bind(self) -> None:
        """Binds the oldest notes into volumes, so that there are never more than some two days' by
        themselves. What cannot be read stays as it is, for whoever compares to see."""
        self._finish()
        notes = self._notes()
        if len(notes) >= 2 * A_DAY:
            notes = [name for name in notes if self._a_note(name)]
        while len(notes) >= 2 * A_DAY:
            some, notes = notes[:A_DAY], notes[A_DAY:]
            text = "".join(self.read(name) for name in some)
            self.put(VOLUME.format(_size(some[0]), _size(some[-1]), A_DAY), text)

    def _a_note(self, name: str) -> bool:
        """Whether a file is the one note that its name says."""
        try:
            return [named for named, _ in pieces(self.read(name))] == [name]
        except (Unreadable, UnicodeDecodeError):
            return False

    def _finish(self) -> None:
        """Takes away what was bound before and, for the process was ended, is there still."""
        volumes = self._volumes()
        last = held_in(volumes[-1])[1] if volumes else ""
        early = [name for name in self._notes() if name <= last]
        for volume in volumes if early else ():
            if any(_covers(volume, name) for name in early):
                self._drop(self.read(volume))

    def _drop(self, text: str) -> None:
        """Takes away the notes of a volume, once it is on the disk, each where it is the same."""
        _settle(self.place)
        for name, one in pieces(text):
            with suppress(FileNotFoundError, UnicodeDecodeError):
                path = self.place / name
                if path.read_text(encoding="utf-8") == one:
                    path.unlink()


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """The notes of a volume, each with its own name, to the letter. Raises Unreadable."""
    for note, (said, signatures) in zip(notes_in(text), apart(text), strict=True):
        yield NAMED.format(note.size), "".join([*said, "\n", *signatures])


def held_in(volume: str) -> tuple[str, str, int]:
    """The names of a volume's first and last note, and how many it holds."""
    found = BOUND.fullmatch(volume)
    if found is None:
        return "", "", 0
    first, last = (NAMED.format(int(found[part])) for part in ("first", "last"))
    return first, last, int(found["count"])


def _covers(volume: str, name: str) -> bool:
    first, last, _ = held_in(volume)
    return first <= name <= last


def _size(name: str) -> int:
    return int(name.removeprefix("checkpoint-").removesuffix(".txt"))


def _settle(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
        with suppress(Unreadable, UnicodeDecodeError):
            for note in reversed(list(notes_in(keeper.read(name)))):
                if is_genuine(note, key):
                    return note
    return None


def is_genuine(note: Note, key: tuple[str, bytes]) -> bool:
    """Whether a key signed a note."""
    try:
        genuine(note, key)
    except Unreadable:
        return False
    return True


def all_in(keeper: Keeper) -> list[Note]:
    """Every note. Raises Unreadable for what is none, Refused where there is no note at all."""
    found = [note for text in keeper.texts() for note in notes_in(text)]
    if not found:
        raise Refused(f"There is no checkpoint in {keeper}.")
    return found
