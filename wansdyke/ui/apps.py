"""The `ui` room as a Django application."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Brings the templates and static files of `ui` into the project; it has no models."""

    name = "wansdyke.ui"
    label = "ui"
    verbose_name = "Pages and forms"
