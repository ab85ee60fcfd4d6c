"""The forms of the front door: the search, and the filters of the audit log."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms

from wansdyke.history.asking import CHANGES
from wansdyke.history.audit import OPERATIONS
from wansdyke.linkage.found import Query
from wansdyke.ui.forms import DateParts, PlainForm

LONGEST = 200
SHORTEST = 2
FIELDS = (
    "forename", "surname", "date_of_birth", "age", "phone", "identity", "address", "postcode",
)  # fmt: skip
REASONS = (
    ("call", "A call I am taking"),
    ("incident", "An incident I am dealing with"),
    ("case", "A case I am working on"),
    ("safeguarding", "Safeguarding somebody"),
    ("check", "Checking or correcting a record"),
    ("other", "Another policing purpose"),
)
# A number of a call or case: letters, digits and the marks between them, and so no name.
NUMBERED = re.compile(r"(?=.*[0-9])[A-Za-z0-9/ .:-]*")


def reason_words(said: Mapping[str, Any]) -> str:
    """What a search is for, as the log keeps it."""
    return " ".join(part for part in (said.get("reason", ""), said.get("about", "")) if part)


class ReasonForSearch(PlainForm):
    """What somebody looks for somebody for, which goes into the audit log."""

    reason = forms.ChoiceField(label="What is this search for?", choices=REASONS)
    about = forms.CharField(
        label="Number of the call or case",
        required=False,
        max_length=40,
        help_text="Yours or the force’s, if there is one.",
    )
    marks_optional = False

    def clean_about(self) -> str:
        """A number, never words: what is written here is kept in the audit log."""
        about: str = self.cleaned_data["about"]
        if about and not NUMBERED.fullmatch(about):
            raise forms.ValidationError("Enter a number such as CT-4T7K-2M9Q, without any name")
        return about

    def words(self) -> str:
        """The reason as the log keeps it."""
        return reason_words(self.cleaned_data)


class SearchForm(ReasonForSearch):
    """One box, or the fields; and what the search is for."""

    text = forms.CharField(
        label="Name, reference, telephone number, postcode or address",
        required=False,
        max_length=LONGEST,
        help_text="In any mix. For example: jon smyth 14/3/1985; Smith aged 40 SN1 2AB;"
        " CT-4T7K-2M9Q; 07700 900123; 12 High Street",
    )
    forename = forms.CharField(required=False, max_length=80)
    surname = forms.CharField(required=False, max_length=80)
    date_of_birth = DateParts(required=False, label="Date of birth")
    age = forms.IntegerField(
        required=False, label="About how old", min_value=0, max_value=125, help_text="In years."
    )
    phone = forms.CharField(required=False, max_length=30, label="Telephone number")
    identity = forms.CharField(required=False, max_length=20, label="PNC or CRO number")
    address = forms.CharField(required=False, max_length=LONGEST)
    postcode = forms.CharField(required=False, max_length=10)

    def clean(self) -> dict[str, Any]:
        """Something to search for must be given."""
        data = super().clean() or {}
        text = data.get("text", "")
        if not self.errors and not text and not self.query().given():
            self.add_error("text", "Enter something to search for")
        if text and len(text) < SHORTEST:
            self.add_error("text", f"Enter {SHORTEST} characters or more")
        return data

    @property
    def by_fields(self) -> bool:
        """Whether anything stands in the separate fields, right or wrong."""
        values = (self[name].value() for name in FIELDS)
        typed = any(any(v) if isinstance(v, list | tuple) else bool(v) for v in values)
        return typed or any(self[name].errors for name in FIELDS)

    def query(self) -> Query:
        """The separate fields as a query."""
        names = asdict(Query())
        return Query(**{k: v for k, v in self.cleaned_data.items() if k in names and v})


class AuditForm(PlainForm):
    """How the audit log is narrowed."""

    reference = forms.CharField(
        required=False, max_length=60, label="Reference", help_text="A case, record, person or user"
    )
    user = forms.CharField(required=False, max_length=60, label="Username")
    operation = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All"),
            (CHANGES, "Every change"),
            *((name, name.capitalize()) for name in sorted(OPERATIONS)),
        ],
    )
    since = DateParts(required=False, label="From", help_text="That day and after")
    until = DateParts(required=False, label="To", help_text="That day and before")
    marks_optional = False

    def clean(self) -> dict[str, Any]:
        """The days must be in order."""
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day must be the first day or later")
        return data


class ExtractForm(PlainForm):
    """Which entries of the log are taken out: at least one thing must be said."""

    reference = forms.CharField(
        required=False, max_length=60, label="Reference", help_text="A case, record, person or user"
    )
    user = forms.CharField(required=False, max_length=60, label="Username")
    since = DateParts(required=False, label="From", help_text="That day and after")
    until = DateParts(required=False, label="To", help_text="That day and before")
    first = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        label="First entry",
        help_text="Its number",
    )
    last = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, label="Last entry")
    marks_optional = False

    def clean(self) -> dict[str, Any]:
        """Something must be asked for, and the days and numbers be in order."""
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            self.add_error("reference", "Say which entries: by reference, user, days or numbers")
        for low, high, words in (
            ("since", "until", "The last day must be the first day or later"),
            ("first", "last", "The last entry must be the first or a later one"),
        ):
            if data.get(low) and data.get(high) and data[high] < data[low]:
                self.add_error(high, words)
        return data
