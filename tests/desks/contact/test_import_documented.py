"""docs/import.md against the reader: every column is there, and every example is read."""

import re
from pathlib import Path

import pytest

from tests.desks.contact.import_files import contacts, people, put, table
from wansdyke.desks.contact.csv_cells import GRADE_WORDS, grade
from wansdyke.desks.contact.csv_columns import Layout, contact_layout, people_layout
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.rules import GRADES
from wansdyke.desks.contact.strands import CATEGORIES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "import.md").read_text()
ROLES = dict(DESK.party_roles)


def documented(title: str) -> dict[str, str]:
    """The columns under a heading, each with its example."""
    part = re.search(rf"^## {title}.*?(?=^## |\Z)", PAGE, re.M | re.S)
    assert part is not None
    rows = re.findall(r"^\| `(\w+)` \|.*\| `(.+?)` \|$", part[0], re.M)
    return {name: example.replace("\\|", "|") for name, example in rows}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("title", "layout"), [("Contacts", contact_layout), ("People", people_layout)]
)
def test_every_column_is_documented_in_its_order(title: str, layout: type[Layout]) -> None:
    assert tuple(documented(title)) == layout(ROLES).names


@pytest.mark.django_db
def test_the_examples_load(tmp_path: Path) -> None:
    assert contacts(put(tmp_path, table(documented("Contacts")))).added == 1
    assert people(put(tmp_path, table(documented("People")), "people.csv")).added == 1


def test_every_word_for_a_grade_is_documented_and_no_other() -> None:
    for code, label in GRADES:
        row = re.search(rf"^\| {label} \| (.+) \|$", PAGE, re.M)
        assert row is not None
        words = row[1].split(", ")
        assert {label.lower(), *words} == set(GRADE_WORDS[code])
        assert {grade(word) for word in words} == {code}


def test_every_closing_category_is_documented() -> None:
    assert [code for code, _ in CATEGORIES if f"`{code}`" not in PAGE] == []
