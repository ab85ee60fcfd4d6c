"""Who works here, and who is theirs, as the detectors of the review need them."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from wansdyke.access.actors import SYSTEM, Held
from wansdyke.access.models import Membership, User
from wansdyke.access.posts import AGENCY_WIDE, RIGHTS, Right, posts
from wansdyke.assurance.log_review_models import Associate, Declaration
from wansdyke.assurance.log_review_rules import Declared, Home, Human, Staff
from wansdyke.casework.models import Conflict
from wansdyke.people.keys import address_key, postcode_key
from wansdyke.people.models import PersonRecord, Residence
from wansdyke.people.names import names
from wansdyke.people.records import street_keys

A_SLIP = timedelta(days=1)


def home_of(address: str, postcode: str) -> frozenset[Home]:
    """A typed address as keys; none where nothing was typed."""
    key, code = address_key(address), postcode_key(postcode)
    if not key and not code:
        return frozenset()
    return frozenset({Home(key, street_keys(address)[1], code)})


def human_of(forename: str, surname: str, **more: Any) -> Human:
    """A typed name, and what else is known of somebody, as keys."""
    found = names(forename, "", surname)
    return Human(forename=found.forename, surname=found.surname, formerly=found.formerly, **more)


def homes_of(roots: Collection[int]) -> dict[int, frozenset[Home]]:
    """Where records say that somebody lives or lived, by root."""
    rows = Residence.objects.filter(root_id__in=roots).values_list(
        "root_id", "place__address_key", "place__street_key", "place__postcode_key"
    )
    found: dict[int, set[Home]] = {}
    for root, address, street, postcode in rows:
        found.setdefault(root, set()).add(Home(address, street, postcode))
    return {root: frozenset(homes) for root, homes in found.items()}


def humans(rows: Iterable[PersonRecord]) -> dict[int, Human]:
    """What records say of people, by root."""
    listed = list(rows)
    homes = homes_of([row.pk for row in listed])
    return {
        row.pk: Human(
            forename=row.forename_key,
            surname=row.surname_key,
            formerly=row.formerly_key,
            born=row.date_of_birth,
            homes=homes.get(row.pk, frozenset()),
        )
        for row in listed
    }


class StaffBook:
    """Everybody who works here, and of those who looked at something who is theirs.

    Read once for a round of the review: a declaration made meanwhile counts from the next.
    """

    def __init__(self) -> None:
        self._everybody = {
            user.pk: user
            for user in User.objects.exclude(username=SYSTEM).only("name", "agency_id")
        }
        declared = Declaration.objects.all()
        self._declared = {one.user_id: one for one in declared}
        self._of: dict[int, Staff] = {}
        self._held: dict[int, list[Membership]] = {}
        self.by_name: dict[tuple[str, str], list[Human]] = {}
        self._names: dict[int, Human] = {}
        # How many people bear a name, as far as it was counted in this round.
        self.bearers: dict[tuple[str, str], int] = {}
        for pk, user in self._everybody.items():
            me = self._names[pk] = self._declared_self(pk, user.name)
            if me.forename and me.surname:
                self.by_name.setdefault(me.called, []).append(me)

    def _declared_self(self, pk: int, name: str) -> Human:
        forename, _, surname = name.partition(" ")
        one = self._declared.get(pk)
        more: dict[str, Any] = {}
        if one is not None:
            more = {"born": one.date_of_birth, "homes": home_of(one.address, one.postcode)}
        return human_of(forename, surname, **more)

    def agency(self, user: int) -> int | None:
        """The agency of somebody."""
        found = self._everybody.get(user)
        return found.agency_id if found else None

    def others(self, user: int) -> dict[tuple[str, str], list[Human]]:
        """Everybody by name but one."""
        own = self._names.get(user)
        if own is None:
            return self.by_name
        rest = [one for one in self.by_name.get(own.called, ()) if one is not own]
        return {**self.by_name, own.called: rest}

    def learn(self, users: Collection[int]) -> None:
        """Reads of some of them what detectors ask for, where it is not known yet."""
        new = [user for user in set(users) - set(self._of) if user in self._everybody]
        if not new:
            return
        for row in Membership.objects.filter(user_id__in=new):
            self._held.setdefault(row.user_id, []).append(row)
        theirs = self._associates(new)
        conflicts = self._conflicts(new)
        for user in new:
            me, written = self._names[user], conflicts.get(user, {})
            homes = self._own_homes(me, [p for p, how in written.items() if how == "self"])
            whole = Human(**{**vars(me), "homes": me.homes | homes})
            self._of[user] = Staff(
                user=user, me=whole, theirs=tuple(theirs.get(user, ())), conflicts=written
            )

    def staff(self, user: int) -> Staff:
        """One of them."""
        return self._of.get(user) or Staff(user=user)

    def held(self, user: int, day: date) -> list[Held]:
        """The posts somebody held on a day."""
        known = posts()
        return [
            Held(one.team_id, one.post, known[one.post].role)
            for one in self._held.get(user, ())
            if one.post in known
            and one.from_date <= day
            and (one.until_date is None or one.until_date > day)
        ]

    def _associates(self, users: Collection[int]) -> dict[int, list[Declared]]:
        # Taken off before a look, somebody would else be as if never declared; what stood there for
        # less than a day was a slip.
        stood = Q(ended_at=None) | Q(ended_at__gt=F("at") + A_SLIP)
        rows = Associate.objects.filter(stood, declaration__user_id__in=users)
        found: dict[int, list[Declared]] = {}
        for row in rows.select_related("declaration"):
            human = human_of(row.forename, row.surname, born=row.date_of_birth)
            homes = home_of(row.address, row.postcode)
            relation = row.get_relation_display().lower()
            if row.relation == "household":
                relation = "household"
            one = Declared(**{**vars(human), "homes": homes}, relation=relation)
            found.setdefault(row.declaration.user_id, []).append(one)
        return found

    def _conflicts(self, users: Collection[int]) -> dict[int, dict[int, str]]:
        rows = Conflict.objects.filter(
            user_id__in=users, state=Conflict.LIVE, root__person_record__isnull=False
        ).values_list("user_id", "root__person_record__person_id", "relation")
        found: dict[int, dict[int, str]] = {}
        for user, person, relation in rows:
            found.setdefault(user, {})[person] = relation
        return found

    def _own_homes(self, me: Human, people: Collection[int]) -> frozenset[Home]:
        """Where somebody lives by their own records: those that conflicts say are theirs, and
        those that bear their name and date of birth."""
        own = Q(person_id__in=people)
        if me.born and me.forename and me.surname:
            own |= Q(surname_key=me.surname, forename_key=me.forename, date_of_birth=me.born)
        elif not people:
            return frozenset()
        found = humans(PersonRecord.objects.filter(own)[:50])
        return frozenset().union(*(one.homes for one in found.values()))


def teams_with(held: Iterable[Held], right: Right) -> frozenset[int]:
    """The teams in which posts carry a right."""
    return frozenset(one.team for one in held if one.role in RIGHTS[right])


def reads_widely(held: Iterable[Held]) -> bool:
    """Whether a post is to read without cases of one's own."""
    return any(one.role in AGENCY_WIDE for one in held)
