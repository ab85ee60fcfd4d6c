"""Which rows belong to a root: found by walking the models, so that a new one is never forgotten.

Every model whose fields declare sections belongs to a root: by its `root`, its `case`, the row that
it hangs from, or the people's records that it is about. Disposal counts and removes by this list,
and a test holds it against the one that is written out.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from wansdyke.access.models import Root
from wansdyke.casework.models import Case, Disposal
from wansdyke.people.models import PersonRecord

Model = type[models.Model]
# What remains of a record, and what other records point at: the one is kept, the other emptied.
KEPT: tuple[Model, ...] = (Disposal,)
EMPTIED: tuple[Model, ...] = (PersonRecord,)


class Belonging(NamedTuple):
    """A model, and the ways from its rows to the roots they belong to: two of what is about two
    records."""

    model: Model
    paths: tuple[str, ...]

    def rows(self, root: int) -> models.QuerySet[Any, Any]:
        """The rows that belong to a root (primary key)."""
        found = models.Q()
        for path in self.paths:
            found |= models.Q(**{path: root})
        return self.model._default_manager.filter(found)


def _to(model: Model) -> Iterator[tuple[str, Model]]:
    """The rows a model's rows point at: name of the field, and the model."""
    for field in model._meta.concrete_fields:
        if isinstance(field.related_model, type) and not isinstance(field.related_model, str):
            yield field.name, field.related_model


def _sectioned(model: Model) -> bool:
    return bool(getattr(model, "SECTIONS", None))


def paths_of(model: Model) -> tuple[str, ...]:
    """The ways from a model to its root. Raises LookupError where it declares sections and leads
    to none."""
    to = dict(_to(model))
    if to.get("root") is Root:
        return ("root",)
    if to.get("case") is Case:
        return ("case__root",)
    for name, parent in to.items():
        if parent is not PersonRecord and parent is not model and _sectioned(parent):
            return tuple(f"{name}__{path}" for path in paths_of(parent))
    found = tuple(f"{name}__root" for name, parent in to.items() if parent is PersonRecord)
    if not found:
        raise LookupError(f"{model._meta.label} declares sections and belongs to no root")
    return found


@lru_cache(maxsize=1)
def belongings() -> tuple[Belonging, ...]:
    """Every model that belongs to a root, those that others hang from last."""
    waiting = {m: Belonging(m, paths_of(m)) for m in apps.get_models() if _sectioned(m)}
    ordered: list[Belonging] = []
    while waiting:
        pointed_at = {to for model in waiting for _, to in _to(model) if to is not model}
        free = [model for model in waiting if model not in pointed_at]
        if not free:
            raise LookupError("Models that hang from each other in a ring belong to no root")
        ordered += [waiting.pop(model) for model in free]
    return tuple(ordered)


def removable() -> tuple[Belonging, ...]:
    """Those whose rows a disposal removes or empties, in the order in which it can."""
    kept = [one.model for one, _ in outliving()]
    return tuple(one for one in belongings() if one.model not in (*KEPT, *kept))


def outliving() -> tuple[tuple[Belonging, tuple[str, ...]], ...]:
    """Those whose rows say what somebody did with the record, and not what it said: they stay, less
    the fields (`OUTLIVES`) in which people wrote words."""
    return tuple(
        (one, tuple(one.model.OUTLIVES)) for one in belongings() if hasattr(one.model, "OUTLIVES")
    )


def others_pointing_at(model: Model) -> Iterator[tuple[Model, str]]:
    """The columns, of any model, that may be emptied and point at a model's rows."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.field.null:
            yield relation.field.model, relation.field.name
