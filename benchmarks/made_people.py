# ruff: noqa: SIM905
"""People who do not exist for the look-up's benchmark, and how somebody who rings gets them wrong.

Shares neither nicknames nor a model of misspelling with the product: the short forms and the
respellings are written out here.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate

FORENAMES = """james john david michael robert paul andrew peter mark richard thomas christopher
stephen steven william anthony daniel matthew simon joseph kevin philip martin alan graham ian
gary stuart jonathan neil craig darren lee jason adam ryan luke jack oliver harry george charlie
jacob alfie oscar leo noah ethan samuel benjamin edward henry alexander dylan rhys owen gareth
margaret mary susan elizabeth sarah patricia christine linda karen helen janet julie anne deborah
jennifer angela jacqueline catherine katherine victoria rebecca rachel emma laura amy claire
charlotte jessica sophie chloe emily olivia lily grace isabella mia ava poppy megan bethan sian
angharad natalie samantha joanne tracey michelle nicola amanda alison lisa louise stephanie
mohammed muhammad ahmed ali hassan ibrahim yusuf omar bilal fatima aisha zainab maryam khadija
gurpreet harpreet jaspreet manpreet rajesh sanjay priya anjali deepak sunita wei ming li xin
piotr krzysztof tomasz andrzej agnieszka katarzyna malgorzata joanna marek pawel mihai andrei
elena ioana kwame kofi ama abena chinedu ngozi oluwaseun adebayo patrick sean siobhan niamh
declan kieran bridget""".split()
SURNAMES = """smith jones williams taylor brown davies evans wilson thomas johnson roberts robinson
thompson wright walker white edwards hughes green hall lewis harris clarke patel jackson wood
turner martin cooper hill ward morris moore clark lee king baker harrison morgan allen james scott
phillips watson davis parker price bennett young griffiths mitchell kelly cook carter richardson
bailey collins bell shaw murphy miller cox richards khan marshall anderson simpson ellis adams
singh begum wilkinson foster chapman powell webb rogers gray mason ali hunt hussain campbell
matthews owen palmer holmes mills barnes knight lloyd butler russell barker fisher stevens jenkins
murray dixon harvey graham pearson ahmed fletcher walsh kaur gibson howard andrews stewart elliott
reynolds saunders payne fox ford pearce day brooks west lawrence cole atkinson bradley spencer
gill dawson watts burton brennan obrien oconnor mccarthy doherty macdonald nowak kowalski wisniewski
wojcik popescu ionescu nguyen tran wong chan chen wang zhang li ahmad malik sheikh chowdhury sharma
gupta mensah owusu okafor adeyemi""".split()
SHORT_FORMS = {
    "william": ("bill", "will", "billy"), "robert": ("bob", "rob", "bobby"),
    "richard": ("dick", "rich", "rick"), "elizabeth": ("liz", "beth", "betty"),
    "margaret": ("maggie", "peggy", "meg"), "katherine": ("kate", "kathy", "katie"),
    "catherine": ("cathy", "kate", "katie"), "james": ("jim", "jimmy", "jamie"),
    "michael": ("mike", "mick", "mickey"), "thomas": ("tom", "tommy"),
    "christopher": ("chris", "kit"), "anthony": ("tony",), "edward": ("ed", "ted", "eddie"),
    "patricia": ("pat", "trish", "tricia"), "susan": ("sue", "susie"),
    "victoria": ("vicky", "tori"), "rebecca": ("becky", "becca"), "jennifer": ("jen", "jenny"),
    "samantha": ("sam",), "samuel": ("sam",), "alexander": ("alex", "sandy"),
    "stephen": ("steve",), "steven": ("steve",), "david": ("dave", "davey"),
    "andrew": ("andy", "drew"), "matthew": ("matt",), "daniel": ("dan", "danny"),
    "joseph": ("joe", "joey"), "deborah": ("debbie", "deb"), "jacqueline": ("jackie",),
    "charlotte": ("lottie", "charlie"), "benjamin": ("ben",), "nicola": ("nicky",),
    "amanda": ("mandy",), "stephanie": ("steph",), "philip": ("phil",), "peter": ("pete",),
}  # fmt: skip
RESPELT = (
    ("ph", "f"), ("ck", "k"), ("ee", "ea"), ("ie", "y"), ("y", "ie"), ("ll", "l"), ("tt", "t"),
    ("nn", "n"), ("ss", "s"), ("c", "k"), ("k", "c"), ("gh", ""), ("ai", "ay"), ("ou", "ow"),
    ("z", "s"), ("s", "z"), ("w", "u"), ("oo", "u"), ("ar", "er"), ("en", "an"),
)  # fmt: skip
AREAS = ("SN", "BA", "BS", "GL", "HR", "OX", "RG", "SO", "SP", "WR")
STARTS = (
    "b bl br c ch cl cr d dr f fl g gr h j k l m n p pr qu r s sh st str t th tr v w wh".split()
)
MIDDLES = "a e i o u ai ea oo ow ar er or an en in on el al".split()
ENDS = (
    "b ck d dge ft g ld ll m n nd ng nt p rd rn s sh ss st t th x ton ham ley field worth".split()
)
TOWN = "Swindon Salisbury Chippenham Trowbridge Devizes Marlborough Warminster Melksham".split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Somebody:
    """One person as a record would hold them."""

    forename: str
    surname: str
    born: date
    phone: str
    pnc: str
    house: int
    street: str
    town: str
    postcode: str
    formerly: str = ""


@dataclass(frozen=True)
class Told:
    """What somebody says of them, by the look-up's own fields."""

    kind: str
    said: dict[str, object]


def tail(count: int, seed: int) -> list[str]:
    """Made-up words that no list holds, none twice."""
    draw, found = random.Random(seed), dict[str, None]()
    while len(found) < count:
        parts = [draw.choice(STARTS) + draw.choice(MIDDLES) for _ in range(draw.choice((1, 1, 2)))]
        found["".join(parts) + draw.choice(ENDS)] = None
    return list(found)


class Population:
    """As many people as asked for; names are as frequent as a town's: few of many, many of few."""

    def __init__(self, seed: int = 20, millions: int = 1) -> None:
        self.draw = random.Random(seed)
        # Ten times the people live in ten times the postcodes: some thirty in each.
        self.areas = AREAS[: max(1, millions)]
        self.forenames = FORENAMES + tail(4_000, 1)
        self.surnames = SURNAMES + tail(90_000, 2)
        self.streets = [f"{word.title()} {kind}" for word in tail(2_500, 3)
                        for kind in ("Road", "Close")]  # fmt: skip
        self.by_forename = list(accumulate(1 / (n + 6) for n in range(len(self.forenames))))
        self.by_surname = list(accumulate(1 / (n + 12) for n in range(len(self.surnames))))

    def _area(self) -> str:
        return self.draw.choice(self.areas) if len(self.areas) > 1 else self.areas[0]

    def people(self, count: int) -> list[Somebody]:
        """The people, drawn."""
        draw = self.draw
        first = draw.choices(self.forenames, cum_weights=self.by_forename, k=count)
        last = draw.choices(self.surnames, cum_weights=self.by_surname, k=count)
        return [self._one(a, b) for a, b in zip(first, last, strict=True)]

    def _one(self, forename: str, surname: str) -> Somebody:
        draw = self.draw
        if draw.random() < 0.04:
            surname = f"{surname}-{draw.choice(self.surnames[:400])}"
        formerly = draw.choice(self.surnames[:2_000]) if draw.random() < 0.05 else ""
        serial = draw.randint(1, 9_999_999) if draw.random() < 0.15 else 0
        year = draw.randint(70, 99)
        return Somebody(
            forename=forename.title(),
            surname=surname.title(),
            born=date(1935, 1, 1) + timedelta(days=draw.randint(0, 29_200)),
            phone=f"07{draw.randint(0, 999_999_999):09}" if draw.random() < 0.6 else "",
            pnc=_checked(year, serial) if serial else "",
            house=draw.randint(1, 180),
            street=draw.choice(self.streets),
            town=draw.choice(TOWN),
            postcode=f"{self._area()}{draw.randint(1, 38)} {draw.randint(1, 9)}"
            f"{draw.choice('ABDEFGHJLN')}{draw.choice('ABDEFGHJLN')}",
            formerly=formerly.title(),
        )


def _checked(year: int, serial: int) -> str:
    number = f"{year:02}{serial:07}"
    return f"19{year:02}/{serial:07}{'ZABCDEFGHJKLMNPQRTUVWXY'[int(number) % 23]}"


def slip(draw: random.Random, word: str) -> str:
    """One letter left out, doubled, put beside its place, exchanged or replaced."""
    at = draw.randrange(len(word))
    other = draw.choice(LETTERS)
    made = draw.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + other + word[at:],
            word[:at] + other + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        )
    )
    return made if made and made.lower() != word.lower() else word + other


def respelt(draw: random.Random, word: str) -> str:
    """The word as somebody might write it who only heard it."""
    able = [(a, b) for a, b in RESPELT if a in word.lower()]
    if not able:
        return word + "e" if not word.endswith("e") else word[:-1]
    old, new = draw.choice(able)
    return word.lower().replace(old, new, 1) or word


Teller = Callable[[random.Random, Somebody], dict[str, object] | None]


def _named(one: Somebody, **changed: object) -> dict[str, object]:
    return {"forename": one.forename, "surname": one.surname, **changed}


def _exchanged(one: Somebody) -> date | None:
    if one.born.day > 12 or one.born.day == one.born.month:
        return None
    return date(one.born.year, one.born.day, one.born.month)


def _wrong_figure(draw: random.Random, born: date) -> date:
    while True:
        year = born.year + draw.choice((-10, -1, 1, 10))
        try:
            return draw.choice((born.replace(year=year), born.replace(day=draw.randint(1, 28))))
        except ValueError:
            continue


def _age(draw: random.Random, one: Somebody) -> int:
    return 2026 - one.born.year + draw.choice((-1, 0, 0, 1))


KINDS: dict[str, Teller] = {
    "name and date of birth": lambda d, p: _named(p, date_of_birth=p.born),
    "name and year of birth": lambda d, p: _named(p, birth_year=p.born.year),
    "name and about how old": lambda d, p: _named(p, age=_age(d, p), postcode=p.postcode),
    "slip in the surname, year": lambda d, p: _named(
        p, surname=slip(d, p.surname), birth_year=p.born.year
    ),
    "slip in the forename, year": lambda d, p: _named(
        p, forename=slip(d, p.forename), birth_year=p.born.year
    ),
    "slips in both names, date": lambda d, p: _named(
        p, forename=slip(d, p.forename), surname=slip(d, p.surname), date_of_birth=p.born
    ),
    "two slips in the surname, year": lambda d, p: _named(
        p, surname=slip(d, slip(d, p.surname)), birth_year=p.born.year
    ) if len(p.surname) > 5 else None,
    "surname as it sounds, year": lambda d, p: _named(
        p, surname=respelt(d, p.surname), birth_year=p.born.year
    ),
    "short form of the forename, year": lambda d, p: _named(
        p, forename=d.choice(SHORT_FORMS[p.forename.lower()]), birth_year=p.born.year
    ) if p.forename.lower() in SHORT_FORMS else None,
    "names exchanged, date": lambda d, p: {
        "forename": p.surname, "surname": p.forename, "date_of_birth": p.born
    },
    "day and month exchanged": lambda d, p: _named(
        p, date_of_birth=_exchanged(p)
    ) if _exchanged(p) else None,
    "figure wrong in the date": lambda d, p: _named(p, date_of_birth=_wrong_figure(d, p.born)),
    "half of the surname, date": lambda d, p: _named(
        p, surname=d.choice(p.surname.split("-")), date_of_birth=p.born
    ) if "-" in p.surname else None,
    "earlier surname, year": lambda d, p: _named(
        p, surname=p.formerly, birth_year=p.born.year
    ) if p.formerly else None,
    "initial and surname, date": lambda d, p: _named(
        p, forename=p.forename[0], date_of_birth=p.born
    ),
    "surname half typed, date": lambda d, p: _named(
        p, surname=p.surname[: max(4, len(p.surname) // 2)], date_of_birth=p.born
    ),
    "slip in the surname, street without house": lambda d, p: _named(
        p, surname=slip(d, p.surname), address=p.street
    ),
    "slip in the street, house, forename": lambda d, p: {
        "forename": p.forename, "address": f"{p.house} {slip(d, p.street.split()[0])} "
        + p.street.split()[1],
    },
    "surname and postcode": lambda d, p: {"surname": p.surname, "postcode": p.postcode},
    "telephone and forename": lambda d, p: {
        "forename": p.forename, "phone": p.phone
    } if p.phone else None,
    "PNC number": lambda d, p: {"identity": p.pnc} if p.pnc else None,
}  # fmt: skip


def told(draw: random.Random, kind: str, one: Somebody) -> Told | None:
    """What is said of somebody in one way; None where it cannot be said of them."""
    said = KINDS[kind](draw, replace(one))
    return Told(kind, said) if said else None
