"""What a browser says of itself, in words: enough to know one's own devices by."""

import re

# Each names itself besides those it is built on, so the most particular comes first.
BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS|HeadlessChrome|Chromium)/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("an iPhone", r"iPhone"),
    ("an iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("a Chromebook", r"CrOS"),
    ("a Mac", r"Macintosh|Mac OS"),
    ("Linux", r"Linux|X11"),
)


def _first(known: tuple[tuple[str, str], ...], said: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, said)), "")


def in_words(said: str) -> str:
    """A User-Agent header in words, such as "Firefox on Windows"; nothing of it is kept as sent."""
    browser, system = _first(BROWSERS, said), _first(SYSTEMS, said)
    if not browser and not system:
        return "A device that says nothing of itself"
    return f"{browser or 'A browser'} on {system or 'an unknown system'}"
