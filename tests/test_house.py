"""The rules of the house, read off the files: sizes, names, imports, writes and words."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
NAMED_FOR_NOTHING = re.compile(r"^(utils?|helpers?|common|misc|managers?|services?)$")
READ = {".py", ".js", ".css", ".html", ".jinja", ".md", ".toml", ".yaml", ".yml", ".json", ".sh"}
# In pieces, so that this file does not carry what it looks for.
PLACES = re.compile(
    "|".join(
        (
            r"registry\.npm" + r"js\.org",
            r"(?:files\.python" + r"hosted|(?:test\.)?py" + r"pi)\.org",
            r"registry\.yarn" + r"pkg\.com",
            r"(?<![\w.])/(?:work|Users)/" + r"\w",
            r"(?<![\w.])/(?:home|root)/" + r"(?!\s)\w",
        )
    )
)
SIGNALS = re.compile(r"^django\.(?:db\.models|core|dispatch|test)(?:\.|$)")


@cache
def kept() -> tuple[Path, ...]:
    """Every file that is part of the project: tracked, or new and not ignored."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git, to tell the project's files from what lies beside them")
    named = (ROOT / name for name in set(listed.split("\0")) if name)
    return tuple(sorted(path for path in named if path.is_file()))


def python_files(*, migrations: bool = False) -> Iterator[Path]:
    """The project's Python, without migrations unless they are asked for."""
    for path in kept():
        if path.suffix == ".py" and (migrations or "migrations" not in path.parts):
            yield path


@cache
def tree(path: Path) -> ast.Module:
    """The file as Python reads it."""
    return ast.parse(path.read_text(), told(path))


def told(path: Path, line: int | None = None) -> str:
    """Where, as a person would say it."""
    where = str(path.relative_to(ROOT))
    return f"{where}:{line}" if line else where


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of the file, those within others and within classes included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = []
    for path in kept():
        if path.suffix in {".py", ".js", ".html", ".jinja", ".css"} and ".min." not in path.name:
            lines = len(path.read_text().splitlines())
            if lines >= LONGEST_FILE and "migrations" not in path.parts:
                long.append(f"{told(path)} has {lines} lines")
    assert long == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = []
    for path in python_files():
        for node in functions(path):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines >= LONGEST_FUNCTION:
                long.append(f"{told(path, node.lineno)} {node.name} has {lines} lines")
    assert long == []


def test_every_file_is_named_for_what_it_holds() -> None:
    named = [
        told(path)
        for path in kept()
        if any(NAMED_FOR_NOTHING.match(Path(part).stem) for part in path.relative_to(ROOT).parts)
    ]
    assert named == []


def test_imports_stand_at_the_top() -> None:
    hidden = [
        told(path, inner.lineno)
        for path in python_files(migrations=True)
        for node in functions(path)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_no_model_hides_a_write_in_save() -> None:
    hidden = [
        told(path, method.lineno)
        for path in python_files()
        if "models" in path.relative_to(ROOT).as_posix() and path.is_relative_to(ROOT / "wansdyke")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in {"save", "delete"}
    ]
    assert hidden == []


def test_nothing_happens_through_a_signal() -> None:
    heard = []
    for path in python_files():
        for node in ast.walk(tree(path)):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
            elif isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            if any(
                name == "django.dispatch"
                or name.startswith("django.dispatch.")
                or (SIGNALS.match(name) and name.endswith(".signals"))
                for name in names
            ):
                heard.append(told(path, node.lineno))
    assert heard == []


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    named = []
    for path in kept():
        if path.suffix not in READ and path.suffix not in {".lock", ".in", ""}:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            found = PLACES.search(line)
            if found:
                named.append(f"{told(path, number)}: {found.group()}")
    assert named == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|NotImplemented" + r"Error)\b")
    left = [
        told(path, number)
        for path in kept()
        if path.suffix in READ
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if words.search(line)
    ]
    assert left == []
