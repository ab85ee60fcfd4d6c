"""The Jinja2 environment: GOV.UK macros, and the filters and functions our pages use."""

from collections.abc import Callable, MutableMapping
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)

from wansdyke.ui import drawing, paging, tables, words


class ForgivingLoader(PrefixLoader):
    """Loads templates that lean on missing values being empty, as the GOV.UK macros do.

    Our own templates stay strict: in them a misspelt name is an error, not a blank.
    """

    def __init__(self, mapping: dict[str, BaseLoader]) -> None:
        super().__init__(mapping)
        self._forgiving: dict[int, Environment] = {}

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja2's own name
    ) -> Template:
        """The template, compiled so that a missing value is empty.

        Raises:
            jinja2.TemplateNotFound: it does not exist.
        """
        return super().load(self._forgiving_twin(environment), name, globals)

    def _forgiving_twin(self, environment: Environment) -> Environment:
        if environment.undefined is ChainableUndefined:
            return environment
        twin = self._forgiving.get(id(environment))
        if twin is None:
            twin = environment.overlay(undefined=ChainableUndefined)
            self._forgiving[id(environment)] = twin
        return twin


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The path of a named page.

    Raises:
        django.urls.NoReverseMatch: no page has this name and these arguments.
    """
    return reverse(name, args=args or None, kwargs=kwargs or None)


def csrf_token_of(request: HttpRequest) -> str:
    """The token that a form of this request must send back."""
    return get_token(request)


FILTERS: dict[str, Callable[..., str]] = {
    "london": words.london,
    "date_words": words.date_words,
    "time_words": words.time_words,
    "span_words": words.span_words,
    "ago": words.ago,
    "until": words.until,
    "number": words.number,
}
GLOBALS: dict[str, Any] = {
    "static": static,
    "url": url,
    "csrf_token_of": csrf_token_of,
    "drawn": drawing.drawn,
    "errors_of": drawing.errors_of,
    "has_errors": drawing.has_errors,
    "cell_of": tables.cell_of,
    "query_string": paging.query_string,
}


def environment(**options: Any) -> Environment:
    """The environment that Django's Jinja2 backend asks for.

    Our templates come first, from the loader that Django gives; those of the GOV.UK macros
    under `govuk_frontend_jinja/`.
    """
    macros = ForgivingLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    options["loader"] = ChoiceLoader([macros, options["loader"]])
    options["undefined"] = StrictUndefined
    options.pop("autoescape", None)
    env = Environment(autoescape=True, **options)
    env.filters.update(FILTERS)
    env.globals.update(GLOBALS)
    return env
