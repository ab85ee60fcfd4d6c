"""The URLs of judging who is who."""

from django.urls import path

from wansdyke.linkage import views

urlpatterns = [
    path("", views.queue, name="linking"),
    path("<reference:pair_reference>/", views.pair, name="linking-pair"),
    path("judgements/<reference:judgement_reference>/", views.judgement_undo, name="judgement"),
]
