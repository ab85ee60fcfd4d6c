"""The desks of this installation, one name a line; INSTALLED_APPS and the URLs are built from it."""

DESKS = [
    "wansdyke.desks.contact",
]
