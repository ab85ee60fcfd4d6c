"""The second factor: a code from an authenticator app, or one of the recovery codes."""

import time
from typing import Any
from urllib.parse import quote, urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from wansdyke.access.guesses import forget
from wansdyke.access.models import User
from wansdyke.accounts.sign_in import admissible, counted, noted
from wansdyke.kernel.flow import Refused

LAST_STEP = "last_step"
# A phone's clock may be half a minute out either way.
DRIFT = 1


def has_authenticator(user: User) -> bool:
    """Whether the user has set up an authenticator app."""
    return bool(_authenticators(user).filter(type=Authenticator.Type.TOTP).exists())


def has_factor(user: User) -> bool:
    """Whether the user has a second factor of their own: an authenticator app or a passkey."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(_authenticators(user).filter(type__in=kinds).exists())


def _authenticators(user: User) -> Any:
    return Authenticator.objects.filter(user=user)


def step_of(secret: str, code: str) -> int | None:
    """The thirty-second step a code belongs to, among this one and its neighbours; else None."""
    now = int(time.time()) // app_settings.TOTP_PERIOD
    plain = "".join(code.split())
    for step in range(now - DRIFT, now + DRIFT + 1):
        if compare_user_code(actual=plain, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def _spend(authenticator: Authenticator, code: str) -> bool:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return bool(RecoveryCodes(authenticator).validate_code("".join(code.split())))
    secret = decrypt(authenticator.data["secret"])
    step = step_of(secret, code)
    # Kept in the database, so that no other process and no restart lets a code in twice.
    if step is None or step <= authenticator.data.get(LAST_STEP, -1):
        return False
    # Sealed anew each time: so a new secret key takes over as people sign in.
    authenticator.data |= {LAST_STEP: step, "secret": encrypt(secret)}
    authenticator.save(update_fields=["data"])
    return True


def spent(user: User, code: str) -> Authenticator | None:
    """Uses up a code of the user's, and returns what it came from; None if it is not good.

    A code of the app is good once, and never after a later one; a recovery code once.
    """
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    with transaction.atomic():
        held = _authenticators(user).select_for_update().filter(type__in=kinds).order_by("-type")
        used = next((a for a in held if _spend(a, code)), None)
        if used is not None:
            used.refresh_from_db()
            used.record_usage()
    return used


def code_is_right(
    request: HttpRequest, user: User, code: str, *, again: bool = False
) -> Authenticator | None:
    """Spends a code, counted like a password guess and audited; None if it is not good.

    `again`: of somebody signed in, who is asked once more. Raises Refused as `counted`.
    """
    guess = counted(request, user.username, user, "code")
    used = spent(user, code) if admissible(request, user) else None
    if used is None:
        wrong = "wrong second factor when asked again" if again else "wrong second factor"
        noted(request, wrong, user, known=False)
        return None
    forget(guess)
    kind = "recovery code" if used.type == Authenticator.Type.RECOVERY_CODES else "app"
    given = "second factor given again" if again else "second factor given"
    noted(request, f"{given}: {kind}", user, known=True)
    return used


def remember(
    request: HttpRequest,
    user: User,
    used: Authenticator,
    *,
    again: bool = False,
    alone: bool = False,
) -> None:
    """Notes in the session that a second factor was given; `alone`: a passkey, in place of both."""
    facts: dict[str, Any] = {"id": used.pk, "type": used.type}
    if again:
        facts["reauthenticated"] = True
    if alone:
        facts["passwordless"] = True
    record_authentication(request, user, "mfa", **facts)


def pending_secret(request: HttpRequest) -> str:
    """The key of the app that is being set up in this session, which is kept sealed until then."""
    kept = request.session.get(SECRET_SESSION_KEY)
    if kept:
        return str(decrypt(kept))
    secret: str = generate_totp_secret()
    request.session[SECRET_SESSION_KEY] = encrypt(secret)
    return secret


def key_address(user: User, secret: str) -> str:
    """What the square code holds: the address from which an app learns the key."""
    issuer = app_settings.TOTP_ISSUER
    label = quote(f"{issuer}:{user.username}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"


def square_code(user: User, secret: str) -> SafeString:
    """The square code as an SVG element with no style, script or outside address in it."""
    drawn: str = get_adapter().build_totp_svg(key_address(user, secret))
    # The picture is ours from end to end: nothing a person typed is in it but as squares.
    return mark_safe(drawn[drawn.index("<svg") :])  # noqa: S308  # nosec B308 B703


@transaction.atomic
def set_up(user: User, secret: str, step: int) -> tuple[Authenticator, list[str]]:
    """Puts an app with this key, and fresh recovery codes, in place of any the user had; passkeys
    stay.

    `step` is that of the code which proved the app works: it is spent. Returns the authenticator
    and the recovery codes.
    """
    User.objects.select_for_update().get(pk=user.pk)
    _authenticators(user).exclude(type=Authenticator.Type.WEBAUTHN).delete()
    made = TOTP.activate(user, secret).instance
    made.data[LAST_STEP] = step
    made.save(update_fields=["data"])
    return made, RecoveryCodes.activate(user).get_unused_codes()


@transaction.atomic
def fresh_recovery_codes(user: User) -> list[str]:
    """New recovery codes; the old ones stop working."""
    User.objects.select_for_update().get(pk=user.pk)
    _authenticators(user).filter(type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


def codes_left(user: User) -> int:
    """How many recovery codes the user has not used; none where no secret key opens them."""
    kept = _authenticators(user).filter(type=Authenticator.Type.RECOVERY_CODES).first()
    try:
        return len(RecoveryCodes(kept).get_unused_codes()) if kept else 0
    except Refused:
        return 0
