"""What the rows of the sweeps' world say of each record, for the list of decisions to judge."""

from typing import TYPE_CHECKING

from tests.sweeps.canaries import words_in
from tests.sweeps.decisions import Record, Shared
from wansdyke.access.models import Grant, Root
from wansdyke.casework.models import Referral
from wansdyke.people.models import PersonRecord, Place

if TYPE_CHECKING:
    from tests.sweeps.world import World


def read_back(world: "World") -> None:
    """What the rows say of each record, for the list of decisions to judge."""
    for root in Root.objects.select_related("agency", "team", "load"):
        loading = root.load is not None and root.load.completed_at is None
        record = Record(
            root.reference, root.agency.key, root.team.key, root.marking, loading=loading
        )
        record.disposed = root.disposed_at is not None
        world.records[root.reference] = record
        for lock in root.locks.select_related("user"):
            record.locked_out.add(lock.user.username)
        for grant in root.grants.select_related("user", "team", "agency"):
            _granted(record, grant)
    for record in PersonRecord.objects.select_related("person", "root"):
        world.people.setdefault(record.person.reference, []).append(record.root.reference)
    for place in Place.objects.all():
        world.places[place.reference] = words_in([place.address])
        world.named_by[place.reference] = {
            *place.residences.values_list("root__reference", flat=True),
            *place.cases.values_list("case__root__reference", flat=True),
            *place.markers.filter(withdrawn_at=None).values_list("root__reference", flat=True),
        }
        world.marked_by[place.reference] = set(
            place.markers.filter(withdrawn_at=None, marking=0).values_list(
                "root__reference", flat=True
            )
        )
    for reference, sent in world.referrals.items():
        sent.state = Referral.objects.get(reference=reference).state


def _granted(record: Record, grant: Grant) -> None:
    person = grant.user.username if grant.user else ""
    if grant.kind == Grant.NAMED:
        record.named.add(person)
    elif grant.kind == Grant.BREAK_GLASS:
        record.glass_broken.add(person)
    else:
        record.shares.append(
            Shared(
                agency=grant.agency.key if grant.agency else "",
                team=grant.team.key if grant.team else "",
                person=person,
                level=grant.level,
                sections=frozenset(grant.sections),
                live=grant.revoked_at is None,
            )
        )
