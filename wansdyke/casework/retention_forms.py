"""The forms of reviews, legal holds, disposal and erasure."""

from django import forms

from wansdyke.casework.forms import KeyedForm, Lines
from wansdyke.casework.holding import LONGEST, LONGEST_MATTER
from wansdyke.casework.models import Disposal, LegalHold
from wansdyke.ui.forms import DateParts, OneOf, Option

GROUNDS = dict(Disposal.GROUNDS)


class KeepForm(KeyedForm):
    """Why a record is kept, and when somebody looks at it again."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = Lines(
        label="Why must it be kept?",
        max_length=LONGEST,
        help_text="What policing purpose it still serves, and what risk there is.",
    )
    next_on = DateParts(label="Review again on")


class HoldForm(KeyedForm):
    """What a record must be kept for, whatever its date."""

    reference = forms.CharField(
        label="Reference of the case or of a person’s record",
        max_length=20,
        help_text="Of a person, all their records and cases are held with it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    ground = OneOf(
        label="What is it held for?", options=[Option(*one) for one in LegalHold.GROUNDS]
    )
    matter = forms.CharField(label="Reference of the matter", max_length=LONGEST_MATTER)
    reason = Lines(label="Why must it be kept?", max_length=LONGEST)


class LiftForm(KeyedForm):
    """Why a hold is lifted."""

    reason = Lines(label="Why is it lifted?", max_length=LONGEST)


class ProposeForm(KeyedForm):
    """Whether to dispose of a record or to erase it, on which ground, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    ground = OneOf(
        label="What do you propose, and on which ground?",
        options=[
            *(Option(key, f"Dispose of it: {GROUNDS[key]}") for key in Disposal.OF_DISPOSAL),
            *(Option(key, f"Erase it: {GROUNDS[key]}") for key in Disposal.OF_ERASURE),
        ],
    )
    reason = Lines(
        label="Why?",
        max_length=LONGEST,
        help_text="Your reason goes with the record: afterwards only the ground is left.",
    )

    @property
    def kind(self) -> str:
        """Disposal or erasure, as its ground has it."""
        erasing = self.cleaned_data["ground"] in Disposal.OF_ERASURE
        return Disposal.ERASURE if erasing else Disposal.DISPOSAL


class DecideForm(KeyedForm):
    """The second person's decision."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    agreed = OneOf(
        label="What do you decide?",
        options=(
            Option("yes", "Confirm: it is removed now, for good"),
            Option("no", "Decline: it stays as it is"),
        ),
    )
    reason = Lines(
        label="Reason", max_length=LONGEST, required=False, help_text="Needed if you decline."
    )
