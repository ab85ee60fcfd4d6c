"""What a call handler is typing: saved as they type, theirs alone, gone once it is a call."""

import uuid
from datetime import datetime
from typing import Any

from django.http import QueryDict

from wansdyke.access.actors import Actor
from wansdyke.casework.models import Draft
from wansdyke.history.models import Operation

DESK = "contact"
NOT_KEPT = ("csrfmiddlewaretoken", "look-up")
MOST_DRAFTS, MOST_TYPED, MOST_DIGITS = 20, 128_000, 9


def _plain(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


def without_nul(typed: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What was typed, less the NULs that no database keeps: the words around them are kept."""
    return {_plain(name): [_plain(value) for value in values] for name, values in typed.items()}


def keep(
    actor: Actor,
    key: uuid.UUID,
    typed: dict[str, list[Any]],
    *,
    at: datetime,
    page: str,
    sequence: str,
) -> bool:
    """Keeps what was typed under a key; returns whether it is kept.

    A page that is closing sends without waiting, so an older sending of the same page may arrive
    late: it is dropped. One that arrives after the call itself was saved is dropped too. A key
    that is another's is refused, and so is more than anyone types: 128,000 characters, 20 drafts.
    """
    data = {name: values for name, values in without_nul(typed).items() if name not in NOT_KEPT}
    sent = (data.get("key") or [""])[0]
    if sent and Operation.objects.filter(user_id=actor.user_id, key=sent).exists():
        return True
    number = int(sequence) if sequence.isdecimal() and len(sequence) < MOST_DIGITS else 0
    if sum(len(str(value)) for values in data.values() for value in values) > MOST_TYPED:
        return False
    draft = Draft.objects.filter(key=key).first()
    if draft is None:
        if Draft.objects.filter(author_id=actor.user_id, desk=DESK).count() >= MOST_DRAFTS:
            return False
        stamped = {**data, "autosave": [page, number]}
        Draft.objects.create(
            author_id=actor.user_id, desk=DESK, key=key, data=stamped, started_at=at, saved_at=at
        )
        return True
    if draft.author_id != actor.user_id:
        return False
    last_page, last = draft.data.get("autosave", ["", 0])
    if page and page == last_page and number < last:
        return True
    draft.data, draft.saved_at = {**data, "autosave": [page, number]}, at
    draft.save(update_fields=["data", "saved_at"])
    return True


def as_posted(data: dict[str, Any]) -> QueryDict:
    """A draft as the form would have sent it."""
    posted = QueryDict(mutable=True)
    for name, values in data.items():
        if name != "autosave":
            posted.setlist(name, values)
    return posted


def drop(actor: Actor, key: uuid.UUID) -> None:
    """Throws away one's own draft."""
    Draft.objects.filter(author_id=actor.user_id, desk=DESK, key=key).delete()
