"""Checkpoints in an object store: put once, locked, told apart from what somebody put since."""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from django.test import override_settings
from moto.server import ThreadedMotoServer

from tests.history.room import chained
from wansdyke.history import keepers, places
from wansdyke.history.checkpoints import Signer, make_key
from wansdyke.history.keepers import all_in, newest_of
from wansdyke.history.locked_store import Locked
from wansdyke.kernel.flow import Refused

# The server's buckets outlive it, within a process.
BUCKET = f"kept-{uuid.uuid4().hex}"


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def raw(address: str) -> Any:
    made = boto3.client("s3", endpoint_url=address)
    with suppress(made.exceptions.BucketAlreadyOwnedByYou):
        made.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
    return made


@pytest.fixture
def store(raw: Any, address: str) -> Locked:
    return Locked(BUCKET, f"{uuid.uuid4().hex[:8]}/", 30, address)


def again(store: Locked) -> Locked:
    return Locked(store.bucket, store.prefix, store.days, store.endpoint)


@pytest.fixture
def signer(store: Locked, tmp_path: Path, db: None) -> Signer:
    chained(4)
    make_key(tmp_path / "key")
    made = Signer(tmp_path / "key", tmp_path / "out", [store])
    made.sign()
    chained(3)
    made.sign()
    assert made.copy() == []
    return made


def test_each_note_is_put_once_and_locked(signer: Signer, raw: Any, store: Locked) -> None:
    assert signer.copy() == []
    found = raw.list_object_versions(Bucket=BUCKET, Prefix=store.prefix)["Versions"]
    assert len(found) == 2
    for one in found:
        said = raw.head_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])
        assert said["ObjectLockMode"] == "COMPLIANCE"
        least = datetime.now(UTC) + timedelta(days=29, hours=23)
        assert said["ObjectLockRetainUntilDate"] > least
        with pytest.raises(ClientError, match="AccessDenied"):
            raw.delete_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])
    assert [note.size for note in all_in(again(store))] == [4, 7]


def test_what_was_put_first_counts_whatever_was_hidden_or_put_since(
    signer: Signer, raw: Any, store: Locked
) -> None:
    names = store.names()
    raw.delete_object(Bucket=BUCKET, Key=f"{store.prefix}{names[0]}")
    raw.put_object(Bucket=BUCKET, Key=f"{store.prefix}{names[1]}", Body=b"rubbish")
    fresh = again(store)
    assert fresh.names() == names
    assert [note.size for note in all_in(fresh)] == [4, 7]
    newest = newest_of(fresh, (signer.origin, signer.public))
    assert newest is not None
    assert newest.size == 7
    fresh.put(names[1], (signer.outbox / names[1]).read_text())
    with pytest.raises(Refused, match="another checkpoint"):
        fresh.put(names[1], "rubbish")


def test_what_another_process_put_meanwhile_is_compared(signer: Signer, store: Locked) -> None:
    late = again(store)
    late._listed = True
    name = store.names()[0]
    late.put(name, store.read(name))
    late = again(store)
    late._listed = True
    with pytest.raises(Refused, match="another checkpoint"):
        late.put(name, "other")
    assert [note.size for note in all_in(again(store))] == [4, 7]


@pytest.mark.django_db
def test_a_store_that_is_away_gets_what_it_missed(
    raw: Any, store: Locked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chained(2)
    make_key(tmp_path / "key")
    away = Locked(BUCKET, store.prefix, 30, "http://127.0.0.1:9")
    signer = Signer(tmp_path / "key", tmp_path / "out", [away])
    assert len(signer.sign()) == 1
    (fault,) = signer.copy()
    assert str(store) in fault
    away.endpoint = store.endpoint
    chained(2)
    assert len(signer.sign()) == 1
    assert signer.copy() == []
    assert [note.size for note in all_in(store)] == [2, 4]


@pytest.mark.django_db
def test_a_store_that_was_away_for_days_gets_every_note_by_itself(
    store: Locked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepers, "A_DAY", 2)
    make_key(tmp_path / "key")
    signer = Signer(tmp_path / "key", tmp_path / "out")
    for _ in range(7):
        chained(2)
        signer.sign()
        assert signer.copy() == []
    out, second = keepers.Folder(tmp_path / "out"), keepers.NAMED.format(4)
    assert len(out.names()) == 5
    store.put(second, out.read(second))
    signer.copies = [store]
    for one in (store, again(store)):
        assert signer.copy() == []
        assert [note.size for note in all_in(one)] == [2, 4, 6, 8, 10, 12, 14]
    assert again(store).missing(out.names()) == []


def test_a_bucket_without_lock_or_that_is_not_there_is_said_so(raw: Any, address: str) -> None:
    raw.create_bucket(Bucket="unlocked")
    with pytest.raises(Refused, match="unlocked has no Object Lock"):
        Locked("unlocked", "", 30, address).names()
    with pytest.raises(OSError, match="NoSuchBucket"):
        Locked("nowhere", "", 30, address).names()


@pytest.mark.parametrize("words", ["s3://", "s3:bucket", "https://bucket/x", "s3://b//x"])
def test_what_is_no_store_is_refused(words: str) -> None:
    with pytest.raises(Refused, match="s3://bucket/prefix"):
        places.store(words)


def test_a_store_without_its_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "find_spec", lambda name: None)
    with pytest.raises(Refused, match=r"wansdyke\[s3\]"):
        places.store("s3://bucket")


def test_the_settings_name_every_place(tmp_path: Path) -> None:
    with override_settings(
        CHECKPOINT_COPIES=[tmp_path], CHECKPOINT_STORE="s3://bucket/one/", CHECKPOINT_STORE_DAYS=9
    ):
        folder, bucket = places.copies()
    assert str(folder) == str(tmp_path)
    assert str(bucket) == "s3://bucket/one/"
    assert bucket.days == 9
