"""The backup file: a tar of the database's copy, the files, and last a manifest of them all."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from wansdyke.kernel.flow import Refused

PRODUCT, FORMAT = "wansdyke", 1
MANIFEST, DATABASE, FILES = "manifest.json", "database", "files"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Part:
    """One member of the archive: its name there, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a copy of a database holds: rows by table, applied migrations, and the chain's end.

    `audit_fault` says where the audit chain is broken; it is empty where it is intact.
    """

    engine: str
    engine_version: str = field(compare=False)
    rows: dict[str, int]
    migrations: list[str]
    audit_entries: int
    audit_hash: str
    audit_fault: str = ""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; every other member is listed in `parts`."""

    version: str
    taken_at: str
    contents: Contents
    parts: list[Part] = field(default_factory=list)

    @property
    def files(self) -> list[Part]:
        """The parts that belong in the files folder."""
        return [part for part in self.parts if part.name != DATABASE]

    def as_json(self) -> bytes:
        """The manifest as it stands in the archive."""
        said = {"product": PRODUCT, "format": FORMAT, **asdict(self)}
        return json.dumps(said, indent=1, ensure_ascii=False).encode()


def manifest_from(text: bytes) -> Manifest:
    """The manifest an archive holds. Raises Refused where it is none, or of another format."""
    try:
        said: dict[str, Any] = json.loads(text)
        if said.pop("product") != PRODUCT:
            raise Refused("This file is not a backup of Wansdyke.")
        if said.pop("format") != FORMAT:
            raise Refused("This backup has a format that this release does not know.")
        said["contents"] = Contents(**said["contents"])
        said["parts"] = [Part(**part) for part in said["parts"]]
        return Manifest(**said)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused("This file is not a backup of Wansdyke: its manifest is damaged.") from None


class Reading:
    """Reads a file through, counting and hashing what goes by."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.size, self._hash = file, 0, hashlib.sha256()

    def read(self, most: int = -1) -> bytes:
        """The next bytes, as `file.read`."""
        data = self.file.read(most)
        self.size += len(data)
        self._hash.update(data)
        return data

    def part(self, name: str) -> Part:
        """What was read, as a part of this name."""
        return Part(name, self.size, self._hash.hexdigest())


@contextmanager
def new_archive(path: Path) -> Iterator[tarfile.TarFile]:
    """A tar that appears under its name only when whole and on the disk; else nothing is left.

    Raises Refused where the name is taken: an older backup is never overwritten.
    """
    if path.exists():
        raise Refused(f"{path} exists already. Choose another name: no backup is overwritten.")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, refuses a name that was taken meanwhile.
        os.link(unfinished, path)
        settle(path.parent)
    except FileExistsError:
        raise Refused(f"{path} exists already. Choose another name.") from None
    finally:
        unfinished.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Makes a folder's own entries safe from a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def add(archive: tarfile.TarFile, source: Path, name: str) -> Part:
    """Adds a file under a name, hashed as it goes in. Raises OSError where it cannot be read."""
    with source.open("rb") as file:
        info = tarfile.TarInfo(name)
        info.size, info.mode = os.fstat(file.fileno()).st_size, 0o600
        info.mtime = int(os.fstat(file.fileno()).st_mtime)
        reading = Reading(file)
        archive.addfile(info, reading)
        return reading.part(name)


def add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    """Adds the manifest, last."""
    text = manifest.as_json()
    info = tarfile.TarInfo(MANIFEST)
    info.size, info.mode = len(text), 0o600
    info.mtime = datetime.fromisoformat(manifest.taken_at).timestamp()
    archive.addfile(info, io.BytesIO(text))


def _safe(member: tarfile.TarInfo) -> bool:
    path = PurePosixPath(member.name)
    inside = not path.is_absolute() and ".." not in path.parts
    known = path.parts[:1] == (FILES,) or member.name in {MANIFEST, DATABASE}
    return member.isreg() and inside and known


def unpack(path: Path, into: Path | None) -> Manifest:
    """Reads a whole backup, checks every part against the manifest, and unpacks it into a folder.

    Without a folder it is only checked. Raises Refused naming what is wrong.
    """
    found: dict[str, Part] = {}
    text = b""
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                stream = archive.extractfile(member) if _safe(member) else None
                if stream is None or member.name in found:
                    raise Refused(f"This backup holds something strange: “{member.name}”.")
                if member.name == MANIFEST:
                    text = stream.read()
                else:
                    found[member.name] = _kept(stream, member.name, into)
    except (tarfile.TarError, EOFError):
        raise Refused(f"{path.name} is not a whole backup of Wansdyke.") from None
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror or error}") from None
    if not text:
        raise Refused(f"{path.name} is not a whole backup of Wansdyke: it has no manifest.")
    manifest = manifest_from(text)
    _same(manifest, found)
    return manifest


def _kept(stream: IO[bytes], name: str, into: Path | None) -> Part:
    reading = Reading(stream)
    if into is None:
        while reading.read(CHUNK):
            pass
        return reading.part(name)
    target = into / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("xb") as file:
        target.chmod(0o600)
        while data := reading.read(CHUNK):
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return reading.part(name)


def _same(manifest: Manifest, found: dict[str, Part]) -> None:
    listed = {part.name: part for part in manifest.parts}
    if DATABASE not in listed:
        raise Refused("This backup has no database in it.")
    for name in sorted(listed.keys() | found.keys()):
        if name not in found:
            raise Refused(f"This backup is not whole: “{name}” is missing.")
        if name not in listed:
            raise Refused(f"This backup holds something strange: “{name}”.")
        if listed[name] != found[name]:
            raise Refused(f"This backup is damaged: “{name}” is not what was backed up.")
