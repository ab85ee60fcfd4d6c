"""The forms of answering whoever is outside."""

from typing import Any

from django import forms

from wansdyke.casework.forms import KeyedForm, Lines
from wansdyke.casework.leaving_rules import EXEMPTIONS, Purpose, Recipient
from wansdyke.casework.models import Leaving, LeavingDecision
from wansdyke.ui.forms import AnyOf, DateParts, OneOf, Option, offer

LONGEST = 2000


def _few(values: Any) -> list[Option]:
    return [Option(one.value, f"{one.value[:1].upper()}{one.value[1:]}") for one in values]


class RequestForm(KeyedForm):
    """What is asked for whom, and how it was checked who is asking."""

    purpose = OneOf(label="What is it for?", options=_few(Purpose))
    recipient_kind = OneOf(
        label="Who gets it?",
        options=_few(Recipient),
        help_text="Where they are, and how they are reached, goes to nobody but the person"
        " themself.",
    )
    recipient = forms.CharField(label="Name of whoever gets it", max_length=200)
    regime = OneOf(label="Under which law?", options=[Option(*one) for one in Leaving.REGIMES])
    forename = forms.CharField(
        label="Forename of the person it is about", max_length=80, required=False
    )
    surname = forms.CharField(label="Surname of the person it is about", max_length=80)
    date_of_birth = DateParts(label="Date of birth of the person it is about", required=False)
    asked_for = Lines(label="What do they ask for?", max_length=LONGEST, required=False)
    identity = OneOf(
        label="How was it checked who is asking?",
        options=[Option(*one) for one in Leaving.IDENTITY],
    )
    received_on = DateParts(label="When was it received?")
    identity_on = DateParts(
        label="When was it checked?",
        required=False,
        help_text="Nothing is prepared before it is. The time runs from the later of both days.",
    )

    def clean(self) -> dict[str, Any]:
        """Raises where it is known who asks and not since when, or the other way round."""
        data = super().clean() or {}
        known = data.get("identity") not in (None, "not-yet")
        if known and not data.get("identity_on") and "identity_on" not in self.errors:
            self.add_error("identity_on", "Enter when it was checked who is asking")
        return data

    def said(self) -> dict[str, Any]:
        """What was typed, by column."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class WhoseForm(KeyedForm):
    """Which of the records found are of the person, and which are not."""

    records = AnyOf(label="Which records?", options=())
    theirs = OneOf(
        label="Are these of the person it is about?",
        options=(Option("yes", "Yes, all of these"), Option("no", "No, none of these")),
    )

    def __init__(self, *args: Any, found: list[Option], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "records", found)


class ItemForm(KeyedForm):
    """What is to happen to one item."""

    sometimes_needed = frozenset({"exemption", "reason"})
    outcome = OneOf(
        label="What is to happen to this?",
        options=[Option(*one) for one in LeavingDecision.OUTCOMES],
    )
    phrases = Lines(
        label="Words to take out, each on a line of its own",
        max_length=LONGEST,
        required=False,
        rows=5,
        help_text="They are taken out wherever they stand, however they are spelt. What the search"
        " found is there already.",
    )
    exemption = forms.ChoiceField(
        label="On which ground?",
        choices=[("", "None: it leaves as it is")]
        + [(e.key, f"{e.words} ({e.basis})") for e in EXEMPTIONS],
        required=False,
    )
    reason = Lines(
        label="Why?", max_length=LONGEST, required=False, help_text="Needed unless it all leaves."
    )

    def lines(self) -> list[str]:
        """The phrases, one a line."""
        return [one.strip() for one in self.cleaned_data["phrases"].splitlines() if one.strip()]


class ReasonForm(KeyedForm):
    """Why something is done."""

    reason = Lines(label="Reason", max_length=LONGEST)


class ReleaseForm(KeyedForm):
    """Why an item that the gate holds back is to leave all the same."""

    reason = Lines(
        label="Why does it do no harm that this leaves?",
        max_length=LONGEST,
        help_text="At least 20 characters. A second person reads it and sees exactly what you see.",
    )


class ConfirmForm(KeyedForm):
    """A second person's decision on a release."""

    agreed = OneOf(
        label="What do you decide?",
        options=(Option("yes", "It may leave"), Option("no", "It stays here")),
    )
    reason = Lines(label="Why?", max_length=LONGEST, help_text="At least 20 characters.")


class CheckForm(KeyedForm):
    """A privacy officer's word."""

    words = Lines(
        label="What did you do about what is out of the preparers’ sight?",
        max_length=LONGEST,
        help_text="For example: asked the owning team, whose part needs an answer of its own; or"
        " nothing is out of sight.",
    )


class NoQuestionForm(KeyedForm):
    """A step that asks for nothing more."""
