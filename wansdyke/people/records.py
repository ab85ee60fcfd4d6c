"""Writing people's records and places, inside a change that somebody has opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from wansdyke.access.models import Root, Team
from wansdyke.access.references import fresh
from wansdyke.access.sections import Section
from wansdyke.history import audit
from wansdyke.history.door import Doing
from wansdyke.people.cleaning import address_parts
from wansdyke.people.identifiers import cro, pnc
from wansdyke.people.keys import address_key, phone_key, postcode_key
from wansdyke.people.known_as import made_in
from wansdyke.people.models import Person, PersonRecord, Place, Residence
from wansdyke.people.names import names
from wansdyke.people.vocabulary import LONGEST, learn, words_of
from wansdyke.people.whereabouts import placed

PREFIX = "PR"
PERSON_PREFIX = "PE"
PLACE_PREFIX = "PL"
# The number of a lock that nothing else takes.
PLACES = 24
RECORD_FIELDS = (
    ("forename", "Forename"),
    ("middle_names", "Middle names"),
    ("surname", "Surname"),
    ("date_of_birth", "Date of birth"),
    ("sex", "Sex"),
    ("phone", "Telephone"),
    ("email", "Email address"),
    ("safe_contact", "Safe contact"),
    ("pnc", "PNC number"),
    ("cro", "CRO number"),
)
TYPED = tuple(name for name, _ in RECORD_FIELDS)


def keys_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The typed columns of a record with the keys they are found by."""
    typed = {name: values[name] for name in TYPED if values.get(name) not in (None, "")}
    say = typed.get
    found = names(say("forename", ""), say("middle_names", ""), say("surname", ""))
    return {
        **typed,
        "forename_key": found.forename[:LONGEST],
        "surname_key": found.surname[:LONGEST],
        "formerly_key": found.formerly[:LONGEST],
        "phone_key": phone_key(say("phone", "")),
        "pnc_key": pnc(say("pnc", "")),
        "cro_key": cro(say("cro", "")),
    }


def says_nothing(values: Mapping[str, Any]) -> bool:
    """Whether nothing was typed that could tell one person from another."""
    return not any(values.get(name) for name in TYPED)


def new_record(
    doing: Doing,
    values: Mapping[str, Any],
    *,
    team: Team,
    source: str,
    at: datetime,
    marking: int = Root.STANDARD,
    of: PersonRecord | None = None,
) -> PersonRecord:
    """A record of what was said of somebody, as a cluster of its own until people judge otherwise.

    `of` is a record that whoever writes judged to be of the same person. `values` holds columns of
    TYPED; the rest is ignored. Adds its Event and audit entry.
    """
    root = Root.objects.create(
        reference=fresh(PREFIX)[0],
        agency_id=team.agency_id,
        team=team,
        marking=marking,
        created_at=at,
    )
    person = of.person if of else Person.objects.create(reference=fresh_person())
    columns = keys_of(values)
    learn(words_of([columns]))
    # It goes with that record, should judgements move it, and is known as that is.
    alike: dict[str, Any] = {"warned": marking > Root.STANDARD}
    if of is not None:
        alike = {"first_person": of.first_person, "warned": of.warned or alike["warned"]}
    record = PersonRecord.objects.create(
        root=root, person=person, source=source, **alike, **columns
    )
    event = doing.event("recorded", root=root)
    if of is not None:
        same = of.root.reference
        doing.changed(event, root.reference, "same person as", Section.IDENTITY, None, same)
    doing.audit(audit.COLLECTION, root.reference, source=source)
    return record


def warn_of(person: Person | None) -> None:
    """Notes that a marker was published about the records made as a cluster, if it is about any.
    Call in a change."""
    if person is not None:
        PersonRecord.objects.filter(made_in([person.pk])).update(warned=True)


def fresh_person() -> str:
    """An unused reference for a person."""
    while True:
        (reference,) = fresh(PERSON_PREFIX)
        if not Person.objects.filter(reference=reference).exists():
            return reference


def place_for(address: str, postcode: str = "", **where: Any) -> Place | None:
    """The place of an address, found by its exact keys or added; None where nothing was given.

    An address without a postcode is that of the one place which has it, if there is only one: a
    warning at its door must not be missed for want of a postcode. Places are reference data: an
    address by itself says nothing of anybody.
    """
    key, code = address_key(address), postcode_key(postcode)
    if not key and not code:
        return None
    found = list(Place.objects.filter(address_key=key, postcode_key=code).order_by("pk")[:1])
    if not found and not code:
        found = list(Place.objects.filter(address_key=key).order_by("pk")[:2])
    if len(found) == 1:
        return found[0]
    with transaction.atomic():
        # Two who name an address first, at once, mean one place: what is at its door is not missed.
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [PLACES, key])
        there = Place.objects.filter(address_key=key[:250], postcode_key=code).order_by("pk")
        return there.first() or _new_place(address, postcode, where)


def _new_place(address: str, postcode: str, where: Mapping[str, Any]) -> Place:
    place = Place(
        reference=fresh_place(),
        address=address.strip()[:250],
        address_key=address_key(address)[:250],
        postcode=postcode.strip().upper()[:10],
        postcode_key=postcode_key(postcode),
        **where,
    )
    placed([place])
    place.house_key, place.street_key = street_keys(address)
    learn(words_of(places=[place]))
    place.save(force_insert=True)
    return place


def street_keys(address: str) -> tuple[str, str]:
    """The house and the street of an address as keys, either empty."""
    house, street = address_parts(address)
    return house[:LONGEST], street[:LONGEST]


def fresh_place() -> str:
    """An unused reference for a place."""
    while True:
        (reference,) = fresh(PLACE_PREFIX)
        if not Place.objects.filter(reference=reference).exists():
            return reference


def lives_at(record: PersonRecord, place: Place) -> Residence:
    """Notes that a record names a place as home; the same twice is once."""
    residence, _ = Residence.objects.get_or_create(root=record.root, place=place)
    return residence


def amend_record(doing: Doing, record: PersonRecord, values: Mapping[str, Any]) -> bool:
    """Writes what differs of the typed columns, with their keys; returns whether anything did."""
    typed = {name: values[name] for name in TYPED if name in values}
    if all(getattr(record, name) == value for name, value in typed.items()):
        return False
    event = doing.event("amended", root=record.root)
    doing.write(record, typed, event, record.root.reference)
    columns = keys_of({name: getattr(record, name) for name in TYPED})
    learn(words_of([columns]))
    keys = [name for name in columns if name not in TYPED]
    for name in keys:
        setattr(record, name, columns[name])
    record.paired = False
    record.save(update_fields=[*keys, "paired"])
    doing.audit(audit.ALTERATION, record.root.reference, fields=sorted(typed))
    return True
