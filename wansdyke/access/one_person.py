"""Which accounts are one person's, as far as anybody can tell: nobody is a second person beside
themself, and who is kept from something is so by each account of theirs."""

from wansdyke.access.models import User


def accounts_of(user_id: int) -> frozenset[int]:
    """The accounts (primary keys) of whoever has one: itself, and all with its e-mail address."""
    address = User.objects.filter(pk=user_id).values_list("email", flat=True).first()
    same = User.objects.filter(email__iexact=address) if address else User.objects.none()
    return frozenset({user_id, *same.values_list("pk", flat=True)})


def one_person(one: int | None, other: int | None) -> bool:
    """Whether two accounts (primary keys) are one person's; None is nobody's."""
    return one is not None and other is not None and (one == other or other in accounts_of(one))
