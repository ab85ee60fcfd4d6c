"""Only the algorithms of the inventory (docs/safeguards.md) are used, and none that is weak."""

import ast
import re

from tests.conformance.test_absent import ROOT, _calls, _imported, _told, _trees

HASHES = {"sha256", "sha512", "file_digest"}
# Have I Been Pwned lists passwords by SHA-1: it finds a line there and protects nothing.
# An ID token is checked with the hash that its signature names, one of three (SHA-2).
ELSEWHERE = {("wansdyke/accounts/passwords.py", "sha1"), ("wansdyke/accounts/id_tokens.py", "new")}
CRYPTOGRAPHY = {
    "cryptography.fernet.Fernet",
    "cryptography.fernet.InvalidToken",
    "cryptography.fernet.MultiFernet",
    "cryptography.hazmat.primitives.hashes",
    "cryptography.hazmat.primitives.hashes.SHA256",
    "cryptography.hazmat.primitives.ciphers.aead.AESGCM",
    "cryptography.hazmat.primitives.kdf.hkdf.HKDF",
    "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC",
    "cryptography.hazmat.primitives.asymmetric.ed25519.Ed25519PrivateKey",
    "cryptography.hazmat.primitives.serialization.Encoding",
    "cryptography.hazmat.primitives.serialization.NoEncryption",
    "cryptography.hazmat.primitives.serialization.PrivateFormat",
    "cryptography.hazmat.primitives.serialization.PublicFormat",
    "cryptography.hazmat.primitives.serialization.load_pem_private_key",
}
WEAK = re.compile(
    r"\b(md4|md5|rc4|arc4|tripledes|3des|blowfish|ecb|pkcs1v15|cfb|ofb|hmac-?md5|crypt\.)\b", re.I
)


def test_only_those_of_the_inventory_are_used() -> None:
    strange = [
        f"{_told(path)} {name}"
        for path, tree in _trees().items()
        for name in _imported(tree)
        if name.startswith("cryptography") and name not in CRYPTOGRAPHY
    ]
    for path, call, name in _calls():
        module, _, function = name.rpartition(".")
        if module == "hashlib" and (_told(path), function) not in ELSEWHERE | {
            (_told(path), each) for each in HASHES
        }:
            strange.append(f"{_told(path, call)} {name}")
        if function == "file_digest" and ast.unparse(call.args[1]) not in ("'sha256'", '"sha256"'):
            strange.append(f"{_told(path, call)} {ast.unparse(call)}")
        if name == "salted_hmac":
            said = {word.arg: ast.unparse(word.value) for word in call.keywords}
            if said.get("algorithm") != "'sha256'":
                strange.append(f"{_told(path, call)} without SHA-256")
    assert strange == []


def test_none_that_is_weak_is_named() -> None:
    found = [
        f"{_told(path)}: {match[0]}"
        for path in _trees()
        for match in WEAK.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_inventory_names_each() -> None:
    page = (ROOT / "docs" / "safeguards.md").read_text(encoding="utf-8")
    inventory = page.partition("## Algorithms")[2].partition("## ")[0]
    for name in ("Argon2id", "AES-128-CBC", "HKDF-SHA256", "AES-256-GCM", "PBKDF2", "SHA-256",
                 "Ed25519", "HMAC-SHA256", "HMAC-SHA1"):  # fmt: skip
        assert name in inventory, name
