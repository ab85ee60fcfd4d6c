"""Whatever the owner of the tables does to what is vouched for outside is found, and its first
entry named; what came after the last note outside nobody vouches for, and is left out here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from django.db import transaction

from tests.databases import Database, engine
from tests.history.test_chain import drop_triggers
from tests.proof.tampering import ATTACKS, UNSEEN_HERE, World, world
from wansdyke.access.database import as_owner
from wansdyke.history import keepers
from wansdyke.history.checking import check
from wansdyke.history.checkpoints import log_rows
from wansdyke.history.keepers import Folder, all_in
from wansdyke.history.watch import verify_against

Attack = Callable[[World, Random], int]
Record = Callable[[str, object], None]
TRIALS, IN_ONE_LOG = 1000, 20


@pytest.fixture
def unguarded(committed_db: Database) -> Iterator[None]:
    """The tables in the hands of their owner, whose triggers are gone."""
    with as_owner():
        drop_triggers()
        yield


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done meanwhile is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tried(attack: Attack, here: World, draw: Random, seen: dict[str, int]) -> None:
    """One trial: attack, look as the product does and as a partner does, take it back."""
    with undone():
        first = attack(here, draw)
        held = all_in(here.outside)
        found = verify_against(held, here.key)
        verdict = check(log_rows(), held, here.key)
        seen["found"] += not found.intact and not verdict.intact
        seen["named"] += found.first_bad == verdict.first_bad == first
        if attack in UNSEEN_HERE and (left := Folder(here.folder / "out")).names():
            seen["unseen here"] += verify_against(all_in(left), here.key).intact
            seen["asked here"] += 1
    here.restore_local()


def trials(attack: Attack, folder: Path, count: int) -> dict[str, int]:
    """So many trials, on a log of its own every IN_ONE_LOG of them."""
    draw, seen = Random(attack.__name__), dict.fromkeys(("found", "named"), 0)
    seen |= {"unseen here": 0, "asked here": 0}
    for number in range(0, count, IN_ONE_LOG):
        with undone():
            here = world(draw, folder / str(number))
            assert verify_against(all_in(here.outside), here.key).vouched == here.held
            for _ in range(min(IN_ONE_LOG, count - number)):
                tried(attack, here, draw, seen)
    return seen


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_the_tables_is_found(unguarded: None, tmp_path: Path, attack: Attack) -> None:
    judged(trials(attack, tmp_path, 6), 6)


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_found_as_well_where_the_notes_are_bound(
    unguarded: None, tmp_path: Path, attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepers, "A_DAY", 1)
    judged(trials(attack, tmp_path, 2), 2)


@pytest.mark.proof
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_the_tables_is_found_in_a_thousand_trials(
    unguarded: None, tmp_path: Path, attack: Attack, record_property: Record
) -> None:
    seen = trials(attack, tmp_path, TRIALS)
    record_property(
        "proved",
        f"{engine()}, {attack.__name__}: found {seen['found']:,} of {TRIALS:,}, first entry named"
        f" {seen['named']:,}" + hidden(seen),
    )
    judged(seen, TRIALS)


def hidden(seen: dict[str, int]) -> str:
    if not seen["asked here"]:
        return ""
    return f" (with the notes left here alone: {seen['asked here'] - seen['unseen here']:,})"


def judged(seen: dict[str, int], count: int) -> None:
    assert (seen["found"], seen["named"]) == (count, count)
    # Were it seen without what is held outside, the trial would not show that this is what finds.
    assert seen["unseen here"] == seen["asked here"]


@pytest.mark.proof
def test_a_thousand_clean_logs_raise_no_alarm(
    unguarded: None, tmp_path: Path, record_property: Record
) -> None:
    draw, alarms = Random("clean"), 0
    for number in range(TRIALS):
        with undone():
            here = world(draw, tmp_path / str(number))
            for place in (here.outside, Folder(here.folder / "out")):
                alarms += not verify_against(all_in(place), here.key).intact
    record_property("proved", f"{engine()}: {alarms} alarms on {TRIALS:,} clean logs")
    assert alarms == 0
