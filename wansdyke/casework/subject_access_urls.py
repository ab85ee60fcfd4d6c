"""The URLs of answering whoever is outside; the views are handed the desks they look through."""

from django.urls import URLPattern, path

from wansdyke.casework import subject_access_item_views as items
from wansdyke.casework import subject_access_views as views
from wansdyke.casework.desk import Desk


def leaving_urls(desks: tuple[Desk, ...]) -> list[URLPattern]:
    """Every URL of requests for information, over these desks."""
    given = {"desks": desks}
    one = "<reference:leaving_reference>/"
    item = f"{one}items/<slug:item>/"
    return [
        path("", views.requests, name="leaving"),
        path("new/", views.request_new, name="leaving-new"),
        path(one, views.request_one, name="leaving-one"),
        path(f"{one}people/", views.request_people, name="leaving-people"),
        path(f"{one}items/", items.items, given, name="leaving-items"),
        path(item, items.item, given, name="leaving-item"),
        path(f"{item}release/", items.release, given, name="leaving-release"),
        path(f"{one}releases/", items.releases, given, name="leaving-releases"),
        path(
            f"{one}releases/<reference:release_reference>/",
            items.confirm,
            given,
            name="leaving-confirm",
        ),
        path(f"{one}bundle/<slug:form>/", items.file, name="leaving-file"),
        path(f"{one}step/<slug:step>/", views.request_step, given, name="leaving-step"),
    ]
