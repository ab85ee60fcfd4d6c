"""Where this installation's checkpoints are kept besides its own folder, as the settings say."""

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from wansdyke.history.checking import Note
from wansdyke.history.checkpoints import notes_from
from wansdyke.history.keepers import Folder, Keeper, all_in
from wansdyke.kernel.flow import Refused

STORE = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[^/].*)?)?")


def own() -> Folder:
    """The installation's own folder of checkpoints."""
    return Folder(settings.CHECKPOINTS)


def copies() -> list[Keeper]:
    """Every other place. Raises Refused where the store's setting cannot be used."""
    found: list[Keeper] = [Folder(place) for place in settings.CHECKPOINT_COPIES]
    if settings.CHECKPOINT_STORE:
        found.append(store(settings.CHECKPOINT_STORE))
    return found


def notes_at(words: str) -> list[Note]:
    """The notes of a place as somebody names it: a store, a folder or a file. Raises Refused,
    Unreadable, OSError."""
    return all_in(store(words)) if words.startswith("s3:") else notes_from(Path(words))


def store(words: str) -> Keeper:
    """An object store, such as s3://bucket/prefix. Raises Refused for what is none, and without
    the library that speaks to it."""
    found = STORE.fullmatch(words)
    if found is None:
        raise Refused(
            f"WANSDYKE_CHECKPOINT_STORE must be like s3://bucket/prefix, but it is “{words}”."
        )
    if find_spec("boto3") is None:
        raise Refused(
            "An object store needs boto3, which is not installed: pip install 'wansdyke[s3]'."
        )
    prefix = found["prefix"] or ""
    made: Keeper = import_module("wansdyke.history.locked_store").Locked(
        bucket=found["bucket"],
        prefix=f"{prefix.rstrip('/')}/" if prefix else "",
        days=settings.CHECKPOINT_STORE_DAYS,
        endpoint=settings.CHECKPOINT_STORE_ENDPOINT or None,
    )
    return made
