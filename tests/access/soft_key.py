"""A passkey in software, as a browser would hand its answers over."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


@dataclass
class SoftKey:
    """One credential at one host; `counts` whether it keeps a count of its uses."""

    origin: str = "http://localhost"
    verifies: bool = True
    counts: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def _data(self, host: str, flags: int) -> bytes:
        self.count += self.counts
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(told).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        one = websafe_encode(self.id)
        kept = {name: websafe_encode(value) for name, value in response.items()}
        told = {"id": one, "rawId": one, "type": "public-key", "response": kept}
        return json.dumps({**told, "clientExtensionResults": {}})

    def made(self, options: dict[str, Any]) -> str:
        """The answer to being made."""
        asked = options["publicKey"]
        self.handle = websafe_decode(asked["user"]["id"])
        public = cbor.encode(ES256.from_cryptography_key(self.key.public_key()))
        data = self._data(asked["rp"]["id"], ATTESTED)
        data += bytes(16) + len(self.id).to_bytes(2) + self.id + public
        whole = cbor.encode({"fmt": "none", "authData": data, "attStmt": {}})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": client, "attestationObject": whole})

    def shown(self, options: dict[str, Any], **changed: Any) -> str:
        """The answer to being shown; `changed` parts of it replace the true ones."""
        asked = options["publicKey"]
        data = changed.get("data") or self._data(changed.get("host", asked["rpId"]), 0)
        kind = changed.get("kind", "webauthn.get")
        client = self._client(kind, changed.get("challenge", asked["challenge"]))
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": client,
                "authenticatorData": data,
                "signature": changed.get("signature", signature),
                "userHandle": changed.get("handle", self.handle),
            }
        )
