"""A stale edit: what the user typed beside what a colleague wrote meanwhile, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wansdyke.access.sections import Section, section_of
from wansdyke.history.door import plain
from wansdyke.history.models import Change


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field of a stale edit, as it can be stored. `theirs_by` is empty where only the user
    changed it; with `untouched` only a colleague did."""

    field: str
    before: Any
    yours: Any
    theirs: Any
    theirs_by: str
    untouched: bool = False


def differences(
    item: Any, typed: Mapping[str, Any], seen_version: int, visible: frozenset[Section]
) -> list[Difference]:
    """The fields in which the user's edit differs from the record as it is now.

    What stood when the user opened the page is the old value of the first change since then. A
    field that the user left as it was is `untouched`: sent again, it must not undo a colleague's.
    """
    columns = {field.name for field in item._meta.concrete_fields}
    changed = _changed_since(item, seen_version)
    found = []
    for field, value in typed.items():
        if field not in columns or section_of(type(item), field) not in visible:
            continue
        yours, now = plain(value), plain(getattr(item, field))
        before, by = changed.get(field, (now, ""))
        if yours != now:
            untouched = yours == before
            found.append(
                Difference(
                    field=field,
                    before=before,
                    yours=yours,
                    theirs=now,
                    theirs_by=by,
                    untouched=untouched,
                )
            )
    return found


def _changed_since(item: Any, seen_version: int) -> dict[str, tuple[Any, str]]:
    """By field: its value at that version, and who changed it last since."""
    root = item.case.root
    since = Change.objects.filter(
        event__root=root, event__version__gt=seen_version, record=root.reference
    )
    changed: dict[str, tuple[Any, str]] = {}
    for change in since.select_related("event__by").order_by("event__version", "pk"):
        first = changed.get(change.field, (change.old, ""))[0]
        changed[change.field] = (first, change.event.by.name)
    return changed
