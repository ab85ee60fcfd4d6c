"""Notes on a case, kept as they were written."""

from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.posts import Right
from wansdyke.casework.models import Case, Comment
from wansdyke.casework.on_case import needed, on_case
from wansdyke.casework.steps import Outcome
from wansdyke.history import audit
from wansdyke.history.door import Doing, digest_of

LONGEST = 10_000


def add(
    case: Case, text: str, *, by: Actor, at: datetime, key: str, hand_over: bool = False
) -> Outcome:
    """Adds a note, for the next shift too if it is a hand-over.

    Raises Refused for a blank one, OutOfScope without the right to comment.
    """

    def body(doing: Doing, held: Case) -> None:
        words = needed(text, "text", "Enter a note.", LONGEST)
        Comment.objects.create(case=held, text=words, by_id=by.user_id, at=at, hand_over=hand_over)
        doing.event("handed over" if hand_over else "note added", root=held.root)
        doing.audit(audit.COLLECTION, held.root.reference, fields=["note"])

    digest = digest_of("note", case.root.reference, text, hand_over)
    return on_case(case, Right.COMMENT, body, by=by, at=at, key=key, digest=digest)
