"""The URL of the areas that a team polices."""

from django.urls import path

from wansdyke.people import team_area_views

urlpatterns = [
    path("teams/<slug:team>/areas/", team_area_views.team_areas, name="team_areas"),
]
