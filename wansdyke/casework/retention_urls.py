"""The URLs of reviews, legal holds, disposal and erasure."""

from collections.abc import Sequence

from django.urls import URLPattern, path

from wansdyke.casework import disposal_views, retention_views
from wansdyke.casework.desk import Desk


def retention_urls(desks: Sequence[Desk]) -> list[URLPattern]:
    """The pages; the views are handed the desks whose records they list."""
    given = {"desks": desks}
    return [
        path("", retention_views.retention, given, name="retention"),
        path("reviews.csv", retention_views.retention_csv, given, name="retention-csv"),
        path("reviews.xlsx", retention_views.retention_xlsx, given, name="retention-xlsx"),
        path("holds/", retention_views.holds, name="holds"),
        path("holds/new/", retention_views.hold_new, name="hold-new"),
        path("holds/<reference:hold_reference>/", retention_views.hold, name="hold"),
        path("disposals/", disposal_views.disposals, given, name="disposals"),
        path("disposals/register.csv", disposal_views.disposals_csv, given, name="disposals-csv"),
        path(
            "disposals/register.xlsx", disposal_views.disposals_xlsx, given, name="disposals-xlsx"
        ),
        path(
            "disposals/<reference:disposal_reference>/",
            disposal_views.disposal,
            given,
            name="disposal",
        ),
        path(
            "<reference:record_reference>/", retention_views.review, given, name="retention-review"
        ),
        path(
            "<reference:record_reference>/propose/",
            disposal_views.disposal_new,
            given,
            name="disposal-new",
        ),
    ]
