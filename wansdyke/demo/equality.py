"""What the made-up force's victims answered about equality, a made-up census beside it, and the
last year counted: as in the inspection report, few of them are found to be disabled or gay."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from wansdyke.access.actors import Actor
from wansdyke.access.models import User
from wansdyke.assurance.equality_counting import Victim, count_year, victims, year_before
from wansdyke.history import audit
from wansdyke.history.door import change, digest_of
from wansdyke.history.models import Event
from wansdyke.kernel.calendar import LONDON, london
from wansdyke.people import population_shares
from wansdyke.people.equality import RECORDED
from wansdyke.people.equality_words import ASKED, BY_KEY, Basis, Unsaid
from wansdyke.people.models import EqualityAnswer, PersonRecord

SOURCE, RESIDENTS = "Made up", 100_000
ASKED_SHARE, DECLINED, NOT_KNOWN = 0.7, 0.04, 0.03
BATCH = 200
# How many of a hundred who live there, and of a hundred victims who answered, answer so.
LIVING: Mapping[str, Mapping[str, float]] = {
    "disability": {"disabled": 17.5, "not-disabled": 82.5},
    "sexual-orientation": {"heterosexual": 96.8, "lgb": 3.2},
    "gender-identity": {"as-registered": 99.5, "trans": 0.5},
    "ethnicity": {"white": 90.6, "asian": 5.1, "black": 1.6, "mixed": 2.0, "other": 0.7},
    "religion": {"no-religion": 42, "christian": 52, "buddhist": 0.6, "hindu": 1.4, "jewish": 0.2,
                 "muslim": 2.3, "sikh": 0.5, "other-religion": 1},
    "sex": {"female": 50.6, "male": 49.4},
    "partnership": {"never-partnered": 34, "partnered": 49, "formerly": 17},
}  # fmt: skip
HARMED: Mapping[str, Mapping[str, float]] = {
    **LIVING,
    "disability": {"disabled": 6.4, "not-disabled": 93.6},
    "sexual-orientation": {"heterosexual": 98.9, "lgb": 1.1},
    "sex": {"female": 66, "male": 34},
    "partnership": {"never-partnered": 46, "partnered": 30, "formerly": 24},
    "pregnancy": {"pregnant-or-recent": 3, "neither": 97},
    "ethnic-appearance": {"ic1": 86, "ic2": 4, "ic3": 3, "ic4": 4, "ic5": 1, "ic6": 2},
}


def make_equality(
    people: Mapping[str, Sequence[User]], by: Actor, now: datetime, seed: int
) -> tuple[int, int]:
    """Makes the answers of the last whole year's victims and counts them; returns how many were
    asked, and of how many."""
    rng = Random(seed)  # noqa: S311 - made-up data, not a secret  # nosec B311
    askers = [*people.get("operator", ()), *people.get("response-officer", ())]
    _census(by, now)
    year = year_before(london(now).date())
    found = sorted(victims(year), key=lambda one: one.person)
    asked = [one for one in found if askers and rng.random() < ASKED_SHARE]
    for first in range(0, len(asked), BATCH):
        _ask(asked[first : first + BATCH], askers, by, now, rng)
    count_year(year, now)
    return len(asked), len(found)


def _ask(
    batch: Sequence[Victim], askers: Sequence[User], by: Actor, now: datetime, rng: Random
) -> None:
    """A batch of people asked: the rows and the events that `record_answers` would leave."""
    rows = PersonRecord.objects.filter(person_id__in=[one.person for one in batch])
    records = {r.person_id: r for r in rows.select_related("root").order_by("-pk")}
    key = f"demo-equality-{batch[0].person}"
    with change(by=by, at=now, key=key, digest=digest_of(key)) as doing:
        answers, events = [], []
        for victim in batch:
            record, asker = records[victim.person], rng.choice(askers)
            at = datetime.combine(victim.on, time(12, rng.randrange(60)), LONDON)
            answers += list(_answers(record, asker, at, rng))
            events.append(
                Event(root=record.root, name=RECORDED, by=asker, occurred_at=at, recorded_at=now,
                      version=record.root.version)
            )  # fmt: skip
        EqualityAnswer.objects.bulk_create(answers)
        Event.objects.bulk_create(events)
        subjects = [records[one.person].root.reference for one in batch]
        doing.audit(audit.COLLECTION, *subjects, fields=["equality data"])


def _answers(
    record: PersonRecord, asker: User, at: datetime, rng: Random
) -> Iterator[EqualityAnswer]:
    for one in ASKED:
        officer = one.key == "ethnic-appearance"
        yield EqualityAnswer(
            root_id=record.pk,
            characteristic=one.key,
            answer=_answer(one.key, record, rng),
            basis=(Basis.OFFICER if officer else Basis.SELF).value,
            by=asker,
            at=at,
        )


def _answer(key: str, record: PersonRecord, rng: Random) -> str:
    drawn = rng.random()
    if drawn < DECLINED:
        return Unsaid.DECLINED.value
    if drawn < DECLINED + NOT_KNOWN:
        return Unsaid.NOT_KNOWN.value
    if key == "sex" and record.sex in ("female", "male"):
        return str(record.sex)
    chances = HARMED[key]
    (published,) = rng.choices(list(chances), list(chances.values()))
    return rng.choice([v.key for v in BY_KEY[key].values if v.published == published])


def _census(by: Actor, now: datetime) -> None:
    rows = [
        (key, answer, round(RESIDENTS * share / 100), now.year - 1, SOURCE)
        for key, shares in LIVING.items()
        for answer, share in shares.items()
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made-up-census.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([population_shares.SHARES.columns, *rows])
        population_shares.load(population_shares.check(path), by=by, now=lambda: now)
