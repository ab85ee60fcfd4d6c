"""What the API reaches: a token takes data out of the product, a browser's session only looks.

With a token the right to export decides, as it does for a list taken out as a file. Either way
what only an analyst's role opens comes without the sections that name or find a person: JSON is
kept and joined to other data as a page is not.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.models import Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import IDENTIFYING, Section
from wansdyke.casework.exports import PART, pseudonymised
from wansdyke.casework.markers import LiveMarker
from wansdyke.casework.models import Marker
from wansdyke.kernel.flow import Role

TOKEN = "api"  # noqa: S105  # nosec B105


def takes_out(actor: Actor) -> bool:
    """Whether what the actor reads leaves the product: they ask with a token."""
    return actor.channel == TOKEN


def right_of(actor: Actor) -> Right:
    """The right that decides what the API gives an actor."""
    return Right.EXPORT if takes_out(actor) else Right.VIEW


def sections_out(
    actor: Actor, roots: Collection[int], at: datetime
) -> dict[int, frozenset[Section]]:
    """The sections given of each root (primary keys) that is already in reach."""
    hidden = pseudonymised(actor, roots, at)
    return {
        root: seen - IDENTIFYING if root in hidden else seen
        for root, seen in sections_of(actor, roots, at).items()
    }


def telling_who(actor: Actor, roots: Collection[int], at: datetime) -> set[int]:
    """Those roots (primary keys) in reach of which it may be told whom they are about."""
    asked, found = sorted(set(roots)), set()
    for start in range(0, len(asked), PART):
        reached = Root.objects.filter(
            scope(actor, right_of(actor), at), pk__in=asked[start : start + PART]
        )
        sections = sections_out(actor, list(reached.values_list("pk", flat=True)), at)
        found |= {root for root, given in sections.items() if Section.IDENTITY in given}
    return found


def cases_told(actor: Actor, cases: Sequence[int], at: datetime) -> list[int]:
    """Of the cases (primary keys, in view scope) that a person has a part in, those told of."""
    if not takes_out(actor) and Role.ANALYST not in actor.roles:
        return list(cases)
    told = telling_who(actor, cases, at)
    return [case for case in cases if case in told]


def markers_told(
    actor: Actor, markers: Sequence[LiveMarker], at: datetime
) -> tuple[LiveMarker, ...]:
    """Of a person's markers that the actor may see, those told of: whom each is about is identity.

    The force-wide face of a marker is for looking at; with a token only its case's scope counts.
    """
    held = Marker.objects.filter(reference__in=[marker.reference for marker in markers])
    roots = dict(held.values_list("reference", "root_id"))
    if takes_out(actor):
        told = telling_who(actor, roots.values(), at)
    else:
        told = set(roots.values()) - pseudonymised(actor, list(roots.values()), at)
    return tuple(marker for marker in markers if roots.get(marker.reference) in told)
