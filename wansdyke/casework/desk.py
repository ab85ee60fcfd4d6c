"""Desk: all that the rest of the product may know about a desk, in one object."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q
from django.urls import URLPattern

from wansdyke.access.actors import Actor
from wansdyke.access.sections import Section
from wansdyke.access.settings import Setting
from wansdyke.casework.counted import Counting
from wansdyke.casework.feeds import Feed
from wansdyke.casework.forms import CaseForm, StepForm
from wansdyke.casework.retained import Retained
from wansdyke.history.door import Doing
from wansdyke.history.models import Event
from wansdyke.kernel.clock import Clock
from wansdyke.kernel.flow import Flow
from wansdyke.kernel.instrument import Instrument
from wansdyke.people.whereabouts import Follower

Effect = Callable[[Any, dict[str, Any], Doing, Event], None]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One thing a desk says of a case: on its page, in exports and the API.

    `column` also lists it; `sort` is the ordering that its column's heading gives; `lead` puts it
    under the reference at the head of the page. `words` are those of the codes it is kept as, for
    the history.

    `coded` says that it is a number, a moment or a yes, or gives the words that it is one of: such
    alone stands in a file that names nobody, for whatever is typed may hold a name. `instead` is
    the label and value of something coarser that stands there in its place.
    """

    key: str
    label: str
    section: Section
    value: Callable[[Any], Any]
    column: bool = False
    sort: str = ""
    lead: bool = False
    words: Callable[[], Iterable[tuple[str, str]]] | None = None
    coded: bool | Callable[[], Iterable[tuple[str, str]]] = False
    instead: tuple[str, Callable[[Any], Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A way to narrow a desk's list: choices of (value, words), and what each lets through.

    `more` gives choices that are data; where there are none at all, nothing is asked.
    """

    key: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    narrow: Callable[[str], Q]
    more: Callable[[], Iterable[tuple[str, str]]] | None = None

    def offered(self) -> tuple[tuple[str, str], ...]:
        """Every choice there is now."""
        return (*self.choices, *(self.more() if self.more else ()))


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of the case page that only this desk has; no context, and it is not there."""

    title: str
    template: str
    context: Callable[[Any, Actor, datetime], dict[str, Any] | None]
    section: Section = Section.CORE


@dataclass(frozen=True, kw_only=True)
class MadeUp:
    """The made-up force that is wanted: how many calls until now, by which seed, made by whom.

    With `report` it shows the figures of the inspection report exactly; `told` hears how many
    rows of history are in.
    """

    by: Actor
    now: datetime
    seed: int
    calls: int
    report: bool = False
    told: Callable[[int], None] = lambda done: None


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """That nobody outside may learn of a desk's work that there is any: `words` are those that
    would tell of it in a text, besides the desk's title; `teams` the keys of the teams to whom
    passing something on would tell of it."""

    words: tuple[str, ...] = ()
    teams: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class DeskPage:
    """A page of the desk's own in the navigation: its words, URL name and the posts it serves."""

    title: str
    name: str
    posts: frozenset[str] = frozenset()


class Framed(NamedTuple):
    """One piece of work that may be sampled: whose it was, and the highest class of risk in it."""

    case: int
    team: int
    handler: int
    risk: str


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How a desk's work is listened to and scored. `frame` yields all that was done from one moment
    up to another and that an actor may see; a class of risk is (key, words), the gravest first.

    `reviewers` are the posts that draw and score, `handlers` those whose work it is. The first
    answer of each question of the template is the one that is as it should be.
    """

    template: Instrument
    reviewers: frozenset[str]
    handlers: frozenset[str]
    risks: tuple[tuple[str, str], ...]
    frame: Callable[[Actor, datetime, datetime, datetime], Iterable[Framed]]


def _standard(_item: Any) -> int:
    return 0


def _none_of_its_own(desk: "Desk") -> list[URLPattern]:
    return []


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One desk. `facts` reads what rules need to know of one case at a moment, from its rows.

    `effects` are what a step does besides changing state and fields, by step name ("amended" and
    "people" are what an edit does, and somebody's coming to a case or leaving it); `step_forms`
    are the forms of steps that ask for more than a reason. `opening` lists the posts that open a
    case here, `keeper` the team key whose cases they are by default (else the opener's own team).
    `following` gives the columns of its own that follow from facts and deadlines, so that measures
    and lists need not look through every clock.
    `follower` keeps what follows the areas that places lie in; `repeats` marks anew some of its
    cases (primary keys) by what other cases there are of the same people.
    `marked` is how high a case must be marked for what one of its rows says; it is asked when a
    case is opened and whenever it changes.
    `retention` says of what kinds its cases are, by which they are reviewed.
    `rows` are the desk's further models, by whose columns the history words what they were given.
    `withheld`: the existence of its work is withheld from whoever is outside (`leaving_rules`).
    """

    key: str
    title: str
    singular: str
    prefix: str
    model: type[Any]
    flow: Flow
    clocks: tuple[Clock, ...]
    facts: Callable[[Any, datetime], Any]
    fields: tuple[Shown, ...]
    related: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    panels: tuple[Panel, ...] = ()
    pages: tuple[DeskPage, ...] = ()
    urls: Callable[["Desk"], list[URLPattern]] = _none_of_its_own
    settings: tuple[Setting, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    counting: Counting | None = None
    party_roles: tuple[tuple[str, str], ...] = (("subject", "Subject"),)
    opening: frozenset[str] = frozenset()
    open_form: type[CaseForm] | None = None
    edit_form: type[CaseForm] | None = None
    step_forms: Mapping[str, type[StepForm]] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    assessed: Callable[[Any, Any, Doing, Event], None] | None = None
    following: Callable[[Any, Sequence[Any]], dict[str, Any]] | None = None
    on_missed: Callable[[Any, Any, datetime], None] | None = None
    make_demo: Callable[..., int] | None = None
    quality: Quality | None = None
    feed: Callable[["Desk"], Feed] | None = None
    follower: Follower | None = None
    repeats: Callable[[Collection[int]], int] | None = None
    rows: tuple[type[Any], ...] = ()
    marked: Callable[[Any], int] = _standard
    retention: Retained = field(default_factory=Retained)
    withheld: Withheld | None = None

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the desk's list shows of each case, after reference, state and deadline."""
        return tuple(shown for shown in self.fields if shown.column)

    def clock(self, key: str, version: int) -> Clock | None:
        """The clock a stored deadline names, or None where this release no longer has it."""
        return next((c for c in self.clocks if c.key == key and c.version == version), None)
