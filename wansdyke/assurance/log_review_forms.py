"""The forms of the review of the log."""

from collections.abc import Sequence
from typing import Any

from django import forms

from wansdyke.access.models import User
from wansdyke.access.references import tidy
from wansdyke.assurance.log_review import LONGEST
from wansdyke.assurance.log_review_models import KINDS, Associate, LogFinding
from wansdyke.casework.forms import KeyedForm, Lines
from wansdyke.ui.forms import DateParts, LondonMoment, OneOf, Option, PlainForm, offer

SHORT = "At least 20 characters."
SHOWN = (
    ("waiting", "Waiting for review"),
    ("second", "Waiting for a second look"),
    ("mine", "Taken on by me"),
    ("done", "Reviewed"),
    ("confirmed", "Misuse confirmed"),
    ("all", "All"),
)


def _plain_text(label: str, most: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


class QueueForm(PlainForm):
    """Which findings are listed."""

    show = forms.ChoiceField(label="Show", choices=SHOWN, required=False)
    kind = forms.ChoiceField(label="Why", choices=[("", "All"), *KINDS], required=False)
    user = forms.CharField(label="Sign-in name", max_length=60, required=False)
    marks_optional = False


class TakeForm(KeyedForm):
    """Takes one on."""


class FindingForm(KeyedForm):
    """What somebody makes of a finding."""

    outcome = OneOf(
        label="What was it?",
        options=[Option(key, words) for key, words in LogFinding.OUTCOMES],
    )
    words = Lines(
        label="How did you come to this?",
        max_length=LONGEST,
        help_text=f"{SHORT} Nothing of what the record says.",
    )


class SecondForm(KeyedForm):
    """A second look at confirmed misuse."""

    agreed = OneOf(
        label="Do you agree that it was misuse?",
        options=(
            Option("yes", "Yes: it is confirmed"),
            Option("no", "No: it waits for review again"),
        ),
    )
    words = Lines(label="How did you come to this?", max_length=LONGEST, help_text=SHORT)


class QuestionForm(KeyedForm):
    """A question to one who supervises the viewer."""

    whom = OneOf(label="Whom do you ask?", options=())
    words = Lines(
        label="Your question",
        max_length=LONGEST,
        help_text=f"{SHORT} They see it with the times of the look-ups.",
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "whom", [Option(one.username, one.name) for one in people])


class AnswerForm(KeyedForm):
    """What a supervisor knows of it."""

    words = Lines(
        label="What do you know of it?",
        max_length=LONGEST,
        help_text=f"{SHORT} For example which work it was needed for.",
    )


class MarkForm(KeyedForm):
    """Which record is high-profile, and why."""

    reference = _plain_text(
        "Reference of the case or of a person’s record",
        20,
        help_text="Of a person, looks at all their records count.",
    )
    reason = Lines(label="Why may people look at it out of curiosity?", max_length=LONGEST)

    def clean_reference(self) -> str:
        """The reference that was meant."""
        return tidy(self.cleaned_data["reference"])


class EndForm(KeyedForm):
    """Why a mark is taken away."""

    reason = Lines(label="Reason", max_length=LONGEST)


class WhyForm(PlainForm):
    """Whose view of which record at which moment is explained."""

    user = _plain_text("Sign-in name", 60)
    reference = _plain_text("Reference of the case or of a person’s record", 20)
    at = LondonMoment(label="When", required=False, help_text="Leave blank for now.")
    marks_optional = False

    def clean_reference(self) -> str:
        """The reference that was meant."""
        return tidy(self.cleaned_data["reference"])


class OwnForm(KeyedForm):
    """What somebody declares of themselves."""

    date_of_birth = DateParts(label="Your date of birth", required=False)
    address = forms.CharField(label="Your address", max_length=250, required=False)
    postcode = forms.CharField(label="Your postcode", max_length=10, required=False)


class AssociateForm(KeyedForm):
    """Somebody whom a member of staff declares."""

    relation = OneOf(
        label="Who are they to you?",
        options=[Option(key, words) for key, words in Associate.RELATIONS],
    )
    forename = forms.CharField(label="Their forename", max_length=80)
    surname = forms.CharField(label="Their surname", max_length=80)
    date_of_birth = DateParts(label="Their date of birth", required=False)
    address = forms.CharField(label="Their address", max_length=250, required=False)
    postcode = forms.CharField(label="Their postcode", max_length=10, required=False)
