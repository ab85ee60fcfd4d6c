"""What of the log stands out by number: looks without work, volumes, refusals; and the sample.

Functions from facts to reasons, as in `log_review_rules`. What is usual is a median, for a mean
would be moved by the very few that are to be found.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from wansdyke.assurance.log_review_rules import Reason

HIT_TWICE, MANY_DAYS = 3, 2
LEAST_OPENED, LEAST_PAST, LEAST_PEERS, FAR_OUT = 30, 5, 5, 6.0
TO_SIGMA = 1.4826
TAKEN_OF_A_SAMPLE = 10


def again_without_work(moments: Sequence[date]) -> list[Reason]:
    """Why looks at one record, none with work behind it, are queued: there were several, by the
    days on which they were."""
    days = len(set(moments))
    if days >= MANY_DAYS:
        words = f"They came back to it on {days} days, and no work of theirs is behind it."
        return [Reason(min(45 + 5 * days, 70), words)]
    if len(moments) >= HIT_TWICE:
        words = f"They opened it {len(moments)} times, and no work of theirs is behind it."
        return [Reason(40, words)]
    return []


def many_without_work(own: int, peers: Sequence[int], least: int) -> list[Reason]:
    """Why somebody's looks without work in a week are queued together: at how many records, at how
    many each of those who hold the same post looked so, and from how many on it is worth a look."""
    usual, spread = _usual(peers, floor=1.0)
    if own < least or own <= usual + 3 * spread:
        return []
    words = f"They looked at {own} records this week without work of theirs behind it;"
    others = f" of those in the same post half looked at {usual:g} or fewer."
    return [Reason(min(30 + own, 60), words + others)]


def _usual(numbers: Sequence[int], floor: float) -> tuple[float, float]:
    """The median, and the median distance from it as a normal spread: neither is moved by the few
    that are to be found."""
    if not numbers:
        return 0.0, floor
    middle = float(median(numbers))
    spread = TO_SIGMA * float(median(abs(one - middle) for one in numbers))
    return middle, max(spread, floor)


def unusual_day(opened: int, past: Sequence[int], peers: Sequence[int]) -> list[Reason]:
    """Why a day's number of opened records stands out from the viewer's own days before, and from
    that day of those in the same post. Who has no past, or no peers, is held against the other."""
    if opened < LEAST_OPENED or (len(past) < LEAST_PAST and len(peers) < LEAST_PEERS):
        return []
    said = []
    for numbers, least, words in (
        (past, LEAST_PAST, "on their days before"),
        (peers, LEAST_PEERS, "among those in the same post that day"),
    ):
        if len(numbers) < least:
            continue
        usual, spread = _usual(numbers, floor=2.0)
        spread = max(spread, usual / 4)
        if opened <= usual + FAR_OUT * spread:
            return []
        said.append(f"{usual:g} were usual {words}")
    return [Reason(65, f"They opened {opened} records in one day; {', and '.join(said)}.")]


def within_an_hour(opened: Iterable[tuple[datetime, int]]) -> tuple[int, datetime | None]:
    """The most different records opened within any hour, and when that hour ended."""
    most, ended = 0, None
    window: list[tuple[datetime, int]] = []
    held: dict[int, int] = {}
    first = 0
    for at, record in sorted(opened):
        window.append((at, record))
        held[record] = held.get(record, 0) + 1
        while window[first][0] <= at - timedelta(hours=1):
            gone = window[first][1]
            held[gone] -= 1
            if not held[gone]:
                del held[gone]
            first += 1
        if len(held) > most:
            most, ended = len(held), at
    return most, ended


def scraping(most: int, limit: int) -> list[Reason]:
    """Why an hour's number of opened records is told at once."""
    return [Reason(95, f"They opened {most} records within one hour.")] if most > limit else []


@dataclass(frozen=True)
class Refusal:
    """One refusal of the log: when, and of which references."""

    at: datetime
    references: tuple[str, ...] = ()


def denied_run(refusals: Sequence[Refusal], *, many: int, minutes: int, same: int) -> list[Reason]:
    """Why refusals of one viewer's one day are queued: many within minutes, or several of one."""
    named = sorted((one for one in refusals if one.references), key=lambda one: one.at)
    found = []
    for place, one in enumerate(named):
        run = [other for other in named[place:] if other.at - one.at <= timedelta(minutes=minutes)]
        if len(run) >= many:
            words = f"They were refused {len(run)} times within {minutes} minutes."
            found.append(Reason(60, words))
            break
    counted: dict[str, int] = {}
    for reference in (each for one in named for each in set(one.references)):
        counted[reference] = counted.get(reference, 0) + 1
    most = max(counted.values(), default=0)
    if most >= same:
        found.append(Reason(55, f"They were refused one and the same record {most} times."))
    return found


def drawn(seed: str, frame: Collection[int], percent: int) -> list[int]:
    """Those of a frame (user keys) whose week is looked through: each has the same chance, and the
    same seed draws the same ones. At least one, where there is anybody and a chance at all."""
    ordered = sorted(frame, key=lambda one: _hash(seed, one))
    many = -(-len(ordered) * percent // 100)
    return sorted(ordered[:many])


def drawn_of_them(seed: str, entries: Collection[int]) -> list[int]:
    """Which of somebody's entries of the week are looked at."""
    return sorted(sorted(entries, key=lambda one: _hash(seed, one))[:TAKEN_OF_A_SAMPLE])


def _hash(seed: str, key: int) -> bytes:
    return hashlib.sha256(f"{seed}|{key}".encode()).digest()
