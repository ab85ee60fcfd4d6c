"""What the navigation offers to whoever is signed in."""

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The context of every page: navigation and who is signed in."""
    return {"navigation": [], "signed_in_as": ""}
