"""For every URL of requests for information, whom it answers."""

from tests.sweeps.leaving_seen import leaving_kept, leaving_stepped, leaving_watched
from tests.sweeps.rules import Rule

KEPT = ("new", "people", "item", "release", "confirm")
READ = ("items", "releases", "file")
LEAVING = {
    "leaving": Rule("GET", leaving_watched),
    "leaving-one": Rule("GET", leaving_watched),
    "leaving-step": Rule("GET POST", leaving_stepped),
    **{f"leaving-{name}": Rule("GET POST", leaving_kept) for name in KEPT},
    **{f"leaving-{name}": Rule("GET", leaving_kept) for name in READ},
}
