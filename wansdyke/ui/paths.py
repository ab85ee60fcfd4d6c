"""What may be kept of an address that somebody asked for: people type names into addresses."""

import hashlib

from django.contrib.admindocs.utils import replace_metacharacters, replace_named_groups
from django.core.exceptions import ImproperlyConfigured
from django.urls import Resolver404, ResolverMatch, resolve

DIGITS = 16


def digest_of(path: str) -> str:
    """The first 16 hexadecimal digits of a path's SHA-256: enough to tell two paths apart."""
    return hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()[:DIGITS]


def route_of(match: ResolverMatch) -> str:
    """The product's own pattern that an address fits, without what was written into it."""
    return f"/{replace_metacharacters(replace_named_groups(match.route))}"


def loggable(path: str) -> str:
    """A path as a log may say it: its route and the references in it, or else only a digest.

    What the route takes for a reference has a reference's form, so it is nobody's name.
    """
    try:
        match = resolve(path)
    except (Resolver404, ImproperlyConfigured, ImportError):
        return f"an unknown address ({digest_of(path)}, {len(path)} characters)"
    route = route_of(match)
    for name, value in match.kwargs.items():
        route = route.replace(f"<reference:{name}>", str(value))
    return route
