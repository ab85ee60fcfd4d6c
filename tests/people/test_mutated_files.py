"""Damaged files: whatever is done to a good one, it is read or refused, quickly and in words."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.people.conftest import CRIME, collection, square, table
from wansdyke.people import areas, published
from wansdyke.people.delimited import BadFile

Put = Callable[..., Path]
GOOD = {
    "csv": table({}, CRIME, {"Location": 'Say "hello"\r\nthere'}).encode(),
    "json": collection(square("E01015471", "One"), square("E01015472", "Two")).encode(),
}
CHECKS = {"csv": published.check, "json": areas.check}
MARKS = (b"\x00", b"\xff\xfe", b'"', b"[", b"{", b"\n", b",", b"\xef\xbb\xbf")
PIECES = [*MARKS, b"1e999", b"9" * 400, b"NaN", b"null", b'"\\ud800"']


def mutated(good: bytes, rng: random.Random) -> bytes:
    body = bytearray(good)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(body) + 1)
        match rng.randrange(4):
            case 0:
                body[place : place + rng.randint(1, 40)] = b""
            case 1:
                body[place:place] = rng.choice(PIECES) * rng.choice([1, 1, 1, 3000])
            case 2:
                body[place : place + 1] = rng.randbytes(rng.randint(1, 3))
            case _:
                body[place:place] = body[: rng.randrange(len(body) + 1)]
    return bytes(body)


def refusal(kind: str, path: Path) -> str | None:
    try:
        CHECKS[kind](path)
    except BadFile as bad:
        return bad.message
    return None


def refusals(kind: str, put: Put, count: int) -> int:
    refused = 0
    rng = random.Random(20181001)
    for _ in range(count):
        path = put(f"mutated.{kind}", mutated(GOOD[kind], rng))
        started = time.perf_counter()
        said = refusal(kind, path)
        refused += said is not None
        assert said is None or f"mutated.{kind}, " in said
        assert time.perf_counter() - started < 2
    return refused


@pytest.mark.parametrize("kind", list(GOOD))
def test_a_damaged_file_is_read_or_refused_in_words(put: Put, kind: str) -> None:
    assert refusals(kind, put, 400) > 100


@pytest.mark.proof
@pytest.mark.parametrize("kind", list(GOOD))
def test_ten_thousand_damaged_files_are_read_or_refused_in_words(put: Put, kind: str) -> None:
    assert refusals(kind, put, 5000) > 1000
