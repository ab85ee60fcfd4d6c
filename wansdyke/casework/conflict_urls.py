"""The URLs of conflicts of interest."""

from django.urls import path

from wansdyke.casework import conflict_views

urlpatterns = [
    path("", conflict_views.conflicts, name="conflicts"),
    path("new/", conflict_views.conflict_new, name="conflict-new"),
    path("<reference:conflict_reference>/", conflict_views.conflict, name="conflict"),
]
