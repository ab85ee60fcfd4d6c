"""The URLs of assurance."""

from django.urls import path

from wansdyke.assurance import equality_views, measure_views

urlpatterns = [
    path("measures/", measure_views.measures, name="measures"),
    path("measures/figures.csv", measure_views.measures_csv, name="measures_csv"),
    path("measures/equality/", equality_views.equality, name="equality"),
    path("measures/equality/counts.csv", equality_views.equality_csv, name="equality-csv"),
    path("measures/equality/counts.xlsx", equality_views.equality_xlsx, name="equality-xlsx"),
    path(
        "measures/equality/<slug:characteristic>/",
        equality_views.equality_one,
        name="equality-one",
    ),
    path("measures/<slug:desk_key>/<slug:key>/", measure_views.measure, name="measure"),
]
