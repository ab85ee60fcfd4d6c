"""What an authenticator app and the recovery codes are made from, sealed before it is kept.

Whoever reads the database or a backup, but not the secret key, cannot make a code from it.
"""

import logging

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from wansdyke.access.sealed import Unreadable, seal, unseal
from wansdyke.kernel.flow import Refused

log = logging.getLogger(__name__)
# Neither a key of an app (A–Z, 2–7) nor a seed (hexadecimal) can begin like this.
SEALED = "sealed:"
PURPOSE = b"wansdyke second factor 1"
SECRETS = ("secret", "seed", "credential")
UNREADABLE = "Your second factor cannot be checked now. Tell a system administrator."


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Allauth's second factor, with its secrets sealed by the newest key and read by any."""

    def encrypt(self, text: str) -> str:
        """The text as it is kept."""
        return SEALED + seal(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """What was sealed; what was kept before sealing began comes as it is.

        Raises Refused where neither the secret key nor an old one opens it.
        """
        if not encrypted_text.startswith(SEALED):
            return encrypted_text
        try:
            return unseal(encrypted_text.removeprefix(SEALED), PURPOSE)
        except Unreadable:
            log.error(
                "A second factor was sealed with another secret key: "
                "name that key in WANSDYKE_SECRET_KEY_OLD."
            )
            raise Refused(UNREADABLE, field="code") from None


def seal_again() -> int:
    """Seals every second factor with the newest key, so that the old ones may go; returns how many.

    Raises Refused at the first that no key opens; those before it stay sealed anew.
    """
    adapter, done = Adapter(), 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            for name in SECRETS if row is not None else ():
                if name in row.data:
                    row.data[name] = adapter.encrypt(adapter.decrypt(row.data[name]))
            if row is not None:
                row.save(update_fields=["data"])
                done += 1
    return done
