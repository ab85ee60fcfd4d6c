"""What the made-up force is drawn from: towns, names, stories, hours, and how often each comes.

The towns are real, with rough positions, weights by size and the outward part of their postcodes;
streets, places, people and what happened are made up. Telephones are those that Ofcom keeps for
drama: nobody's.
"""

from typing import NamedTuple

from wansdyke.desks.contact.rules import Grade


class Town(NamedTuple):
    """A real town or village, where it is about, its weight, and its outward postcode."""

    name: str
    latitude: float
    longitude: float
    weight: int
    outward: str


TOWNS = tuple(
    Town(*row)
    for row in (
        ("Swindon", 51.560, -1.780, 185, "SN1"),
        ("Stratton St Margaret", 51.587, -1.741, 22, "SN3"),
        ("Wroughton", 51.524, -1.795, 8, "SN4"),
        ("Royal Wootton Bassett", 51.542, -1.904, 13, "SN4"),
        ("Highworth", 51.631, -1.711, 8, "SN6"),
        ("Cricklade", 51.640, -1.856, 4, "SN6"),
        ("Trowbridge", 51.320, -2.208, 37, "BA14"),
        ("Salisbury", 51.069, -1.796, 42, "SP1"),
        ("Wilton", 51.080, -1.863, 4, "SP2"),
        ("Amesbury", 51.172, -1.779, 13, "SP4"),
        ("Durrington", 51.200, -1.775, 7, "SP4"),
        ("Tidworth", 51.240, -1.667, 11, "SP9"),
        ("Ludgershall", 51.256, -1.623, 5, "SP11"),
        ("Downton", 50.993, -1.745, 3, "SP5"),
        ("Mere", 51.089, -2.270, 3, "BA12"),
        ("Warminster", 51.205, -2.181, 18, "BA12"),
        ("Westbury", 51.260, -2.191, 16, "BA13"),
        ("Bradford on Avon", 51.346, -2.251, 10, "BA15"),
        ("Melksham", 51.372, -2.138, 22, "SN12"),
        ("Corsham", 51.432, -2.185, 13, "SN13"),
        ("Chippenham", 51.459, -2.116, 36, "SN15"),
        ("Calne", 51.438, -2.005, 18, "SN11"),
        ("Malmesbury", 51.585, -2.098, 6, "SN16"),
        ("Devizes", 51.352, -1.994, 17, "SN10"),
        ("Market Lavington", 51.287, -1.977, 2, "SN10"),
        ("Pewsey", 51.340, -1.764, 4, "SN9"),
        ("Marlborough", 51.420, -1.729, 9, "SN8"),
        ("Ramsbury", 51.444, -1.604, 2, "SN8"),
    )
)
STREET_FIRST = ("Earthwork", "Lantern", "Quarry", "Bustard", "Sarsen", "Millrace", "Chalk",
                "Teasel", "Longbarrow", "Skylark", "Pewter", "Fuller’s", "Dewpond", "Harebell",
                "Weaver’s", "Sheepwash", "Barrowfield", "Cobbler’s", "Foxley",
                "Wagtail")  # fmt: skip
STREET_LAST = ("Row", "Lane", "Rise", "Wharf", "Close", "Way", "Court", "Hill", "Road", "Gardens",
               "Walk", "Crescent")  # fmt: skip
# Where it happens when it is not at somebody's home: half of it at one of these, one in each town,
# the first worst; half somewhere in a street.
OPEN_PLACES = ("Teasel Park", "The Old Tannery car park", "Kingfisher Retail Park",
               "Lantern Street bus station", "The footbridge by the weir", "Ring road roundabout",
               "The Bustard, High Street")  # fmt: skip
FORENAMES = {
    "female": ("Ada", "Carys", "Efua", "Farah", "Gwen", "Imogen", "Lowri", "Nia", "Oluchi",
               "Priya", "Saoirse", "Wanda", "Beatrix", "Constance", "Delphine", "Elowen", "Freya",
               "Greta", "Harriet", "Ines", "Jocasta", "Keziah", "Leila", "Maeve", "Nadira",
               "Odette", "Petra", "Rosalind", "Sunita", "Tamsin"),
    "male": ("Bilal", "Dominik", "Harvey", "Jaspreet", "Kofi", "Marek", "Rhys", "Tomasz", "Wei",
             "Alban", "Barnaby", "Cedric", "Dexter", "Emeka", "Fabian", "Gareth", "Hamza", "Idwal",
             "Jolyon", "Kamal", "Leander", "Milo", "Nikhil", "Osric", "Piotr", "Quentin", "Rafe",
             "Stefan", "Tariq", "Uther"),
}  # fmt: skip
# Combined: no list of the living was looked at.
SURNAME_FIRST = ("Ash", "Bird", "Cold", "Den", "Ever", "Fos", "Gat", "Hall", "Ingle", "Kestre",
                 "Lyd", "Mar", "Nether", "Oak", "Pew", "Quar", "Rams", "Sto", "Tils", "Wex",
                 "Bram", "Cull", "Dray", "Elm", "Fern", "Grim", "Holt", "Ivel", "Jess",
                 "Kelm")  # fmt: skip
SURNAME_LAST = ("combe", "sall", "well", "holme", "leigh", "bury", "thorne", "wood", "sham",
                "ville", "iard", "den", "avon", "bourne", "worth", "ley", "dyke", "ford",
                "head", "stead")  # fmt: skip
# Ofcom's numbers for drama: a thousand behind each of these.
DRAMA = ("07700 900", "01632 960", "020 7946 0", "0113 496 0", "0114 496 0", "0115 496 0",
         "0116 496 0", "0117 496 0", "0118 496 0", "0121 496 0", "0131 496 0", "0141 496 0",
         "0151 496 0", "0161 496 0", "0191 498 0", "029 2018 0")  # fmt: skip


class Kind(NamedTuple):
    """One kind of call: how often it comes, where, what is said, and what it is graded.

    `grades` are weights of immediate, priority, scheduled and without deployment; `who` is how
    whoever it is about takes part.
    """

    key: str
    weight: float
    at_home: bool
    risks: tuple[str, ...]
    strands: tuple[str, ...]
    grades: tuple[int, int, int, int]
    who: str
    category: str
    said: tuple[str, ...]

    @property
    def domestic(self) -> bool:
        """Whether such a call is domestic abuse."""
        return "domestic-abuse" in self.risks


GRADE_ORDER = (Grade.IMMEDIATE, Grade.PRIORITY, Grade.SCHEDULED, Grade.WITHOUT_DEPLOYMENT)
ABUSE, MISSING, PARK, MIND = "abuse", "missing", "asb", "mental-health"
KINDS = tuple(
    Kind(*row)
    for row in (
        (ABUSE, 13, True, ("domestic-abuse", "violence"), ("V01",), (32, 46, 17, 5), "suspect",
         "crime", ("Shouting and things being thrown, and a child is crying.",
                   "Her partner has come home drunk and she has locked herself in.",
                   "He pushed her against the wall and has taken her phone.",
                   "An argument; she wants him to leave, and he will not.")),
        ("stalking", 3, True, ("domestic-abuse",), ("V01", "V05"), (14, 55, 25, 6), "suspect",
         "crime", ("Messages from an ex every hour, now with threats.",
                   "Her ex is outside again and will not go away.")),
        (MISSING, 4, True, ("missing", "child"), ("V10",), (22, 70, 8, 0), "child",
         "safety-welfare", ("Has not come home from school, and the phone is off.",
                            "Went out after a row last night and is not back.")),
        (MIND, 7, True, ("mental-health", "concern-for-safety"), ("V12",), (38, 45, 9, 8),
         "subject", "safety-welfare", ("Says they cannot go on, and has stopped answering.",
                                       "Hears voices and is frightened of the neighbours.")),
        ("concern", 15, True, ("concern-for-safety",), ("V11",), (16, 54, 22, 8), "subject",
         "safety-welfare", ("Has not been seen for three days, curtains drawn.",
                            "Elderly, confused, at the door in the cold.",
                            "A carer cannot get an answer at the door.")),
        ("cuckooing", 2, True, ("concern-for-safety", "suspicious"), ("V11", "V09"),
         (4, 56, 36, 4), "victim", "crime",
         ("Strangers come and go at all hours at a vulnerable man’s flat.",)),
        (PARK, 15, False, ("asb",), (), (3, 27, 45, 25), "", "asb-nuisance",
         ("Youths on mopeds again, throwing bottles.", "Loud music and a fire in a bin.",
          "A group is drinking and shouting at passers-by.")),
        ("violence", 7, False, ("violence",), (), (52, 40, 7, 1), "suspect", "crime",
         ("A fight outside; one is on the ground.", "He was punched and they ran off.")),
        ("burglary", 6, True, ("burglary",), (), (12, 28, 54, 6), "", "crime",
         ("Shed broken into overnight, tools gone.", "The back door is forced open.")),
        ("suspicious", 7, False, ("suspicious",), (), (9, 40, 33, 18), "", "administration",
         ("Somebody tries car doors along the street.", "A van with no plates, two men waiting.")),
        ("road", 10, False, ("road",), (), (22, 45, 16, 17), "", "transport",
         ("Two cars collided, everyone out and talking.", "A lorry has shed its load.")),
        ("other", 11, True, ("other",), (), (0, 3, 20, 77), "", "administration",
         ("Wants to know how to report a lost purse.", "Asks what came of an earlier report.")),
    )
)  # fmt: skip
BY_KIND = {kind.key: kind for kind in KINDS}
# How busy each hour of a London day is, from midnight on.
HOURS = (5, 4, 3, 2, 2, 2, 2, 3, 4, 5, 5, 5, 6, 6, 6, 7, 8, 8, 8, 8, 8, 8, 7, 6)
# Friday and Saturday night: from 19:00 until 03:00 the next day, by the weekday it began on.
NIGHT = {4: 1.6, 5: 1.8}
MONTHS = (0.90, 0.90, 0.95, 0.98, 1.04, 1.08, 1.13, 1.12, 1.02, 1.00, 0.94, 1.00)
# Minutes from the grade until a unit is at scene: the median, and the spread of its logarithm.
ARRIVES = {
    Grade.IMMEDIATE: (11.0, 0.45),
    Grade.PRIORITY: (33.0, 0.55),
    Grade.SCHEDULED: (560.0, 1.0),
}
WHY = {
    Grade.IMMEDIATE: "danger now",
    Grade.PRIORITY: "somebody may be hurt",
    Grade.SCHEDULED: "nobody in danger, to be looked into",
    Grade.WITHOUT_DEPLOYMENT: "advice is enough",
}
LETTERS_FOR = {
    Grade.IMMEDIATE: ("now", "high", "imminent"),
    Grade.PRIORITY: ("possible", "medium", "likely"),
    Grade.SCHEDULED: ("possible", "low", "possible"),
    Grade.WITHOUT_DEPLOYMENT: ("none", "none", "unlikely"),
}
REGRADED_UP, REGRADED_DOWN, LETTERS_LATER = 0.05, 0.03, 0.22
# The report: “Over three-quarters of calls from domestic abuse victims” are immediate or priority
# (HMICFRS, Wiltshire PEEL 2018; S20). 38 of every 50 is the next share above that is whole here.
REPORT_PROMPT, REPORT_OF = 38, 50
