"""The parts that the product is made of: their inventory, and what advisories say of them.

    .venv/bin/python -m setup.components bill [FILE]   CycloneDX, to a file or to standard output
    .venv/bin/python -m setup.components advisories    fails where one is known, or nobody could say

The inventory is read off the lock files alone, so it needs no network and says the same each time.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements.lock": ComponentScope.REQUIRED,
    "requirements-dev.lock": ComponentScope.EXCLUDED,
}
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)")
HASHED = re.compile(r"--hash=(sha\d+):([0-9a-f]+)")


@dataclass(frozen=True)
class Part:
    """One part: from which registry (`pypi`, `npm`), its name, version and hashes; whether the
    product runs with it, or only its checks do."""

    registry: str
    name: str
    version: str
    hashes: tuple[tuple[str, str], ...]
    runs: bool


def python_parts(lock: Path, *, runs: bool) -> Iterator[Part]:
    """The parts that a lock file of Python pins."""
    for block in re.split(r"(?m)^(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8")):
        named = PINNED.match(block)
        if named:
            hashes = tuple(HASHED.findall(block))
            yield Part("pypi", named[1].lower(), named[2], hashes, runs)


def npm_parts(lock: Path) -> Iterator[Part]:
    """The parts that npm's lock file pins; browsers get what is copied out of them."""
    for place, said in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
        if place:
            name = place.rpartition("node_modules/")[2]
            kind, _, digest = said.get("integrity", "").partition("-")
            hashes = ((kind, digest),) if digest else ()
            yield Part("npm", name, said["version"], hashes, runs=not said.get("dev", False))


def parts(root: Path = ROOT) -> list[Part]:
    """Every part of the locks, those the product runs with first."""
    running = list(python_parts(root / "requirements.lock", runs=True))
    there = {(part.name, part.version) for part in running}
    checking = [
        part
        for part in python_parts(root / "requirements-dev.lock", runs=False)
        if (part.name, part.version) not in there
    ]
    return [*running, *npm_parts(root / "package-lock.json"), *checking]


def _component(part: Part) -> Component:
    # A wheel for each system has a hash of its own, and which was installed the lock does not say;
    # npm writes in base 64 what CycloneDX wants in hexadecimal.
    only = part.hashes[0] if part.registry == "pypi" and len(part.hashes) == 1 else None
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=only[1])] if only else []
    group, _, name = part.name.rpartition("/")
    return Component(
        type=ComponentType.LIBRARY,
        group=group or None,
        name=name,
        version=part.version,
        hashes=hashes,
        scope=ComponentScope.REQUIRED if part.runs else ComponentScope.EXCLUDED,
        purl=PackageURL(part.registry, group or None, name, part.version),
        bom_ref=f"{part.registry}:{part.name}@{part.version}",
    )


def bill(root: Path = ROOT) -> str:
    """The inventory as CycloneDX 1.6 in JSON."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    made = Bom(components=[_component(part) for part in parts(root)])
    made.metadata.component = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        bom_ref=project["name"],
    )
    made.register_dependency(made.metadata.component, made.components)
    return make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)


def asking() -> list[list[str]]:
    """The commands that ask the feeds of advisories, each failing where it gets no answer."""
    audit = [str(ROOT / ".venv" / "bin" / "pip-audit"), "--strict", "--disable-pip"]
    audit += ["--require-hashes", "--progress-spinner=off"]
    python = [[*audit, f"--requirement={ROOT / lock}"] for lock in LOCKS]
    return [*python, ["npm", "audit", "--audit-level=low", f"--prefix={ROOT}"]]


def advisories(commands: Sequence[Sequence[str]]) -> int:
    """Asks, and says plainly what came of it; 0 only where every feed answered and knew nothing."""
    failed = [" ".join(one[:2]) for one in commands if subprocess.run(one, check=False).returncode]
    if failed:
        print(
            "\nNOT PASSED: a weakness is known, or a feed did not answer (see above): "
            + ", ".join(failed)
        )
        return 1
    print("\nEvery feed answered, and none knows a weakness of any part.")
    return 0


def main(words: Sequence[str]) -> int:
    """Does what was asked for; returns the status to end with."""
    if words[:1] == ["bill"] and len(words) <= 2:
        written = bill()
        if len(words) == 2:
            Path(words[1]).write_text(written, encoding="utf-8")
        else:
            print(written)
        return 0
    if list(words) == ["advisories"]:
        return advisories(asking())
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
