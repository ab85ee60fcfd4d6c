"""The desks as the directory gives them."""

import pytest

from tests.lost_property.desk import DESK
from wansdyke.directory import DESKS, desk_of, settings_declared


def test_each_desk_named_is_found_by_its_key() -> None:
    assert [desk_of(desk.key) for desk in DESKS] == list(DESKS)
    assert desk_of("lost-property") is DESK
    with pytest.raises(LookupError):
        desk_of("no-such-desk")


def test_every_desks_settings_are_declared_once() -> None:
    keys = [setting.key for setting in settings_declared()]
    assert "contact.immediate-minutes" in keys
    assert len(keys) == len(set(keys))
