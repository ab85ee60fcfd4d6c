"""The areas that a call lies in: those of its place, or where that has no position its own."""

from collections.abc import Collection, Sequence

from django.db.models import OuterRef, Q, QuerySet, Subquery

from wansdyke.desks.contact.models import Contact
from wansdyke.people.models import Place
from wansdyke.people.whereabouts import drawing

AT_ONCE = 500
FOLLOWED = ("area", "policing_area", "placed_by")


class Calls:
    """The calls, as they follow the places."""

    def moved(self, places: Collection[int]) -> None:
        """The calls at places take their areas, in the transaction that sets those."""
        at = sorted(places)
        for first in range(0, len(at), AT_ONCE):
            _follow(Contact.objects.filter(place_id__in=at[first : first + AT_ONCE]))

    def left(self, mark: str, most: int) -> list[int]:
        """Calls that have degrees of their own and lie by an older drawing."""
        other = Q(placed_by__lt=mark) | Q(placed_by__gt=mark)
        rows = Contact.objects.filter(other, latitude__isnull=False).order_by("pk")
        return list(rows.values_list("pk", flat=True)[:most])

    def keep(self, rows: Sequence[int]) -> None:
        """As `keep`."""
        keep(rows)


def keep(calls: Collection[int]) -> None:
    """Sets the areas of calls (primary keys) that were just written, in the same transaction.

    After their rows are: whoever draws the areas of their place anew meanwhile waits for these, or
    these for them.
    """
    wanted = sorted(calls)
    for first in range(0, len(wanted), AT_ONCE):
        these = Contact.objects.filter(pk__in=wanted[first : first + AT_ONCE])
        _follow(these.filter(place__latitude__isnull=False))
        _by_themselves(these.exclude(place__latitude__isnull=False))


def _follow(calls: QuerySet[Contact]) -> None:
    place = Place.objects.filter(pk=OuterRef("place_id"))
    calls.update(**{name: Subquery(place.values(name)[:1]) for name in FOLLOWED})


def _by_themselves(calls: QuerySet[Contact]) -> None:
    apart = list(calls.only("pk", "latitude", "longitude", "area", "policing_area", "placed_by"))
    if not any(call.latitude is not None or call.placed_by for call in apart):
        return
    now = drawing()
    for call in apart:
        where = now.at(call.latitude, call.longitude)
        call.area_id, call.policing_area_id = where.area_id, where.policing_area_id
        call.placed_by = where.placed_by
    Contact.objects.bulk_update(apart, FOLLOWED)
