"""Sections: the parts of a record that can be shown or held back apart from each other."""

from enum import StrEnum
from typing import Any

from django.db import models


class Section(StrEnum):
    """A part of a record; a share lists the sections it opens."""

    CORE = "core"
    NARRATIVE = "narrative"
    IDENTITY = "identity"
    ADDRESS = "address"
    SAFE_CONTACT = "safe contact"
    HEALTH = "health"
    THIRD_PARTY = "third party"
    SOURCE = "source identity"
    STAFF = "staff"
    EQUALITY = "equality"


# What people answered about equality is part of no record that anybody sees, whatever opens it.
ALL = frozenset(Section) - {Section.EQUALITY}
# What names or finds a person: left out where a role exports pseudonymised.
IDENTIFYING = frozenset(
    {
        Section.IDENTITY,
        Section.ADDRESS,
        Section.SAFE_CONTACT,
        Section.NARRATIVE,
        Section.THIRD_PARTY,
        Section.SOURCE,
    }
)


def sections_declared(model: type[models.Model]) -> dict[str, Section]:
    """The sections a model declares for its fields, by field name; empty where it declares none."""
    declared: dict[str, Section] = getattr(model, "SECTIONS", {})
    return declared


def section_of(model: type[models.Model], field: str) -> Section:
    """The section a field belongs to; raises LookupError where the model declares none for it."""
    try:
        return sections_declared(model)[field]
    except KeyError:
        raise LookupError(f"{model.__name__}.{field} declares no section") from None


def shown(item: Any, field: str, visible: frozenset[Section]) -> Any:
    """A field's value, or None where its section is not among the visible ones."""
    return getattr(item, field) if section_of(type(item), field) in visible else None
