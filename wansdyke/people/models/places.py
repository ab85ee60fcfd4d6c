"""Places, the areas they lie in, and how many people live there: reference data."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from wansdyke.access.models import Load, Team


class Area(models.Model):
    """A published outline: an LSOA or another area that counts are given for.

    `policing`: it is of the kind that the force chose as its community policing areas.
    """

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    outline = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    policing = models.BooleanField(default=False)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "name"])]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """An address or a spot: reference data, so it names nobody and belongs to no root."""

    reference = models.CharField(max_length=20, unique=True)
    address = models.CharField(max_length=250, blank=True)
    address_key = models.CharField(max_length=250, db_index=True, blank=True)
    house_key = models.CharField(max_length=80, blank=True)
    street_key = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    postcode_key = models.CharField(max_length=8, db_index=True, blank=True)
    uprn = models.CharField(max_length=12, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    area = models.ForeignKey(Area, on_delete=models.SET_NULL, null=True, related_name="places")
    policing_area = models.ForeignKey(
        Area, on_delete=models.SET_NULL, null=True, related_name="policed_places"
    )
    # By which drawing of the outlines its areas were found (`whereabouts`).
    placed_by = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["placed_by", "id"],
                condition=Q(latitude__isnull=False),
                name="place_placed_by",
            ),
            models.Index(fields=["street_key", "house_key"], name="place_by_street"),
            models.Index(fields=["house_key", "street_key"], name="place_by_house"),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.address, self.postcode) if part) or self.reference


class Population(models.Model):
    """How many people live in an area, by whom it was counted or estimated, and of which year."""

    code = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    people = models.PositiveIntegerField()
    source = models.CharField(max_length=120)
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "year"], name="one_population_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.code}, {self.year}"


class TeamArea(models.Model):
    """That a team polices an area between two dates (until is exclusive)."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="areas")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="teams")
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "area"],
                condition=Q(until_date__isnull=True),
                name="team_area_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.area}"
