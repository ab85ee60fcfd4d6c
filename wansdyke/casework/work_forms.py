"""The forms of the work on a case."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict

from wansdyke.access.models import Team, User
from wansdyke.access.sections import Section
from wansdyke.casework import documents, markers, notes, parties, referrals, tasks
from wansdyke.casework.desk import Desk
from wansdyke.casework.file_kinds import ALLOWED
from wansdyke.casework.force_references import LONGEST as LONGEST_NUMBER
from wansdyke.casework.forms import KeyedForm
from wansdyke.casework.models import ForceReference, Marker
from wansdyke.history.seen import Overtaken, SeenForm, shown
from wansdyke.kernel.flow import Refused
from wansdyke.people.identifiers import cro, pnc
from wansdyke.people.models import PersonRecord
from wansdyke.people.records import TYPED
from wansdyke.ui.forms import AnyOf, DateParts, LondonMoment, OneOf, Option, PlainForm
from wansdyke.ui.words import date_words

NEW = "new"
# What is typed is about somebody else: a browser must not offer it again.
UNKEPT = {"autocomplete": "off", "spellcheck": "false"}


def refuse(form: PlainForm, refused: Refused) -> None:
    """Puts a refusal beside the field it names, or above the form where that has no such field."""
    if isinstance(refused, Overtaken) and isinstance(form, SeenForm):
        form.overtaken(refused)
        return
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


def _text(label: str, most: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs=UNKEPT)
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


def _long(label: str, most: int, rows: int = 4, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


def choices_on(form: PlainForm, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Sets what a field of a form offers."""
    field = cast("forms.ChoiceField", form.fields[name])
    if isinstance(field, OneOf | AnyOf):
        field.options = tuple(Option(value, label) for value, label in choices)
    field.choices = list(choices)


class ConfirmForm(KeyedForm):
    """A form that asks nothing but to be sent."""


class TaskForm(KeyedForm):
    """Something to be done, by whom and by when."""

    title = _text("What is to be done", tasks.LONGEST_TITLE)
    owner = forms.ChoiceField(label="Owner")
    due_at = LondonMoment(label="Due")

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_on(self, "owner", [(one.username, one.name) for one in people])


class TaskDoneForm(KeyedForm):
    """What came of an action."""

    outcome = _long("What came of it", tasks.LONGEST_OUTCOME)


class HandOnForm(KeyedForm):
    """Who takes an action on, and why."""

    owner = forms.ChoiceField(label="New owner")
    reason = _long("Reason", tasks.LONGEST_REASON)

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_on(self, "owner", [(one.username, one.name) for one in people])


class ReferralForm(KeyedForm):
    """To whom a case is referred, why, and what of it they will see once they accept."""

    sometimes_needed = frozenset({"lawful_basis", "purpose"})
    team = forms.ChoiceField(label="Team")
    reason = _long(
        "Reason",
        referrals.LONGEST,
        help_text="The team reads this before it accepts. Until then it sees nothing else.",
    )
    sections = AnyOf(
        label="What they may see once they accept",
        help_text="The case’s core facts are always included.",
        options=(),
        required=False,
    )
    lawful_basis = _text(
        "Lawful basis for sharing",
        referrals.LONGEST_BASIS,
        required=False,
        help_text="You must enter this if the team is of another agency.",
    )
    purpose = _text(
        "What they need it for",
        referrals.LONGEST_BASIS,
        required=False,
        help_text="You must enter this if the team is of another agency.",
    )

    def __init__(
        self, *args: Any, teams: Sequence[Team], visible: frozenset[Section], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [(team.key, f"{team.agency.name}: {team.name}") for team in teams]
        choices_on(self, "team", named)
        offered = [(s.value, s.value.capitalize()) for s in referrals.OFFERED if s in visible]
        choices_on(self, "sections", offered)


class DeclineForm(KeyedForm):
    """Why a team does not take work on."""

    reason = _long("Reason", referrals.LONGEST, help_text="The sender reads it.")


class WithdrawReferralForm(KeyedForm):
    """Why a referral is taken back."""

    reason = _long("Reason", referrals.LONGEST, help_text="It is kept in the case’s history.")


class AnswerForm(KeyedForm):
    """What came of accepted work."""

    answer = _long("Answer", referrals.LONGEST, help_text="The sender reads it.")


class DocumentForm(KeyedForm):
    """A file to keep with a case."""

    title = _text("What the document is", documents.LONGEST_TITLE)
    section = OneOf(
        label="Who needs to see it",
        help_text="Only people who see this section of the case can fetch the file.",
        options=(),
    )
    file = forms.FileField(label="File", help_text=f"{ALLOWED}.")

    def __init__(self, *args: Any, visible: frozenset[Section], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(s.value, s.value.capitalize()) for s in Section if s in visible]
        choices_on(self, "section", offered)


class MarkerForm(KeyedForm):
    """A marker about a person or place of a case."""

    about = forms.ChoiceField(label="About")
    kind = forms.ChoiceField(label="Kind", choices=Marker.KINDS)
    text = _text(
        "What others need to know",
        markers.LONGEST_TEXT,
        help_text="Operators read this force-wide. Leave out what they do not need.",
    )
    source = _text(
        "Source", markers.LONGEST_SOURCE, help_text="Where it comes from, such as a court order."
    )
    review_by = DateParts(label="Review by", help_text="At most 12 months ahead.")
    until_date = DateParts(label="Last day", required=False)

    def __init__(self, *args: Any, about: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_on(self, "about", about)


class MarkerReviewForm(KeyedForm, SeenForm):
    """That a marker still holds, and by when to look again."""

    watched = ("review_by", "until_date")

    review_by = DateParts(label="Review again by", help_text="At most 12 months ahead.")
    until_date = DateParts(
        label="New last day",
        required=False,
        help_text="Leave empty to leave its end as it is. Shares that serve it end with it.",
    )
    reason = _long("Why it still holds", markers.LONGEST_REASON)

    def __init__(self, *args: Any, marker: Marker, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stands = {name: getattr(marker, name) for name in self.watched}
        self.fields["seen"].initial = shown(stands)


class ReasonForm(KeyedForm):
    """A reason, and nothing else."""

    reason = _long("Reason", parties.LONGEST_REASON)


class Rewritten(KeyedForm):
    """A form of which a hidden answer is set anew before it is shown again."""

    def put(self, name: str, value: str) -> None:
        """Sets what a hidden field will send next time."""
        data = cast("QueryDict", self.data).copy()
        data[name] = value
        self.data = data


class DetailsForm(Rewritten):
    """What tells who a person is, and how to reach them safely."""

    forename = _text("Forename", 80, required=False)
    middle_names = _text("Middle names", 120, required=False)
    surname = _text("Surname", 80, required=False)
    date_of_birth = DateParts(label="Date of birth", required=False)
    sex = forms.ChoiceField(label="Sex", choices=PersonRecord.SEXES, required=False)
    phone = _text("Telephone", 30, required=False)
    email = _text("Email address", 120, required=False)
    safe_contact = _text(
        "Safe contact", 300, required=False, help_text="How and when it is safe to reach them."
    )
    pnc = _text("PNC number", 20, required=False, help_text="For example, 1981/0000034U.")
    cro = _text("CRO number", 20, required=False, help_text="For example, 65656/91H.")

    def clean_pnc(self) -> str:
        """A number whose check letter fits, or none."""
        return _checked(self.cleaned_data["pnc"], pnc, "PNC", "1981/0000034U")

    def clean_cro(self) -> str:
        """A number whose check letter fits, or none."""
        return _checked(self.cleaned_data["cro"], cro, "CRO", "65656/91H")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("DateParts", self.fields["date_of_birth"]).latest = today

    def typed(self) -> dict[str, Any]:
        """What was typed, by the record's columns."""
        return {name: self.cleaned_data[name] for name in self.fields if name in _RECORD}


_RECORD = frozenset(TYPED)


def _checked(typed: str, meaning: Callable[[str], str], kind: str, example: str) -> str:
    found = meaning(typed)
    if typed and not found:
        raise forms.ValidationError(
            f"Enter a {kind} number such as {example}: the last letter does not fit the figures"
        )
    return found


class CorrectForm(DetailsForm):
    """A correction of a person's record, on the version its author saw; only the sections that
    its author sees."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, visible: frozenset[Section], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in sorted(_RECORD):
            if PersonRecord.SECTIONS[name] not in visible:
                del self.fields[name]


class PersonForm(DetailsForm):
    """A person's part in a case: a record by its reference, or somebody new.

    `alike` are records that say nearly the same as what was typed; with any, the form asks
    whether it is one of them.
    """

    role = forms.ChoiceField(label="Part in this case")
    reference = _text(
        "Reference of a person’s record",
        20,
        required=False,
        help_text="If they are known here already, such as PR-1234-5678. Else leave it blank.",
    )
    address = _text("Home address", 250, required=False)
    postcode = _text("Home postcode", 10, required=False)
    note = _text("Note on their part", 300, required=False)
    not_these = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)
    field_order = ("chosen", "role", "reference", "forename", "middle_names", "surname")

    def __init__(
        self, *args: Any, desk: Desk, alike: Sequence[PersonRecord] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices_on(self, "role", desk.party_roles)
        if alike:
            self.offer(alike)

    def offer(self, alike: Sequence[PersonRecord]) -> None:
        """Asks whether the person is one of these records."""
        options = [Option(one.root.reference, str(one), told(one)) for one in alike]
        none = Option(NEW, "None of these: record a new person")
        chosen = OneOf(label="Is it one of these people?", options=[*options, none])
        chosen.error_messages["required"] = "Select whether it is one of these people"
        self.fields["chosen"] = chosen
        self.order_fields(self.field_order)
        self.put("not_these", ",".join(one.root.reference for one in alike))

    def seen(self) -> list[str]:
        """The references of the records that its author was shown and set aside."""
        return [part for part in self.cleaned_data["not_these"].split(",") if part]


def told(record: PersonRecord) -> str:
    """What tells a record from others of the same name."""
    born = date_words(record.date_of_birth) if record.date_of_birth else "not recorded"
    return f"Born: {born}. Record {record.root.reference}, from {record.origin}."


class PlaceForm(KeyedForm):
    """A place's part in a case."""

    role = forms.ChoiceField(label="Part in this case", choices=parties.PLACE_ROLES)
    address = _text("Address", 250, required=False)
    postcode = _text("Postcode", 10, required=False)


class NoteForm(KeyedForm):
    """A note."""

    text = _long("Note", notes.LONGEST, rows=8)
    hand_over = forms.BooleanField(label="Hand this over to the next shift", required=False)


class NumberForm(KeyedForm):
    """A number of the force's own."""

    kind = forms.ChoiceField(label="Kind", choices=ForceReference.KINDS)
    value = _text("Reference", LONGEST_NUMBER)


class NumberRemovalForm(KeyedForm):
    """Which number to take off."""

    number = OneOf(label="Which reference is wrong?", options=())

    def __init__(self, *args: Any, rows: Sequence[ForceReference], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(f"{r.kind} {r.value}", f"{r.get_kind_display()}: {r.value}") for r in rows]
        choices_on(self, "number", named)
