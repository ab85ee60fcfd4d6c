"""Where: places, however their street is spelt, of which the viewer may know.

An address tells by itself that somebody keeps it, so a place is found only where a record or a
case in scope, or a marker the viewer may see, names it. Who lives there is not said here: people
ring pretending to be somebody else, and a record must not give an address or a household away.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.access.scope import scope, sections_of
from wansdyke.access.sections import Section
from wansdyke.casework.markers import live, visible_to
from wansdyke.casework.models import Case, CasePlace
from wansdyke.kernel.calendar import london
from wansdyke.linkage.faces import faces_of_places, markers_of_places
from wansdyke.linkage.found import (
    LIMIT,
    ONLY_ADDRESSES,
    Found,
    PlaceCandidate,
    Query,
    out_of_sight,
)
from wansdyke.linkage.held import held_at
from wansdyke.people.asked import Asked
from wansdyke.people.finding import places_near
from wansdyke.people.keys import address_key, after, postcode_key
from wansdyke.people.models import Place, Residence
from wansdyke.people.vocabulary import ADDRESS, named_house, near

# How many places are looked at before whose they are is asked; and how many at the very most.
LOOKED_AT, MOST_PLACES = 200, 10_000
TOO_MANY = f"Places beyond the first {MOST_PLACES:,} that begin so: type more of it."
SHORTEST_ADDRESS = 3
SHORTEST_POSTCODE = 2
NEAR_HOUSES = 6


def find_places(
    actor: Actor, at: datetime, query: Query, limit: int = LIMIT
) -> Found[PlaceCandidate]:
    """The places that an actor may know of by an address, a house's name and a postcode."""
    address, code = address_key(query.address[:250]), postcode_key(query.postcode)
    given = (("address", address, SHORTEST_ADDRESS), ("postcode", code, SHORTEST_POSTCODE))
    searched = tuple(name for name, key, least in given if len(key) >= least)
    not_searched = [ONLY_ADDRESSES, out_of_sight(actor)]
    if not searched or not actor.may(Right.VIEW):
        return Found(not_searched=tuple(not_searched))
    looked_at = _looked_at(query.asked(london(at).date()), address, code, searched)
    if len(looked_at) >= MOST_PLACES:
        not_searched.append(TOO_MANY)
    places = _first_known(actor, at, looked_at, limit)
    shown = places[:limit]
    pks = [place.pk for place in shown]
    markers, incidents = markers_of_places(actor, at, pks), _incidents(actor, at, pks)
    return Found(
        candidates=tuple(
            PlaceCandidate(
                place=place,
                reasons=tuple(_reasons(place, address, code)),
                markers=markers.get(place.pk, ()),
                incidents=incidents.get(place.pk, (0, None))[0],
                last_incident=incidents.get(place.pk, (0, None))[1],
            )
            for place in shown
        ),
        searched=searched,
        not_searched=tuple(not_searched),
        more=len(places) > limit,
        held=held_at(actor, at, _the_very(looked_at, address, code)),
    )


def _the_very(looked_at: list[int], address: str, code: str) -> list[int]:
    """The places of the very address that was typed: a part of one tells of none."""
    same = Q(address_key=address)
    if address and code:
        same |= Q(address_key__startswith=address, postcode_key=code)
    found = Place.objects.filter(same, pk__in=looked_at[:LOOKED_AT]).exclude(address_key="")
    return list(found.values_list("pk", flat=True))


def _first_known(actor: Actor, at: datetime, looked_at: list[int], limit: int) -> list[Place]:
    """Those that the actor may know of, until there are more than are shown."""
    found: list[Place] = []
    start, several = 0, LOOKED_AT
    while start < len(looked_at) and len(found) <= limit:
        found += known_places(actor, at, looked_at[start : start + several])
        start, several = start + several, 5 * LOOKED_AT
    return found


def _looked_at(asked: Asked, address: str, code: str, searched: Collection[str]) -> list[int]:
    """Places (primary keys) that may be meant, the surest first, whoever may know of them."""
    begins = Q(address_key__gte=address, address_key__lt=after(address))
    within = Q(postcode_key__gte=code, postcode_key__lt=after(code))
    if "address" in searched:
        way = begins & within if "postcode" in searched else begins
        rows = Place.objects.filter(way).order_by("address_key", "pk")
    else:
        # In the order of the index that finds them: else all of a vague one are put in order first.
        rows = Place.objects.filter(within).order_by("postcode_key", "address_key", "pk")
    found = dict.fromkeys(rows.values_list("pk", flat=True)[:MOST_PLACES])
    if "address" in searched and len(found) <= LOOKED_AT:
        found.update(dict.fromkeys(places_near(asked, LOOKED_AT)))
        found.update(dict.fromkeys(_named(asked.said.house)))
    return list(found)


def _named(house: str) -> list[int]:
    """The places of a house's or a venue's name."""
    name = named_house(house)
    if not name:
        return []
    texts = [name, *(one.text for one in near((ADDRESS,), name, NEAR_HOUSES)[ADDRESS])]
    rows = Place.objects.filter(house_key__in=texts).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:LOOKED_AT])


def known_places(actor: Actor, at: datetime, places: list[int]) -> list[Place]:
    """Those of the places that something names which the actor may see, with its address."""
    here = {"place_id": OuterRef("pk")}
    home = Residence.objects.filter(scope(actor, Right.VIEW, at, "root__"), **here)
    scene = CasePlace.objects.filter(scope(actor, Right.VIEW, at, "case__root__"), **here)
    named = Exists(home) | Exists(scene) | Exists(live(at).filter(visible_to(actor, at), **here))
    found = Place.objects.filter(named, pk__in=places).in_bulk()
    shown = _with_address(actor, at, list(found.values()))
    return [found[pk] for pk in places if pk in found and pk in shown]


def _with_address(actor: Actor, at: datetime, places: list[Place]) -> set[int]:
    """The places whose address the actor sees: of a root that names them, or by the safety face.

    A marker tells of a place only who sees the address in its case: to be shown a case without
    its address section is not to be told, by typing addresses, which of them it is about.
    """
    pks = [place.pk for place in places]
    homes = Residence.objects.filter(
        scope(actor, Right.VIEW, at, "root__"), place_id__in=pks
    ).values_list("place_id", "root_id")
    scenes = CasePlace.objects.filter(
        scope(actor, Right.VIEW, at, "case__root__"), place_id__in=pks
    ).values_list("place_id", "case_id")
    marked = live(at).filter(scope(actor, Right.VIEW, at, "root__"), place_id__in=pks)
    named = [*homes, *scenes, *marked.values_list("place_id", "root_id")]
    sections = sections_of(actor, sorted({root for _, root in named}), at)
    open_to = {place for place, root in named if Section.ADDRESS in sections[root]}
    return open_to | faces_of_places(actor, at, pks)


def _incidents(
    actor: Actor, at: datetime, places: list[int]
) -> dict[int, tuple[int, datetime | None]]:
    """How many cases in scope, their address open, happened at each place; and the newest's day."""
    scenes = CasePlace.objects.filter(
        scope(actor, Right.VIEW, at, "case__root__"), place_id__in=places, role="scene"
    )
    cases = dict(scenes.values_list("case_id", "place_id"))
    sections = sections_of(actor, sorted(cases), at)
    open_to = [case for case in cases if Section.ADDRESS in sections[case]]
    counted = (
        Case.objects.filter(pk__in=open_to, places__place_id__in=places, places__role="scene")
        .order_by()
        .values("places__place_id")
        .annotate(cases=Count("pk", distinct=True), newest=Max("opened_at"))
    )
    rows = counted.values_list("places__place_id", "cases", "newest")
    return {place: (cases, newest) for place, cases, newest in rows}


def _reasons(place: Place, address: str, code: str) -> Iterator[str]:
    if address:
        if place.address_key == address:
            yield "Same address"
        elif place.address_key.startswith(address):
            yield "Address begins with what you typed"
        else:
            yield "Address much the same"
    if code:
        if place.postcode_key == code:
            yield "Same postcode"
        elif place.postcode_key.startswith(code):
            yield "Postcode begins with what you typed"
        else:
            yield "Another postcode"
