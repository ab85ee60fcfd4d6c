"""The one policy: what an actor may do with a root. List filter and object check are the same Q.

Rules, first match, deny wins: R0 inactive or no second factor; R1 conflict lock; R2 no role grants
the right; R3 standard marking in the actor's own agency and team, or an agency-wide role; R4 named
on the root in the same agency; R5 a live share of a standard root; R5b of a restricted one, by
name; R6 view by broken glass below sealed; R7 anything else is denied and looks like nothing is
there.
"""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import BooleanField, F, Func, Q, QuerySet

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Load, Lock, Root
from wansdyke.access.posts import AGENCY_WIDE, OWN_CASES_ONLY, RIGHTS, SHARE_LEVEL, Right
from wansdyke.access.sections import ALL, Section

NOTHING = Q(pk__in=())


class OutOfScope(ObjectDoesNotExist):
    """There is no such record, or it is not for this actor: nobody can tell which."""


class Found:
    """A query as text, written once a database however many filters it becomes part of: a page
    asks under scope a dozen times, and writing the same queries again was most of its time.

    It refers to nothing outside itself, so no filter changes how it reads.
    """

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._rows = rows
        self._written: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def on(self, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Its SQL and parameters."""
        if connection.vendor not in self._written:
            text, values = self._rows.query.get_compiler(connection=connection).as_sql()
            self._written[connection.vendor] = (text, tuple(values))
        return self._written[connection.vendor]


class _Among(Func):
    """Whether a column is one of those a query finds, which is read whole, once. For few rows."""

    def __init__(self, column: str, found: Found) -> None:
        super().__init__(F(column), output_field=BooleanField())
        self.found = found

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        column, before = compiler.compile(self.source_expressions[0])
        text, values = self.found.on(connection)
        return f"{column} IN ({text})", (*before, *values)


class _Looked(_Among):
    """The same, looked up row by row: a person may be named on tens of thousands of roots, and
    whoever asks for one, or for a list's next fifty, must not wait until all of them are read."""

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        column, before = compiler.compile(self.source_expressions[0])
        text, values = self.found.on(connection)
        # PostgreSQL would otherwise read all of it first, wherever it expects many rows.
        each = " OFFSET 0" if connection.vendor == "postgresql" else ""
        look = f"SELECT 1 FROM ({text}) found WHERE found.root_id = {column}{each}"  # noqa: S608  # nosec B608
        return f"EXISTS ({look})", (*values, *before)


def _among(column: str, found: Found) -> Q:
    return Q(_Among(column, found))


def _looked(column: str, found: Found) -> Q:
    return Q(_Looked(column, found))


def _live(at: datetime) -> Q:
    return Q(
        Q(until_at__isnull=True) | Q(until_at__gt=at), revoked_at__isnull=True, from_at__lte=at
    )


def _own_teams(actor: Actor, right: Right, path: str) -> Q:
    granting = [held for held in actor.held if held.role in RIGHTS[right]]
    standard = Q(**{f"{path}marking": Root.STANDARD, f"{path}agency_id": actor.agency_id})
    if any(held.role in AGENCY_WIDE for held in granting):
        return standard
    teams = {held.team for held in granting if (held.role, right) not in OWN_CASES_ONLY}
    return standard & Q(**{f"{path}team_id__in": sorted(teams)})


def named_for(actor: Actor, at: datetime) -> QuerySet[Grant]:
    """The live grants that name an actor on roots of their own agency."""
    mine = Q(kind=Grant.NAMED, user_id=actor.user_id, root__agency_id=actor.agency_id)
    return Grant.objects.filter(mine & _live(at))


def shared_with(actor: Actor, right: Right, at: datetime) -> QuerySet[Grant]:
    """The live shares that give an actor a right, as the roots are marked."""
    recorded = ~Q(lawful_basis="") & ~Q(purpose="")
    shares = Q(kind=Grant.SHARE, level__gte=SHARE_LEVEL[right]) & recorded & _live(at)
    to_me = Q(user_id=actor.user_id)
    to_us = Q(team_id__in=sorted(actor.teams)) | Q(agency_id=actor.agency_id, agency__isnull=False)
    standard, restricted = Q(root__marking=Root.STANDARD), Q(root__marking=Root.RESTRICTED)
    return Grant.objects.filter(shares & ((to_me | to_us) & standard | to_me & restricted))


def broken_for(actor: Actor, at: datetime) -> QuerySet[Grant]:
    """The live grants by which an actor broke the glass."""
    mine = Q(kind=Grant.BREAK_GLASS, user_id=actor.user_id, root__agency_id=actor.agency_id)
    return Grant.objects.filter(mine & Q(root__marking__lt=Root.SEALED) & _live(at))


# One request asks the same several times; what is kept is a filter, never its answer.
@lru_cache(maxsize=256)
def _opened(actor: Actor, right: Right, at: datetime) -> Found:
    """The roots that grants open to an actor, as one query: each record is looked up in it once."""
    grants = named_for(actor, at)
    if right in SHARE_LEVEL:
        grants |= shared_with(actor, right, at)
    if right is Right.VIEW:
        grants |= broken_for(actor, at)
    return Found(grants.values("root_id"))


@lru_cache(maxsize=256)
def _opened_whole(actor: Actor, at: datetime) -> Found:
    """The roots of which every section is open to an actor who views them, by a grant."""
    return Found((named_for(actor, at) | broken_for(actor, at)).values("root_id"))


@lru_cache(maxsize=256)
def _locked(user: int) -> Found:
    return Found(Lock.objects.filter(user_id=user, lifted_at__isnull=True).values("root_id"))


@lru_cache(maxsize=1)
def _loading() -> Found:
    return Found(Load.objects.filter(completed_at__isnull=True).values("pk"))


@lru_cache(maxsize=256)
def scope(actor: Actor, right: Right, at: datetime, path: str = "") -> Q:
    """The roots on which an actor has a right at a moment, as a filter.

    `path` leads from the filtered model to its root: "" for Root itself, "root__" for a model with
    a `root`, "case__root__" further up.
    """
    if not actor.may(right):
        return NOTHING
    return _decided(actor, right, at, path) & whole(path)


def _decided(actor: Actor, right: Right, at: datetime, path: str) -> Q:
    pk = f"{path}pk"
    allowed = _own_teams(actor, right, path) | _looked(pk, _opened(actor, right, at))
    return allowed & ~_among(pk, _locked(actor.user_id))


def was_open(actor: Actor, right: Right, at: datetime, path: str = "") -> Q:
    """The roots that were disposed of and on which an actor would have a right were they still
    there: who could have seen a record is told that it is gone, and nobody else."""
    if not actor.may(right):
        return NOTHING
    disposed = Q(**{f"{path}disposed_at__isnull": False})
    return _decided(actor, right, at, path) & disposed & loaded(path)


def whole(path: str = "") -> Q:
    """Leaves out what is there for nobody: the rows of loads that are not complete, as of the very
    query it is part of, and roots that were disposed of."""
    return loaded(path) & Q(**{f"{path}disposed_at__isnull": True})


def loaded(path: str = "") -> Q:
    """Leaves out the rows of loads that are not complete, and nothing else."""
    return Q(**{f"{path}load__isnull": True}) | ~_among(f"{path}load_id", _loading())


@lru_cache(maxsize=256)
def _reaching(user: int, teams: frozenset[int], agency: int | None) -> Found:
    """The roots of whatever grants name a user, their teams or their agency, in force or not."""
    ours = Q(team_id__in=sorted(teams)) | Q(agency_id=agency, agency__isnull=False)
    return Found(Grant.objects.filter(Q(user_id=user) | ours).values("root_id"))


def halves(actor: Actor, right: Right, at: datetime, path: str = "") -> tuple[Q, Q]:
    """`scope` in two: the roots of the actor's own teams, and those that a grant alone opens.

    No root is in both. A database finds each half by an index, where of the whole, with OR between,
    it must ask every row: for long lists of which an actor may see little.
    """
    both, own = scope(actor, right, at, path), _own_teams(actor, right, path)
    reached = _among(f"{path}pk", _reaching(actor.user_id, actor.teams, actor.agency_id))
    return both & own, both & ~own & reached


def can(actor: Actor, right: Right, root: Root, at: datetime) -> bool:
    """Whether an actor has a right on one root: is it in scope?"""
    return Root.objects.filter(scope(actor, right, at), pk=root.pk).exists()


def in_full(actor: Actor, at: datetime, path: str = "") -> Q:
    """Of the roots already in an actor's view scope, those of which they see every section."""
    opened = _looked(f"{path}pk", _opened_whole(actor, at))
    return _own_teams(actor, Right.VIEW, path) | opened


def sections_of(
    actor: Actor, roots: Collection[int], at: datetime
) -> dict[int, frozenset[Section]]:
    """The sections an actor sees of each root (primary keys) that is already in their view scope.

    Rules R3, R4 and R6 open every section; a share opens the ones it lists, and always the core.
    """
    full = Root.objects.filter(in_full(actor, at), pk__in=roots)
    whole_roots = set(full.values_list("pk", flat=True))
    seen = {pk: ALL if pk in whole_roots else frozenset({Section.CORE}) for pk in roots}
    rest = [pk for pk in roots if pk not in whole_roots]
    if rest:
        shares = shared_with(actor, Right.VIEW, at).filter(root_id__in=rest)
        for root_id, sections in shares.values_list(F("root_id"), "sections"):
            seen[root_id] |= {Section(s) for s in sections} & ALL
    return seen
