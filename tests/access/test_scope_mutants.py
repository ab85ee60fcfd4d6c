"""Every condition of the policy is there for something: with any one of them left out, turned
round or loosened, the matrix finds an answer that is wrong."""

import random
from collections.abc import Callable, Iterator
from types import ModuleType
from unittest.mock import patch

import pytest

from tests.access.matrix import VIEWERS, Matrix, actors_of, make
from tests.access.mutants import mutants
from wansdyke.access import actors as who
from wansdyke.access import scope as policy
from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import AGENCY_WIDE, OWN_CASES_ONLY, RIGHTS, SHARE_LEVEL, Right
from wansdyke.kernel.flow import Role

pytestmark = pytest.mark.django_db
RULES = (
    *("_live", "_own_teams", "named_for", "shared_with", "broken_for", "_opened"),
    *(
        "_opened_whole",
        "_locked",
        "_loading",
        "scope",
        "whole",
        "halves",
        "can",
        "in_full",
        "sections_of",
    ),
)
ADMISSION = ("admitted", "may", "held_on", "actor_of")
SHARES_OF = (
    "    shares = shared_with(actor, Right.VIEW, at).filter(root_id__in=rest)"
    "     for root_id, sections in shares.values_list(F('root_id'), 'sections'):"
    "         seen[root_id] |= {Section(s) for s in sections} & ALL"
)
# What the slip leaves as it was, and why.
SAME = {
    "halves: both & ~own & reached  →  both & ~own": "a sieve that lets all through is only slow",
    "sections_of: Root.objects.filter(in_full(actor, at), pk__in=roots)"
    "  →  Root.objects.filter(in_full(actor, at))": "only those asked for are looked up in it",
    "sections_of:  for pk in roots if pk not in whole_roots  →   for pk in roots": (
        "a share adds nothing to what is seen whole"
    ),
    f"sections_of: if rest: {SHARES_OF}  →  if True: {SHARES_OF}": "of none there is none to add",
}
EVERY_RIGHT = tuple(Right)


def wrong(
    matrix: Matrix,
    module: ModuleType,
    actors: dict[str, Actor],
    rights: tuple[Right, ...] = EVERY_RIGHT,
) -> Iterator[str]:
    """The answers that are not the list's, the likeliest to be wrong first."""
    order = [(v.key, right) for v in VIEWERS for right in rights if right is not Right.VIEW]
    random.Random(5).shuffle(order)
    for key, right in [*((v.key, Right.VIEW) for v in VIEWERS if Right.VIEW in rights), *order]:
        mine = module.scope(actors[key], right, matrix.at)
        found = set(Root.objects.filter(mine).values_list("reference", flat=True))
        if found != matrix.meant[key, right.value]:
            yield f"{key} {right}"
    if Right.VIEW in rights:
        yield from _wrong_in_part(matrix, module, actors)


def _wrong_in_part(matrix: Matrix, module: ModuleType, actors: dict[str, Actor]) -> Iterator[str]:
    for viewer in VIEWERS:
        own, given = (
            set(Root.objects.filter(half).values_list("reference", flat=True))
            for half in module.halves(actors[viewer.key], Right.VIEW, matrix.at)
        )
        if own & given or own | given != matrix.meant[viewer.key, "view"]:
            yield f"{viewer.key}, in halves"
    roots = list(Root.objects.order_by("pk")[::97])
    for viewer in VIEWERS:
        seen = sorted(matrix.meant[viewer.key, "view"])
        told = module.sections_of(actors[viewer.key], [matrix.keys[one] for one in seen], matrix.at)
        got = {one: {section.value for section in told[matrix.keys[one]]} for one in seen}
        if any(got[one] != matrix.sections[viewer.key, one] for one in seen):
            yield f"{viewer.key}, sections"
        for root in roots:
            may = module.can(actors[viewer.key], Right.VIEW, root, matrix.at)
            if may is not (root.reference in matrix.meant[viewer.key, "view"]):
                yield f"{viewer.key}, asked alone"


def caught(answers: Callable[[], Iterator[str]]) -> bool:
    """Whether anything was wrong, or nothing came at all."""
    try:
        return next(answers(), None) is not None
    except Exception:  # noqa: BLE001 - whatever it dies of, it did not answer
        return True


@pytest.fixture
def matrix() -> Matrix:
    return make()


@pytest.mark.proof
def test_every_slip_in_the_rules_is_caught(matrix: Matrix) -> None:
    assert not list(wrong(matrix, policy, matrix.actors))
    missed, tried = [], 0
    for said, module in mutants(policy, RULES):
        tried += 1
        if not caught(lambda module=module: wrong(matrix, module, matrix.actors)):
            missed.append(said)
    assert tried > 60
    assert sorted(set(missed) - set(SAME)) == []
    assert sorted(SAME) == sorted(missed)


@pytest.mark.proof
def test_every_slip_in_who_is_admitted_is_caught(matrix: Matrix) -> None:
    missed, tried = [], 0
    for said, module in mutants(who, ADMISSION):
        tried += 1

        def answers(module: ModuleType = module) -> Iterator[str]:
            actors = actors_of(matrix.users, matrix.at, module.actor_of)
            for viewer in VIEWERS:
                if actors[viewer.key].home is not (viewer.agency == "force"):
                    yield f"{viewer.key} is at home"
            yield from wrong(matrix, policy, actors)

        policy.scope.cache_clear()
        if not caught(answers):
            missed.append(said)
    assert tried > 15
    assert missed == []


def forget() -> None:
    """Filters made under another table of rights are made anew."""
    for kept in (policy.scope, policy._opened, policy._opened_whole):
        kept.cache_clear()


@pytest.mark.proof
def test_every_slip_in_the_table_of_rights_is_caught(matrix: Matrix) -> None:
    missed, tried = [], 0
    for right in Right:
        for role in Role:
            forget()
            tried += 1
            with patch.dict(RIGHTS, {right: RIGHTS[right] ^ {role}}):
                if not caught(lambda r=right: wrong(matrix, policy, matrix.actors, (r,))):
                    missed.append(f"{role} {right}")
    for right, level in SHARE_LEVEL.items():
        for other in (level - 1, level + 1):
            forget()
            tried += 1
            with patch.dict(SHARE_LEVEL, {right: other}):
                if not caught(lambda r=right: wrong(matrix, policy, matrix.actors, (r,))):
                    missed.append(f"{right} from level {other}")
    forget()
    # No share has a level below 1, so that none is let in by asking for level 0.
    assert missed == ["view from level 0"]


@pytest.mark.proof
def test_every_slip_in_whose_role_goes_how_far_is_caught(matrix: Matrix) -> None:
    missed = []
    for role in Role:
        forget()
        with patch.object(policy, "AGENCY_WIDE", AGENCY_WIDE ^ {role}):
            if not caught(lambda: wrong(matrix, policy, matrix.actors)):
                missed.append(f"{role} sees the whole agency")
    for pair in ((role, right) for role in Role for right in Right if role in RIGHTS[right]):
        forget()
        with patch.object(policy, "OWN_CASES_ONLY", OWN_CASES_ONLY ^ {pair}):
            if not caught(lambda r=pair[1]: wrong(matrix, policy, matrix.actors, (r,))):
                missed.append(f"{pair}, own cases only")
    forget()
    # Whose role sees the whole agency is not asked whose cases they are.
    wide = [(role, right) for role in Role for right in Right if role in RIGHTS[right]]
    assert missed == [f"{pair}, own cases only" for pair in wide if pair[0] in AGENCY_WIDE]
