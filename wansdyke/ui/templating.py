"""The template engine: Jinja2 for every page, from each app's own templates folder."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.template.backends.jinja2 import Jinja2
from django.utils.functional import cached_property


class Templates(Jinja2):
    """Django's Jinja2 backend, reading `<app>/templates/` of the packages named.

    The option `packages` (default `("wansdyke",)`) says whose apps these are: other
    packages keep templates of Django's own kind in folders of the same name.
    """

    app_dirname = "templates"

    def __init__(self, params: dict[str, Any]) -> None:
        options = dict(params["OPTIONS"])
        self.packages: tuple[str, ...] = tuple(options.pop("packages", ("wansdyke",)))
        super().__init__({**params, "OPTIONS": options})

    @cached_property
    def template_dirs(self) -> tuple[str, ...]:
        """The folders searched, in the order of INSTALLED_APPS."""
        folders = [
            Path(app.path) / self.app_dirname
            for app in apps.get_app_configs()
            if app.name.partition(".")[0] in self.packages
        ]
        return (*self.dirs, *(str(folder) for folder in folders if folder.is_dir()))
