"""Whether a person may be reached now, by call, text, letter or visit: rules without a database.

A time of day is London's, as whoever said it meant it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from wansdyke.kernel.calendar import london


class Channel(StrEnum):
    """A way in which somebody may be reached."""

    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"


class Answer(StrEnum):
    """What is said of a way: safe, not safe, or read first and decide."""

    SAFE = "safe"
    READ = "read"
    UNSAFE = "unsafe"


CHANNELS = (
    (Channel.CALL, "Telephone call"),
    (Channel.TEXT, "Text message"),
    (Channel.EMAIL, "Email"),
    (Channel.LETTER, "Letter"),
    (Channel.VISIT, "Visit"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one record says of one way. No `days` (0 is Monday) are every day; no times, all day.

    A window whose end is not after its beginning runs over midnight and belongs to the day on
    which it begins. `key` is the caller's own name for the rule.
    """

    key: int
    channel: str
    answer: str
    days: tuple[int, ...] = ()
    from_time: time | None = None
    until_time: time | None = None

    def covers(self, at: datetime) -> bool:
        """Whether a moment is in the rule's window."""
        here = london(at)
        today, now = here.weekday(), here.time()
        if self.from_time is None or self.until_time is None:
            return self._on(today)
        if self.from_time < self.until_time:
            return self._on(today) and self.from_time <= now < self.until_time
        began_yesterday = self._on((today - 1) % WEEK) and now < self.until_time
        return began_yesterday or (self._on(today) and now >= self.from_time)

    def _on(self, day: int) -> bool:
        return not self.days or day in self.days

    def opens_after(self, at: datetime) -> datetime:
        """The next moment after `at` at which the window begins, in London's civil time."""
        here = london(at)
        begins = self.from_time or time.min
        moments = (
            datetime.combine(here.date() + timedelta(days=ahead), begins, here.tzinfo)
            for ahead in range(WEEK + 1)
            if self._on((here.weekday() + ahead) % WEEK)
        )
        return next(moment for moment in moments if moment > here)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether a way is open now, by which rules (their keys), and when it next opens if known.

    `asked` is False where nobody has ever said anything of how to reach the person.
    """

    channel: str
    answer: Answer
    because: tuple[int, ...] = ()
    opens_at: datetime | None = None
    asked: bool = True

    @property
    def may_go(self) -> bool:
        """Whether a message may go with nobody deciding: only where somebody said that it is safe.
        Silence is not consent."""
        return self.answer is Answer.SAFE


def decide(rules: Iterable[Rule], channel: str, at: datetime, *, noted: bool = False) -> Decision:
    """What all that is said of a person comes to, for one way at one moment.

    Whoever says that it is unsafe prevails over whoever says that it is safe; outside every safe
    window it is unsafe; what nobody spoke of has to be decided by a person. `noted` says that
    somewhere words stand which no rule holds: they have to be read first.
    """
    said = list(rules)
    mine = [rule for rule in said if rule.channel == channel]
    now = [rule for rule in mine if rule.covers(at)]
    for answer in (Answer.UNSAFE, Answer.READ):
        found = _keys(now, answer)
        if found:
            return Decision(channel=channel, answer=answer, because=found)
    safe = [rule for rule in mine if rule.answer == Answer.SAFE]
    within = _keys(now, Answer.SAFE)
    if within:
        return Decision(
            channel=channel, answer=Answer.READ if noted else Answer.SAFE, because=within
        )
    if safe:
        opens = min(rule.opens_after(at) for rule in safe)
        return Decision(
            channel=channel,
            answer=Answer.UNSAFE,
            because=tuple(rule.key for rule in safe),
            opens_at=opens,
        )
    return Decision(channel=channel, answer=Answer.READ, asked=bool(said) or noted)


def _keys(rules: Sequence[Rule], answer: Answer) -> tuple[int, ...]:
    return tuple(rule.key for rule in rules if rule.answer == answer)
