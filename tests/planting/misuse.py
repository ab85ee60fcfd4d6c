"""Fifty misuses of a month, of eight kinds, as they are known from disciplinary cases.

Not all can be found: somebody who has declared nothing looks once at a neighbour, and a single
glance at a stranger is like the check of somebody stopped in the street.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from random import Random

from tests.planting.month import DAY, DAYS, HOUR, MINUTE, SECOND, Month, Written
from tests.planting.town import Officer, Somebody, declare, recorded
from wansdyke.access.models import User
from wansdyke.assurance.models import HighProfile
from wansdyke.casework.models import Conflict
from wansdyke.history import audit

COUNTS = {
    "self": 5,
    "relative": 9,
    "neighbour": 6,
    "colleague": 6,
    "no case": 9,
    "scraping": 5,
    "denied": 5,
    "high profile": 5,
}


class Planter:
    """Puts misuses into a month; each entry of one bears its number."""

    def __init__(self, month: Month) -> None:
        self.month, self.county, self.rng = month, month.county, month.rng
        self.kinds: list[str] = []
        self._used: set[int] = set()
        self._turn = 0

    def plant(self) -> list[str]:
        """Plants them all; returns the kind of each by its number."""
        ways: dict[str, Callable[[int], Iterator[Written]]] = {
            "self": self._own,
            "relative": self._relative,
            "neighbour": self._neighbour,
            "colleague": self._colleague,
            "no case": self._no_case,
            "scraping": self._scraping,
            "denied": self._denied,
            "high profile": self._high_profile,
        }
        for kind, many in COUNTS.items():
            for turn in range(many):
                for one in ways[kind](turn):
                    one.planted = len(self.kinds)
                self.kinds.append(kind)
        return self.kinds

    def _moment(self) -> datetime:
        return self.month.begins + (1 + self.rng.random() * (DAYS - 7)) * DAY

    def _officer(self, wanted: Callable[[Officer], bool] = lambda one: True) -> Officer:
        """Somebody who has not been chosen before."""
        pool = [*self.county.officers, *self.county.operators]
        self.rng.shuffle(pool)
        found = next(one for one in pool if one.user.pk not in self._used and wanted(one))
        self._used.add(found.user.pk)
        return found

    def _record(self, one: Somebody, **said: bool) -> Somebody:
        """Somebody of whom there is a record, with all that is said of them."""
        recorded(self.county, [one])
        assert one.record is not None
        if said.get("born"):
            one.record.date_of_birth = one.born
            one.record.save(update_fields=["date_of_birth"])
        if said.get("lives"):
            place = self.county.places[one.place]
            one.record.root.residences.get_or_create(place=place)
        return one

    def _own(self, turn: int) -> Iterator[Written]:
        """Their own record: mostly they have declared who they are."""
        officer = self._officer(lambda one: one.declares is (turn < 4))
        self._record(officer.me, born=turn < 3, lives=True)
        at = self._moment()
        yield self.month.searches(at, officer, [officer.me])
        yield self.month.opens(at + 20 * SECOND, officer, officer.me)

    def _relative(self, turn: int) -> Iterator[Written]:
        """A former partner or relative: declared, known by address, written down as a conflict; or
        nobody knows, and they come back to it."""
        officer = self._officer(lambda one: one.ex is not None and one.declares is (turn < 7))
        ex = officer.ex
        assert ex is not None
        if turn < 4:
            declare(self.county, officer, with_ex=True)
            self._record(ex, born=True)
        elif turn < 7:
            ex.place = officer.me.place
            if turn == 6:
                ex.surname = officer.me.surname
            self._record(ex, lives=True)
        else:
            self._record(ex)
        if turn == 7:
            self._conflict(officer, ex)
        at = self._moment()
        times = 3 if turn == 8 else 1
        for again in range(times):
            yield self.month.opens(at + again * 26 * HOUR, officer, ex)

    def _conflict(self, officer: Officer, ex: Somebody) -> None:
        assert ex.record is not None
        Conflict.objects.create(
            root=ex.record.root,
            reference=self.county.reference("CL"),
            user=officer.user,
            relation="partner",
            reason="Known",
            state=Conflict.LIVE,
            made_by=User.objects.get(username="priti"),
            made_at=self.month.begins,
        )

    def _neighbour(self, turn: int) -> Iterator[Written]:
        officer = self._officer(lambda one: one.declares is (turn < 5))
        first = officer.me.place - officer.me.place % 15
        doors = range(first, min(first + 15, len(self.county.places)))
        near = next(place for place in doors if place != officer.me.place)
        whom = self._stranger()
        whom.place = near
        self._record(whom, lives=True)
        yield self.month.opens(self._moment(), officer, whom)

    def _stranger(self) -> Somebody:
        """Somebody of the county of whom there was no record, nor anybody's relation."""
        close = {id(one.me) for one in self.county.staff}
        close |= {id(one.ex) for one in self.county.staff}
        pool = [one for one in self.county.people if one.record is None and id(one) not in close]
        return self.rng.choice(pool)

    def _colleague(self, turn: int) -> Iterator[Written]:
        """The record of somebody who works here; the last has declared nothing."""
        other = self._officer(lambda one: one.declares is (turn < 5))
        self._record(other.me, born=True, lives=True)
        at, officer = self._moment(), self._officer()
        yield self.month.searches(at, officer, [other.me])
        yield self.month.opens(at + 15 * SECOND, officer, other.me)

    def _no_case(self, turn: int) -> Iterator[Written]:
        """Curiosity: somebody come back to, many in a week, or a single glance."""
        officer, at = self._officer(), self._moment()
        if turn < 5:
            whom = self._record(self._stranger())
            for again in range(self.rng.randrange(3, 6)):
                yield self.month.opens(at + again * 20 * HOUR, officer, whom)
        elif turn < 7:
            for again in range(self.rng.randrange(9, 13)):
                whom = self._record(self._stranger())
                yield self.month.opens(at + again * 5 * HOUR, officer, whom)
        else:
            yield self.month.opens(at, officer, self._record(self._stranger()))

    def _scraping(self, turn: int) -> Iterator[Written]:
        """Records copied one after another: fast, or some dozens in a day."""
        officer, at = self._officer(), self._moment()
        fast = turn < 3
        many = self.rng.randrange(215, 280) if fast else self.rng.randrange(70, 95)
        step = (12 if fast else 300) * SECOND
        start = at.replace(hour=9)
        for number, whom in enumerate(self.rng.sample(self.county.known(), many)):
            yield self.month.opens(start + number * step, officer, whom)

    def _denied(self, turn: int) -> Iterator[Written]:
        """Trying references by turns, or one of which they were told."""
        officer, at = self._officer(), self._moment()
        path = "contact/<reference:reference>/"
        for number in range(self.rng.randrange(6, 11) if turn < 3 else self.rng.randrange(3, 5)):
            step = number * (40 * SECOND if turn < 3 else 90 * MINUTE)
            fresh = turn < 3 or number == 0
            reference = self.county.reference("CT") if fresh else reference  # noqa: F821
            yield self.month.note(at + step, officer, audit.DENIED, [reference], "", path=path)

    def _high_profile(self, turn: int) -> Iterator[Written]:
        """A record that was in the papers; the last to look is an analyst."""
        whom = self._record(self._stranger(), born=True)
        assert whom.record is not None
        HighProfile.objects.create(
            reference=self.county.reference("HP"),
            root=whom.record.root,
            reason="In the papers",
            by=User.objects.get(username="priti"),
            at=self.month.begins,
        )
        officer = self._officer() if turn < 4 else self.county.analysts[0]
        yield self.month.opens(self._moment(), officer, whom)


def plant(rng: Random, month: Month) -> list[str]:
    """Plants the misuses; returns the kind of each by its number."""
    planter = Planter(month)
    planter.rng = rng
    return planter.plant()
