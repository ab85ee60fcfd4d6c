"""Who is one person, from pairs: joined the surest first, and never past a contradiction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MOST_CHECKED = 400


@dataclass(frozen=True)
class Pair:
    """Two records (their places in the table) and how sure it is that they are one person."""

    left: int
    right: int
    weight: float
    probability: float


@dataclass(frozen=True)
class Held:
    """A pair that is not joined, and why a person must judge it."""

    pair: Pair
    why: str


@dataclass(frozen=True)
class Joined:
    """The pairs that were joined, those that were held back, and each joined record's cluster,
    which is known by the lowest record in it."""

    links: list[Pair]
    held: list[Held]
    cluster: dict[int, int]


def joined(pairs: Iterable[Pair], apart: Callable[[int, int], str]) -> Joined:
    """Joins pairs, the surest first. `apart` says why two records must not be joined, or "".

    Before two clusters become one, every record of the one is held against every record of the
    other: what is not one person directly is not one by way of a third.
    """
    cluster: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    links, held = [], []
    for pair in sorted(pairs, key=lambda one: (-one.weight, one.left, one.right)):
        a, b = cluster.get(pair.left, pair.left), cluster.get(pair.right, pair.right)
        why = apart(pair.left, pair.right)
        if not why and a != b:
            why = _between(members.get(a, [a]), members.get(b, [b]), apart)
        if why:
            held.append(Held(pair, why))
            continue
        links.append(pair)
        if a != b:
            kept, gone = min(a, b), max(a, b)
            together = members.pop(kept, [kept]) + members.pop(gone, [gone])
            members[kept] = together
            cluster.update(dict.fromkeys(together, kept))
    return Joined(links, held, cluster)


def _between(mine: list[int], theirs: list[int], apart: Callable[[int, int], str]) -> str:
    if len(mine) * len(theirs) > MOST_CHECKED:
        return "More records than one person has: a shared address, telephone or name"
    for one in mine:
        for other in theirs:
            why = apart(one, other)
            if why:
                return f"Joins records that must be apart: {why[0].lower()}{why[1:]}"
    return ""
