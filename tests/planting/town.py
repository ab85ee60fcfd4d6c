"""A county's people where they live, and a force's staff who live among them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from wansdyke.access.models import Agency, Membership, Root, Team, User
from wansdyke.assurance.models import Associate, Declaration
from wansdyke.people.models import Person, PersonRecord, Place, Residence
from wansdyke.people.records import keys_of, street_keys

FORENAMES = """
Oliver George Jack Harry Noah Leo Arthur Oscar Freddie Alfie Henry Thomas Joshua Daniel Samuel
David John Michael Paul Mark Peter Stephen Andrew Robert Kevin Olivia Amelia Isla Ava Mia Grace
Lily Sophie Emily Freya Ella Chloe Megan Sarah Susan Karen Julie Tracey Nicola Emma Rebecca
Laura Hannah Zofia Piotr Aisha Imran Fatima Mohammed Priya Arjun
""".split()  # noqa: SIM905
# The first are borne by very many, the last by few: as surnames are.
SURNAMES = """
Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans
Walker White Roberts Green Hall Wood Jackson Clarke Harris Lewis Cooper Turner Hill Ward Hughes
Moore Baker King Harrison Morris Allen Mitchell Collins Bailey Rogers Price Bell Chapman Cole
Fletcher Gibbs Hale Ingram Jarvis Kerr Larkin Marsh Nash Orchard Pike Quill Rudd Savage Tanner
Upton Vickers Wake Yates Abbott Bland Crisp Drake Eames Frost Garland Hobbs Ivory Judd Kemp
Lovell Munday Neale Oram Plank Rawlings Sawyer Thorne Vale Whatley Yeates
""".split()  # noqa: SIM905
TOWNS = (("Swindon", "SN1"), ("Trowbridge", "BA14"), ("Salisbury", "SP1"), ("Devizes", "SN10"))
STREETS = (
    "High Street", "Church Lane", "Mill Road", "Station Road", "The Green", "Park Avenue",
    "Quarry Close", "Sarsen Way", "Lantern Rise", "Barrow Hill", "Weaver’s Court", "Skylark Road",
)  # fmt: skip
HOUSES, DOORS_A_POSTCODE = 45, 15
OPERATORS, OFFICERS, LEADS, ANALYSTS = 50, 100, 8, 4
LONG_AGO = date(2020, 1, 1)


@dataclass
class Somebody:
    """A person of the county: who they are, where they live, and their record, if they have one."""

    forename: str
    surname: str
    born: date
    place: int
    person: Person | None = None
    record: PersonRecord | None = None

    @property
    def references(self) -> list[str]:
        """What a page of them notes: the person, and the record."""
        assert self.person is not None
        assert self.record is not None
        return [self.person.reference, self.record.root.reference]


@dataclass
class Officer:
    """A member of staff: the account, who they are as a person, and who is close to them."""

    user: User
    me: Somebody
    team: Team
    post: str
    declares: bool
    ex: Somebody | None = None


@dataclass
class County:
    """Everybody, every address, and the staff by what they do."""

    rng: Random
    at: datetime
    places: list[Place] = field(default_factory=list)
    people: list[Somebody] = field(default_factory=list)
    operators: list[Officer] = field(default_factory=list)
    officers: list[Officer] = field(default_factory=list)
    leads: list[Officer] = field(default_factory=list)
    analysts: list[Officer] = field(default_factory=list)
    teams: dict[str, Team] = field(default_factory=dict)
    _numbers: int = 0

    @property
    def staff(self) -> list[Officer]:
        return [*self.operators, *self.officers, *self.leads, *self.analysts]

    def known(self) -> list[Somebody]:
        """Those of whom there is a record."""
        return [one for one in self.people if one.record is not None]

    def reference(self, prefix: str) -> str:
        """One that nobody had."""
        self._numbers += 1
        text = f"{self._numbers:08d}"
        return f"{prefix}-{text[:4]}-{text[4:]}"


def make_county(rng: Random, at: datetime, people: int) -> County:
    """Makes everybody; most of the county's people have a record, for somebody once rang."""
    county = County(rng, at)
    _places(county)
    for _ in range(people):
        county.people.append(_somebody(county))
    _teams(county)
    recorded(county, [one for one in county.people if rng.random() < 0.8])
    return county


def _places(county: County) -> None:
    for town, outward in TOWNS:
        for number, street in enumerate(STREETS):
            for house in range(1, HOUSES + 1):
                block = (house - 1) // DOORS_A_POSTCODE
                address = f"{house} {street}, {town}"
                code = f"{outward} {number % 9 + 1}{'ABDEFGHJLN'[number % 10]}{'ABD'[block]}"
                house_key, street_key = street_keys(address)
                place = Place(
                    reference=county.reference("PL"),
                    address=address,
                    address_key=" ".join(
                        f"{house} {street} {town}".lower().replace("’", " ").split()
                    ),
                    house_key=house_key,
                    street_key=street_key,
                    postcode=code,
                    postcode_key=code.replace(" ", ""),
                )
                county.places.append(place)
    Place.objects.bulk_create(county.places, batch_size=500)


def _somebody(county: County) -> Somebody:
    rng = county.rng
    surname = SURNAMES[min(int(rng.expovariate(1 / 22)), len(SURNAMES) - 1)]
    born = date(1946, 1, 1) + timedelta(days=rng.randrange(22_000))
    return Somebody(rng.choice(FORENAMES), surname, born, rng.randrange(len(county.places)))


def recorded(county: County, some: list[Somebody]) -> None:
    """Gives people a record; one in five says no date of birth, one in seven no address."""
    rng, team = county.rng, county.teams["control-room"]
    new = [one for one in some if one.record is None]
    roots = [
        Root(
            reference=county.reference("PR"),
            agency=team.agency,
            team=team,
            created_at=county.at - timedelta(days=400),
        )
        for _ in new
    ]
    Root.objects.bulk_create(roots, batch_size=500)
    persons = [Person(reference=county.reference("PE")) for _ in new]
    Person.objects.bulk_create(persons, batch_size=500)
    homes = []
    for one, root, person in zip(new, roots, persons, strict=True):
        typed = {"forename": one.forename, "surname": one.surname}
        if rng.random() < 0.8:
            typed["date_of_birth"] = one.born  # type: ignore[assignment]
        one.person = person
        one.record = PersonRecord(root=root, person=person, source="calls", **keys_of(typed))
        if rng.random() < 0.85:
            homes.append(Residence(root=root, place=county.places[one.place]))
    PersonRecord.objects.bulk_create([one.record for one in new if one.record], batch_size=500)
    Residence.objects.bulk_create(homes, batch_size=500)


def _teams(county: County) -> None:
    agency = Agency.objects.create(key="force", name="Force", kind="police", home=True)
    for key in ("control-room", "north", "south", "east", "west", "analysis", "standards"):
        county.teams[key] = Team.objects.create(key=key, name=key.title(), agency=agency)
    north = ("north", "south", "east", "west")
    for number in range(OPERATORS):
        county.operators.append(_officer(county, f"op{number}", "operator", "control-room"))
    for number in range(OFFICERS):
        county.officers.append(
            _officer(county, f"pc{number}", "response-officer", north[number % 4])
        )
    for number in range(LEADS):
        post = "control-room-supervisor"
        county.leads.append(_officer(county, f"ld{number}", post, "control-room"))
    for number in range(ANALYSTS):
        county.analysts.append(_officer(county, f"an{number}", "analyst", "analysis"))
    _officer(county, "priti", "privacy-officer", "standards")


def _officer(county: County, username: str, post: str, team: str) -> Officer:
    """A member of staff, one of the county's people; four in five have declared themselves, and
    most of those with a former partner that one."""
    rng, where = county.rng, county.teams[team]
    me = _somebody(county)
    county.people.append(me)
    user = User.objects.create(
        username=username, name=f"{me.forename} {me.surname}", agency=where.agency
    )
    Membership.objects.create(user=user, team=where, post=post, from_date=LONG_AGO)
    made = Officer(user, me, where, post, declares=rng.random() < 0.8)
    if rng.random() < 0.5:
        made.ex = _somebody(county)
        county.people.append(made.ex)
    if made.declares:
        declare(county, made, with_ex=rng.random() < 0.8)
    return made


def declare(county: County, officer: Officer, *, with_ex: bool) -> None:
    """What they say of themselves, and of a former partner."""
    me, ex = officer.me, officer.ex
    place = county.places[me.place]
    mine, _ = Declaration.objects.update_or_create(
        user=officer.user,
        defaults={
            "date_of_birth": me.born,
            "address": place.address,
            "postcode": place.postcode,
            "at": county.at,
        },
    )
    if with_ex and ex is not None:
        Associate.objects.create(
            declaration=mine,
            reference=county.reference("AS"),
            relation="former partner",
            forename=ex.forename,
            surname=ex.surname,
            date_of_birth=ex.born,
            at=county.at,
        )
