"""API tokens: made in a session with a second factor, shown once, kept as a hash."""

import secrets
from datetime import datetime, timedelta

from wansdyke.access.actors import Actor
from wansdyke.access.models import ApiToken, User
from wansdyke.access.tokens import digest
from wansdyke.accounts.configuring import configuring
from wansdyke.history import audit
from wansdyke.history.door import change, digest_of
from wansdyke.kernel.flow import Refused

PREFIX = "wdk_"
USUAL_DAYS, MOST_DAYS = 90, 365
MARK = 12
NO_SUCH = "There is no such token, or it is revoked already."


def make_token(
    *, by: Actor, at: datetime, key: str, name: str, days: int = USUAL_DAYS, sends: bool = False
) -> tuple[ApiToken, str]:
    """Makes a token for the actor, good for so many days, and returns it with its one showing.

    One that `sends` brings calls in, where its owner may take them; any other only reads.

    Raises Refused outside a web session with a second factor, for no name and too long a life.
    """
    if not by.admitted or by.channel != "web":
        raise Refused("A token can be made only by someone signed in with a second factor.")
    if not name.strip():
        raise Refused("Enter what the token is for.", field="name")
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"A token lasts between 1 and {MOST_DAYS} days.", field="days")
    raw = PREFIX + secrets.token_urlsafe(32)
    with change(by=by, at=at, key=key, digest=digest_of("token", name, days, sends)) as doing:
        token = ApiToken.objects.create(
            user_id=by.user_id,
            name=name.strip()[:60],
            sha256=digest(raw),
            made_at=at,
            expires_at=at + timedelta(days=days),
            sends=sends,
        )
        doing.event("API token made", subject=f"user:{by.username}")
        doing.audit(
            audit.CONFIGURATION,
            f"user:{by.username}",
            change="API token made",
            token=mark_of(token),
            expires=token.expires_at.isoformat(),
            sends=sends,
        )
    return token, raw


def revoke_token(*, by: Actor, at: datetime, key: str, mark: str) -> None:
    """Revokes a token of the actor's own at once. Raises Refused where they have no such token."""
    with change(by=by, at=at, key=key, digest=digest_of("revoke", mark)) as doing:
        token = _revoked(by.user_id, mark, at)
        doing.event("API token revoked", subject=f"user:{by.username}")
        doing.audit(
            audit.CONFIGURATION,
            f"user:{by.username}",
            change="API token revoked",
            token=mark_of(token),
        )


def revoke_token_of(*, by: Actor, at: datetime, key: str, user: User, mark: str) -> None:
    """Revokes a token of another user's at once.

    Raises Refused for whoever may not administer, and where the user has no such token.
    """
    subject = f"user:{user.username}"
    with configuring("API token revoked", subject, mark, by=by, at=at, key=key) as doing:
        token = _revoked(user.pk, mark, at)
        doing.note("API token", f"{token.name} ({mark_of(token)})", "revoked")


def _revoked(user_id: int, mark: str, at: datetime) -> ApiToken:
    token = ApiToken.objects.filter(
        user_id=user_id, sha256__startswith=mark, revoked_at__isnull=True
    ).first()
    if token is None or len(mark) < MARK:
        raise Refused(NO_SUCH)
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    return token


def end_tokens(user: User, at: datetime) -> int:
    """Revokes every token a user has; returns how many. Call inside a change."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)


def mark_of(token: ApiToken) -> str:
    """What names a token on a page and in the audit log: it opens nothing."""
    return token.sha256[:MARK]


def tokens_of(by: Actor) -> list[ApiToken]:
    """The actor's tokens, newest first."""
    return list(ApiToken.objects.filter(user_id=by.user_id).order_by("-made_at"))


def live_tokens_of(user: User, at: datetime) -> list[ApiToken]:
    """A user's tokens that still work, newest first."""
    live = ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=at)
    return list(live.order_by("-made_at"))
