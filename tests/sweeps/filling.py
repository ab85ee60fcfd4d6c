"""Reading the forms of a page as a browser does, and filling them in with something plausible."""

from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from wansdyke.kernel.calendar import london

Attributes = dict[str, str]


@dataclass
class Form:
    """One form of a page: where it is sent, and its fields as (kind, name, value)."""

    action: str
    method: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)

    def filled(self) -> dict[str, Any]:
        """Its answers: what is there already, else the first choice or a plausible text."""
        found: dict[str, Any] = {}
        for kind, name, value in self.fields:
            unanswered = not found.get(name)
            if (kind == "option" and value and unanswered) or (kind == "radio" and unanswered):
                found[name] = value
            elif kind == "checkbox" and unanswered:
                found[name] = [value]
            elif kind == "file":
                found[name] = SimpleUploadedFile("paper.pdf", b"%PDF-1.7\npaper")
            elif kind == "hidden":
                found[name] = value
            elif kind == "text" and unanswered:
                found[name] = value or plausible(name)
        return found


def plausible(name: str) -> Any:
    """Something that a field of this name may take: what is due is to come, the rest has been."""
    if name.startswith("occurred_at"):
        return ""
    days = timedelta(days=-1 if name.startswith(("found_at", "received_at")) else 3)
    then = london(timezone.now() + days)
    given = {
        "from_time": "9am",
        "until_time": "5pm",
        "day": then.day,
        "month": then.month,
        "year": 1990 if name.startswith("date_of_birth") else then.year,
        "date": f"{then:%d/%m/%Y}",
        "time": f"{then:%H:%M}",
        "postcode": "SN1 1AA",
        "phone": "07700 900123",
        "pnc": "1981/0000034U",
        "cro": "65656/91H",
        "order": 7,
        "days": 30,
        "value": 30,
        "username": "new-somebody",
        "key": "new-key",
        "email": "",
        "reference": "",
    }
    for ending, value in given.items():
        if name == ending or name.endswith((f"_{ending}", f"-{ending}")):
            return value
    return "Because it is so"


class Reader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(tag, given)

    def _field(self, tag: str, given: Attributes) -> None:
        assert self._form is not None
        name, value = given.get("name", ""), given.get("value", "")
        kind = given.get("type", "text")
        if tag == "input" and kind in ("hidden", "radio", "checkbox", "file"):
            self._form.fields.append((kind, name, value))
        elif tag == "input" and kind not in ("submit", "button"):
            self._form.fields.append(("text", name, value))
        elif tag == "textarea":
            self._form.fields.append(("text", name, ""))
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice:
            self._form.fields.append(("option", self._choice, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._choice = ""


def forms_of(page: str) -> list[Form]:
    """The forms of a page."""
    reader = Reader()
    reader.feed(page)
    return [form for form in reader.forms if form.method == "post"]
