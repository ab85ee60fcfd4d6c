"""A call that somebody else is to take: offered to colleagues, taken on by one."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from wansdyke.access.models import Team
from wansdyke.access.sections import Section
from wansdyke.casework.models import Case

CORE = Section.CORE
USER = settings.AUTH_USER_MODEL


class Reroute(models.Model):
    """An offer to the colleagues of whoever is taking a call. It says nothing of why: `not_for` is
    who must not be offered it either, and is shown to nobody."""

    SECTIONS: ClassVar[dict[str, Section]] = {
        "id": CORE,
        "reference": CORE,
        "operator": CORE,
        "team": CORE,
        "draft": CORE,
        "case": CORE,
        "not_for": CORE,
        "at": CORE,
        "taken_by": CORE,
        "taken_at": CORE,
    }
    reference = models.CharField(max_length=20, unique=True)
    operator = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    # What the operator was typing, and the call that it became.
    draft = models.UUIDField(null=True, db_index=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    not_for = models.JSONField(default=list)
    at = models.DateTimeField()
    taken_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["team", "-at"])]

    def __str__(self) -> str:
        return self.reference
