"""Documents: on the disk before they are spoken of, gone if they are not, checked when fetched."""

import io
import os
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from tests.home.cast import KEEPER, actor, agency, audited, now, shared, team, thing, user
from wansdyke.access.models import User
from wansdyke.access.sections import ALL, Section
from wansdyke.casework import documents
from wansdyke.casework.models import Case, Document
from wansdyke.casework.queries import OutOfScope
from wansdyke.kernel.flow import Refused

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nA statement"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    with override_settings(FILES_DIR=tmp_path / "files"):
        yield tmp_path / "files"


@pytest.fixture
def ann() -> User:
    return user("ann", KEEPER)


@pytest.fixture
def case(ann: User, store: Path) -> Case:
    return thing(ann).case


def added(case: Case, by: User, content: bytes = PDF, **changed: Any) -> Document:
    given = {
        "title": "Statement",
        "section": Section.NARRATIVE,
        "by": actor(by),
        "at": now(),
        "key": uuid.uuid4().hex,
        **changed,
    }
    documents.add(case, SimpleUploadedFile("../../etc/evil.exe", content), **given)
    return Document.objects.get()


def files(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def test_a_file_is_kept_under_a_name_of_ours(case: Case, ann: User, store: Path) -> None:
    made = added(case, ann)
    (file,) = files(store)
    assert file == documents.path_of(made.stored_as)
    assert file.read_bytes() == PDF
    assert file.stat().st_mode & 0o777 == 0o600
    assert "evil" not in made.stored_as
    assert (made.media_type, made.size) == ("application/pdf", len(PDF))
    with documents.opened(made) as read:
        assert read.read() == PDF
    assert audited("collection")[-1]["sha256"] == made.sha256


def test_sent_twice_it_is_one_document_and_one_file(case: Case, ann: User, store: Path) -> None:
    key = uuid.uuid4().hex
    added(case, ann, key=key)
    added(case, ann, key=key)
    assert Document.objects.count() == 1
    assert len(files(store)) == 1


@pytest.mark.parametrize(
    ("content", "changed", "field"),
    [
        (b"MZ\x90\x00 a program", {}, "file"),
        (b"", {}, "file"),
        (PDF, {"title": " "}, "title"),
    ],
)
def test_what_is_refused_leaves_no_file(
    case: Case, ann: User, store: Path, content: bytes, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        added(case, ann, content, **changed)
    assert refused.value.field == field
    assert files(store) == []


def test_too_big_is_counted_not_declared(case: Case, ann: User, store: Path) -> None:
    with override_settings(MAX_DOCUMENT_BYTES=1024 * 1024):
        with pytest.raises(Refused, match="1 MB or smaller"):
            added(case, ann, b"%PDF-" + b"x" * 1024 * 1024)
        assert files(store) == []
        added(case, ann, b"%PDF-" + b"x" * (1024 * 1024 - 5))


def test_the_file_is_flushed_before_the_row_and_gone_if_the_row_fails(
    case: Case, ann: User, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (flushed.append(fd), real(fd))[1])

    def fails(**_: Any) -> None:
        assert len(flushed) == 2
        assert len(files(store)) == 1
        raise RuntimeError("the database went away")

    monkeypatch.setattr(Document.objects, "create", fails)
    with pytest.raises(RuntimeError):
        added(case, ann)
    assert files(store) == []
    assert not Document.objects.exists()


def test_a_file_that_is_gone_or_altered_is_not_served(case: Case, ann: User) -> None:
    made = added(case, ann)
    path = documents.path_of(made.stored_as)
    path.write_bytes(b"%PDF-1.7\nAnother statement")
    with pytest.raises(documents.Unreadable, match="not what was stored"):
        documents.opened(made)
    path.unlink()
    with pytest.raises(documents.Unreadable, match="cannot be read"):
        documents.opened(made)


def test_a_document_is_there_only_for_who_sees_its_section(case: Case, ann: User) -> None:
    made = added(case, ann, section=Section.HEALTH)
    assert documents.document_of(case, made.reference, ALL) == made
    with pytest.raises(OutOfScope):
        documents.document_of(case, made.reference, frozenset({Section.CORE, Section.NARRATIVE}))
    with pytest.raises(OutOfScope):
        documents.document_of(thing(ann).case, made.reference, ALL)


def test_the_name_to_save_it_under_is_harmless() -> None:
    made = Document(
        reference="DC-1234-5678",
        title='../a/"b"\r\n\u202eexe.pdf; .sh' + "x" * 200,
        media_type="application/pdf",
    )
    # A title may tell of somebody, and may try to be a path: none of it is in the name.
    assert documents.file_name(made) == "DC-1234-5678.pdf"


def test_out_of_scope_is_out_of_scope(case: Case, ann: User, store: Path) -> None:
    council = agency("council", home=False)
    partner = user("pat", "partner", at=team("council-team", council))
    shared(case.root, council, ann, "narrative")
    for nobody in (user("zoe", KEEPER, at=team("other")), partner):
        with pytest.raises(OutOfScope):
            added(case, nobody)
    assert files(store) == []


def test_pieces_are_written_as_they_come(case: Case, ann: User, store: Path) -> None:
    class Pieces(io.BytesIO):
        def chunks(self) -> Iterator[bytes]:
            yield from (b"%PDF-", b"1.7", b"\nend")

    documents.add(
        case,
        Pieces(),
        title="In pieces",
        section=Section.CORE,
        by=actor(ann),
        at=now(),
        key="1",
    )
    assert files(store)[0].read_bytes() == b"%PDF-1.7\nend"


def test_a_file_no_row_names_goes_after_a_day(case: Case, ann: User, store: Path) -> None:
    kept = documents.path_of(added(case, ann).stored_as)
    left = kept.parent / ("f" * 32)
    left.write_bytes(PDF)
    assert documents.remove_unnamed(now()) == 0
    assert documents.remove_unnamed(now() + timedelta(days=2)) == 1
    assert files(store) == [kept]
