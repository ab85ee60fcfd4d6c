"""The inventory of parts names every one of the locks; a feed that cannot be asked is no pass."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from setup import components

ROOT = Path(__file__).resolve().parent.parent.parent
# What the checks use and no product may.
FOR_CHECKS = {"pytest", "hypothesis", "faker", "moto", "mypy", "ruff", "bandit", "playwright",
              "schemathesis", "model-bakery", "pip-audit", "time-machine"}  # fmt: skip


def listed(name: str) -> set[str]:
    """The packages that a lock pins, read another way than the program does."""
    found = set()
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#", "-")):
            found.add(canonicalize_name(Requirement(line.rstrip(" \\")).name))
    return found


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(components.bill())
    return read


def test_every_component_of_the_locks_is_in_the_bill(bill: dict[str, Any]) -> None:
    found = {(one["purl"].split("/")[0], one["scope"]): set() for one in bill["components"]}
    for one in bill["components"]:
        found[one["purl"].split("/")[0], one["scope"]].add(canonicalize_name(one["name"]))
        assert one["version"], one["name"]
    running = listed("requirements.lock")
    assert found["pkg:pypi", "required"] == running
    assert found["pkg:pypi", "excluded"] >= listed("requirements-dev.lock") - running
    npm = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert sum(len(v) for k, v in found.items() if k[0] == "pkg:npm") == len(npm) - 1
    assert bill["metadata"]["component"]["name"] == "wansdyke"
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")


def test_every_component_is_pinned_by_hash() -> None:
    assert [part.name for part in components.parts() if not part.hashes] == []


def test_nothing_that_only_tests_need_is_in_the_products_lock() -> None:
    assert listed("requirements.lock") & FOR_CHECKS == set()
    assert listed("requirements-dev.lock") >= FOR_CHECKS


def test_an_advisory_feed_out_of_reach_is_no_pass(capsys: Any, monkeypatch: Any) -> None:
    """Against a feed that nobody serves: the real commands, strict as they are given."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        for spelt in (name, name.lower()):
            monkeypatch.setenv(spelt, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    python, *_ = components.asking()
    assert "--strict" in python
    assert components.advisories([python]) == 1
    assert "NOT PASSED" in capsys.readouterr().out


def test_every_feed_that_answers_well_is_a_pass_and_one_that_does_not_is_none() -> None:
    well, ill = [sys.executable, "-c", ""], [sys.executable, "-c", "raise SystemExit(3)"]
    assert components.advisories([well, well]) == 0
    assert components.advisories([well, ill]) == 1
