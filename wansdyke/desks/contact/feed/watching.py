"""A watched folder: each whole file is loaded as the command would, then put with those done or
those refused. Nothing is deleted, and a file that could not be judged stays for the next look."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db.models import Q

from wansdyke.access.actors import Actor
from wansdyke.access.models import Load, Membership
from wansdyke.access.notices import holders, tell
from wansdyke.casework.desk import Desk
from wansdyke.casework.feeds import REFUSED
from wansdyke.desks.contact.feed.models import FeedArrival
from wansdyke.desks.contact.imports import load_contacts, team_for
from wansdyke.desks.contact.intake import Summary
from wansdyke.desks.contact.rules import IN_CHARGE
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change, digest_of
from wansdyke.kernel.calendar import london
from wansdyke.kernel.flow import Refused
from wansdyke.people import loads
from wansdyke.people.delimited import BadFile

LONGEST_NAME = 180
DONE, TURNED_DOWN = "done", "refused"
UNFINISHED = ".part"
RECORDS_MANAGER = "records-manager"
Weight = tuple[int, int]


@dataclass
class Folder:
    """A folder and what was seen in it at the last look.

    A file is whole when it weighed the same at two looks, one after the other; one that is called
    *.part, or whose name begins with a full stop, is left until it is renamed.
    """

    path: Path
    by: Actor
    desk: Desk
    now: Callable[[], datetime]
    team: str = ""
    seen: dict[str, Weight] = field(default_factory=dict)

    def alone(self) -> AbstractContextManager[None]:
        """Holds off another watcher of this folder, in any process. Raises Refused."""
        name = hashlib.sha256(str(self.path.resolve()).encode()).hexdigest()
        return loads.alone(f"watch-{name[:16]}")

    def look(self) -> Iterator[tuple[str, str]]:
        """Loads each file that is whole now; gives its name and what came of it.

        Raises Refused where the actor takes no calls or another file is being loaded.
        """
        team_for(self.by, self.desk, self.team)
        now = {file.name: _weight(file) for file in self._waiting()}
        whole = [name for name, weight in now.items() if self.seen.get(name) == weight]
        self.seen = now
        for name in self._in_order(whole):
            try:
                came = self._load(self.path / name)
            except OSError as fault:
                # One file that cannot be read or moved holds no other up; it is tried again.
                came = f"could not be read or moved: {fault.strerror or fault}"
            yield printable(name), came
            self.seen.pop(name, None)

    def _waiting(self) -> list[Path]:
        found = [
            file
            for file in self.path.iterdir()
            if file.is_file()
            and not file.is_symlink()
            and not file.name.startswith(".")
            and not file.name.endswith(UNFINISHED)
        ]
        # What cannot be written down or shown is called something that can, and is then as others.
        return [
            file if file.name == printable(file.name) else file.rename(_free(self.path, file.name))
            for file in found
        ]

    def _in_order(self, names: list[str]) -> list[str]:
        # A load that was killed goes first: another file would take its rows back.
        left = Load.objects.filter(kind="contacts", completed_at__isnull=True)
        begun = set(left.values_list("file_name", flat=True))
        return sorted(names, key=lambda name: (name not in begun, self.seen[name][1], name))

    def _load(self, file: Path) -> str:
        try:
            came = load_contacts(
                file, self.by, desk=self.desk, now=self.now, team=self.team, feeding=True
            )
        except BadFile as bad:
            return self._turn_down(file, bad)
        self._note(file, came)
        _put(file, self.path / DONE)
        return f"{came.rows:,} rows; {came.added:,} added, {came.amended:,} amended"

    def _note(self, file: Path, came: Summary) -> None:
        counts = {"added": came.added, "amended": came.amended, "unchanged": came.unchanged}
        _arrived(self, file, {"arrived": came.rows, **counts}, [])

    def _turn_down(self, file: Path, bad: BadFile) -> str:
        faults = [
            {"reference": f"{one.unit} {one.row}", "field": one.column} for one in bad.problems
        ]
        # The report stands before the file moves: killed in between, both are made again.
        kept = _free(self.path / TURNED_DOWN, file.name)
        _write(kept.with_name(f"{kept.name}.faults.txt"), str(bad) + "\n")
        _arrived(self, file, {REFUSED: bad.total, "arrived": bad.total}, faults)
        at, team = self.now(), team_for(self.by, self.desk, self.team)
        text = f"A file from command and control was refused: faults, {bad.total:,}."
        told = {*holders(IN_CHARGE, team.pk, at), *_records_managers(team.agency_id, at)}
        # Killed here they are told twice, and never not at all.
        tell(told, text, root=None, link="/contact/feed/", at=at)
        file.rename(kept)
        return f"refused, faults: {bad.total:,}"


def printable(name: str) -> str:
    """A file's name as it can be shown and kept: any file can be called anything."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _records_managers(agency: int, at: datetime) -> list[int]:
    day = london(at).date()
    rows = Membership.objects.filter(
        Q(until_date__isnull=True) | Q(until_date__gt=day),
        post=RECORDS_MANAGER,
        team__agency_id=agency,
        from_date__lte=day,
        user__is_active=True,
    )
    return sorted(set(rows.values_list("user_id", flat=True)))


def _arrived(
    folder: Folder, file: Path, counts: dict[str, int], faults: list[dict[str, str]]
) -> None:
    """Counts a file once, also where it was counted and then could not be moved: a file that lies
    there as it lay then is the same arrival, and one that was moved there since is another."""
    at, lies = folder.now(), file.stat()
    key = f"arrived:{lies.st_dev}:{lies.st_ino}:{lies.st_size}:{lies.st_ctime_ns}"
    with (
        suppress(Repeated),
        change(by=folder.by, at=at, key=key, digest=digest_of(printable(file.name))) as doing,
    ):
        FeedArrival.objects.create(
            way="folder",
            source=printable(file.name)[-255:],
            by_id=folder.by.user_id,
            at=at,
            faults=faults,
            **counts,
        )
        doing.event("file arrived", subject="feed:folder")
        doing.audit(audit.COLLECTION, "feed:folder", file=printable(file.name)[-255:], **counts)


def _weight(file: Path) -> Weight:
    state = file.stat()
    return state.st_size, state.st_mtime_ns


def _free(folder: Path, name: str) -> Path:
    """A place in a folder that no file has yet."""
    folder.mkdir(mode=0o700, exist_ok=True)
    # So short that a report can be named after it, whatever the alphabet.
    stem = printable(Path(name).stem)
    while len(os.fsencode(stem)) > LONGEST_NAME:
        stem = stem[:-1]
    suffix = printable(Path(name).suffix)[:10]
    place, number = folder / f"{stem}{suffix}", 1
    while place.exists():
        number += 1
        place = folder / f"{stem}.{number}{suffix}"
    return place


def _put(file: Path, folder: Path) -> None:
    file.rename(_free(folder, file.name))


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + UNFINISHED)
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as out:
        out.write(text)
    part.replace(path)


def watch(
    folder: Folder, *, once: bool, rest: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Looks again and again, and rests in between; with `once` until two looks are done.

    Without `once` a refusal is said, when it is a new one, and the next look tries again. With it
    Refused and OSError are raised.
    """
    said = ""
    looks = 0
    while not once or looks < 2:
        if looks:
            rest()
        looks += 1
        try:
            with folder.alone():
                for name, came in folder.look():
                    say(f"{name}: {came}")
            said = ""
        except (Refused, OSError) as refused:
            if once:
                raise
            if str(refused) != said:
                said = str(refused)
                say(said)
