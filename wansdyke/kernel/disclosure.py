"""Counts of people that may be published so that nobody is found in them: standard library only.

Three things together. A count below LEAST is held back. Every other is rounded to the nearest BASE,
each by itself. And what is left is then attacked as a reader would attack it, who also knows
exactly how many people each group has: where a count that is held back could be told from the rest
to within less than SPREAD, more is held back, the smallest first. Nobody is told why one is.

All that is published of one question in one period is one network: people flow from the areas they
are in to what they answered, and from there to the kinds of case. The counts of an area, of the
whole and of a kind are what flows through its edges, so the least and the most that one of them
could be is a flow through the rest, found exactly, whatever sums and differences a reader makes.
Sources: Government Statistical Service, disclosure control of tables (threshold, rounding,
secondary suppression); Ford and Fulkerson, Flows in Networks (1962), for bounds on both sides.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

LEAST, BASE = 10, 5
# Nothing that is held back is told closer than what is shown: to one of five numbers.
SPREAD = BASE - 1
PLENTY = 10**9
WHOLE, AREA, KIND = "whole", "area", "kind"
# A count: of the whole, of an area or of a kind; of which one; and of which answer.
Place = tuple[str, str, str]
# Counts that stand together: of one group, whatever the answer, or of one answer.
Line = tuple[str, str, str]
Node = tuple[str, ...]
Counts = Mapping[Place, int]
Shown = dict[Place, int | None]
PEOPLE: Node = ("people",)


def rounded(count: int) -> int | None:
    """A count as it may be shown by itself: to the nearest BASE, or None where it is too small."""
    return None if count < LEAST else (count + BASE // 2) // BASE * BASE


def bounds(shown: int) -> tuple[int, int]:
    """The least and the most that a count shown so may be."""
    return max(LEAST, shown - BASE // 2), shown + BASE // 2


def protected(counts: Counts) -> Shown:
    """What may be published of counts: rounded, or None where it is held back.

    `counts` has the same people three times: by area and answer, by kind and answer, and by answer.
    Raises ValueError where the three do not add up, or a group or an answer has no name.
    """
    _require_sums(counts)
    held = {place for place, count in counts.items() if rounded(count) is None}
    while told := list(_told(counts, held)):
        shown = [place for place in counts if place not in held]
        more = {_next(counts, shown, lines) for lines in told} - {None}
        # What is told comes from further off.
        more = more or {min(shown, key=lambda one: (counts[one], one), default=None)} - {None}
        if not more:
            break
        held |= more  # type: ignore[arg-type]
    return {place: None if place in held else rounded(n) for place, n in counts.items()}


def _require_sums(counts: Counts) -> None:
    sums: dict[str, dict[str, int]] = {WHOLE: {}, AREA: {}, KIND: {}}
    for (what, _, answer), count in counts.items():
        sums[what][answer] = sums[what].get(answer, 0) + count
    if not all(answer and (group or what == WHOLE) for what, group, answer in counts):
        raise ValueError("A group or an answer has no name")
    if not sums[WHOLE] == sums[AREA] == sums[KIND]:
        raise ValueError("The counts of the whole, by area and by kind are of different people")


def _lines_of(place: Place) -> tuple[Line, ...]:
    what, group, answer = place
    return (what, group, ""), (what, "", answer)


def _next(counts: Counts, shown: Collection[Place], lines: Collection[Line]) -> Place | None:
    """The smallest count shown in some lines; one of the whole only where there is no other."""
    beside = [place for place in shown if not set(lines).isdisjoint(_lines_of(place))]
    return min(beside, key=lambda one: (one[0] == WHOLE, counts[one], one), default=None)


def _told(counts: Counts, held: Collection[Place]) -> Iterator[tuple[Line, ...]]:
    """The lines in which something that is held back is told too closely: each count by itself, and
    a few that are held back in one line together."""
    network = _drawn(counts, held)
    lines = _added(counts, lambda place: True)
    back = _added(counts, lambda place: place in held)
    for place in sorted(held):
        what, group, answer = place
        wanted = min(SPREAD, lines[(what, group, "")])
        if network.room(network.numbers[place], wanted) < wanted:
            across = ((AREA, "", answer), (KIND, "", answer), (WHOLE, "", answer))
            yield (*_lines_of(place), *across)
    for line, count in back.items():
        shown_too = any(line in _lines_of(p) and p not in held for p in counts)
        if count < LEAST and shown_too and _narrow(counts, held, network, line):
            yield (line,)


def _narrow(counts: Counts, held: Collection[Place], network: "_Network", line: Line) -> bool:
    """Whether what is held back in one line, taken together, is told too closely."""
    if line[0] != WHOLE:
        return network.room(network.numbers[line], SPREAD) < SPREAD
    # What is left of all of the people, whose number is known.
    shown = [bounds(rounded(n) or 0) for p, n in counts.items() if p[0] == WHOLE and p not in held]
    everybody = sum(n for p, n in counts.items() if p[0] == WHOLE)
    most = everybody - sum(low for low, _ in shown)
    return most - max(0, everybody - sum(high for _, high in shown)) < SPREAD


def _added(counts: Counts, which: Callable[[Place], bool]) -> dict[Line, int]:
    """How many people some counts of each line have together, of those lines that have any."""
    sums: dict[Line, int] = {}
    for place, count in counts.items():
        # A whole answer is one count, and no line.
        for line in _lines_of(place)[: 1 if place[0] == WHOLE else 2]:
            if which(place):
                sums[line] = sums.get(line, 0) + count
    return sums


def _drawn(counts: Counts, held: Collection[Place]) -> "_Network":
    """The network. What is held back goes by a node of its own at each end, so that all of it in
    one line flows through one edge."""
    network = _Network()
    back = _added(counts, lambda place: place in held)
    for line, total in _added(counts, lambda place: True).items():
        what, group = line[:2]
        if what == WHOLE:
            continue
        node = _node(*line)
        ends = (node, (*node, "held"))
        # Into the answers from the areas, and out of them to the kinds.
        onwards = (what == AREA) == bool(group)
        between = ends if onwards else ends[::-1]
        network.add(line, *between, 0, PLENTY, back.get(line, 0))
        if group:
            all_of = (PEOPLE, node) if what == AREA else (node, PEOPLE)
            network.add((what, group, "all of it"), *all_of, total, total, total)
    for place, count in counts.items():
        shown = None if place in held else rounded(count)
        low, high = (0, PLENTY) if shown is None else bounds(shown)
        network.add(place, *_ends(place, shown is None), low, high, count)
    return network


def _node(what: str, group: str, answer: str) -> Node:
    return ("group", what, group) if group else ("answer", what, answer)


def _ends(place: Place, held: bool) -> tuple[Node, Node]:
    what, group, answer = place
    if what == WHOLE:
        return _node(AREA, "", answer), _node(KIND, "", answer)
    apart: Node = ("held",) if held else ()
    ends = (*_node(what, group, ""), *apart), (*_node(what, "", answer), *apart)
    return ends if what == AREA else ends[::-1]


@dataclass
class _Edge:
    start: Node
    end: Node
    low: int
    high: int
    flow: int


@dataclass
class _Network:
    """Edges with what flows through them now, which is one way that all could be."""

    edges: list[_Edge] = field(default_factory=list)
    numbers: dict[Place | Line, int] = field(default_factory=dict)
    at: dict[Node, list[tuple[int, bool]]] = field(default_factory=dict)

    def add(self, name: Place, start: Node, end: Node, low: int, high: int, flow: int) -> None:
        """Adds an edge under a name."""
        number = self.numbers[name] = len(self.edges)
        self.edges.append(_Edge(start, end, low, high, flow))
        self.at.setdefault(start, []).append((number, True))
        self.at.setdefault(end, []).append((number, False))

    def room(self, number: int, wanted: int) -> int:
        """By how much what flows through an edge could differ, up and down together, as far as
        that is wanted."""
        edge = self.edges[number]
        up = self._pushed(number, edge.end, edge.start, min(wanted, edge.high - edge.flow))
        if up >= wanted:
            return up
        down = min(wanted - up, edge.flow - edge.low)
        return up + self._pushed(number, edge.start, edge.end, down)

    def _pushed(self, without: int, start: Node, end: Node, wanted: int) -> int:
        """How much more can flow from one node to another round an edge, up to what is wanted."""
        before, pushed = [edge.flow for edge in self.edges], 0
        while pushed < wanted:
            way = self._way(without, start, end)
            if way is None:
                break
            most = min(wanted - pushed, *(self._left(one) for one in way))
            for number, forward in way:
                self.edges[number].flow += most if forward else -most
            pushed += most
        for edge, flow in zip(self.edges, before, strict=True):
            edge.flow = flow
        return pushed

    def _left(self, step: tuple[int, bool]) -> int:
        edge = self.edges[step[0]]
        return edge.high - edge.flow if step[1] else edge.flow - edge.low

    def _way(self, without: int, start: Node, end: Node) -> list[tuple[int, bool]] | None:
        """The shortest way along which more can flow."""
        came: dict[Node, tuple[Node, tuple[int, bool]] | None] = {start: None}
        waiting = deque([start])
        while waiting and end not in came:
            here = waiting.popleft()
            for step in self.at.get(here, ()):
                number, forward = step
                edge = self.edges[number]
                there = edge.end if forward else edge.start
                if number != without and there not in came and self._left(step) > 0:
                    came[there] = (here, step)
                    waiting.append(there)
        if end not in came:
            return None
        way, at = [], came[end]
        while at is not None:
            way.append(at[1])
            at = came[at[0]]
        return way
