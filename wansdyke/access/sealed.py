"""What is kept so that only the holder of the secret key reads it: one derived key a purpose."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(ValueError):
    """Neither the secret key nor an old one opens it."""


def _key(secret_key: str, purpose: bytes) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _keys(purpose: bytes) -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_key(key, purpose) for key in keys])


def seal(text: str, purpose: bytes) -> str:
    """The text sealed with the newest key."""
    return _keys(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: bytes) -> str:
    """What was sealed for this purpose; raises Unreadable where no key opens it."""
    try:
        return _keys(purpose).decrypt(sealed).decode()
    except InvalidToken:
        raise Unreadable from None
