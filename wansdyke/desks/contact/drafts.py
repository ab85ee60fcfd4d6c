"""What a call handler is typing: saved as they type, theirs alone, gone once it is a call."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
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
    if sum(len(str(value)) for values in data.values() for value in values) > MOST_TYPED:
        return False
    number = int(sequence) if sequence.isdecimal() and len(sequence) < MOST_DIGITS else 0
    with transaction.atomic():
        draft = _held(actor, key, data, at)
        if draft is None:
            return _already_a_call(actor, data)
        last_page, last = draft.data.get("autosave", ["", 0])
        if not page or page != last_page or number >= last:
            draft.data, draft.saved_at = {**data, "autosave": [page, number]}, at
            draft.save(update_fields=["data", "saved_at"])
    return True


def _held(actor: Actor, key: uuid.UUID, data: dict[str, Any], at: datetime) -> Draft | None:
    """The draft of that key, locked and made where there is none; None where it is refused.

    Two sendings of one page may arrive together, and one together with the call itself: whoever
    comes second waits for the other, and then sees what it left.
    """
    same = Draft.objects.select_for_update().filter(key=key)
    draft = same.first()
    if draft is None:
        if _already_a_call(actor, data):
            return None
        if Draft.objects.filter(author_id=actor.user_id, desk=DESK).count() >= MOST_DRAFTS:
            return None
        fresh = Draft(author_id=actor.user_id, desk=DESK, key=key, started_at=at, saved_at=at)
        Draft.objects.bulk_create([fresh], ignore_conflicts=True)
        draft = same.first()
    return draft if draft is not None and draft.author_id == actor.user_id else None


def _already_a_call(actor: Actor, data: dict[str, Any]) -> bool:
    sent = (data.get("key") or [""])[0]
    return bool(sent) and Operation.objects.filter(user_id=actor.user_id, key=sent).exists()


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
