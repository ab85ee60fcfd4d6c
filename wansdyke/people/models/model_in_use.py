"""By which weights records are compared: those that come with the product, or the force's own."""

from django.db import models

from wansdyke.access.models import User


class ModelInUse(models.Model):
    """What look-up and linking weigh by from a moment on; the newest holds.

    `learnt` are the comparisons of a model that learnt from the force's own records, chances alone;
    None for those that come with the product. It says nothing of anybody.
    """

    name = models.CharField(max_length=60)
    learnt = models.JSONField(null=True)
    records = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
