"""Whether two accounts may be one person's: nobody is a second person beside themself."""

from wansdyke.access.models import User


def one_person(one: int | None, other: int | None) -> bool:
    """Whether two accounts (primary keys) are the same, or are reached at the same address."""
    if one is None or other is None:
        return False
    if one == other:
        return True
    addresses = User.objects.filter(pk__in=(one, other)).values_list("email", flat=True)
    first, second = (address.strip().casefold() for address in addresses)
    return bool(first) and first == second
