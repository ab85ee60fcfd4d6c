"""Mass assignment: whatever else is sent with a form, only what it asks for is written.

Each form is sent twice as it is, and once with every column of every model besides. What differs
between the two plain sendings is of the moment; all else must be as it was without.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models

from tests.sweeps.asking import Asker, undone
from tests.sweeps.filling import Form, forms_of
from tests.sweeps.rules import Target
from tests.sweeps.test_writes import MUST_CHANGE, senders, writers
from tests.sweeps.urls import Url, walked
from tests.sweeps.world import World

OURS = ("wansdyke.", "tests.")
# A session says when it was last used; an operation keeps the digest of all that was sent.
OF_THE_REQUEST = frozenset({"access.Session", "sessions.Session", "history.Operation"})
# What has no page of its own is sent from another's form, by a second button or a script.
SENT_FROM = {
    "contact:save-draft": "contact:call",
    "contact:who-and-where": "contact:call",
    **{f"{desk}:person-alike": f"{desk}:person-new" for desk in ("contact", "lost-property")},
}
# Not columns here, but what others have lost records by.
KNOWN_TRICKS = {"is_staff": "on", "is_superuser": "on", "role": "system-administrator", "pk": "1"}
# A draft keeps what was typed as it came; to file it, all is sent anew, which is tried by itself.
AS_IT_CAME = frozenset({"casework.Draft.data"})
Row = tuple[Any, ...]
Rows = dict[str, dict[Any, Row]]


def everything() -> Rows:
    """Every row of every table, by its key."""
    return {
        model._meta.label: {
            row[0]: row[1:]
            for row in model._default_manager.order_by("pk").values_list("pk", *columns(model))
        }
        for model in apps.get_models()
        if model._meta.label not in OF_THE_REQUEST
    }


def columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def besides() -> dict[str, str]:
    """Every column of every model, by either of its names, with something it could hold."""
    found = dict(KNOWN_TRICKS)
    for model in apps.get_models():
        if model.__module__.startswith(OURS):
            for field in model._meta.concrete_fields:
                for name in (field.name, field.attname):
                    found.setdefault(name, worth(field))
    return found | {"marking": "2", "level": "3"}


def worth(field: models.Field[Any, Any]) -> str:
    """Something that a column could hold, and most likely does not."""
    if field.choices:
        return str(list(field.flatchoices)[-1][0])
    if isinstance(field, models.ForeignKey):
        other = field.related_model._default_manager.order_by("-pk").first()
        return str(other.pk) if other else "1"
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField):
        return "2001-02-03T04:05"
    if isinstance(field, models.DateField):
        return "2001-02-03"
    if isinstance(field, models.IntegerField | models.FloatField | models.DecimalField):
        return "7"
    return "planted"


@dataclass(frozen=True)
class Effect:
    """What one sending did: its answer, and each row it wrote, by table and place among them."""

    status: int
    written: dict[tuple[str, int], Row | None]

    @property
    def counted(self) -> Counter[str]:
        """How many rows of each table."""
        return Counter(label for label, _ in self.written)


def effect(asker: Asker, path: str, data: dict[str, Any]) -> Effect:
    """Sends a form, notes what it wrote, and takes it back."""
    with undone():
        before = everything()
        answer = asker.ask("POST", path, data)
        assert answer.status < 500, answer.fault
        return Effect(answer.status, dict(differing(before, everything())))


def differing(before: Rows, after: Rows) -> Iterator[tuple[tuple[str, int], Row | None]]:
    """The rows that are new, other, or gone, in their order."""
    for label, rows in after.items():
        keys = [key for key, row in rows.items() if before[label].get(key) != row]
        gone = [key for key in before[label] if key not in rows]
        for place, key in enumerate([*keys, *gone]):
            yield (label, place), rows.get(key)


def strays(plain: Effect, again: Effect, more: Effect) -> dict[str, str]:
    """The columns that more fields changed, of those that are the same in both plain sendings."""
    assert plain.counted == again.counted
    if plain.status != more.status:
        return {"the answer": f"{plain.status}, with more {more.status}"}
    if plain.counted != more.counted:
        return {"rows": f"{dict(plain.counted)}, with more {dict(more.counted)}"}
    found = {}
    for place, row in plain.written.items():
        names = ["gone"] if row is None else columns(apps.get_model(place[0]))
        trio = [one.written[place] or (None,) * len(names) for one in (plain, again, more)]
        for name, first, second, third in zip(names, *trio, strict=True):
            if first == second != third and f"{place[0]}.{name}" not in AS_IT_CAME:
                found[f"{place[0]}.{name}"] = f"{first!r}, with more {third!r}"
    return found


def form_and_fields(asker: Asker, url: Url, target: Target) -> tuple[Form | None, set[str]]:
    """The form that is sent to a URL, and what any form of the page that shows it asks for."""
    shown = next(one for one in walked() if one.name == SENT_FROM.get(url.name, url.name))
    if shown.rule is None or "GET" not in shown.rule.methods:
        return None, set()
    path = shown.path(target)
    page = asker.ask("GET", path)
    forms = forms_of(page.body.decode()) if page.status == 200 else []
    own = [form for form in forms if form.action in ("", path)]
    return (own[0] if own else None), {name for form in own for _, name, _ in form.fields}


@pytest.mark.proof
@pytest.mark.parametrize("name", [url.name for url in writers()])
def test_what_no_form_asks_for_is_not_written(world: World, name: str) -> None:
    url = next(one for one in walked() if one.name == name)
    every, wrote = besides(), False
    for asker, target in senders(world, url):
        path = url.path(target)
        with undone():
            form, asks = form_and_fields(asker, url, target)
        # What no page shows is a button by itself, which sends its key.
        button = {"key": uuid4().hex}
        plainly = form.filled if form else button.copy
        more = {key: value for key, value in every.items() if key not in {*asks, *plainly()}}
        found: dict[str, str] = {}
        # What was of another minute the first time is not so again.
        for turn in range(2):
            plain, again = (effect(asker, path, plainly()) for _ in range(2))
            told = strays(plain, again, effect(asker, path, more | plainly()))
            found = {at: words for at, words in told.items() if turn == 0 or at in found}
            if not found:
                break
        assert not found, f"{asker.username} of {target}: {found}"
        if plain.written:
            wrote = True
            break
    assert wrote or name not in MUST_CHANGE, "no way of filling it in wrote anything"
