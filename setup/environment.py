"""Sets up all that Wansdyke needs beside this file: Python packages, front-end packages, assets.

    python3 setup/environment.py run     what it takes to run the product
    python3 setup/environment.py test    that, and what its checks use

Runs on the standard library alone. A part is done again only when a file it depends on changes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
MODULES = ROOT / "node_modules"
OLDEST_NODE = 20
NODE_NEEDED = (
    f"Wansdyke needs Node.js {OLDEST_NODE} or newer with npm, to fetch the GOV.UK styles."
    " Install it, put it on the PATH and try again."
)


def stop(message: str) -> None:
    """Ends the set-up with a sentence that says what to do."""
    sys.exit(f"\nCannot go on: {message}")


def call(*words: str | Path, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Runs a command in the project's folder; its words are shown only when asked for."""
    return subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env={**os.environ, "VIRTUAL_ENV": str(VENV), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=quiet,
        text=True,
        check=False,
    )


def must(*words: str | Path, what: str) -> None:
    """As `call`, and stops with what failed where it does."""
    done = call(*words)
    if done.returncode:
        stop(f"{what} failed; the lines above say why. Run the same command again to retry.")


def fingerprint(*files: str) -> str:
    """A hash of the files' contents."""
    digest = hashlib.sha256()
    for name in files:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def part(title: str, stamp: Path, key: str, work: Callable[[], None]) -> None:
    """Does one part of the work unless its stamp carries this key, and says how long it took."""
    if stamp.exists() and stamp.read_text() == key:
        print(f"  {title}: up to date", flush=True)
        return
    print(f"  {title} …", flush=True)
    began = time.monotonic()
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key)
    print(f"  {title}: done in {time.monotonic() - began:.0f} s", flush=True)


def works() -> bool:
    """Whether the environment is there and survived whatever happened to the machine's Python."""
    return PYTHON.exists() and call(PYTHON, "-c", "import pip", quiet=True).returncode == 0


def make_venv() -> None:
    """An environment of this folder's own, whole or not at all."""
    if works():
        return
    made = call(sys.executable, "-m", "venv", "--clear", VENV, quiet=True)
    if made.returncode and shutil.which("apt-get") and os.geteuid() == 0:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        print(f"  installing {package} with apt-get", flush=True)
        call("apt-get", "update", "-qq", quiet=True)
        call("apt-get", "install", "-qq", "-y", package, quiet=True)
        made = call(sys.executable, "-m", "venv", "--clear", VENV, quiet=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        stop(
            "this Python cannot make a virtual environment."
            f" On Debian, run: apt-get install python3-venv\n{made.stdout}{made.stderr}"
        )


def pip_install(*words: str) -> subprocess.CompletedProcess[str]:
    """Installs what a lock file pins by its hashes, with pip."""
    return call(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", *words, quiet=True)


def make_installer() -> None:
    """uv, which installs in seconds what takes pip a minute; pip does where uv cannot be had."""
    had = pip_install("--only-binary", ":all:", "-r", "setup/installer.lock")
    if had.returncode:
        print("  uv is not to be had here; pip installs instead, which is slower", flush=True)


def install(*words: str, what: str) -> None:
    """`uv pip install`, or pip's own where there is no uv."""
    if UV.exists():
        must(UV, "pip", "install", "--quiet", "--python", PYTHON, *words, what=what)
    else:
        must(PYTHON, "-m", "pip", "install", "--quiet", *words, what=what)


def python_packages(purpose: str) -> None:
    """The locked packages, for running or for testing as well, and the product itself."""
    stamps = VENV / "stamps"
    if not works():
        shutil.rmtree(stamps, ignore_errors=True)
    part("Python environment", stamps / "venv", "1", make_venv)
    part("Installer", stamps / "installer", fingerprint("setup/installer.lock"), make_installer)
    locks = {"run": "requirements.lock", "test": "requirements-dev.lock"}
    run_key = fingerprint(locks["run"])
    if purpose == "run" and _same(stamps / "test-packages", fingerprint(*locks.values())):
        print("  Python packages: up to date", flush=True)
    else:
        key = run_key if purpose == "run" else fingerprint(*locks.values())
        part(
            "Python packages",
            stamps / f"{purpose}-packages",
            key,
            lambda: install(
                "--require-hashes", "-r", locks[purpose], what="Installing the Python packages"
            ),
        )
    part(
        "The wansdyke command",
        stamps / "project",
        fingerprint("pyproject.toml", "setup/builder.lock"),
        install_project,
    )


def _same(stamp: Path, key: str) -> bool:
    return stamp.exists() and stamp.read_text() == key


def install_project() -> None:
    """Puts the command into the environment; the code stays where it is."""
    install("--require-hashes", "-r", "setup/builder.lock", what="Installing setuptools")
    install("--no-deps", "--no-build-isolation", "-e", ".", what="Installing the wansdyke command")


def check_node() -> None:
    """Stops with what to do where Node is missing or too old."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        stop(NODE_NEEDED)
    said = call(str(node), "--version", quiet=True).stdout.strip()
    number = re.match(r"v(\d+)", said)
    if not number or int(number.group(1)) < OLDEST_NODE:
        stop(f"{NODE_NEEDED} Found: {said or 'one that does not run'}, at {node}.")


def node_packages(purpose: str) -> None:
    """The locked front-end packages; those for the checks only where they are asked for."""
    key = fingerprint("package.json", "package-lock.json")
    if purpose == "run" and _same(MODULES / ".stamp-test", key):
        print("  Front-end packages: up to date", flush=True)
        return
    wanted = ["--omit=dev"] if purpose == "run" else []
    quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
    part(
        "Front-end packages",
        MODULES / f".stamp-{purpose}",
        key,
        lambda: must("npm", "ci", *quiet, *wanted, what="Installing the front-end packages"),
    )


def main(purpose: str) -> None:
    """Sets up for the purpose, `run` or `test`, and ends the process where it cannot."""
    if purpose not in {"run", "test"}:
        sys.exit(__doc__)
    print(f"Setting up Wansdyke in {ROOT}", flush=True)
    check_node()
    python_packages(purpose)
    node_packages(purpose)
    must(PYTHON, "setup/assets.py", what="Putting the styles and scripts in place")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2] or [""])
    except KeyboardInterrupt:
        sys.exit(130)
