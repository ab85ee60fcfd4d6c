"""Starts the made-up force: its data unless it is there, then the pages, until Ctrl-C."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WANSDYKE = ROOT / ".venv" / "bin" / "wansdyke"

# Fewer than `wansdyke demo` makes unless told: the first page should not be long in coming.
CALLS = "5000"


def free_port(text: str) -> int:
    """The port asked for; ends the process where it is no port, or another program has it."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        sys.exit(f"PORT is “{text}”, which is not a port number. Use one such as PORT=8001.")
    with socket.socket() as probe:
        # A page just stopped leaves its connections in TIME_WAIT; those do not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError:
            sys.exit(f"Port {text} needs an administrator. Choose one above 1023: PORT=8001")
        except OSError:
            sys.exit(
                f"Port {text} is taken by another program: stop that, or choose another port:"
                f"\n  PORT={min(int(text) + 1, 65535)} make run"
            )
    return int(text)


def main() -> None:
    """Becomes the server, so that Ctrl-C and a request to end reach it directly."""
    port = free_port(os.environ.get("PORT") or "8000")
    environment = {**os.environ, "WANSDYKE_DEMO": "1"}
    command = [WANSDYKE, "demo", "--if-empty", "--calls", CALLS]
    demo = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    if demo.returncode:
        sys.exit("The made-up force could not be set up; the lines above say why.")
    os.chdir(ROOT)
    os.execve(WANSDYKE, [str(WANSDYKE), "serve", "--port", str(port)], environment)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
