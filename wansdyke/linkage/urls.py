"""The URLs of judging who is who."""

from django.urls import path

from wansdyke.linkage import exports, views

urlpatterns = [
    path("", views.queue, name="linking"),
    path("pairs.csv", exports.pairs_csv, name="linking-csv"),
    path("pairs.xlsx", exports.pairs_xlsx, name="linking-xlsx"),
    path("<reference:pair_reference>/", views.pair, name="linking-pair"),
    path("judgements/<reference:judgement_reference>/", views.judgement, name="judgement"),
    path(
        "judgements/<reference:judgement_reference>/settle/",
        views.conflict_taken_on,
        name="conflict-taken-on",
    ),
]
