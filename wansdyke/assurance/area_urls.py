"""The URLs of the areas: own incidents beside published counts."""

from django.urls import path

from wansdyke.assurance import area_views

urlpatterns = [
    path("areas/", area_views.areas, name="areas"),
    path("areas/counts.csv", area_views.areas_csv, name="areas_csv"),
    path("areas/counts.xlsx", area_views.areas_xlsx, name="areas_xlsx"),
    path("areas/<str:code>/", area_views.area, name="area"),
]
