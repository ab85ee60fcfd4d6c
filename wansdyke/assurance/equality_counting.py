"""Counting the equality of victims: each once a year, once for good, by nobody's scope.

It is the one count that is not made of the records that its reader may see: two readers who see
different records would find somebody in the difference between their numbers. So all of the force's
records are counted, when a year is over, and only what is safe to publish is written down. Years
have no day in common and no number is ever counted anew, so there is no difference to take between
periods or between one day and the next.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q

from wansdyke.access.for_agency import every_agency
from wansdyke.access.scope import whole
from wansdyke.access.settings import Setting, value_of
from wansdyke.assurance.equality_models import EqualityCount, EqualityYear
from wansdyke.assurance.figures import counting_desks
from wansdyke.casework.counted import Counting, Period
from wansdyke.casework.desk import Desk
from wansdyke.casework.jobs import worker
from wansdyke.history import audit
from wansdyke.history.door import Repeated, change
from wansdyke.kernel.calendar import add_months, london
from wansdyke.kernel.disclosure import AREA, BASE, KIND, LEAST, WHOLE, Place, protected, rounded
from wansdyke.people.equality_counted import answers_of
from wansdyke.people.equality_words import CHARACTERISTICS, Characteristic, Unsaid, band_of
from wansdyke.people.models import PersonRecord

SETTLE = Setting(
    key="equality.settle-days",
    title="Equality of victims: days after the end of a year at which it is counted",
    default=30,
    unit="days",
    most=300,
    source="Local choice; set your own",
    hint="Answers that come later are not counted: no year is ever counted anew.",
)
SETTINGS = (SETTLE,)
METHOD = f"1: below {LEAST} held back, to the nearest {BASE}, audited"
APRIL = 4
# No area, and all areas in which few were victims; a code is never that.
NOWHERE, ELSEWHERE = "-", "+"
# Of an area with fewer victims than these nearly every number would be held back.
FEW = 100
BATCH = 2000


@dataclass(frozen=True)
class Victim:
    """A person to whom something happened in a year, where and in what kind of case first."""

    person: int
    area: str
    kind: str
    on: date


def year_before(day: date) -> Period:
    """The last year from April to March that was over on a day."""
    ended = date(day.year if day.month >= APRIL else day.year - 1, APRIL, 1)
    return Period(add_months(ended, -12), ended - timedelta(days=1))


def count_due(at: datetime) -> int:
    """Counts the last year once it is long enough over and nobody counted it; returns how many
    years that were."""
    period = year_before(london(at).date())
    if at < period.end + timedelta(days=value_of(SETTLE, at)) or _is_counted(period):
        return 0
    return count_year(period, at)


def count_year(period: Period, at: datetime) -> int:
    """Counts one year and writes down what may be published; returns 0 where it was counted
    before. A year in which nobody was a victim is not written down."""
    with every_agency():
        found = victims(period)
        if not found or _is_counted(period):
            return 0
        answers = answers_of({victim.person for victim in found})
        born = births_of(found)
    year = EqualityYear(first=period.first, last=period.last, counted_at=at, method=METHOD)
    rows = [r for one in CHARACTERISTICS for r in _published(year, one, found, answers, born)]
    key = f"equality:{period.first}"
    try:
        # All that takes long is done: the one door is held for no longer than the writing.
        with change(by=worker(), at=at, key=key, digest=key) as doing:
            year.save()
            EqualityCount.objects.bulk_create(rows, batch_size=BATCH)
            doing.event("equality of victims counted", subject=f"equality {year}")
            doing.audit(audit.COMBINATION, f"equality {year}", numbers=len(rows))
    except Repeated:
        return 0
    return 1


def _is_counted(period: Period) -> bool:
    return EqualityYear.objects.filter(first=period.first).exists()


def victims(period: Period) -> list[Victim]:
    """Everybody to whom something happened in a period, each once: by the first case they have."""
    found: dict[int, Victim] = {}
    parts = (part for desk, counting in counting_desks() for part in _parts(desk, counting, period))
    for _, victim in sorted(parts, key=lambda one: (one[0], one[1].person)):
        found.setdefault(victim.person, victim)
    return _together(list(found.values()))


def _together(found: list[Victim]) -> list[Victim]:
    """The same, those of all areas with few victims in one: it depends on how many there were, and
    not on what they answered."""
    many = Counter(victim.area for victim in found)
    return [v if many[v.area] >= FEW else replace(v, area=ELSEWHERE) for v in found]


def _parts(desk: Desk, counting: Counting, period: Period) -> Iterator[tuple[datetime, Victim]]:
    area = counting.split(counting.by_policing_area)
    grade = counting.split(counting.graded_by)
    columns = [one.column if one else "case__desk" for one in (area, grade)]
    person = "case__parties__record__person_id"
    ours = whole("case__root__") & whole("case__parties__record__root__")
    for role, rows_in in counting.harmed:
        rows = desk.model._default_manager.filter(
            ours,
            rows_in,
            period.holds(counting.moment),
            Q(case__parties__role=role, case__parties__ended_at=None),
            case__root__agency__home=True,
        )
        for at, who, code, graded in rows.values_list(counting.moment, person, *columns).iterator():
            where = (code or NOWHERE) if area else NOWHERE
            kind = f"{desk.key}:{graded}" if grade else f"{desk.key}:"
            yield at, Victim(who, where, kind, london(at).date())


def births_of(found: Sequence[Victim]) -> dict[int, date]:
    """When people were born, as the newest of their records that says it has it."""
    wanted = {victim.person for victim in found}
    rows = PersonRecord.objects.filter(whole("root__"), date_of_birth__isnull=False)
    born = rows.order_by("root__created_at", "pk").values_list("person_id", "date_of_birth")
    return {person: day for person, day in born.iterator() if person in wanted and day}


def _published(
    year: EqualityYear,
    one: Characteristic,
    found: Sequence[Victim],
    answers: Mapping[tuple[int, str], str],
    born: Mapping[int, date],
) -> Iterator[EqualityCount]:
    """The numbers of one characteristic that may be published, and how many people each part
    has."""
    counts = _counted(one, found, answers, born)
    for (what, part, answer), people in protected(counts).items():
        yield EqualityCount(
            year=year, characteristic=one.key, what=what, part=part, answer=answer, people=people
        )
    totals: Counter[tuple[str, str]] = Counter()
    for (what, part, _), people in counts.items():
        totals[what, part] += people
    for (what, part), people in totals.items():
        yield EqualityCount(
            year=year, characteristic=one.key, what=what, part=part, people=rounded(people)
        )


def _counted(
    one: Characteristic,
    found: Sequence[Victim],
    answers: Mapping[tuple[int, str], str],
    born: Mapping[int, date],
) -> dict[Place, int]:
    counts: dict[Place, int] = {}
    for answer, _ in one.published():
        places = [(WHOLE, "", answer)]
        places += [(AREA, area, answer) for area in sorted({v.area for v in found})]
        places += [(KIND, kind, answer) for kind in sorted({v.kind for v in found})]
        counts |= dict.fromkeys(places, 0)
    for victim in found:
        said = answers.get((victim.person, one.key), Unsaid.NOT_ASKED.value)
        if not one.asked:
            said = band_of(born.get(victim.person), victim.on)
        answer = one.counted_as(said)
        for place in (
            (WHOLE, "", answer),
            (AREA, victim.area, answer),
            (KIND, victim.kind, answer),
        ):
            counts[place] += 1
    return counts
