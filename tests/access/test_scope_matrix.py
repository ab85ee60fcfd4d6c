"""Every rule of access against every other: each answer of scope beside a list written apart.

Every right is asked of every record by every viewer: of roots, of cases and of people's records.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.access.matrix import VIEWERS, Matrix, make
from tests.sweeps.decisions import ALL_RIGHTS, EVERYTHING, MAY
from wansdyke.access.models import Root
from wansdyke.access.posts import RIGHTS, Right
from wansdyke.access.scope import can, halves, scope, sections_of
from wansdyke.casework.models import Case
from wansdyke.people.models import PersonRecord

pytestmark = pytest.mark.django_db
# For each kind of root; and how many are asked again, one record at a time.
LEAST_DECISIONS, ONE_BY_ONE = 150_000, 5_000
KINDS: dict[str, tuple[Any, str, str]] = {
    "root": (Root, "", "reference"),
    "case": (Case, "root__", "root__reference"),
    "person": (PersonRecord, "root__", "root__reference"),
}


@pytest.fixture
def matrix() -> Matrix:
    return make()


def listed(matrix: Matrix, kind: str) -> Iterator[str]:
    """Every right of every viewer on every record of a kind, by the filter of a list."""
    model, path, reference = KINDS[kind]
    for viewer in VIEWERS:
        for right in Right:
            mine = scope(matrix.actors[viewer.key], right, matrix.at, path)
            found = set(model.objects.filter(mine).values_list(reference, flat=True))
            wrong = sorted(found ^ matrix.meant[viewer.key, right.value])
            yield from (f"{viewer.key} {right} {one}" for one in wrong[:5])


def halved(matrix: Matrix) -> Iterator[str]:
    """The two halves of a scope, of which a long list is gathered: the whole, and nothing twice."""
    for viewer in VIEWERS:
        for right in (Right.VIEW, Right.EXPORT, Right.ASSIGN):
            parts = halves(matrix.actors[viewer.key], right, matrix.at, "root__")
            own, given = (
                set(Case.objects.filter(part).values_list("root__reference", flat=True))
                for part in parts
            )
            wrong = (own & given) | ((own | given) ^ matrix.meant[viewer.key, right.value])
            yield from (f"{viewer.key} {right} {one}, in halves" for one in sorted(wrong)[:5])


def shown(matrix: Matrix) -> Iterator[str]:
    """The sections of every record that a viewer may view."""
    for viewer in VIEWERS:
        seen = sorted(matrix.meant[viewer.key, "view"])
        told = sections_of(matrix.actors[viewer.key], [matrix.keys[one] for one in seen], matrix.at)
        for one in seen:
            got = {section.value for section in told[matrix.keys[one]]}
            if got != matrix.sections[viewer.key, one]:
                yield f"{viewer.key} sees {sorted(got)} of {one}"


def one_by_one(matrix: Matrix) -> Iterator[str]:
    """The check of one record is the filter of the list."""
    draw = random.Random(7)
    roots = list(Root.objects.order_by("pk"))
    for _ in range(ONE_BY_ONE):
        root, viewer, right = draw.choice(roots), draw.choice(VIEWERS), draw.choice(list(Right))
        answer = can(matrix.actors[viewer.key], right, root, matrix.at)
        if answer is not (root.reference in matrix.meant[viewer.key, right.value]):
            yield f"{viewer.key} {right} {root.reference}, asked alone"


def test_every_answer_of_scope_is_the_one_the_list_gives(matrix: Matrix) -> None:
    assert len(VIEWERS) * len(Right) * len(matrix.records) >= LEAST_DECISIONS
    for kind in KINDS:
        assert list(listed(matrix, kind)) == [], kind
    assert list(halved(matrix)) == []
    assert list(one_by_one(matrix)) == []
    partly = [one for one in matrix.sections.values() if one != EVERYTHING]
    assert partly, "no record is shown in part, so the sections are not tried"
    assert list(shown(matrix)) == []


def test_the_table_of_rights_is_the_one_the_list_gives() -> None:
    mine = {right.value: {role.value for role in RIGHTS[right]} for right in Right}
    meant = {right: {role for role in MAY if right in MAY[role]} for right in ALL_RIGHTS}
    assert mine == meant
