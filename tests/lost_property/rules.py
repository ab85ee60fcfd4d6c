"""Lost property: found, then returned or disposed of; two clocks."""

from dataclasses import dataclass
from datetime import datetime

from wansdyke.kernel.clock import Clock, Unit
from wansdyke.kernel.flow import Flow, Post, Role, Step

KEEPER, HEAD = "property-keeper", "property-head"
POSTS = (
    Post(key=KEEPER, title="Property keeper", role=Role.PRACTITIONER),
    Post(key=HEAD, title="Head of property", role=Role.SUPERVISOR),
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    found_at: datetime
    ended_at: datetime | None
    described: str


def is_described(facts: Facts) -> str | None:
    return None if facts.described else "Describe it before it goes anywhere."


FLOW = Flow(
    start="held",
    ends=frozenset({"returned", "disposed"}),
    labels={"held": "Held", "returned": "Returned", "disposed": "Disposed of"},
    steps=(
        Step(
            name="return",
            label="Return to owner",
            sources=frozenset({"held"}),
            target="returned",
            posts=frozenset({KEEPER, HEAD}),
            checks=(is_described,),
        ),
        Step(
            name="dispose",
            label="Dispose of it",
            sources=frozenset({"held"}),
            target="disposed",
            posts=frozenset({KEEPER, HEAD}),
            needs_reason=True,
            second_posts=frozenset({HEAD}),
            warning=True,
        ),
    ),
)
CLOCKS = (
    Clock(
        key="owner-told",
        label="Owner told",
        basis="Test policy 1",
        anchor=lambda facts: facts.found_at,
        anchor_label="the finding",
        stop=lambda facts: facts.ended_at,
        stop_label="the end",
        unit=Unit.WORKING_DAYS,
        amount=5,
    ),
    Clock(
        key="kept-long-enough",
        label="Kept long enough",
        basis="Test policy 2",
        anchor=lambda facts: facts.found_at,
        anchor_label="the finding",
        stop=lambda facts: facts.ended_at,
        stop_label="the end",
        unit=Unit.DAYS,
        amount=28,
    ),
)
