"""Every desk has the same shape: a flow and clocks without fault, posts that exist, its files."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from wansdyke.access.posts import posts
from wansdyke.casework.desk import Desk
from wansdyke.directory import DESKS
from wansdyke.kernel.clock import clock_faults

FINGERPRINTS = Path(__file__).with_name("fingerprints.json")
CONFIDENCES = frozenset({"high", "medium", "low"})
# What the folder of a desk holds; a desk of the tests has the least that makes one.
LEAST = ("desk.py", "rules.py", "models.py")
WHOLE = (*LEAST, "actions.py", "queries.py", "forms.py", "views.py", "templates", "README.md")
each_desk = pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk.key)


def folder(desk: Desk) -> Path:
    """Where a desk lives."""
    file = import_module(desk.model.__module__).__file__
    assert file is not None
    return Path(file).parent


@each_desk
def test_its_flow_has_no_fault(desk: Desk) -> None:
    assert desk.flow.faults() == []
    assert set(desk.flow.labels) == set(desk.flow.states())
    assert desk.flow.ends < set(desk.flow.states())


@each_desk
def test_its_clocks_name_their_law(desk: Desk) -> None:
    assert desk.clocks
    assert clock_faults(desk.clocks) == []
    for clock in desk.clocks:
        assert clock.basis.strip(), clock.key
        assert clock.confidence in CONFIDENCES, clock.key


@each_desk
def test_its_instruments_are_those_that_were_published(desk: Desk) -> None:
    pinned = json.loads(FINGERPRINTS.read_text())
    for instrument in desk.instruments:
        assert instrument.faults() == []
        assert instrument.source.strip()
        key = f"{desk.key}/{instrument.key}/{instrument.version}"
        message = f"{key} is not what was published: make it a new version, and pin that"
        assert instrument.fingerprint() == pinned.get(key), message


def test_no_published_instrument_has_gone() -> None:
    there = {f"{d.key}/{i.key}/{i.version}" for d in DESKS for i in d.instruments}
    assert set(json.loads(FINGERPRINTS.read_text())) == there


@each_desk
def test_every_post_it_names_exists(desk: Desk) -> None:
    named = set(desk.opening)
    for step in desk.flow.steps:
        assert step.posts, step.name
        named |= step.posts | step.second_posts
    for page in desk.pages:
        named |= page.posts
    assert named - set(posts()) == set()


@each_desk
def test_a_second_person_can_be_found_for_every_step_that_wants_one(desk: Desk) -> None:
    """Two people at least hold the posts of a step and of its second person, or nobody could."""
    known = posts()
    for step in desk.flow.steps:
        if step.second_posts:
            assert any(known[post].role.value == "supervisor" for post in step.second_posts)
        else:
            assert step.needs_second is None, step.name


@each_desk
def test_its_forms_and_effects_belong_to_steps(desk: Desk) -> None:
    names = {step.name for step in desk.flow.steps}
    assert set(desk.step_forms) <= names
    assert set(desk.effects) - {"amended", "people"} <= names
    assert len(names) == len(desk.flow.steps)


@each_desk
def test_its_folder_has_the_files_of_every_desk(desk: Desk) -> None:
    product = desk.model.__module__.startswith("wansdyke.")
    wanted = WHOLE if product else LEAST
    assert [name for name in wanted if not (folder(desk) / name).exists()] == []
    if desk.counting:
        assert (folder(desk) / "measures.py").exists()
    if desk.make_demo is not None:
        assert (folder(desk) / "demo.py").exists()
    if desk.instruments:
        assert (folder(desk) / "instruments").is_dir()


def test_no_two_desks_share_a_name() -> None:
    for of in (lambda desk: desk.key, lambda desk: desk.prefix, lambda desk: desk.title):
        assert len({of(desk) for desk in DESKS}) == len(DESKS)


@each_desk
def test_its_settings_are_its_own_and_have_a_source(desk: Desk) -> None:
    for setting in desk.settings:
        assert setting.key.startswith(f"{desk.key}."), setting.key
        assert setting.source.strip(), setting.key
        assert setting.checked(str(setting.default)) == setting.default
