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


def add(case: Case, text: str, *, by: Actor, at: datetime, key: str) -> Outcome:
    """Adds a note. Raises Refused for a blank one, OutOfScope without the right to comment."""

    def body(doing: Doing, held: Case) -> None:
        words = needed(text, "text", "Enter a note.", LONGEST)
        Comment.objects.create(case=held, text=words, by_id=by.user_id, at=at)
        doing.event("note added", root=held.root)
        doing.audit(audit.COLLECTION, held.root.reference, fields=["note"])

    digest = digest_of("note", case.root.reference, text)
    return on_case(case, Right.COMMENT, body, by=by, at=at, key=key, digest=digest)
