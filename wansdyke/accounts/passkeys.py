"""Passkeys: what a browser, a phone or a security key proves without anything to copy or guess.

The ceremonies are those of W3C Web Authentication Level 2, judged by the fido2 library. What is
kept of a credential is sealed like the secrets of an authenticator app, and lies in allauth's own
table, so that its stages of signing in know of it.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from wansdyke.access.models import User
from wansdyke.kernel.flow import Refused

STATE = "passkey_state"
NOT_KNOWN = "That passkey does not open this account. Try another, or sign in another way."
NOT_ADDED = "The passkey could not be added. Try again."
COUNTED_BACK = (
    "This passkey may have been copied, so it was not accepted. Use another way to sign in, remove"
    " the passkey, and tell a system administrator."
)
LAST = "This is your only second factor. Add another passkey or an authenticator app first."
NAMED_ALREADY = "You have a passkey of that name already."
MOST = 10
# What a hostile or broken browser sends makes the library raise any of these.
UNFIT = (ValueError, TypeError, KeyError, AttributeError, IndexError)


class CountedBack(Refused):
    """The passkey's own count of its uses went back: there may be two of it."""


@dataclass(frozen=True)
class Proof:
    """A passkey that was just shown, and whether it asked who held it for a PIN, finger or face."""

    passkey: Authenticator
    verified: bool


def host() -> str:
    """The host name that passkeys are bound to: the one set, else the first name of
    WANSDYKE_HOSTS that is no address."""
    if settings.PASSKEY_HOST:
        return str(settings.PASSKEY_HOST)
    names = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name not in ("", "*")]
    return next((name for name in names if not _is_address(name)), "localhost")


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def offered(request: HttpRequest) -> bool:
    """Whether a browser can use a passkey at this address: under the host's own name."""
    here = request.get_host().partition(":")[0]
    return here == host() or here.endswith(f".{host()}")


def passkeys_of(user: User) -> QuerySet[Authenticator]:
    """A user's passkeys, the oldest first."""
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(
        user=user, type=Authenticator.Type.WEBAUTHN
    )
    return rows.order_by("pk")


def _server() -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=host(), name="Wansdyke"))


def _credential(row: Authenticator) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(decrypt(row.data["credential"])))


def _lookup(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _handle(user: User) -> bytes:
    """What the passkey knows its user by: random, so that a lost key names nobody."""
    first = passkeys_of(user).first()
    return websafe_decode(first.data["handle"]) if first else secrets.token_bytes(32)


def begin_adding(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey; what it must answer is kept in the session."""
    handle = _handle(user)
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=user.username, display_name=user.name),
        credentials=[_credential(row) for row in passkeys_of(user)],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    request.session[STATE] = {**state, "for": "adding", "handle": websafe_encode(handle)}
    return dict(options)


def _taken_state(request: HttpRequest, *purposes: str) -> dict[str, Any]:
    """The challenge of this session, which is good for one answer; raises Refused without one."""
    state = request.session.pop(STATE, None)
    if not isinstance(state, dict) or state.get("for") not in purposes:
        raise Refused(NOT_KNOWN, field="credential")
    return state


def _read(text: str) -> dict[str, Any]:
    told = json.loads(text)
    if not isinstance(told, dict):
        raise TypeError
    return told


def made(request: HttpRequest, answer: str) -> dict[str, Any]:
    """What is to be kept of the passkey that the browser just made. Raises Refused."""
    state = _taken_state(request, "adding")
    try:
        data = _server().register_complete(state, _read(answer))
        if data.credential_data is None:
            raise ValueError
    except UNFIT:
        raise Refused(NOT_ADDED, field="credential") from None
    credential = data.credential_data
    return {
        "lookup": _lookup(credential.credential_id),
        "credential": websafe_encode(bytes(credential)),
        "handle": state["handle"],
        "count": data.counter,
        "verified": data.is_user_verified(),
    }


def add(user: User, name: str, told: Mapping[str, Any]) -> Authenticator:
    """Keeps a passkey under a name. Raises Refused for its field: a name given already, too many,
    or one that some account has already."""
    User.objects.select_for_update().get(pk=user.pk)
    name = " ".join(name.split())
    held = list(passkeys_of(user))
    if not name:
        raise Refused("Enter a name for the passkey", field="name")
    if any(row.data["name"].casefold() == name.casefold() for row in held):
        raise Refused(NAMED_ALREADY, field="name")
    if len(held) >= MOST:
        raise Refused(f"You have {MOST} passkeys: remove one first.", field="name")
    if Authenticator.objects.filter(data__lookup=told["lookup"]).exists():
        raise Refused(NOT_ADDED, field="credential")
    kept = {**told, "name": name, "credential": encrypt(told["credential"])}
    row: Authenticator = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data=kept
    )
    return row


def begin_proving(request: HttpRequest, user: User | None) -> dict[str, Any]:
    """What the browser needs to show a passkey: one of this user's, or, of nobody yet, one that
    makes sure of who holds it."""
    if user is None:
        credentials, wanted = None, UserVerificationRequirement.REQUIRED
    else:
        credentials = [_credential(row) for row in passkeys_of(user)]
        wanted = UserVerificationRequirement.PREFERRED
    options, state = _server().authenticate_begin(credentials, user_verification=wanted)
    request.session[STATE] = {**state, "for": "signing in" if user is None else "second factor"}
    return dict(options)


def whose(answer: str) -> Authenticator | None:
    """The passkey that an answer says it is of; nothing is proven by that."""
    try:
        told = AuthenticationResponse.from_dict(_read(answer))
        lookup = _lookup(told.raw_id)
    except UNFIT:
        return None
    rows = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN, data__lookup=lookup)
    found: Authenticator | None = rows.select_related("user__agency").first()
    return found


def proven(request: HttpRequest, passkey: Authenticator, answer: str, *, alone: bool) -> Proof:
    """Judges an answer to this session's challenge by the passkey it is said to be of.

    `alone`: it is to open a session by itself. Raises Refused, CountedBack among them.
    """
    state = _taken_state(request, "signing in" if alone else "second factor")
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=passkey.pk).first()
        if row is None:
            raise Refused(NOT_KNOWN, field="credential")
        try:
            told = AuthenticationResponse.from_dict(_read(answer))
            _server().authenticate_complete(state, [_credential(row)], told)
            said, handle = told.response.authenticator_data, told.response.user_handle
        except UNFIT:
            raise Refused(NOT_KNOWN, field="credential") from None
        if alone and (handle is None or handle != websafe_decode(row.data["handle"])):
            raise Refused(NOT_KNOWN, field="credential")
        _count(row, said.counter)
    return Proof(row, said.is_user_verified())


def _count(row: Authenticator, count: int) -> None:
    """Notes how often the passkey says it was used. Those that keep no count always say 0."""
    before = row.data["count"]
    if (count or before) and count <= before:
        raise CountedBack(COUNTED_BACK, field="credential")
    # Sealed anew each time, so that a new secret key takes over as people sign in.
    row.data |= {"count": count, "credential": encrypt(decrypt(row.data["credential"]))}
    row.save(update_fields=["data"])
    row.record_usage()


def remove(user: User, mark: str) -> str:
    """Removes one of a user's passkeys and returns its name. Raises Refused where there is no such
    one, and for the last factor."""
    User.objects.select_for_update().get(pk=user.pk)
    row = next((one for one in passkeys_of(user) if mark_of(one) == mark), None)
    if row is None:
        raise Refused("There is no such passkey, or it is removed already.")
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    if not Authenticator.objects.filter(user=user, type__in=factors).exclude(pk=row.pk).exists():
        raise Refused(LAST)
    name = str(row.data["name"])
    row.delete()
    return name


def mark_of(row: Authenticator) -> str:
    """What names a passkey on a page: it opens nothing."""
    return str(row.data["lookup"])[:16]


def used_at(row: Authenticator) -> datetime | None:
    """When it was last shown."""
    found: datetime | None = row.last_used_at
    return found
