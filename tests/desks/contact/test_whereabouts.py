"""A place has the areas it lies in, and a call those of its place: whichever of them came first."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone

from tests.desks.contact import control_room as room
from tests.people.conftest import collection, load_areas, policing_square, settle, square
from wansdyke.access.actors import system_actor
from wansdyke.access.models import ForceSetting
from wansdyke.assurance.figures import by_values, year_to
from wansdyke.casework.actions import amend
from wansdyke.casework.jobs import place_anew
from wansdyke.desks.contact.desk import DESK
from wansdyke.desks.contact.models import Contact
from wansdyke.desks.contact.queries import _read_areas
from wansdyke.directory import DESKS, followers
from wansdyke.people import loads, whereabouts
from wansdyke.people.models import Place
from wansdyke.people.records import place_for
from wansdyke.people.records_in_bulk import Spot, places_for

pytestmark = pytest.mark.django_db
Put = Callable[..., Path]
HERE = {"latitude": 51.605, "longitude": -1.795}
EAST = {"latitude": 51.605, "longitude": -1.785}


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


def outlined(put: Put, name: str = "Swindon 028A", west: float = -1.8) -> None:
    areas = [square("E01015471", name, west), square("E01015472", "Alder 001A", west + 0.01)]
    load_areas(put("lsoa.json", collection(*areas)))
    load_areas(put("cpa.json", collection(policing_square("CPA1", "Swindon North", west))))
    settle()
    _read_areas.cache_clear()


def names(item: Place | Contact) -> tuple[str | None, str | None]:
    item.refresh_from_db()
    area, policing = item.area, item.policing_area
    return area.name if area else None, policing.name if policing else None


def test_what_is_made_after_the_outlines_has_its_areas_at_once(put: Put) -> None:
    outlined(put)
    place = place_for("1 Lantern Lane", "SN1 1AA", **HERE)
    bulk = places_for([Spot(address="2 Lantern Lane", **EAST), Spot(address="3 Lantern Lane")])
    assert place is not None
    assert names(place) == ("Swindon 028A", "Swindon North")
    assert [names(one) for one in bulk.values()] == [("Alder 001A", None), (None, None)]
    assert names(room.take(place=place)) == ("Swindon 028A", "Swindon North")
    assert settle() == 0, "all of it lies by the drawing of today"


def test_what_was_there_before_the_outlines_gets_its_areas_with_them(put: Put) -> None:
    place = place_for("1 Lantern Lane", "SN1 1AA", **HERE)
    call, alone, nowhere = (
        room.take(place=place),
        room.take(where="9 Chalk Hill", **EAST),
        room.take(),
    )
    assert names(call) == (None, None)
    outlined(put)
    assert names(call) == ("Swindon 028A", "Swindon North")
    assert names(alone) == ("Alder 001A", None), "by its own degrees, for its place has none"
    assert names(nowhere) == (None, None)


def test_a_new_drawing_moves_places_and_their_calls(put: Put) -> None:
    outlined(put)
    call = room.take(place=place_for("1 Lantern Lane", "SN1 1AA", **EAST))
    assert names(call) == ("Alder 001A", None)
    outlined(put, name="Swindon 028A", west=-1.79)
    assert names(call) == ("Swindon 028A", "Swindon North")


def test_a_call_that_is_amended_to_another_place_takes_its_areas(put: Put) -> None:
    outlined(put)
    call = room.take(place=place_for("1 Lantern Lane", "SN1 1AA", **HERE))
    for place, there in (
        (place_for("2 Lantern Lane", "SN1 1AA", **EAST), ("Alder 001A", None)),
        (place_for("3 Lantern Lane"), (None, None)),
    ):
        found = room.again(call)
        asked = {"desk": DESK, "version": found.case.root.version, "key": room.key()}
        amend(found, {"place": place}, by=room.olivia(), at=room.NOON, **asked)
        assert names(call) == there


def test_stopped_half_way_the_rest_is_placed_the_next_time(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [room.take(place=place_for(f"{n} Lantern Lane", **HERE)) for n in range(3)]
    load_areas(put("lsoa.json", collection(square("E01015471", "Swindon 028A"))))
    monkeypatch.setattr(loads, "Pace", partial(loads.Pace, rows=1, most=1, gap=0))

    class Killed(Exception):
        pass

    def stop(done: int) -> None:
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        whereabouts.settle(followers(), by=system_actor(), now=timezone.now, told=stop)
    placed = [names(call)[0] for call in calls]
    assert placed == ["Swindon 028A", "Swindon 028A", None], "each with its place, or not at all"
    assert whereabouts.waiting() == 1
    assert settle() == 1
    assert names(calls[2])[0] == "Swindon 028A"


def test_the_kind_of_policing_areas_is_the_force_s_own_from_its_day(put: Put) -> None:
    outlined(put)
    call = room.take(place=place_for("1 Lantern Lane", **EAST))
    now = timezone.now()
    chosen = {"key": whereabouts.POLICING_KIND.key, "value": "lsoa", "reason": "x"}
    ForceSetting.objects.create(
        **chosen, from_at=now + timedelta(days=1), by=room.staff("ada", "administrator")
    )
    assert place_anew(DESKS, now) == 0
    assert names(call) == ("Alder 001A", None)
    assert place_anew(DESKS, now + timedelta(days=2)) > 0
    assert names(call) == ("Alder 001A", "Alder 001A")


def test_measures_are_split_by_area(put: Put) -> None:
    outlined(put)
    room.take(place=place_for("1 Lantern Lane", **HERE))
    room.take(place=place_for("1 Lantern Lane", **HERE))
    room.take(place=place_for("2 Lantern Lane", **EAST))
    counting = DESK.counting
    assert counting is not None
    calls = counting.named("calls")
    assert calls is not None
    period = year_to(room.NOON.date())
    at = room.NOON + timedelta(hours=1)
    splits = {
        s.key: parts for s, parts in by_values(DESK, counting, calls, room.sasha(), at, period)
    }
    assert [(v, c.which) for v, c in splits["area"]] == [("E01015471", 2), ("E01015472", 1)]
    assert [(v, c.which) for v, c in splits["policing-area"]] == [("CPA1", 2), ("", 1)]
    assert counting.split("area").words("E01015471") == "Swindon 028A"  # type: ignore[union-attr]
