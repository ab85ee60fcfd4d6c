"""Who is who by what was judged, as a pure function: the clusters, and which “same” must wait."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Said(NamedTuple):
    """One judgement (by its key) of two records, each by the cluster it was made as."""

    key: int
    left: int
    right: int
    same: bool


@dataclass(frozen=True)
class Grouped:
    """To which cluster each first cluster belongs, by the lowest of them; and the judgements that
    join nothing because something that was judged different would come together."""

    of: dict[int, int]
    held_back: frozenset[int]
    members: dict[int, frozenset[int]] = field(default_factory=dict)


def grouped(firsts: Collection[int], said: Iterable[Said]) -> Grouped:
    """Joins by every “same” in the order it was judged, but for those that would bring together
    what somebody judged different: a person must settle that."""
    ordered = sorted(said)
    apart = {frozenset((one.left, one.right)) for one in ordered if not one.same}
    group: dict[int, set[int]] = {first: {first} for first in firsts}
    held: set[int] = set()
    for one in ordered:
        if not one.same or group[one.left] is group[one.right]:
            continue
        left, right = group[one.left], group[one.right]
        if any(frozenset((a, b)) in apart for a in left for b in right):
            held.add(one.key)
            continue
        left |= right
        for member in right:
            group[member] = left
    return Grouped(
        {first: min(found) for first, found in group.items()},
        frozenset(held),
        {min(found): frozenset(found) for found in group.values()},
    )
