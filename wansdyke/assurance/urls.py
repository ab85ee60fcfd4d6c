"""The URLs of assurance."""

from django.urls import path

from wansdyke.assurance import measure_views

urlpatterns = [
    path("measures/", measure_views.measures, name="measures"),
    path("measures/figures.csv", measure_views.measures_csv, name="measures_csv"),
    path("measures/<slug:desk_key>/<slug:key>/", measure_views.measure, name="measure"),
]
