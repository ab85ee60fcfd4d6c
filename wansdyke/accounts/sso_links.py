"""Which account a provider's “sub” opens: linked by an administrator, or once by a claim.

A user name or an address may be given to somebody else; a “sub” never is. So the claim counts only
for an account that has no link yet. A link, be it by a claim or an administrator's, opens nothing
until whoever comes by it has given the account's own second factor once, where it has one: so no
administrator signs in as somebody else by linking them to an identifier of their own. After that
only the “sub” counts.
"""

from datetime import datetime
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from wansdyke.access.actors import Actor
from wansdyke.access.models import User
from wansdyke.access.sessions import end_sessions
from wansdyke.accounts.configuring import configuring
from wansdyke.accounts.id_tokens import Told
from wansdyke.accounts.resets import LINKED, UNLINKED, refuse_both, tell_of
from wansdyke.accounts.single_sign_on import Configured, configured, provider_key
from wansdyke.kernel.flow import Refused

WAITING = "single_sign_on_link"
CONFIRMED = "confirmed"
LONGEST = 191
TAKEN = "Another account is linked to this identifier."


def _links(known: Configured) -> Any:
    return SocialAccount.objects.filter(provider=provider_key(known.issuer))


def linked(user: User) -> str:
    """The “sub” that opens an account, or ""."""
    known = configured()
    row = _links(known).filter(user=user).first() if known else None
    return str(row.uid) if row else ""


def user_of(told: Told, known: Configured) -> tuple[User | None, bool]:
    """Whose sign-in this is, and whether the account's link is confirmed."""
    row = _links(known).filter(uid=told.sub).select_related("user__agency").first()
    if row is not None:
        return row.user, bool(row.extra_data.get(CONFIRMED))
    if not known.claim or not told.claimed:
        return None, False
    user = User.objects.select_related("agency").filter(username__iexact=told.claimed).first()
    if user is None or _links(known).filter(user=user).exists():
        return None, False
    return user, False


def confirm(user: User, sub: str) -> bool:
    """Confirms the link of an account to a “sub”, making it where there is none; False where the
    account, or the “sub”, has another."""
    return _linked_now(user, sub, confirmed=True)


def _linked_now(user: User, sub: str, *, confirmed: bool) -> bool:
    known = configured()
    if known is None:
        return False
    try:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=user.pk)
            row = _links(known).filter(user=user).first() or SocialAccount(
                user=user, provider=provider_key(known.issuer), uid=sub
            )
            if row.uid != sub:
                return False
            row.extra_data = {CONFIRMED: confirmed}
            row.save()
    except IntegrityError:
        return False
    return True


def link_waits(request: HttpRequest, user: User, sub: str) -> None:
    """Notes in the session that the account is to be linked once its own factor is given."""
    request.session[WAITING] = {"user": user.pk, "sub": sub}


def waiting_link(request: HttpRequest, user: User) -> str:
    """Takes the “sub” that waited for this user's own factor, or ""."""
    waiting = request.session.pop(WAITING, None) or {}
    return str(waiting["sub"]) if waiting.get("user") == user.pk else ""


def link(*, by: Actor, at: datetime, key: str, user: User, sub: str) -> None:
    """Links an account as an administrator; the user and the auditors are told.

    Raises Refused, naming the field, for the actor's own account too.
    """
    sub = sub.strip()
    with configuring(LINKED, f"user:{user.username}", sub, by=by, at=at, key=key) as doing:
        known = _refuse_own(by, user)
        if not sub or len(sub) > LONGEST:
            raise Refused("Enter the identifier of the account at the provider.", field="sub")
        User.objects.select_for_update().get(pk=user.pk)
        # It opens the account to whoever holds that identifier, as a new password would.
        refuse_both(f"user:{user.username}", LINKED, by=by, at=at)
        if _links(known).filter(uid=sub).exclude(user=user).exists():
            raise Refused(TAKEN, field="sub")
        _links(known).filter(user=user).delete()
        if not _linked_now(user, sub, confirmed=False):
            raise Refused(TAKEN, field="sub")
        doing.touched("single sign-on")
        end_sessions(user)
        tell_of(user, LINKED, by=by, at=at)


def unlink(*, by: Actor, at: datetime, key: str, user: User) -> None:
    """Takes the link of an account away; the user and the auditors are told. Raises Refused."""
    with configuring(UNLINKED, f"user:{user.username}", by=by, at=at, key=key) as doing:
        known = _refuse_own(by, user)
        if not _links(known).filter(user=user).delete()[0]:
            raise Refused("This account is not linked.")
        doing.touched("single sign-on")
        end_sessions(user)
        tell_of(user, UNLINKED, by=by, at=at)


def _refuse_own(by: Actor, user: User) -> Configured:
    known = configured()
    if known is None:
        raise Refused("Single sign-on is not set up.")
    if by.user_id == user.pk:
        raise Refused("Ask another administrator: nobody links their own account.")
    return known
