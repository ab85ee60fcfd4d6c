"""What the control room types: a call, its grade, a unit, a result."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db.models import Q

from wansdyke.access.notices import holders_in
from wansdyke.casework.forms import CaseForm, KeyedForm, Lines, StepForm
from wansdyke.desks.contact import rules
from wansdyke.desks.contact.instruments.thrive_v1 import THRIVE_V1
from wansdyke.desks.contact.models import Contact, RiskType
from wansdyke.desks.contact.rules import OFFICER, Grade
from wansdyke.desks.contact.strands import CATEGORIES, STRANDS
from wansdyke.history.seen import SeenForm
from wansdyke.people.keys import postcode
from wansdyke.people.records import place_for
from wansdyke.ui.forms import AnyOf, DateParts, LondonMoment, OneOf, Option, PlainForm, offer

NOT_DEPLOYED = Option(
    Grade.WITHOUT_DEPLOYMENT, "Resolved without deployment", "Advice, or another agency"
)
GRADE_OPTIONS = (
    Option(Grade.IMMEDIATE, "Immediate", "Danger to life, violence now, or they will get away"),
    Option(Grade.PRIORITY, "Priority", "Urgent: vulnerable, distressed, or evidence at risk"),
    Option(Grade.SCHEDULED, "Scheduled", "An appointment is enough"),
    NOT_DEPLOYED,
)
PRIOR_OPTIONS = tuple(Option(value, label) for value, label in Contact.PRIOR)
YES_NO_OPTIONS = tuple(Option(value, label) for value, label in Contact.YES_NO)
# The fields a grade rests on, each with the rule that asks for it; none of them asks when.
BEFORE_GRADE = {
    "where": rules.where_is_known,
    "what": rules.what_is_known,
    "prior_contact": rules.prior_contact_asked,
}
NO_MATTER_WHEN = datetime.min.replace(tzinfo=UTC)


def one_line(label: str, most: int, **more: Any) -> forms.CharField:
    """A one-line answer nobody must give."""
    return forms.CharField(label=label, max_length=most, required=False, **more)


def some_lines(label: str, rows: int, **more: Any) -> Lines:
    """An answer of several lines nobody must give."""
    return Lines(label=label, rows=rows, max_length=20_000, required=False, **more)


def risk_options(held: Collection[str] = ()) -> list[Option]:
    """The force's risk menu as it is now, and whatever a call holds that is no longer in it."""
    rows = RiskType.objects.filter(Q(active=True) | Q(code__in=list(held)))
    return [Option(code, label) for code, label in rows.values_list("code", "label")]


class Facts(CaseForm):
    """The facts of a call, as they are typed and as they are changed later."""

    marks_optional = False
    what = some_lines("What is happening?", 4)
    where = one_line("Where is it happening?", 250)
    prior_contact = OneOf(
        label="Have they contacted police before?", options=PRIOR_OPTIONS, required=False
    )
    risk_types = AnyOf(label="Risks", options=(), required=False)
    caller_is_victim = OneOf(
        label="Is the caller the victim?", options=YES_NO_OPTIONS, required=False
    )
    abuser_can_hear = OneOf(
        label="Can the abuser hear this call?", options=YES_NO_OPTIONS, required=False
    )
    safe_to_call = one_line("When and how is it safe to call back?", 200)
    silent_call = forms.BooleanField(label="Silent call", required=False)
    interpreter = one_line("Interpreter needed: which language?", 60)
    strands = AnyOf(
        label="Vulnerability strands",
        options=tuple(Option(code, label) for code, label in STRANDS),
        required=False,
    )
    notes = some_lines("Notes", 3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "risk_types" in self.fields:
            offer(self, "risk_types", risk_options(self.item.risk_types if self.item else ()))


class FactsOfCall(Facts):
    """The facts of a call that was taken. Its place follows its address and postcode."""

    postcode = one_line("Postcode", 10)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "where" not in self.fields:
            del self.fields["postcode"]
            return
        self.order_fields(["what", "where", "postcode"])
        if self.item.place is not None:
            self.fields["postcode"].initial = self.item.place.postcode

    def clean_postcode(self) -> str:
        return whole_postcode(self.cleaned_data["postcode"])

    def values(self) -> dict[str, Any]:
        """What was typed, with the place that it means where that is another one."""
        values = super().values()
        code = values.pop("postcode", None)
        if "where" not in self.fields or "place" in self.given_up():
            return values
        where = values.get("where", self.item.where)
        now = self.item.place.postcode if self.item.place else ""
        if (where, code or "") != (self.item.where, now):
            values["place"] = place_for(where, code or "")
        return values


def whole_postcode(typed: str) -> str:
    """A postcode in its usual form, or nothing; raises ValidationError for a part of one."""
    if typed and postcode(typed) is None:
        raise forms.ValidationError("Enter a full UK postcode, like SN1 2AB, or leave it blank")
    return postcode(typed) or ""


class CallForm(Facts):
    """The one page on which a call is taken. Only a grade, once given, asks for anything.

    `saved_already` is the call's reference where this form was sent before with other answers.
    """

    saved_already = ""
    draft = forms.UUIDField(widget=forms.HiddenInput, required=False)
    postcode = one_line("Postcode", 10)
    caller_record = forms.CharField(required=False, widget=forms.HiddenInput)
    caller_forename = one_line("Caller’s first name", 80)
    caller_surname = one_line("Caller’s last name", 80)
    caller_date_of_birth = DateParts(label="Caller’s date of birth", required=False)
    caller_phone = one_line("Caller’s number", 30, widget=forms.TextInput(attrs={"type": "tel"}))
    subject_forename = one_line("First name", 80)
    subject_surname = one_line("Last name", 80)
    subject_date_of_birth = DateParts(label="Date of birth", required=False)
    subject_role = forms.ChoiceField(
        label="Their part in it",
        required=False,
        choices=[
            ("subject", "Subject of concern"),
            ("victim", "Victim"),
            ("suspect", "Suspect"),
            ("witness", "Witness"),
            ("child", "Child"),
        ],
    )
    channel = forms.ChoiceField(label="How they got in touch", choices=Contact.CHANNELS)
    received_at = LondonMoment(label="Received")
    grade = OneOf(label="Your grade", options=GRADE_OPTIONS, required=False)
    grade_reason = one_line("Reason for the grade, in a line", 300)
    command_and_control = one_line("Command and control log", 60)
    crime_number = one_line("Crime number", 60)
    custody_record = one_line("Custody record", 60)
    urn = one_line("URN", 60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in THRIVE_V1.questions:
            self.fields[f"thrive-{question.key}"] = thrive_field(question)

    def clean_postcode(self) -> str:
        return whole_postcode(self.cleaned_data["postcode"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("where") == "" and data.get("postcode"):
            data["where"] = data["postcode"]
        if not data.get("grade"):
            self._grade_is_wanted(data)
            return data
        if not data.get("grade_reason"):
            self.add_error("grade_reason", "Enter the reason for the grade, in a line")
        facts = rules.Facts(
            received_at=NO_MATTER_WHEN,
            at=NO_MATTER_WHEN,
            where=data.get("where") or "",
            what=data.get("what") or "",
            prior_contact=data.get("prior_contact") or "",
        )
        for name, check in BEFORE_GRADE.items():
            sentence = check(facts)
            if sentence is not None and name not in self.errors:
                self.add_error(name, sentence)
        return data

    def _grade_is_wanted(self, data: dict[str, Any]) -> None:
        # Saved without a grade, these would have nowhere to be kept.
        if data.get("grade_reason"):
            self.add_error("grade", "Choose the grade that you gave the reason for")
        elif any(self.letters().values()):
            self.add_error("grade", "Choose your own grade: it is kept before the THRIVE letters")

    def letters(self) -> dict[str, str]:
        """What was answered of THRIVE, by question."""
        return {q.key: self.cleaned_data.get(f"thrive-{q.key}") or "" for q in THRIVE_V1.questions}

    def person(self, part: str) -> dict[str, Any]:
        """What was typed of the caller or the subject, by column of their record."""
        columns = ("forename", "surname", "date_of_birth", "phone")
        return {c: self.cleaned_data.get(f"{part}_{c}") or None for c in columns}

    def numbers(self) -> list[tuple[str, str]]:
        """The force's own references that were typed, with their kind."""
        kinds = {
            "command_and_control": "command-and-control",
            "crime_number": "crime",
            "custody_record": "custody",
            "urn": "urn",
        }
        return [
            (kind, self.cleaned_data[name])
            for name, kind in kinds.items()
            if self.cleaned_data.get(name)
        ]

    def columns(self) -> dict[str, Any]:
        """What was typed, by column of the call."""
        mine = set(Facts.base_fields) - {"key", "version"}
        found = {k: v for k, v in self.cleaned_data.items() if k in mine}
        for many in ("risk_types", "strands"):
            found[many] = found.get(many) or []
        extra = {k: self.cleaned_data[k] for k in ("channel", "received_at")}
        return {**found, **extra}


def thrive_field(question: Any) -> forms.Field:
    """A THRIVE question as a form field; no answer is an answer still owed, never a no."""
    if question.kind == "text":
        return one_line(question.text, 1000)
    return forms.ChoiceField(
        label=question.text,
        help_text=question.hint,
        required=False,
        choices=[("", "Not asked yet"), *question.answers],
    )


class ThriveForm(KeyedForm):
    """One run of THRIVE: one's own grade and reason first, then the letters."""

    marks_optional = False
    own_grade = OneOf(label="Your own grade now, before the letters", options=GRADE_OPTIONS)
    own_reason = Lines(label="Reason for your grade", rows=2, max_length=2000)

    def __init__(self, *args: Any, last: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in THRIVE_V1.questions:
            self.fields[question.key] = field = thrive_field(question)
            field.initial = last.get(question.key, "")

    def answers(self) -> dict[str, str]:
        """The answers, by question."""
        return {q.key: self.cleaned_data.get(q.key) or "" for q in THRIVE_V1.questions}


class GradeForm(StepForm):
    """Grading a call for a unit."""

    grade = OneOf(label="Your grade", options=GRADE_OPTIONS[:3])


class RegradeForm(GradeForm):
    """Another grade; a colleague may have given one meanwhile."""

    rewrites = True


class ReopenForm(StepForm):
    """Opening a call again: with the grade it had, or, where that sends no unit, with another."""

    grade = OneOf(label="Your grade", options=GRADE_OPTIONS[:3])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.item.grade in rules.DEPLOYABLE:
            del self.fields["grade"]


class AssignForm(StepForm):
    """Which unit goes, and which officers are in it."""

    rewrites = True
    unit = forms.CharField(label="Unit’s call sign", max_length=40)
    officers = AnyOf(label="Officers", options=(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = holders_in({OFFICER}, self.item.case.root.agency_id, self.at)
        offer(self, "officers", [Option(user.username, user.name) for user in people])
        self.fields["officers"].help_text = "They see the call and its brief, and are told."


class ResultForm(StepForm):
    """How it ended."""

    category = forms.ChoiceField(
        label="Closing category", choices=[("", "Choose one"), *CATEGORIES]
    )
    result_note = some_lines("What was done", 4)


class MissedForm(StepForm):
    """A missed target: what the caller said when called back."""

    rewrites = True
    call_back = forms.CharField(
        label="What happened when you called back?",
        max_length=300,
        help_text="Say if it was not safe to call. The supervisors in charge are told of this.",
    )


class RiskTypeForm(KeyedForm, SeenForm):
    """A line of the risk menu."""

    watched = ("label", "order", "active")

    label = forms.CharField(label="Words", max_length=80)
    order = forms.IntegerField(label="Place in the menu", min_value=1, max_value=999)
    active = forms.BooleanField(label="Offered to call handlers", required=False)


class LookUpForm(PlainForm):
    """What the page sends while somebody types: who and where."""

    caller_forename = one_line("First name", 80)
    caller_surname = one_line("Last name", 80)
    caller_date_of_birth = DateParts(required=False)
    caller_phone = one_line("Number", 30)
    where = one_line("Where", 250)
    postcode = one_line("Postcode", 10)


STEP_FORMS: dict[str, type[StepForm]] = {
    "grade": GradeForm,
    "regrade": RegradeForm,
    "deploy": GradeForm,
    "reopen": ReopenForm,
    "assign": AssignForm,
    "result": ResultForm,
    "close-unattended": ResultForm,
    "review-missed": MissedForm,
}
