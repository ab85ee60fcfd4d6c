"""What the environment says: the variables that docs/start.md lists, and how they are read."""

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NO_KEY = (
    "No secret key is set, so signatures and sessions could be forged. "
    "Set WANSDYKE_SECRET_KEY to at least 50 random characters, "
    "or set WANSDYKE_DEMO=1 to run the made-up force."
)
SHORTEST_KEY = 50
LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})


def flag(name: str) -> bool:
    """Whether the variable is set to 1, true, yes or on."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def whole_number(name: str, default: int) -> int:
    """The variable as a whole number above 0; raises ImproperlyConfigured naming it otherwise."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit() or int(text) == 0:
        raise ImproperlyConfigured(f"{name} must be a whole number above 0, but it is “{text}”.")
    return int(text)


def data_folder() -> Path:
    """The folder for the embedded database and files; made if it is not there."""
    folder = Path(os.environ.get("WANSDYKE_DATA", "var")).expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def demonstration(folder: Path) -> bool:
    """Whether this is the made-up force: the variable says so, or `demo` marked the folder."""
    return flag("WANSDYKE_DEMO") or (folder / "demonstration").exists()


def secret_key(folder: Path, *, demo: bool) -> str:
    """The secret key; in demonstration mode one is made and kept in the data folder.

    Raises ImproperlyConfigured where there is none, or it is too short to be one.
    """
    key = os.environ.get("WANSDYKE_SECRET_KEY", "")
    if key:
        if len(key) < SHORTEST_KEY:
            raise ImproperlyConfigured("WANSDYKE_SECRET_KEY must have at least 50 characters.")
        return key
    if not demo:
        raise ImproperlyConfigured(NO_KEY)
    kept = folder / "demonstration.key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(64))
    return kept.read_text()


# An address may be given to somebody else, so it never says whose account it is.
NO_CLAIMS = frozenset({"email", "mail", "phone_number"})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def words(name: str) -> tuple[str, ...]:
    """The variable as words between commas or spaces."""
    return tuple(word for word in re.split(r"[,\s]+", os.environ.get(name, "")) if word)


def single_sign_on() -> dict[str, Any]:
    """The OpenID Connect provider that the environment names, or nothing.

    Raises ImproperlyConfigured, naming the variable that cannot be used.
    """
    said = {
        key: os.environ.get(f"WANSDYKE_OIDC_{key.upper()}", "").strip()
        for key in ("issuer", "client_id", "client_secret", "name", "claim", "passwords")
    }
    if not said["issuer"]:
        return {}
    parts = urlsplit(said["issuer"])
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ImproperlyConfigured("WANSDYKE_OIDC_ISSUER must begin with https://.")
    if not said["client_id"]:
        raise ImproperlyConfigured("WANSDYKE_OIDC_CLIENT_ID must be set, for there is an issuer.")
    claim = said["claim"] or "preferred_username"
    if claim.lower() in NO_CLAIMS:
        raise ImproperlyConfigured(
            f"WANSDYKE_OIDC_CLAIM cannot be “{claim}”: it may be given to somebody else. Name a"
            " claim that holds the user name, or none, so that administrators link accounts."
        )
    passwords = said["passwords"] or "everybody"
    if passwords not in ("everybody", "partners", "administrators"):
        raise ImproperlyConfigured(
            "WANSDYKE_OIDC_PASSWORDS must be everybody, partners or administrators, but it is"
            f" “{passwords}”."
        )
    return {
        "issuer": said["issuer"],
        "client_id": said["client_id"],
        "secret": said["client_secret"],
        "name": said["name"] or "single sign-on",
        "claim": "" if claim == "none" else claim,
        "acr": words("WANSDYKE_OIDC_ACR"),
        "amr": words("WANSDYKE_OIDC_AMR"),
        "passwords": passwords,
    }


def old_secret_keys() -> list[str]:
    """The secret keys before this one, newest first, between commas or spaces.

    Raises ImproperlyConfigured where one is too short to have been a key.
    """
    keys = list(words("WANSDYKE_SECRET_KEY_OLD"))
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise ImproperlyConfigured(
            "Each key in WANSDYKE_SECRET_KEY_OLD must have at least 50 characters, none of them a"
            " comma or a space."
        )
    return keys


def database_in_secret(parsed: dict[str, Any]) -> dict[str, str]:
    """What a connection to a PostgreSQL of another machine is made with, where its URL does not
    say: encrypted, and to a server whose certificate an authority vouches for.

    Left to itself the driver tries encryption and does without where the server has none.
    """
    host = str(parsed.get("HOST") or "")
    if host in LOCAL or host.startswith("/") or "sslmode" in parsed.get("OPTIONS", {}):
        return {}
    return {"sslmode": "verify-full", "sslrootcert": "system"}
