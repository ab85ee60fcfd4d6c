"""A provider of single sign-on for the tests, and a browser that goes there and back."""

from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client

STRONG = {"sub": "0001", "preferred_username": "ann", "acr": "two", "amr": ["pwd", "otp"]}
WEAK = {"sub": "0001", "preferred_username": "ann", "amr": ["pwd"]}


def gone_through(client: Client, asked: str = "/sign-in/single/") -> Any:
    """Follows the browser to the provider and back; the answer of the way back."""
    return client.get(way_back(client, asked))


def way_back(client: Client, asked: str = "/sign-in/single/") -> str:
    there = client.get(asked)
    assert there.status_code == 302, there.content
    return after(there["Location"])


def after(address: str) -> str:
    back = requests.get(address, allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def reached(client: Client) -> bool:
    return bool(client.get("/").status_code == 200)
