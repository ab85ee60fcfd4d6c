"""Who may be the one asked for, of those whom the viewer may see: scope first, sections then."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import in_full, scope, sections_of
from wansdyke.access.sections import ALL, Section
from wansdyke.access.written import Question, among_keys
from wansdyke.people.agreement import Agreement, Weigher, homes_of
from wansdyke.people.asked import Asked
from wansdyke.people.finding import WEIGHED, Matches
from wansdyke.people.keys import after
from wansdyke.people.known_as import made_as
from wansdyke.people.models import PersonRecord
from wansdyke.people.walks import Row, rows_of

AT_ONCE, FIRST = 400, 2 * WEIGHED


def _in_scope(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    full = ExpressionWrapper(in_full(actor, at, "root__"), output_field=BooleanField())
    seen = PersonRecord.objects.filter(scope(actor, Right.VIEW, at, "root__"), among_keys("pk"))
    return seen.order_by().annotate(full=full).values_list("pk", "full")


# The records in view scope, and whether every section of each is open.
IN_SCOPE = Question(_in_scope)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A record's columns, the sections the viewer sees of it, and how far they agree."""

    row: Row
    sections: frozenset[Section]
    agreement: Agreement


class Seen(NamedTuple):
    """The matches that somebody may see, best first; and whether there may be more of those."""

    known: list[Known]
    more: bool


class Sight:
    """Which records an actor sees at a moment, and whether in full; each is asked about once."""

    def __init__(self, actor: Actor, at: datetime) -> None:
        self.actor, self.at = actor, at
        self._asked: set[int] = set()
        self._full: dict[int, bool] = {}

    def of(self, keys: Collection[int]) -> dict[int, bool]:
        """Those of some records (primary keys) that are seen: is every section of each open?"""
        new = [key for key in keys if key not in self._asked]
        self._asked.update(new)
        self._full.update(IN_SCOPE.rows(self.actor, self.at, new))
        return {key: self._full[key] for key in keys if key in self._full}

    def names_any(self, ordered: list[int], wanted: Collection[int]) -> bool:
        """Whether any of the wanted records shows its name. `ordered`: all that will be asked
        about, the likeliest first; one of these is nearly always enough."""
        return bool(wanted) and (
            self._names(wanted, self.of(ordered[:FIRST])) or self._names(wanted, self.of(wanted))
        )

    def _names(self, wanted: Collection[int], seen: dict[int, bool]) -> bool:
        full = {key: seen[key] for key in wanted if key in seen}
        part = [] if any(full.values()) else list(full)
        shown = sections_of(self.actor, part, self.at).values() if part else ()
        return bool(full) and (not part or any(Section.IDENTITY in one for one in shown))


def known_of(matches: Matches, sight: Sight) -> Seen:
    """The matches in an actor's view scope of which something that they see agrees, best first."""
    actor, at = sight.actor, sight.at
    rows = among(matches, sight.of)
    full = sight.of([row.pk for row in rows])
    if not all(full.values()):
        # Their order tells what is held back of them: so all are weighed, by what is not, and then
        # the likeliest taken.
        rows = among(matches, sight.of, len(matches.rows))
    if matches.cut and len(rows) < WEIGHED:
        mine = PersonRecord.objects.filter(scope(actor, Right.VIEW, at, "root__"))
        rows += besides(matches, rows, mine)
    full = sight.of([row.pk for row in rows])
    rows = [row for row in rows if row.pk in full]
    open_to = {row.pk: ALL for row in rows if full[row.pk]}
    part = [row.pk for row in rows if row.pk not in open_to]
    visible = open_to | (sections_of(actor, part, at) if part else {})
    known = weighed(matches, rows, visible)
    # Those that were looked for besides are all there are, if they are fewer than are weighed.
    return Seen(known[:WEIGHED], matches.cut and len(known) >= WEIGHED)


def besides(matches: Matches, rows: Collection[Row], records: QuerySet[PersonRecord]) -> list[Row]:
    """Further matches among some records, where a walk had more than it brought."""
    known = [row.pk for row in rows]
    found = records.filter(condition(matches)).exclude(pk__in=known).order_by("pk")
    return rows_of(found[: WEIGHED - len(known)])


def condition(matches: Matches) -> Q:
    """What was asked for as a filter, for where a walk had more rows than it brought: among those
    whom a viewer may see, nobody must be missed for the many whom they may not."""
    asked, names = matches.asked, matches.names
    said, found = asked.said, Q(pk__in=())
    surnames = Q(surname_key__in=names.surname.texts())
    forenames = Q(forename_key__in=names.forename.texts())
    if len(said.forename) > 1 and said.surname:
        found |= surnames & forenames
    elif said.surname:
        found |= surnames & Q(forename_key__startswith=said.forename)
    elif said.forename:
        found |= forenames
    if asked.phone:
        found |= Q(phone_key__gte=asked.phone, phone_key__lt=after(asked.phone))
    if said.born:
        found |= Q(date_of_birth=said.born)
    return found


def among(
    matches: Matches, those: Callable[[list[int]], Collection[int]], most: int = WEIGHED
) -> list[Row]:
    """The likeliest matches in their order; `those` says which of some records are wanted."""
    found: list[Row] = []
    start, several = 0, FIRST
    while start < len(matches.rows) and len(found) < most:
        some = matches.rows[start : start + several]
        wanted = those([row.pk for row in some])
        found += [row for row in some if row.pk in wanted]
        # Whoever sees nearly all of them need not be asked about all.
        start, several = start + several, AT_ONCE
    return found[:most]


def weighed(
    matches: Matches, rows: Iterable[Row], visible: dict[int, frozenset[Section]]
) -> list[Known]:
    """Rows weighed by the sections that are visible of each, those that agree in nothing left
    out: found by a field that is held back, they are to this viewer not found."""
    wanted = list(rows)
    if not wanted:
        return []
    asked = matches.asked
    # A home held back must not even make another agreement count otherwise.
    open_homes = [row.pk for row in wanted if Section.ADDRESS in visible[row.pk]]
    homes = homes_of(open_homes) if asked.placed else {}
    references = _references(asked, wanted)
    weigher = Weigher(asked, matches.names)
    found = []
    for row in wanted:
        agreement = weigher.agreement(
            row, homes.get(row.pk, ()), visible[row.pk], references.get(row.pk, "")
        )
        if agreement.found:
            found.append(Known(row=row, sections=visible[row.pk], agreement=agreement))
    return sorted(found, key=lambda one: (-one.agreement.weight, one.row.pk))


def _references(asked: Asked, rows: list[Row]) -> dict[int, str]:
    """The reference asked for, by the records that it is of."""
    if not asked.reference:
        return {}
    same = Q(root__reference=asked.reference) | made_as(asked.reference)
    those = PersonRecord.objects.filter(same, pk__in=[row.pk for row in rows])
    return dict.fromkeys(those.values_list("pk", flat=True), asked.reference)
