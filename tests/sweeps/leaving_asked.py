"""What the pages of requests for information can be asked for."""

from collections.abc import Iterator

from tests.sweeps.rules import Target
from tests.sweeps.world import World

MISSING = "CT-ZZZZ-ZZZZ"
STEPS = ("prepare", "extend", "withdraw", "check")


def leaving_targets(names: tuple[str, ...], world: World, turn: int) -> Iterator[Target]:
    """What a page of a request can be asked for, by its arguments."""
    reference, _, item, release = world.leaving
    filled = {
        "leaving_reference": reference,
        "item": item,
        "release_reference": release,
        "step": STEPS[turn % len(STEPS)],
    }
    nothing = {
        "leaving_reference": MISSING,
        "item": "0" * 16,
        "release_reference": MISSING,
        "step": "no-such-step",
        "form": "pdf",
    }
    # The bundle is not made yet: nobody gets it.
    if "form" not in names:
        yield Target(f"request {reference}", {name: filled[name] for name in names})
    for gone in names:
        given = {name: nothing[name] if name == gone else filled.get(name, "pdf") for name in names}
        yield Target(f"no {gone}", given, known=False)
