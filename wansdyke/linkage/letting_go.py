"""A person's record goes: the judgements about it go with it, and nobody is joined by that."""

from django.db.models import Q

from wansdyke.access.actors import system_actor
from wansdyke.history.door import Doing
from wansdyke.history.models import Change
from wansdyke.linkage.grouping import grouped
from wansdyke.linkage.judging import firsts_of, linked_with, one_at_a_time, regroup
from wansdyke.linkage.models import Suggestion
from wansdyke.people.models import Judgement

WHY = "A record that this hung on was disposed of. Judge the two anew."


def let_go(doing: Doing, record: int) -> int:
    """Removes every judgement about a record (primary key), what was said of them in the history of
    the other records, and groups those anew; returns how many judgements went.

    A “same” that something about this record held back stays apart: it is undone, for a person to
    judge again. Call in a change that has the record's root.
    """
    about = Judgement.objects.filter(Q(left_id=record) | Q(right_id=record))
    gone = list(about.values_list("pk", "reference", "left_id", "right_id"))
    if not gone:
        return 0
    one_at_a_time()
    firsts, _ = linked_with(firsts_of([record]))
    others = {pk for _, _, left, right in gone for pk in (left, right)} - {record}
    references = [reference for _, reference, _, _ in gone]
    Change.objects.filter(event__root_id__in=others, record__in=references).delete()
    held = set(
        Judgement.objects.filter(undone_at=None, held_back=True).values_list("pk", flat=True)
    )
    about.delete()
    _stay_apart(doing, firsts, held - {pk for pk, _, _, _ in gone})
    regroup(doing, [record, *others])
    return len(gone)


def _stay_apart(doing: Doing, firsts: set[int], held: set[int]) -> None:
    """Undoes whatever was held back and would join now, until nothing does."""
    while True:
        known, said = linked_with(firsts)
        free = held & {one.key for one in said if one.same} - grouped(known, said).held_back
        if not free:
            return
        rows = Judgement.objects.filter(pk__in=free)
        for one in rows:
            pair = Suggestion.objects.filter(left_id=one.left_id, right_id=one.right_id)
            pair.update(state=Suggestion.WAITING)
        rows.update(
            undone_at=doing.at, undone_by_id=system_actor().user_id, undone_reason=WHY,
            held_back=False, owner=None,
        )  # fmt: skip
