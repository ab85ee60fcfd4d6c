"""What is typed about samples: a plan, a score, an answer to it, another look."""

from datetime import date
from typing import Any

from django import forms

from wansdyke.assurance.models import SampleReply
from wansdyke.assurance.samples_draw import Planned
from wansdyke.casework.desk import Desk
from wansdyke.casework.forms import KeyedForm, Lines
from wansdyke.history.door import digest_of
from wansdyke.kernel.instrument import Instrument
from wansdyke.ui.forms import DateParts, OneOf, Option, PlainForm


def _number(label: str, least: int, most: int, hint: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=hint)


class PlanForm(KeyedForm):
    """A plan as it is asked for. `seen` says which plan its frame was shown of: only that is
    drawn."""

    desk = forms.ChoiceField(label="What is sampled")
    period_start = DateParts(label="First day", error_messages={"required": "Enter the first day"})
    period_end = DateParts(
        label="Last day",
        help_text="It must be over.",
        error_messages={"required": "Enter the last day"},
    )
    per_handler = _number(
        "Of each handler, at least", 1, 50, "All of them, where a handler had fewer."
    )
    at_random = _number("At random besides", 0, 2000, "Spread over everything, by chance.")
    by_risk = _number(
        "Of each class of risk besides", 0, 500, "Targets missed, domestic abuse and the like."
    )
    twice_percent = _number(
        "Scored twice, in per cent", 0, 100, "By two people, neither of whom sees the other’s."
    )
    listen_days = _number("Days in which to listen", 1, 120, "")
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, desks: list[Desk], month: tuple[date, date], **kwargs: Any):
        usual = Planned(period_start=month[0], period_end=month[1])
        start = {name: getattr(usual, name) for name in Planned.__dataclass_fields__}
        start["desk"] = desks[0].key if desks else ""
        super().__init__(*args, initial=start, **kwargs)
        self.fields["desk"].choices = [(d.key, d.title) for d in desks]  # type: ignore[attr-defined]

    def planned(self) -> Planned:
        """What was asked for."""
        data = self.cleaned_data
        return Planned(**{name: data[name] for name in Planned.__dataclass_fields__})

    def print_(self) -> str:
        """What tells this plan from another."""
        return digest_of(self.cleaned_data["desk"], *vars(self.planned()).values())


class ScoreForm(KeyedForm):
    """A score: where the recording is, then the questions of the template."""

    recording_system = forms.CharField(
        label="System that keeps the recording",
        max_length=80,
        help_text="The recording stays there. Nothing of it is copied here.",
    )
    recording_id = forms.CharField(label="Its number there", max_length=120)

    def __init__(self, *args: Any, template: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template = template
        for question in template.questions:
            field: forms.Field
            if question.kind == "text":
                field = Lines(
                    label=question.text, rows=3, max_length=4000, required=question.required
                )
            else:
                options = tuple(Option(code, words) for code, words in question.answers)
                sentence = f"Answer: {question.text}"
                field = OneOf(
                    label=question.text,
                    options=options,
                    help_text=question.hint,
                    required=question.required,
                    error_messages={"required": sentence, "invalid_choice": sentence},
                )
            self.fields[question.key] = field

    def answers(self) -> dict[str, str]:
        """The answers, by question."""
        return {q.key: self.cleaned_data.get(q.key) or "" for q in self.template.questions}


class ReplyForm(KeyedForm):
    """What the handler says to a score of their own work."""

    text = Lines(label="Your answer", rows=4, max_length=4000)
    again = forms.BooleanField(label="I ask for this score to be looked at again", required=False)


class LookAgainForm(KeyedForm):
    """Another look at a score."""

    outcome = OneOf(
        label="What do you decide?",
        options=(
            Option(SampleReply.STANDS, "The score stands"),
            Option(SampleReply.SET_ASIDE, "Set it aside", "Somebody else scores it afresh"),
        ),
    )
    text = Lines(label="Why?", rows=4, max_length=4000)


class TrendForm(PlainForm):
    """Which question to follow."""

    marks_optional = False
    question = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = choices  # type: ignore[attr-defined]
