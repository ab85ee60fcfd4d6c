"""Writes docs/asvs.md from the table beside this file: how each requirement of ASVS 5.0 is met.

.venv/bin/python -m tests.conformance.asvs
"""

import ast
import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = Path(__file__).with_suffix(".csv")
PAGE = ROOT / "docs" / "asvs.md"
COLUMNS = ("requirement", "level", "asks", "met", "by", "says")
TEST, CONFIGURATION, DOCUMENT = "test", "configuration", "document"
DEVIATION, OPEN = "deviation", "open"
WORDS = {
    TEST: "Test",
    CONFIGURATION: "Configuration",
    DOCUMENT: "Documentation",
    DEVIATION: "Deviation",
    OPEN: "**Open**",
}
CHAPTERS = {
    1: "Encoding and sanitising",
    2: "Validation and business logic",
    3: "Web front end",
    4: "API and web service",
    5: "Files",
    6: "Authentication",
    7: "Sessions",
    8: "Authorisation",
    10: "OAuth and OpenID Connect",
    11: "Cryptography",
    12: "Secure communication",
    13: "Configuration",
    14: "Data protection",
    15: "Secure coding and architecture",
    16: "Security logging and error handling",
}
# What the product has not: self-contained tokens, WebRTC, and the roles of an OAuth server.
LEFT_OUT = ("V9.", "V17.", "V10.3.", "V10.4.", "V10.6.", "V10.7.")
# The chapters that are met at level 3 too.
AT_LEVEL_3 = ("V8.", "V16.")
HEAD = """# OWASP ASVS 5.0
Generated from `tests/conformance/asvs.csv` by `.venv/bin/python -m tests.conformance.asvs`. Do not\
 edit it: a test compares the two, and looks up every test, setting and heading that it names.

It covers levels 1 and 2 of the Application Security Verification Standard 5.0.0, and level 3 of\
 the chapters on authorisation (V8) and logging (V16). Left out is what the product does not have:\
 self-contained tokens (V9), the server's side of OAuth (V10.3, V10.4, V10.6, V10.7) and WebRTC\
 (V17). What each requirement asks is told in our own few words; the standard is OWASP's, under\
 CC BY-SA 4.0, at <https://owasp.org/www-project-application-security-verification-standard/>.

Where a technology does not exist in the product, the test shows that it does not. A deviation says\
 what differs, why, and what makes up for it.
"""


@dataclass(frozen=True)
class Row:
    """One requirement: its number and level, what it asks, and what meets it, by what."""

    requirement: str
    level: int
    asks: str
    met: str
    by: tuple[str, ...]
    says: str

    @property
    def chapter(self) -> int:
        """The number of its chapter."""
        return int(self.requirement[1:].partition(".")[0])

    @property
    def order(self) -> tuple[int, ...]:
        """Where it stands in the standard."""
        return tuple(int(part) for part in self.requirement[1:].split("."))


def applies(requirement: str, level: int) -> bool:
    """Whether a requirement of the standard is one that the product is held to."""
    return not requirement.startswith(LEFT_OUT) and (
        level <= 2 or requirement.startswith(AT_LEVEL_3)
    )


def rows(table: Path = TABLE) -> list[Row]:
    """The lines of the table, as they stand. Raises ValueError for other columns than COLUMNS."""
    with table.open(newline="", encoding="utf-8") as file:
        read = csv.DictReader(file)
        if tuple(read.fieldnames or ()) != COLUMNS:
            raise ValueError(f"the columns are {', '.join(COLUMNS)}")
        return [
            Row(
                one["requirement"],
                int(one["level"]),
                one["asks"],
                one["met"],
                tuple(named.strip() for named in one["by"].split(";") if named.strip()),
                one["says"],
            )
            for one in read
        ]


def faults(found: Iterable[Row]) -> Iterator[str]:
    """What is wrong with lines: unknown words, nothing named, or something that is not there."""
    for row in found:
        if row.met not in WORDS:
            yield f"{row.requirement}: “{row.met}” is no way to meet it"
        if row.met in (TEST, CONFIGURATION, DOCUMENT) and not row.by:
            yield f"{row.requirement}: nothing is named"
        if row.met == TEST and not any("::" in named for named in row.by):
            yield f"{row.requirement}: no test is named"
        if row.met in (DEVIATION, OPEN) and not row.says:
            yield f"{row.requirement}: nothing is said"
        for named in row.by:
            if not is_there(named):
                yield f"{row.requirement}: {named} is not there"


def is_there(named: str) -> bool:
    """Whether something named is there: `tests/x.py::test_y`, `docs/x.md#Heading`, or
    `some/file: words in it`."""
    if "::" in named:
        path, _, function = named.partition("::")
        return function in tests_in(ROOT / path)
    if "#" in named:
        path, _, heading = named.partition("#")
        return heading in headings_in(ROOT / path)
    path, _, words = named.partition(": ")
    file = ROOT / path
    return bool(words) and file.is_file() and words in _text(file)


@cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def tests_in(file: Path) -> frozenset[str]:
    """The names of the tests in a file that pytest would collect; none where there is no file."""
    if not file.is_file() or not file.name.startswith("test_"):
        return frozenset()
    tree = ast.parse(_text(file), str(file))
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@cache
def headings_in(file: Path) -> frozenset[str]:
    """The headings of a page, without their marks; none where there is no page."""
    if not file.is_file():
        return frozenset()
    return frozenset(
        line.lstrip("#").strip() for line in _text(file).splitlines() if line.startswith("#")
    )


def _shown(named: str) -> str:
    if "::" in named:
        path, _, function = named.partition("::")
        return f"[`{function}`](../{path})"
    if "#" in named:
        path, _, heading = named.partition("#")
        place = heading.lower().replace(" ", "-").replace(",", "").replace("’", "")
        return f"[{heading}]({Path(path).name}#{place})"
    path, _, words = named.partition(": ")
    return f"[`{words.strip()}`](../{path})".replace("|", "\\|")


def _line(row: Row) -> str:
    how = "; ".join(_shown(named) for named in row.by)
    told = " ".join(part for part in (how and f"{how}.", row.says) if part).replace("|", "\\|")
    return f"| {row.requirement} | {row.level} | {row.asks} | {WORDS[row.met]} | {told} |"


def _counted(found: list[Row]) -> list[str]:
    counts = Counter(row.met for row in found)
    told = ", ".join(f"{WORDS[met].strip('*').lower()} {counts[met]}" for met in WORDS)
    return [f"{len(found)} requirements: {told}.", ""]


def page_of(found: Iterable[Row]) -> str:
    """The page, from lines of the table."""
    ordered = sorted(found, key=lambda row: row.order)
    lines = [HEAD, *_counted(ordered)]
    for number, title in CHAPTERS.items():
        lines += [
            f"## V{number} {title}",
            "| | level | asks | met by | how |",
            "|---|---|---|---|---|",
        ]
        lines += [_line(row) for row in ordered if row.chapter == number]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Writes the page, or says what is wrong with the table and leaves it."""
    found = rows()
    wrong = list(faults(found))
    if wrong:
        raise SystemExit("\n".join(wrong))
    PAGE.write_text(page_of(found), encoding="utf-8")


if __name__ == "__main__":
    main()
