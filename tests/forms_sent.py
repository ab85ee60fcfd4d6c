"""What a browser without JavaScript would send: the forms of a page, with what stands in them."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from django.test import Client

Typed = dict[str, list[str]]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._form: dict[str, Any] | None = None
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value if value is not None else "" for key, value in attrs}
        if tag == "form":
            self._form = {"attrs": given, "typed": {}, "buttons": [], "offered": {}}
            self.forms.append(self._form)
        if self._form is None:
            return
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "input":
            self._input(name, value, given)
        elif tag == "button" and given.get("type", "submit") == "submit":
            self._form["buttons"].append((name, value))
        elif tag == "textarea":
            self._area = name
            self._form["typed"].setdefault(name, []).append("")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            chosen = self._form["typed"].setdefault(self._select, [])
            self._form["offered"].setdefault(self._select, []).append(value)
            if "selected" in given or not chosen:
                self._form["typed"][self._select] = [value]

    def _input(self, name: str, value: str, given: Mapping[str, str]) -> None:
        assert self._form is not None
        if given.get("type") in ("radio", "checkbox"):
            self._form["offered"].setdefault(name, []).append(value)
            if "checked" not in given:
                return
        if name:
            self._form["typed"].setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form["typed"][self._area][-1] += data


def forms_of(page: Any) -> list[dict[str, Any]]:
    """The forms of an answer: `attrs`, what is `typed` by name, `offered` answers, `buttons`."""
    reader = _Reader()
    reader.feed(page.content.decode())
    for form in reader.forms:
        # A browser leaves out the first line break of a text area.
        form["typed"] = {
            name: [value.removeprefix("\n") for value in values]
            for name, values in form["typed"].items()
        }
    return reader.forms


def form_of(page: Any, having: str) -> dict[str, Any]:
    """The one form of the page that has a field of that name."""
    (found,) = [form for form in forms_of(page) if having in form["typed"] | form["offered"]]
    return found


def send(client: Client, page: Any, having: str, path: str, **typed: Any) -> Any:
    """Sends the page's form that has that field, with what is typed over what stands there."""
    form = form_of(page, having)
    filled: dict[str, Any] = {
        **form["typed"],
        **{k.replace("__", "-"): v for k, v in typed.items()},
    }
    return client.post(form["attrs"].get("action") or path, filled)
