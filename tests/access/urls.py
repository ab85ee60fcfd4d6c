"""The pages of signing in and administration, and one page behind them."""

from django.http import HttpResponse
from django.urls import include, path

from wansdyke.access.settings import Setting
from wansdyke.accounts.urls import admin_urls
from wansdyke.history.pages import Asked, page

MINUTES = Setting(
    key="contact.immediate-minutes",
    title="Minutes to an immediate call",
    default=20,
    unit="minutes",
    most=240,
    source="Force policy",
)
START = Setting(
    key="contact.clock-start",
    title="Clock starts at",
    default="grade",
    kind="choice",
    choices=(("grade", "Grade"), ("receipt", "Receipt")),
)


def declared() -> tuple[Setting, ...]:
    """The settings that these tests change."""
    return (MINUTES, START)


@page()
def front(request: Asked) -> HttpResponse:
    """A page for whoever is admitted."""
    return HttpResponse(f"front page of {request.actor.username}")


urlpatterns = [
    path("", front, name="home"),
    path("", include("wansdyke.accounts.urls")),
    path("administration/", include(admin_urls(declared))),
]
handler404 = "wansdyke.ui.errors.not_found"
