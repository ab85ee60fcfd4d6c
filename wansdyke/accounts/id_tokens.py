"""Judging an ID token (OpenID Connect Core 1.0, 3.1.3.7): whose, for whom, when, and for which try.

Allauth may skip the signature of what came over TLS; here it is always checked, by the provider's
published keys, and by no algorithm that takes a public key for a shared secret.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from wansdyke.accounts.single_sign_on import Configured, Faulty

# Signed with a key that only the provider holds. "none" and HMAC are not among them.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY = 60
OLDEST = 600
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")


@dataclass(frozen=True)
class Told:
    """What the provider vouches for: who, under which name, when they proved it, and how well."""

    sub: str
    claimed: str
    at: float
    strong: bool


def claims_of(
    token: str, keys: Mapping[str, Any], *, known: Configured, nonce: str, access_token: str
) -> dict[str, Any]:
    """The claims of a token. Raises Faulty, saying what is wrong with it."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise Faulty("a signature of another kind")
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_key(header, keys),
            algorithms=[header["alg"]],
            audience=known.client_id,
            issuer=known.issuer,
            leeway=LEEWAY,
            options={"require": list(REQUIRED)},
        )
    except jwt.ExpiredSignatureError:
        raise Faulty("an expired token") from None
    except jwt.InvalidAudienceError:
        raise Faulty("a token for another audience") from None
    except jwt.InvalidIssuerError:
        raise Faulty("a token of another issuer") from None
    except jwt.InvalidSignatureError:
        raise Faulty("a wrong signature") from None
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        raise Faulty("a token that cannot be read") from None
    _fitting(claims, header["alg"], known, nonce, access_token)
    return claims


def _key(header: Mapping[str, Any], keys: Mapping[str, Any]) -> Any:
    alg, kid = header["alg"], header.get("kid")
    listed = [k for k in keys.get("keys", []) if k.get("use", "sig") == "sig"]
    found = [k for k in listed if kid is None or k.get("kid") == kid]
    if len(found) != 1 or found[0].get("alg", alg) != alg:
        raise Faulty("a key that the provider does not publish")
    return jwt.PyJWK(found[0], algorithm=alg).key


def _fitting(
    claims: Mapping[str, Any], alg: str, known: Configured, nonce: str, access_token: str
) -> None:
    if not nonce or not hmac.compare_digest(str(claims["nonce"]), nonce):
        raise Faulty("a token of another try")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != known.client_id:
        raise Faulty("a token for another audience")
    if time.time() - float(claims["iat"]) > OLDEST:
        raise Faulty("an old token")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 191:
        raise Faulty("a token without a usable sub")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token, alg):
        raise Faulty("another access token")


def _half_hash(text: str, alg: str) -> str:
    bits = alg[-3:] if alg[-3:].isdigit() else "512"
    whole = hashlib.new(f"sha{bits}", text.encode()).digest()
    return base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()


def told(claims: Mapping[str, Any], claimed: Any, known: Configured) -> Told:
    """What claims amount to. When they proved who they are is 0 where the provider keeps silent."""
    means = claims.get("amr")
    by_means = isinstance(means, list) and bool(set(known.amr) & {str(one) for one in means})
    by_class = bool(known.acr) and str(claims.get("acr", "")) in known.acr
    at = claims.get("auth_time")
    return Told(
        sub=claims["sub"],
        claimed=claimed.strip() if isinstance(claimed, str) else "",
        at=float(at) if isinstance(at, int | float) else 0.0,
        strong=by_class or by_means,
    )
