"""The forms of breaking the glass and of reviewing it."""

from django import forms

from wansdyke.casework.forms import KeyedForm, Lines
from wansdyke.casework.glass import LONGEST
from wansdyke.casework.models import BrokenGlass
from wansdyke.ui.forms import OneOf, Option


class GlassForm(KeyedForm):
    """Which record must be opened, and why."""

    reference = forms.CharField(
        label="Reference of the record",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Of the case, or of the person. For example, CT-1234-5678.",
    )
    category = OneOf(
        label="What is the emergency?",
        options=[Option(key, words) for key, words in BrokenGlass.CATEGORIES],
    )
    reason = Lines(
        label="Why do you need it now?",
        max_length=LONGEST,
        help_text="At least 20 characters. The supervisors of its team and the privacy officer read"
        " it today.",
    )


class ReviewForm(KeyedForm):
    """Whether it was justified."""

    outcome = OneOf(
        label="Was it justified?",
        options=[Option(key, words) for key, words in BrokenGlass.OUTCOMES],
    )
    words = Lines(
        label="How did you come to this?", max_length=LONGEST, help_text="At least 20 characters."
    )
