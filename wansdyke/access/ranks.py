"""Ranks, lowest first; police staff and partners hold none."""

RANKS = [
    ("staff", "Police staff or partner"),
    ("constable", "Constable"),
    ("sergeant", "Sergeant"),
    ("inspector", "Inspector"),
    ("chief-inspector", "Chief inspector"),
    ("superintendent", "Superintendent"),
    ("chief-superintendent", "Chief superintendent"),
    ("assistant-chief-constable", "Assistant chief constable"),
    ("deputy-chief-constable", "Deputy chief constable"),
    ("chief-constable", "Chief constable"),
]
_ORDER = {key: place for place, (key, _) in enumerate(RANKS)}


def at_least(rank: str, least: str) -> bool:
    """Whether a rank is the least one or above; raises KeyError for an unknown rank."""
    return _ORDER[rank] >= _ORDER[least]
