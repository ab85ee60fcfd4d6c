"""What is typed from a paper form, and what a downtime pack asks for."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms

from wansdyke.access.models import User
from wansdyke.casework.forms import KeyedForm
from wansdyke.casework.work_forms import choices_on
from wansdyke.desks.contact.downtime.back_entry import Paper
from wansdyke.desks.contact.downtime.pack import SHORTEST, too_weak
from wansdyke.desks.contact.forms import CallForm, one_line, some_lines
from wansdyke.desks.contact.strands import CATEGORIES
from wansdyke.ui.forms import LondonMoment

# Signs of no width, and those that only say how others are shown.
UNSEEN = frozenset({"Cf", "Cc", "Mn"})
BLANK = ("", "Choose one")


class BackEntryForm(CallForm):
    """A call from a paper form, with every time as it stands there."""

    paper_number = forms.CharField(label="Number on the paper form", max_length=40)
    entered_why = forms.CharField(label="Why was it taken on paper?", max_length=300)
    taken_by = forms.ChoiceField(label="Who took the call?")
    received_at = LondonMoment(label="Received")
    graded_at = LondonMoment(label="Graded at", required=False)
    decided_by = forms.ChoiceField(label="Who graded it?", required=False)
    unit = one_line("Unit’s call sign", 40)
    assigned_at = LondonMoment(label="Unit assigned at", required=False)
    at_scene_at = LondonMoment(label="At scene at", required=False)
    resulted_at = LondonMoment(label="Resulted at", required=False)
    category = forms.ChoiceField(
        label="Closing category", required=False, choices=[BLANK, *CATEGORIES]
    )
    result_note = some_lines("What was done", 3)
    field_order = (
        "paper_number", "entered_why", "taken_by", "received_at", "channel", "what", "where",
        "postcode", "prior_contact", "caller_forename", "caller_surname", "caller_phone", "grade",
        "grade_reason", "graded_at", "decided_by", "unit", "assigned_at", "at_scene_at",
        "resulted_at", "category", "result_note",
    )  # fmt: skip

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["draft"]
        self.fields["channel"].initial = "999"
        self.fields["subject_forename"].label = "First name of whom it is about"
        self.fields["subject_surname"].label = "Last name of whom it is about"
        self.fields["subject_date_of_birth"].label = "Date of birth of whom it is about"
        named = [BLANK, *((one.username, one.name) for one in people)]
        choices_on(self, "taken_by", named)
        choices_on(self, "decided_by", named)

    def columns(self) -> dict[str, Any]:
        """What was typed, by column of the call."""
        return {name: value for name, value in super().columns().items() if name not in _PAPER}

    def paper(self) -> Paper:
        """What the form says besides the call's own facts."""
        data = self.cleaned_data
        plain = (*_MOMENTS, "taken_by", "decided_by", "unit", "category", "result_note", "grade")
        return Paper(
            number=one_number(data["paper_number"]),
            why=data["entered_why"],
            reason=data["grade_reason"],
            letters=self.letters(),
            numbers=tuple(self.numbers()),
            **{name: data[name] for name in plain},
        )


_MOMENTS = ("graded_at", "assigned_at", "at_scene_at", "resulted_at")
_PAPER = frozenset({*_MOMENTS, "unit", "category", "result_note", "grade", "grade_reason"})


def one_number(typed: str) -> str:
    """A paper's number as everybody would type it: capitals, and no signs that nobody sees."""
    plain = unicodedata.normalize("NFKC", typed)
    seen = "".join(sign for sign in plain if unicodedata.category(sign) not in UNSEEN)
    return " ".join(seen.upper().split())


class PackForm(KeyedForm):
    """The words that open a downtime pack."""

    passphrase = forms.CharField(
        label="Passphrase",
        min_length=SHORTEST,
        max_length=200,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=f"At least {SHORTEST} characters; four words are best. Whoever opens the pack"
        " needs it: keep it where the control room finds it when the system is down.",
    )
    again = forms.CharField(
        label="Passphrase again",
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both must be the same, and not what anybody would try first."""
        data = super().clean() or {}
        if problem := too_weak(data.get("passphrase", "")):
            self.add_error("passphrase", problem)
        if data.get("passphrase") and data.get("again") not in (None, data["passphrase"]):
            self.add_error("again", "The passphrases must be the same")
        return data
