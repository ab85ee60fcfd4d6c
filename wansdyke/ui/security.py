"""What every response tells the browser it may do. The settings import this, so it asks nobody."""

from typing import Any, Final
from wsgiref.headers import Headers

from csp.constants import NONCE, NONE, SELF

CSP: Final[dict[str, Any]] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# The fixed pages run no script and talk to nobody, and two requests must not differ by a nonce.
FIXED_PAGE_CSP: Final = (
    "default-src 'none'; object-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)

HEADERS: Final[dict[str, str]] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), "
        "geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), "
        "payment=(), serial=(), usb=()"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# A style or script is of use within a page of ours, and by itself does nothing.
STATIC_FILE_HEADERS: Final[dict[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def on_static_files(headers: Headers, path: str, url: str) -> None:
    """Adds to each static file what it tells the browser; WhiteNoise calls this."""
    for name, value in STATIC_FILE_HEADERS.items():
        headers[name] = value
