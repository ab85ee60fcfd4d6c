"""The page on which somebody is asked about equality: what is answered there is never shown."""

import json
from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.urls import reverse

from wansdyke.access.posts import Right
from wansdyke.casework.asking import Question, ask
from wansdyke.casework.forms import KeyedForm
from wansdyke.casework.parties import record_in_scope
from wansdyke.casework.work_forms import UNKEPT
from wansdyke.casework.work_views import sent, who_when
from wansdyke.history.pages import Asked, page
from wansdyke.people.equality import FIELD, moments, record_answers, recorded
from wansdyke.people.equality_words import ASKED, BASES, UNSAID, Characteristic
from wansdyke.people.known_as import as_known
from wansdyke.ui.forms import OneOf, Option
from wansdyke.ui.words import london

LEAVE = ("", "Leave as it is")
LONGEST_SEEN = 2000


class EqualityForm(KeyedForm):
    """One question for each characteristic, never filled in, and whose words the answers are."""

    sometimes_needed = frozenset(f"{FIELD}{one.key}" for one in ASKED)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_SEEN)
    basis = OneOf(
        label="Whose words are these?", options=[Option(key, words) for key, words in BASES]
    )

    def __init__(self, *args: Any, stands: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = json.dumps(stands)
        self.fields |= {f"{FIELD}{one.key}": _question(one) for one in ASKED}
        self.order_fields([name for name in self.fields if name != "basis"])

    def clean_seen(self) -> dict[str, str]:
        """When each was recorded, as the page showed it."""
        try:
            stood = json.loads(self.cleaned_data["seen"])
        except (ValueError, RecursionError):
            stood = None
        if not isinstance(stood, dict):
            raise forms.ValidationError("This form does not say what it showed. Open it again.")
        return {str(name): str(value) for name, value in stood.items()}

    def answers(self) -> dict[str, str]:
        """What was answered, by characteristic."""
        given = ((one.key, self.cleaned_data.get(f"{FIELD}{one.key}")) for one in ASKED)
        return {key: value for key, value in given if value}


def _question(one: Characteristic) -> forms.ChoiceField:
    answers = [(value.key, value.label) for value in one.values]
    return forms.ChoiceField(
        label=one.label,
        choices=[LEAVE, *answers, *UNSAID],
        required=False,
        widget=forms.Select(attrs=UNKEPT),
        error_messages={"invalid_choice": f"Choose {one.label.lower()} from those listed"},
    )


@page(right=Right.EDIT, reads="personal", writes=True)
def record_equality(request: Asked, record_reference: str) -> HttpResponseBase:
    """Records what somebody answered about equality. The page says who asked and when, and never
    what was answered."""
    actor, at = request.actor, request.at
    record = record_in_scope(actor, record_reference, at, Right.EDIT)
    form = EqualityForm(sent(request), stands=moments(record))
    person = as_known(actor, at, record.person).reference
    question = Question(
        back=reverse("person", args=[person]),
        place=person,
        title="Asked about equality",
        button="Save answers",
        done="The answers are recorded. Nobody sees them here: they are only counted.",
        hint="Ask only where it is safe and nobody else can hear, and say that they need not"
        " answer. What you save is shown to nobody, not to you either: it is counted, and told to"
        " the person if they ask for their data. To put an answer right, give it again.",
    )

    def write(data: dict[str, Any]) -> None:
        given = {**who_when(request, form), "seen": data["seen"]}
        record_answers(record, form.answers(), data["basis"], **given)

    said = [
        {"key": row.get_characteristic_display(), "value": f"{london(row.at)}, by {row.by.name}"}
        for row in recorded(record)
    ]
    return ask(request, record.root, form, write, question, said=said)
