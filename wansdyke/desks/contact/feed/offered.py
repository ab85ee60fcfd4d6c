"""The feed of the contact desk: the columns of its import file, taken row by row."""

from typing import Any

from wansdyke.casework.desk import Desk
from wansdyke.casework.feeds import Feed, Sending
from wansdyke.desks.contact.csv_columns import CONTACT_NAMES, CONTACT_REQUIRED
from wansdyke.desks.contact.feed.taking import take


def feed_of(desk: Desk) -> Feed:
    """What the desk takes over the API."""

    def taken(sending: Sending) -> list[dict[str, Any]]:
        return take(sending, desk)

    return Feed(
        columns=CONTACT_NAMES,
        required=CONTACT_REQUIRED,
        lists=frozenset({"risk_types"}),
        numbers=frozenset({"latitude", "longitude"}),
        take=taken,
    )
