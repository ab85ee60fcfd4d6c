"""An object store as keeper of checkpoints: each is put once and locked there for years, an object
a note, for nothing that is locked can be bound into volumes.

Whoever has the store's password may hide an object or put another in its place; what was put first
stays, as a version that the lock keeps, and that is what is read here.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from wansdyke.history.keepers import BOUND, another, held_in, pieces
from wansdyke.kernel.flow import Refused

# Signing waits for it, so it must not wait long.
PATIENCE = Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 1})
AT_ONCE = 16
TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
UNLOCKED = frozenset({"ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFound"})


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as fault:
        raise OSError(str(fault)) from None


@dataclass
class Locked:
    """A bucket with Object Lock, and what its names begin with; `days` is how long each note is
    locked, in the mode that nobody can shorten."""

    bucket: str
    prefix: str
    days: int
    endpoint: str | None = None
    _client: Any = None
    # The version of each note that was put first, once they have been listed.
    _first: dict[str, str] = field(default_factory=dict)
    _listed: bool = False
    # The volumes of which every note is known to be here, whatever others put between them.
    _bound: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def client(self) -> Any:
        """The connection. Raises OSError where there is no password, Refused for a bucket that
        locks nothing."""
        if self._client is None:
            with _reached():
                made = boto3.client("s3", endpoint_url=self.endpoint, config=PATIENCE)
            self._is_locked(made)
            self._client = made
        return self._client

    def _is_locked(self, client: Any) -> None:
        try:
            with _reached():
                client.get_bucket_location(Bucket=self.bucket)
            found = client.get_object_lock_configuration(Bucket=self.bucket)
            enabled = found["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled"
        except ClientError as fault:
            if fault.response["Error"]["Code"] not in UNLOCKED:
                raise OSError(str(fault)) from None
            enabled = False
        except BotoCoreError as fault:
            raise OSError(str(fault)) from None
        if not enabled:
            raise Refused(
                f"The bucket {self.bucket} has no Object Lock, so what is put there could be"
                " deleted. Name one that was made with it."
            )

    def names(self) -> list[str]:
        """As Keeper says; what was hidden by a deletion is there as well."""
        if not self._listed:
            self._list()
        return sorted(self._first)

    def missing(self, names: Sequence[str]) -> list[str]:
        """As Keeper says; a volume is missing where any of its notes is."""
        held = self.names()
        return [name for name in names if not self._holds(name, held)]

    def _holds(self, name: str, held: list[str]) -> bool:
        if not BOUND.fullmatch(name):
            return name in self._first
        first, last, count = held_in(name)
        known = bisect_right(held, last) - bisect_left(held, first) == count
        return known or name in self._bound

    def _list(self) -> None:
        oldest: dict[str, tuple[datetime, str]] = {}
        with _reached():
            pages = self.client.get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self.bucket, Prefix=f"{self.prefix}checkpoint-"):
                for one in page.get("Versions", ()):
                    name, found = one["Key"].removeprefix(self.prefix), oldest.get(one["Key"])
                    if "/" not in name and (found is None or one["LastModified"] <= found[0]):
                        # Of one moment, the later in the list is the older.
                        oldest[one["Key"]] = one["LastModified"], one["VersionId"]
        self._first = {key.removeprefix(self.prefix): one[1] for key, one in oldest.items()}
        self._listed = True

    def read(self, name: str) -> str:
        """As Keeper says: what was put first of that name."""
        with _reached():
            found = self.client.get_object(
                Bucket=self.bucket, Key=self.prefix + name, VersionId=self._first[name]
            )
            return str(found["Body"].read().decode())

    def texts(self) -> Iterator[str]:
        """As Keeper says, many at once: each is a request of its own."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield from pool.map(self.read, self.names())

    def put(self, name: str, text: str) -> None:
        """As Keeper says; of a volume each note."""
        if BOUND.fullmatch(name):
            held = set(self.names())
            for one, said in pieces(text):
                if one not in held:
                    self._put(one, said)
            self._bound.add(name)
        else:
            self._put(name, text)

    def _put(self, name: str, text: str) -> None:
        if not self._listed:
            self._list()
        if name in self._first:
            self._same(name, text)
            return
        until = datetime.now(UTC) + timedelta(days=self.days)
        try:
            made = self.client.put_object(
                Bucket=self.bucket,
                Key=self.prefix + name,
                Body=text.encode(),
                ContentType="text/plain; charset=utf-8",
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=until,
            )
        except ClientError as fault:
            if fault.response["Error"]["Code"] not in TAKEN:
                raise OSError(str(fault)) from None
            self._list()
            self._same(name, text)
        except BotoCoreError as fault:
            raise OSError(str(fault)) from None
        else:
            self._first[name] = made["VersionId"]

    def _same(self, name: str, text: str) -> None:
        if self.read(name) != text:
            raise another(name)
