"""What a file is, read off its content: no name is believed, nothing is unpacked."""

import io
import struct
import zipfile

import pytest

from wansdyke.casework import file_kinds
from wansdyke.casework.file_kinds import FileKind, kind_of


def office(*names: str, stored: bytes = b"x", comment: bytes = b"") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, stored)
        made.comment = comment
    return held.getvalue()


TYPES, WORD, EXCEL = "[Content_Types].xml", "word/document.xml", "xl/workbook.xml"
FTYP = b"\x00\x00\x00\x20ftyp"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", file_kinds.PDF),
        (b"\x89PNG\r\n\x1a\n....", file_kinds.PNG),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", file_kinds.JPEG),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", file_kinds.WAV),
        (b"ID3\x04\x00....", file_kinds.MP3),
        (b"\xff\xfb\x90\x64\x00", file_kinds.MP3),
        (FTYP + b"isom\x00\x00\x02\x00", file_kinds.MP4),
        (FTYP + b"M4A \x00\x00\x02\x00", file_kinds.M4A),
        (office(TYPES, WORD), file_kinds.DOCX),
        (office(TYPES, EXCEL), file_kinds.XLSX),
        (office(TYPES, WORD, comment=b"a comment at the end"), file_kinds.DOCX),
        (b"Dear Sir,\nyours\n", file_kinds.TEXT),
        ("Café, naïve: “quoted”".encode(), file_kinds.TEXT),
        (b"\xef\xbb\xbfwith a mark", file_kinds.TEXT),
        ("Café “quoted”".encode("cp1252"), file_kinds.TEXT),
        (b"name,born\nMary,1980\nAnn,1990\n", file_kinds.CSV),
        (b"Dear Sir, or Madam,\nyours\n", file_kinds.TEXT),
        (b"<script>alert(1)</script>", file_kinds.TEXT),
        ("é".encode() * file_kinds.PIECE, file_kinds.TEXT),
        (b"x" + "é".encode() * file_kinds.PIECE, file_kinds.TEXT),
    ],
)
def test_kinds_that_are_kept(content: bytes, kind: FileKind) -> None:
    assert kind_of(io.BytesIO(content)) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00\x03 a program",
        b"\x7fELF\x02\x01\x01\x00",
        b"GIF89a\x01\x00\x01\x00",
        b"PK\x03\x04 not really",
        b"\xff\xff\xff\xff",
        FTYP + b"evil",
        b"text with a null \x00 in it",
        b"\x1b[31mred",
        "naïve".encode("utf-16"),
        office("anything.txt"),
        office(TYPES, "ppt/presentation.xml"),
        office(TYPES, WORD, "word/vbaProject.bin"),
        office(WORD),
    ],
)
def test_kinds_that_are_not(content: bytes) -> None:
    assert kind_of(io.BytesIO(content)) is None


def test_a_zip_whose_directory_is_huge_is_not_read() -> None:
    names = [f"{'n' * 200}{number}" for number in range(5000)]
    assert kind_of(io.BytesIO(office(TYPES, WORD, *names))) is None


def test_a_zip_that_lies_about_its_directory_is_refused() -> None:
    honest = bytearray(office(TYPES, WORD))
    end = honest.rfind(b"PK\x05\x06")
    struct.pack_into("<I", honest, end + 16, 2**31)
    assert kind_of(io.BytesIO(bytes(honest))) is None
    large = bytearray(office(TYPES, WORD))
    locator = b"PK\x06\x07" + b"\x00" * 16
    end = large.rfind(b"PK\x05\x06")
    assert kind_of(io.BytesIO(bytes(large[:end] + locator + large[end:]))) is None
    for cut in range(0, len(honest), 7):
        kind_of(io.BytesIO(bytes(large[:cut])))


def test_a_bomb_is_never_unpacked() -> None:
    bomb = office(TYPES, WORD, stored=b"\x00" * 50_000_000)
    assert len(bomb) < 200_000
    assert kind_of(io.BytesIO(bomb)) == file_kinds.DOCX
