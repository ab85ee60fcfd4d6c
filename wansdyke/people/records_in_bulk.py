"""People's records and places by the hundred, for a load: the same rows as `records` writes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from wansdyke.access.models import Load, Root, Team
from wansdyke.access.references import fresh
from wansdyke.people.keys import address_key, postcode_key
from wansdyke.people.many_rows import insert, insert_named
from wansdyke.people.models import Person, PersonRecord, Place, Residence
from wansdyke.people.records import PERSON_PREFIX, PLACE_PREFIX, PREFIX, street_keys
from wansdyke.people.vocabulary import learn, words_of
from wansdyke.people.whereabouts import placed

PART = 500


@dataclass(frozen=True, kw_only=True)
class NewRecord:
    """What was said of somebody, and by which source; `home` is where they live, if it was said.

    `columns` are those of the record, its keys included: see `records.keys_of`. `root` has what is
    known of its root already, such as when it was made.
    """

    columns: Mapping[str, Any]
    source: str
    team: Team
    home: Place | None = None
    root: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Spot:
    """An address as it was typed, with degrees where they are known."""

    address: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def keys(self) -> tuple[str, str]:
        """What it is found by: the keys of address and postcode."""
        return address_key(self.address)[:250], postcode_key(self.postcode)


def new_records(
    people: Sequence[NewRecord], *, load: Load | None, at: datetime
) -> list[PersonRecord]:
    """A record for each, as a cluster of its own, in the order given. Their events are not written.

    Call inside a change.
    """
    if not people:
        return []
    roots = [
        Root(
            **{"created_at": at, **p.root},
            reference=ref,
            agency_id=p.team.agency_id,
            team=p.team,
            load=load,
        )
        for ref, p in zip(fresh(PREFIX, len(people)), people, strict=True)
    ]
    insert_named(roots)
    clusters = [Person(reference=r) for r in fresh_among(Person, PERSON_PREFIX, len(people))]
    insert_named(clusters)
    records = [
        PersonRecord(root=root, person=person, source=new.source, **new.columns)
        for root, person, new in zip(roots, clusters, people, strict=True)
    ]
    learn(words_of(new.columns for new in people))
    insert(records)
    insert(
        Residence(root=root, place=new.home)
        for root, new in zip(roots, people, strict=True)
        if new.home is not None
    )
    return records


def fresh_among(model: type[Person] | type[Place], prefix: str, count: int) -> list[str]:
    """As many references as asked for that neither a root nor a row of the model has."""
    found: set[str] = set()
    while len(found) < count:
        drawn = set(fresh(prefix, count - len(found))) - found
        taken = model.objects.filter(reference__in=drawn).values_list("reference", flat=True)
        found |= drawn - set(taken)
    return sorted(found)


def places_for(spots: Iterable[Spot]) -> dict[tuple[str, str], Place]:
    """The places of addresses by their keys, those that were not there added with their degrees.

    A spot without address and postcode has no place. Call inside a change.
    """
    wanted: dict[tuple[str, str], Spot] = {}
    for spot in spots:
        if any(spot.keys):
            wanted.setdefault(spot.keys, spot)
    found = places_known(wanted)
    missing = [key for key in wanted if key not in found]
    houses = {key: street_keys(wanted[key].address) for key in missing}
    made = [
        Place(
            reference=reference,
            address=wanted[key].address.strip()[:250],
            address_key=key[0],
            postcode=wanted[key].postcode.strip().upper()[:10],
            postcode_key=key[1],
            house_key=houses[key][0],
            street_key=houses[key][1],
            latitude=wanted[key].latitude,
            longitude=wanted[key].longitude,
        )
        for key, reference in zip(
            missing, fresh_among(Place, PLACE_PREFIX, len(missing)), strict=True
        )
    ]
    placed(made)
    learn(words_of(places=made))
    insert_named(made)
    return found | dict(zip(missing, made, strict=True))


def places_known(keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Place]:
    """The places that are there already, by the keys of their address and postcode."""
    addressed = sorted({address for address, _ in keys if address})
    bare = sorted({code for address, code in keys if not address})
    rows = [
        row
        for named, column in ((addressed, "address_key"), (bare, "postcode_key"))
        for start in range(0, len(named), PART)
        for row in Place.objects.filter(
            Q() if column == "address_key" else Q(address_key=""),
            **{f"{column}__in": named[start : start + PART]},
        )
    ]
    found: dict[tuple[str, str], Place] = {}
    for row in sorted(rows, key=lambda row: row.pk):
        if (row.address_key, row.postcode_key) in keys:
            found.setdefault((row.address_key, row.postcode_key), row)
    return found
