"""The URLs of published counts by area."""

from django.urls import path

from wansdyke.people import area_views

urlpatterns = [
    path("areas/", area_views.areas, name="areas"),
    path("areas/counts.csv", area_views.areas_csv, name="areas_csv"),
    path("areas/<str:code>/", area_views.area, name="area"),
]
