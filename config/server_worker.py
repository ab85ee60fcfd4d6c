"""The web server's processes: several threads each, and none for a request that is not all there.

A client that sends half a request and waits would otherwise hold a thread for as long as it likes,
and a few such clients every page.
"""

import re
import socket
import struct
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

# Seconds for a request's head and the first of its body to arrive; how many bytes are waited for.
PATIENCE, STOPPING = 30.0, 2.0
MOST_HEAD, MOST_WAITED = 16 * 1024, 64 * 1024
# Seconds that the rest of a long body may pause, and whoever is reading an answer.
PAUSE = 30
END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*\r\n", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)


def wanted(came: bytes) -> int:
    """How many bytes of a request to wait for, given those that came: its head and, as far as it
    says how long it is, the body; never more than 64 KB. At most `len(came)` if enough is there."""
    end = came.find(END)
    if end < 0:
        return 0 if len(came) >= MOST_HEAD else len(came) + 1
    head = came[: end + len(END)]
    said = LENGTH.search(head)
    if said is None or EXPECTS.search(head):
        return len(head)
    return min(len(head) + int(said[1]), MOST_WAITED)


class WholeRequests(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threads; a connection is given one when its request has arrived."""

    def enqueue_req(self, conn: TConn) -> None:
        """Waits for the request, which the threads of the parent class would do themselves."""
        if conn.parser is not None and conn.parser.unreader.buf.getvalue():
            # The server itself has read on, so no more need come.
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        patience = PATIENCE if self.alive else STOPPING
        conn.timeout = time.monotonic() + patience
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self._look, conn, 0))

    def _look(self, conn: TConn, before: int, client: socket.socket) -> None:
        """Looks at what came, without taking it, and passes the connection on if that is enough."""
        try:
            came = client.recv(MOST_WAITED, socket.MSG_PEEK)
            enough = wanted(came)
            if len(came) < enough and len(came) > before:
                # Not woken again until more has come; a sender who gave up wakes it anyhow.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, enough)
                self.poller.modify(client, EVENT_READ, partial(self._look, conn, len(came)))
                return
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            pause = struct.pack("@ll", PAUSE, 0)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, pause)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, pause)
        except BlockingIOError:
            return
        except OSError:
            # It is gone: the thread finds that out and closes it.
            pass
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        conn.data_ready = True
        super().enqueue_req(conn)

    def _cap_keepalive(self, deadline: float) -> Any:
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
