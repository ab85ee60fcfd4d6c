"""How a person's own record is marked: as a case is, and apart from the cases that name it."""

from collections.abc import Iterable
from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.models import Grant, Root
from wansdyke.access.posts import Right
from wansdyke.access.scope import OutOfScope, scope
from wansdyke.casework.marking import (
    NAMES,
    name_on,
    offered_still,
    refuse_unless_as_seen,
    right_to,
    say,
    say_if_meanwhile,
    supervisors,
    why_of,
)
from wansdyke.casework.queries import require
from wansdyke.casework.steps import Outcome, again, outcome_of
from wansdyke.history import audit
from wansdyke.history.door import Doing, Repeated, change, digest_of
from wansdyke.people.models import PersonRecord


def markings_of(actor: Actor, at: datetime, roots: Iterable[Root]) -> dict[str, list[int]]:
    """The markings that an actor may give each of some roots now, by reference; none left out."""
    several = list(roots)
    keys = [root.pk for root in several]
    may = {
        right: set(
            Root.objects.filter(scope(actor, right, at), pk__in=keys).values_list("pk", flat=True)
        )
        for right in (Right.RESTRICT, Right.LIFT)
    }
    found = {
        root.reference: [
            wanted
            for wanted in NAMES
            if wanted != root.marking and root.pk in may[right_to(root.marking, wanted)]
        ]
        for root in several
    }
    return {reference: offered for reference, offered in found.items() if offered}


def record_to_mark(
    actor: Actor, reference: str, at: datetime, sent: str = ""
) -> tuple[PersonRecord, list[int]]:
    """A person's record and the markings that the actor may give it, or has just `sent`. Raises
    OutOfScope."""
    record = (
        PersonRecord.objects.filter(
            scope(actor, Right.RESTRICT, at, "root__"), root__reference=reference
        )
        .select_related("root__team", "person")
        .first()
    )
    if record is None:
        raise OutOfScope(reference)
    may = markings_of(actor, at, [record.root]).get(reference, [])
    offered = offered_still(may, record.root.marking, sent)
    if not offered:
        raise OutOfScope(reference)
    return record, offered


def mark_record(
    record: PersonRecord,
    wanted: int,
    *,
    reason: str = "",
    seen: int | None = None,
    by: Actor,
    at: datetime,
    key: str,
) -> Outcome:
    """Marks a person's record standard, restricted or sealed; `seen` is how it was marked when
    somebody decided that.

    Raises Refused for the marking that it has, for another than was seen or found a moment ago, and
    without a reason for anything but restricting; OutOfScope without the right (see
    `marking.right_to`) on the record.
    """
    right = right_to(record.root.marking, wanted)
    digest = digest_of("record marking", record.root.reference, wanted, reason)
    try:
        with change(by=by, at=at, key=key, root=record.root, digest=digest) as doing:
            root = Root.objects.select_related("team").get(pk=record.pk)
            require(by, right, root, at)
            refuse_unless_as_seen(root, wanted, right, seen, "record")
            _write(doing, root, wanted, why_of(reason, right))
            return outcome_of(doing, root.reference)
    except Repeated as repeated:
        return again(repeated)
    except OutOfScope:
        # Whoever is named from a moment on that is later than this one's own does not see it yet.
        say_if_meanwhile(record.root, "record")
        raise


def _write(doing: Doing, root: Root, wanted: int, why: str) -> None:
    say(doing, root, wanted, why)
    # It makes no other call a repeat any more, or does again; and look-up is told that it is held.
    theirs = PersonRecord.objects.filter(pk=root.pk)
    theirs.update(regrouped=True)
    if wanted > root.marking:
        theirs.update(warned=True)
        link = f"/people/{theirs.values_list('person__reference', flat=True).get()}/"
        name_on(doing, root, {doing.by.user_id, *supervisors(root, doing.at)}, link)
        shut = Grant.objects.filter(root=root, kind=Grant.SHARE, revoked_at__isnull=True)
        if wanted != Root.SEALED:
            shut = shut.filter(user__isnull=True)
        shut.update(revoked_at=doing.at)
    root.marking = wanted
    root.save(update_fields=["marking"])
    doing.audit(audit.ALTERATION, root.reference, marking=NAMES[wanted].lower())
