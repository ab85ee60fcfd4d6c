"""A small OpenID Connect provider on loopback, honest unless it is told what to lie about."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "wansdyke", "a-secret-of-the-client"


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """What the provider knows, whom it signs in next, and what it lies about."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "0001"})
    # Claims that replace the true ones in the token.
    lies: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    in_userinfo: dict[str, Any] = field(default_factory=dict)
    signed: str = "RS256"
    names_itself: str | None = None
    redirects: str = ""
    secret: str = SECRET
    key: rsa.RSAPrivateKey = field(default_factory=_key)
    signing: rsa.RSAPrivateKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    # A page with a button stands between, as a person would see it.
    shows_page: bool = False

    def document(self) -> dict[str, Any]:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_response_iss_parameter_supported": True,
            "code_challenge_methods_supported": ["S256"],
        }
        return told | self.discovery

    def keys(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def back(self, asked: dict[str, str]) -> str:
        """Where the browser goes once the person has signed in."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        named = self.issuer if self.names_itself is None else self.names_itself
        said = {"code": code, "state": asked["state"], **({"iss": named} if named else {})}
        return f"{asked['redirect_uri']}?{urlencode(said)}"

    def tokens(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The answer of the token endpoint; None for a code, verifier or client that is wrong."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked.get("code_challenge_method") != "S256" or challenge != asked["code_challenge"]:
            return None
        if (form.get("client_id"), form.get("client_secret", "")) != (CLIENT, self.secret):
            return None
        return {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "id_token": self.token(asked),
        }

    def token(self, asked: dict[str, str]) -> str:
        """The signed token, with whatever it is to lie about."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "auth_time": now,
            "nonce": asked.get("nonce"),
            **self.person,
            **self.lies,
        }
        claims = {key: value for key, value in claims.items() if value is not None}
        key: Any = self.signing or self.key
        if self.signed == "none":
            key = None
        elif self.signed == "HS256":
            # The old trick: the public key, taken for a shared secret.
            key = json.dumps(self.keys()["keys"][0])
        return jwt.encode(claims, key, algorithm=self.signed, headers={"kid": "one"})


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Quietly."""

        def _say(self, told: Any, status: int = 200, kind: str = "application/json") -> None:
            body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _go(self, where: str) -> None:
            self.send_response(302)
            self.send_header("Location", where)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            provider.fetched.append(parts.path)
            if parts.path.endswith("/openid-configuration"):
                if provider.redirects:
                    return self._go(provider.redirects)
                return self._say(provider.document())
            if parts.path == "/keys":
                return self._say(provider.keys())
            if parts.path == "/userinfo":
                return self._say(provider.person | provider.in_userinfo)
            if parts.path == "/authorize" and provider.shows_page:
                return self._say(
                    "<!doctype html><html lang=en><title>The force's sign-in</title>"
                    f"<a href='/enter?{parts.query.replace('&', '&amp;')}'>Sign in here</a>",
                    kind="text/html; charset=utf-8",
                )
            if parts.path in ("/authorize", "/enter"):
                return self._go(provider.back(asked))
            if parts.path == "/end":
                return self._say(
                    "<!doctype html><html lang=en><title>Signed out</title>", kind="text/html"
                )
            if parts.path == "/favicon.ico":
                return self._say("", kind="image/svg+xml")
            return self._say("", 404)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            sent = parse_qs(self.rfile.read(length).decode())
            answer = provider.tokens({name: values[0] for name, values in sent.items()})
            self._say(answer or {"error": "invalid_grant"}, 200 if answer else 400)

    return Handler


@contextmanager
def running(port: int = 0) -> Iterator[Provider]:
    """A provider that answers on loopback while the block lasts."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
