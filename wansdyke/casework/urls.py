"""The URLs of a desk: those that every desk has, then its own."""

from django.urls import URLPattern, path, register_converter

from wansdyke.access.references import PATTERN
from wansdyke.casework import list_exports, step_views, views
from wansdyke.casework.desk import Desk
from wansdyke.casework.work_urls import work_patterns


class Reference:
    """A reference in a URL; anything else is simply not found."""

    regex = PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Reference, "reference")


def urls_of(desk: Desk) -> list[URLPattern]:
    """Every URL of one desk; the views are handed the desk they serve."""
    given = {"desk": desk}
    case = "<reference:reference>/"
    opening = [path("new/", views.new, given, name="new")] if desk.open_form else []
    editing = [path(f"{case}edit/", views.edit, given, name="edit")] if desk.edit_form else []
    return [
        path("", views.cases, given, name="list"),
        path("export.csv", list_exports.as_csv, given, name="csv"),
        *opening,
        *desk.urls(desk),
        path(case, views.case, given, name="case"),
        *editing,
        path(f"{case}history/", views.history, given, name="history"),
        path(f"{case}owner/", views.owner, given, name="owner"),
        path(f"{case}step/<slug:step>/", step_views.step, given, name="step"),
        path(f"{case}step/<slug:step>/decide/", step_views.decision, given, name="decision"),
        *work_patterns(desk),
    ]
