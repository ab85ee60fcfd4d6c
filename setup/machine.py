"""What the machine itself has: Debian's package manager, and whether this user may call on it."""

import os
import shutil
import subprocess


class Missing(Exception):
    """Something the machine lacks and this command may not install; says what to do."""


def _as_root() -> list[str] | None:
    """The words that go before a command to run it as root, or None where this user may not."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def install(package: str, *, why: str) -> None:
    """Installs one of the distribution's packages; raises Missing where that cannot be done."""
    advice = f"Wansdyke's tests need {why}. Install it (on Debian: apt-get install {package})."
    before = _as_root()
    if not shutil.which("apt-get") or before is None:
        raise Missing(advice)
    print(f"  installing {package} with apt-get, for {why}", flush=True)
    calm = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", package],
    )
    for command in commands:
        done = subprocess.run(
            [*before, *command], env=calm, capture_output=True, text=True, check=False
        )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise Missing("\n".join([advice, "apt-get said:", *last]))


def ready_strace() -> None:
    """Finds strace, or installs it; raises Missing where it may not."""
    if not shutil.which("strace"):
        install("strace", why="strace, which lets system calls fail")
