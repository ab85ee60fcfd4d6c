"""Who an API token stands for. Making and revoking one is the business of the accounts room."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q

from wansdyke.access.actors import Actor, actor_of
from wansdyke.access.models import ApiToken
from wansdyke.kernel.calendar import london

UNKNOWN, EXPIRED, REVOKED, SHUT_OUT = "unknown", "expired", "revoked", "account not active"
USE_NOTED_EVERY = timedelta(minutes=1)


def digest(raw: str) -> str:
    """What is kept of a token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(raw.encode()).hexdigest()


def actor_of_token(raw: str, *, at: datetime, address: str, request_id: str) -> Actor | None:
    """The actor a token stands for, or None where it is unknown, expired, revoked or suspended.

    It was made in a session with a second factor, and counts as one.
    """
    token = (
        ApiToken.objects.select_related("user__agency")
        .filter(sha256=digest(raw), revoked_at__isnull=True, expires_at__gt=at)
        .first()
    )
    if token is None:
        return None
    actor = actor_of(
        token.user,
        on=london(at).date(),
        mfa=True,
        channel="api",
        session=token.sha256[:16],
        address=address,
        request_id=request_id,
    )
    if not actor.admitted:
        return None
    stale = Q(used_at__isnull=True) | Q(used_at__lte=at - USE_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(used_at=at)
    return replace(actor, sends=token.sends)


def why_refused(raw: str, at: datetime) -> tuple[str, ApiToken | None]:
    """What `actor_of_token` found wrong with a token, and the token, where there is such a one."""
    token = ApiToken.objects.select_related("user").filter(sha256=digest(raw)).first()
    if token is None:
        return UNKNOWN, None
    if token.revoked_at is not None:
        return REVOKED, token
    return (EXPIRED if token.expires_at <= at else SHUT_OUT), token
