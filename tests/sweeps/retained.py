"""What is due for review in the sweeps' world, what is held, what waits to go, and what is gone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.utils import timezone

from tests.sweeps.cast import sees_faces
from tests.sweeps.decisions import Viewer
from tests.sweeps.stories import Story, Teller, by_when
from wansdyke.casework import disposals, holding
from wansdyke.casework.disposals import Terms
from wansdyke.casework.disposing import Means, carry_out
from wansdyke.casework.models import Case, Disposal, LegalHold
from wansdyke.casework.reckoning import reckon_anew
from wansdyke.directory import DESKS
from wansdyke.linkage.letting_go import let_go

LONG_SINCE = timedelta(days=366 * 8)
DISPOSE = Terms(kind="disposal", ground="reviewed", reason="No purpose is left")


@dataclass
class Kept:
    """References: the records that a review is asked for, and of what each hold or disposal is."""

    records: list[str] = field(default_factory=list)
    holds: dict[str, str] = field(default_factory=dict)
    disposals: dict[str, str] = field(default_factory=dict)


def retained(world: Any) -> None:
    """Things found long ago: one due, one held, one proposed to be disposed of, and one gone."""
    teller = Teller(world.secrets)
    for key in ("thing:due", "thing:held-back", "thing:going", "thing:gone"):
        story = teller.thing(key, "petra", "property-store")
        teller.filled(story, _face(world, story.reference))
        teller.step(story, "return", "petra")
        then = timezone.now() - LONG_SINCE
        Case.objects.filter(pk=story.case.pk).update(opened_at=then, closed_at=then)
        world.stories[key] = story
        world.kept.records.append(story.reference)
    world.kept.records.append(world.stories["thing:restricted"].reference)
    said = {"ground": "inquest", "matter": "INQ 7", "reason": "The coroner asked"}
    holding.place(world.stories["thing:held-back"].case.root, **said, **by_when("ray"))
    world.kept.holds[LegalHold.objects.get().reference] = _of(world, "thing:held-back")
    for key in ("thing:going", "thing:gone"):
        _proposed(world, world.stories[key])
    gone = Disposal.objects.get(root=world.stories["thing:gone"].case.root)
    disposals.decide(gone, agreed=True, reason="", desks=DESKS, **by_when("hedda"))
    folder = Path(mkdtemp(dir=world.database.data))
    carry_out(Means(exports=folder, register=folder / "register", let_go=let_go), timezone.now())
    reckon_anew(DESKS, timezone.now())


def _face(world: Any, reference: str) -> Callable[[Viewer], bool]:
    """Who reads a standard marker of it: whoever sees the safety face, unless locked out."""

    def reads(viewer: Viewer) -> bool:
        record = world.records[reference]
        return sees_faces(viewer) and viewer.key not in record.locked_out and not record.disposed

    return reads


def _of(world: Any, key: str) -> str:
    return str(world.stories[key].reference)


def _proposed(world: Any, story: Story) -> None:
    root = story.case.root
    disposals.propose(root, DISPOSE, desks=DESKS, **by_when("ray"))
    world.kept.disposals[Disposal.objects.get(root=root).reference] = story.reference
