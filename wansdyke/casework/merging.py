"""A stale edit: what the user typed beside what a colleague wrote meanwhile, field by field."""

from dataclasses import dataclass
from typing import Any

from wansdyke.access.sections import Section, section_of
from wansdyke.history.door import plain
from wansdyke.history.models import Change


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field of a stale edit. `theirs_by` is empty where only the user changed it."""

    field: str
    label: str
    before: Any
    yours: Any
    theirs: Any
    theirs_by: str

    @property
    def clashes(self) -> bool:
        return bool(self.theirs_by)


def differences(
    item: Any,
    typed: dict[str, Any],
    labels: dict[str, str],
    seen_version: int,
    visible: frozenset[Section],
) -> list[Difference]:
    """The fields in which the user's edit differs from the record as it is now.

    What stood when the user opened the page is the old value of the first change since then. A
    field that the user left as it was is not theirs to decide, so it is not listed.
    """
    root = item.case.root
    since = Change.objects.filter(event__root=root, event__version__gt=seen_version)
    changed: dict[str, tuple[Any, str]] = {}
    for change in since.select_related("event__by").order_by("event__version", "pk"):
        first = changed.get(change.field, (change.old, ""))[0]
        changed[change.field] = (first, change.event.by.name)
    found = []
    for field, yours in typed.items():
        now = getattr(item, field)
        before, by = changed.get(field, (plain(now), ""))
        if plain(yours) == before or plain(yours) == plain(now):
            continue
        if section_of(type(item), field) not in visible:
            continue
        found.append(
            Difference(
                field=field,
                label=labels.get(field, field),
                before=before,
                yours=yours,
                theirs=now,
                theirs_by=by,
            )
        )
    return found
