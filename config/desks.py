"""The desks of this installation, one a line; INSTALLED_APPS and URLs are built from it."""

DESKS = [
    "wansdyke.desks.contact",
]
