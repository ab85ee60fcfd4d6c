"""What kind of file something is, read off its content alone: a short list, and nothing else.

No name is believed and nothing is unpacked. Of an Office file only the zip's own directory is read,
and only where that is of a sane size.
"""

import codecs
import csv
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

PIECE = 64 * 1024
HEAD = 64
MOST_DIRECTORY = 1024 * 1024
_ZIP_END, _ZIP64_END, _ZIP_ENTRY = b"PK\x05\x06", b"PK\x06\x07", b"PK\x01\x02"
_LONGEST_ZIP_END = 22 + 65535
# Everything below a space but tab, line feed, form feed and carriage return; and delete.
_CONTROLS = bytes(c for c in range(32) if c not in (9, 10, 12, 13)) + b"\x7f"
_BEYOND_ASCII = bytes(range(128, 256))
LEAST_ASCII = 0.7
_SPOKEN = (b"M4A ", b"M4B ")
_FILMED = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash")


@dataclass(frozen=True)
class FileKind:
    """A kind of file that may be kept: its media type, the end of its name, and words for it."""

    media_type: str
    ending: str
    words: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
PDF = FileKind("application/pdf", "pdf", "PDF")
PNG = FileKind("image/png", "png", "PNG picture")
JPEG = FileKind("image/jpeg", "jpg", "JPEG picture")
TEXT = FileKind("text/plain", "txt", "Plain text")
CSV = FileKind("text/csv", "csv", "CSV")
DOCX = FileKind(f"{_OFFICE}wordprocessingml.document", "docx", "Word document")
XLSX = FileKind(f"{_OFFICE}spreadsheetml.sheet", "xlsx", "Excel workbook")
MP3 = FileKind("audio/mpeg", "mp3", "MP3 sound")
WAV = FileKind("audio/wav", "wav", "WAV sound")
M4A = FileKind("audio/mp4", "m4a", "MP4 sound")
MP4 = FileKind("video/mp4", "mp4", "MP4 film")
KINDS = {k.media_type: k for k in (PDF, PNG, JPEG, TEXT, CSV, DOCX, XLSX, MP3, WAV, M4A, MP4)}
ALLOWED = "PDF, PNG, JPEG, plain text, CSV, Word, Excel, MP3, WAV or MP4"


def kind_of(file: BinaryIO) -> FileKind | None:
    """The kind of a file open for reading, or None where it is not one of ours."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return _by_head(head) or _written(file)


def _by_head(head: bytes) -> FileKind | None:
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return WAV
    if head.startswith(b"ID3") or _is_mpeg_sound(head):
        return MP3
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return M4A if brand in _SPOKEN else MP4 if brand in _FILMED else None
    return None


def _is_mpeg_sound(head: bytes) -> bool:
    """A frame of MPEG layer III with a bit rate and a sampling rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2 or head[1] & 0x18 == 0x08:
        return False
    return head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def _office(file: BinaryIO) -> FileKind | None:
    names = _zip_names(file)
    if "[Content_Types].xml" not in names:
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else None


def _zip_names(file: BinaryIO) -> set[str]:
    """The names in a zip's directory; none where the directory is broken, odd or oversized."""
    size = file.seek(0, 2)
    start = max(0, size - _LONGEST_ZIP_END)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(_ZIP_END)
    if end < 0 or len(tail) - end < 22 or tail[max(0, end - 20) :].startswith(_ZIP64_END):
        return set()
    disk, first, _, _, length, offset = struct.unpack_from("<HHHHII", tail, end + 4)
    if disk or first or length > MOST_DIRECTORY or offset + length > start + end:
        return set()
    file.seek(offset)
    return set(_entries(file.read(length)))


def _entries(directory: bytes) -> Iterator[str]:
    place = 0
    while directory[place : place + 4] == _ZIP_ENTRY and place + 46 <= len(directory):
        name, extra, comment = struct.unpack_from("<HHH", directory, place + 28)
        yield directory[place + 46 : place + 46 + name].decode("utf-8", "replace")
        place += 46 + name + extra + comment


def _written(file: BinaryIO) -> FileKind | None:
    """Text in UTF-8 or Windows-1252 without control characters; CSV where its rows are even."""
    file.seek(0)
    utf8 = codecs.getincrementaldecoder("utf-8-sig")()
    western = codecs.getincrementaldecoder("cp1252")()
    readable, size, plain = {utf8, western}, 0, 0
    while piece := file.read(PIECE):
        if piece.translate(None, _CONTROLS) != piece:
            return None
        readable = {decoder for decoder in readable if _decodes(decoder, piece)}
        size += len(piece)
        plain += len(piece.translate(None, _BEYOND_ASCII))
    # Nearly any bytes can be read as Windows-1252: to be taken for it they must look like words.
    is_words = plain >= size * LEAST_ASCII
    is_utf8 = utf8 in readable and _decodes(utf8, b"", last=True)
    if not size or not (is_utf8 or (western in readable and is_words)):
        return None
    return CSV if _is_even(file) else TEXT


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, last: bool = False) -> bool:
    try:
        decoder.decode(piece, last)
    except UnicodeDecodeError:
        return False
    return True


def _is_even(file: BinaryIO) -> bool:
    file.seek(0)
    lines = file.read(PIECE).decode("cp1252", "replace").splitlines()[:21]
    try:
        rows = [row for row in csv.reader(lines[:20], strict=True) if row]
    except csv.Error:
        return False
    return len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1
