"""The URLs of broken glass."""

from django.urls import path

from wansdyke.casework import glass_views

urlpatterns = [
    path("", glass_views.glass, name="glass"),
    path("break/", glass_views.glass_break, name="glass-break"),
    path("<reference:glass_reference>/", glass_views.glass_one, name="glass-one"),
]
