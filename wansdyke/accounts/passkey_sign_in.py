"""Passkeys as a factor: every try counted and audited like a code, and a copied one told of."""

from django.http import HttpRequest
from django.utils import timezone

from wansdyke.access.guesses import address_of, forget
from wansdyke.access.models import Guess, User
from wansdyke.access.notices import tell
from wansdyke.accounts.passkeys import NOT_KNOWN, CountedBack, Proof, proven, whose
from wansdyke.accounts.resets import tell_auditors
from wansdyke.accounts.sign_in import admissible, counted, noted
from wansdyke.kernel.flow import Refused

COPIED = "A passkey of yours may have been copied. Remove it, and tell a system administrator."
COPIED_TO_AUDITORS = "A passkey of an account may have been copied."


def passkey_is_right(
    request: HttpRequest, user: User, answer: str, *, again: bool = False
) -> Proof:
    """Judges a passkey as the second factor of a user, counted like a password guess and audited.

    Raises Refused as `counted`, and for any passkey that is not good.
    """
    guess = counted(request, user.username, user, "credential")
    passkey = whose(answer)
    try:
        if passkey is None or passkey.user_id != user.pk or not admissible(request, user):
            raise Refused(NOT_KNOWN, field="credential")
        proof = proven(request, passkey, answer, alone=False)
    except Refused as refused:
        wrong = "wrong passkey when asked again" if again else "wrong passkey"
        _refused(request, user, refused, wrong)
        raise
    forget(guess)
    given = "second factor given again" if again else "second factor given"
    noted(request, f"{given}: passkey", user, known=True)
    return proof


def passkey_alone(request: HttpRequest, answer: str) -> tuple[User, Proof]:
    """Judges a passkey that is to open a session by itself, counted and audited; the same refusal
    for one that nobody has and one of somebody suspended.

    Raises Refused.
    """
    passkey = whose(answer)
    user: User | None = passkey.user if passkey else None
    guess: Guess = counted(request, user.username if user else _nobodys(request), user)
    try:
        if passkey is None or user is None:
            raise Refused(NOT_KNOWN)
        proof = proven(request, passkey, answer, alone=True)
    except Refused as refused:
        _refused(request, user, refused, "wrong passkey")
        raise Refused(refused.message) from None
    if not admissible(request, user):
        noted(request, "account not active", user, known=False)
        raise Refused(NOT_KNOWN)
    forget(guess)
    noted(request, "passkey given, in place of password and second factor", user, known=True)
    return user, proof


def _nobodys(request: HttpRequest) -> str:
    # No username has a space in it.
    return f"a passkey from {address_of(request)}"


def _refused(request: HttpRequest, user: User | None, refused: Refused, wrong: str) -> None:
    if not isinstance(refused, CountedBack) or user is None:
        noted(request, wrong, user, known=False)
        return
    noted(request, "passkey refused: its count of uses went back", user, known=False)
    at = timezone.now()
    tell([user.pk], COPIED, root=None, link="/account/passkeys/", at=at)
    tell_auditors(user, COPIED_TO_AUDITORS, at)
