"""Asking the force's scanner of harmful files (ClamAV's protocol) about a file that came in."""

import logging
import socket
import struct
from typing import BinaryIO

from wansdyke.kernel.flow import Refused

log = logging.getLogger(__name__)
PIECE, PATIENCE, LONGEST_ANSWER = 64 * 1024, 30.0, 4096
HARMFUL = (
    "The scanner says that this file is harmful. It was not kept: tell your information security."
)
NO_ANSWER = "Files cannot be checked at the moment, so this one was not kept. Try again later."


def scanned(file: BinaryIO, scanner: str) -> None:
    """Has a file, open for reading, scanned by a scanner: the path of its socket, or HOST:PORT.
    Without one nothing is asked.

    Raises Refused for a harmful file, and where the scanner does not answer or makes no sense.
    """
    if not scanner:
        return
    try:
        said = _asked(file, scanner)
    except (OSError, ValueError) as fault:
        log.error("The scanner does not answer: %s", type(fault).__name__)
        raise Refused(NO_ANSWER, field="file") from None
    if said.endswith("FOUND"):
        # The name of what was found is the scanner's own, and says nothing of the file.
        log.warning("The scanner refused a file: %s", said.removeprefix("stream: "))
        raise Refused(HARMFUL, field="file")
    if said != "stream: OK":
        log.error("The scanner did not check a file: %s", said)
        raise Refused(NO_ANSWER, field="file")


def _asked(file: BinaryIO, scanner: str) -> str:
    with _connected(scanner) as one:
        one.sendall(b"zINSTREAM\0")
        file.seek(0)
        while piece := file.read(PIECE):
            one.sendall(struct.pack("!L", len(piece)) + piece)
        one.sendall(struct.pack("!L", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
            came = one.recv(LONGEST_ANSWER)
            if not came:
                break
            answer += came
    words = answer.partition(b"\0")[0].decode(errors="replace").strip()
    return "".join(mark if mark.isprintable() else "?" for mark in words)


def _connected(scanner: str) -> socket.socket:
    if scanner.startswith("/"):
        one = socket.socket(socket.AF_UNIX)
        one.settimeout(PATIENCE)
        try:
            one.connect(scanner)
        except OSError:
            one.close()
            raise
        return one
    host, _, port = scanner.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE)
