"""What is typed of a mental-health crisis, of somebody missing, and of the brief."""

from typing import Any

from django import forms

from wansdyke.casework.forms import KeyedForm, Lines, StepForm
from wansdyke.desks.contact.crisis_rules import ENDINGS, MOST_EXTRA, OUTCOMES, PLACES
from wansdyke.desks.contact.instruments.missing_v1 import QUESTIONS
from wansdyke.desks.contact.missing import PREFIX, parts_of
from wansdyke.desks.contact.missing_rules import FOUND, INTERVIEWS, MEANINGS, RISKS
from wansdyke.desks.contact.models import BriefRating, Triage, TriageFeedback
from wansdyke.ui.forms import LondonMoment, OneOf, Option, offer

RISK_OPTIONS = tuple(Option(code, label, MEANINGS[code]) for code, label in RISKS)
# The practitioner's own refusal is a page of its own, with a reason.
CHOSEN = tuple(Option(code, label) for code, label in OUTCOMES if code != "declined")
TOOK = "Needed if section 136 was used. Officers, ambulance, family; which hospital or home."


def options(choices: Any) -> tuple[Option, ...]:
    """Codes and words as options."""
    return tuple(Option(code, label) for code, label in choices)


def line(label: str, most: int, *, required: bool = True, **more: Any) -> forms.CharField:
    """An answer of one line."""
    return forms.CharField(label=label, max_length=most, required=required, **more)


class OwnTimes(StepForm):
    """A step whose form asks for times of its own, so that it is not asked when it happened."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["occurred_at"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        return {**self.cleaned_data, "occurred_at": None}


class OutcomeForm(OwnTimes):
    """What came of a request."""

    outcome = OneOf(label="What came of it?", options=CHOSEN)
    took = Lines(
        label="Who took them, and where?",
        rows=2,
        max_length=2000,
        required=False,
        help_text=TOOK,
    )


class ArrivedForm(OwnTimes):
    """The arrival at a place of safety."""

    arrived_at = LondonMoment(label="When did they arrive?")
    place_of_safety = OneOf(label="Where?", options=options(PLACES))
    under_18 = OneOf(label="Are they under 18?", options=options(Triage.KNOWN))


class ExtendForm(OwnTimes):
    """The doctor's extension."""

    extra_hours = forms.IntegerField(
        label="How many hours were added?", min_value=1, max_value=MOST_EXTRA
    )
    extended_at = LondonMoment(label="When did the doctor decide it?")
    extended_by = line("Doctor responsible", 120)
    extended_why = Lines(
        label="Why", rows=2, max_length=2000, help_text="The person’s condition, and nothing else."
    )
    approved_by = line(
        "Superintendent who approved it",
        120,
        required=False,
        help_text="Needed only at a police station.",
    )


class EndForm(OwnTimes):
    """The end of a detention."""

    ended_at = LondonMoment(label="When did it end?")
    ending = OneOf(label="How did it end?", options=options(ENDINGS))


class MissingReviewForm(OwnTimes):
    """A decision on the risk: one's own first, then what is asked."""

    marks_optional = False
    missing_risk = OneOf(label="Your own risk, before the questions", options=RISK_OPTIONS)
    field_order = ("missing_person", "missing_risk", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in QUESTIONS:
            needed = question.key == "child"
            self.fields[f"{PREFIX}{question.key}"] = forms.ChoiceField(
                label=question.text,
                required=needed,
                choices=[("", "Choose one" if needed else "Not asked yet"), *question.answers],
            )
        self.order_fields(self.field_order)


class MissingForm(MissingReviewForm):
    """Who is missing, since when, and the first decision on their risk."""

    missing_person = OneOf(
        label="Who is missing?", options=(), help_text="By their part, as the call lists them."
    )
    last_seen_at = LondonMoment(label="When were they last seen?", required=False)
    last_seen_where = line("Where were they last seen?", 250, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self,
            "missing_person",
            [Option(key, key.replace("-", " ").capitalize()) for key in parts_of(self.item.case)],
        )


class SearchForm(OwnTimes):
    """A line of the search log."""

    search_where = line("Where was searched?", 250)
    searched_by = line("By whom?", 200)
    search_from = LondonMoment(label="From when?")
    search_until = LondonMoment(
        label="Until when?", required=False, help_text="Leave blank if it still goes on."
    )
    search_result = Lines(label="Result", rows=2, max_length=2000, required=False)


class FoundForm(OwnTimes):
    """That they were found."""

    person_found_at = LondonMoment(label="When were they found?")
    found_by = line("By whom?", 200)
    found_where = line("Where?", 250, required=False)
    found_how = OneOf(label="How were they?", options=options(FOUND))
    interview = OneOf(label="Welfare and prevention interview", options=options(INTERVIEWS))


class AdviceForm(KeyedForm):
    """The practitioner's advice."""

    advice = Lines(label="Your advice", rows=5, max_length=4000)
    known = OneOf(label="Are they known to your services?", options=options(Triage.KNOWN))
    plan = Lines(label="Plan you suggest", rows=3, max_length=2000, required=False)


class ConcludeForm(KeyedForm):
    """What came of a request, as the practitioner says it."""

    outcome = OneOf(label="What came of it?", options=CHOSEN)
    took = Lines(
        label="Who took them, and where?",
        rows=2,
        max_length=2000,
        required=False,
        help_text=TOOK,
    )


class FeedbackForm(KeyedForm):
    """The officer's word on the advice."""

    helped = OneOf(label="Did the advice help?", options=options(TriageFeedback.HELPED))
    words = Lines(label="In your own words", rows=3, max_length=2000, required=False)


class RatingForm(KeyedForm):
    """The officer's word on the brief."""

    rating = OneOf(label="Was the brief good enough?", options=options(BriefRating.RATINGS))
    words = line("What was missing or wrong?", 500, required=False)


CRISIS_FORMS: dict[str, type[StepForm]] = {
    "triage-outcome": OutcomeForm,
    "arrived-136": ArrivedForm,
    "extend-136": ExtendForm,
    "end-136": EndForm,
    "missing": MissingForm,
    "missing-review": MissingReviewForm,
    "search": SearchForm,
    "found": FoundForm,
}
