"""The forms of reaching a person: a try, a rule, a caller password."""

from django import forms

from wansdyke.casework.forms import KeyedForm
from wansdyke.casework.models import ContactAttempt
from wansdyke.casework.work_forms import UNKEPT
from wansdyke.people import caller_password, safe_contact
from wansdyke.people.contact_rules import CHANNELS, DAYS
from wansdyke.people.models import ContactRule
from wansdyke.ui.forms import AnyOf, DateParts, OneOf, Option, TimeOfDay

_WORDS = forms.TextInput(attrs=UNKEPT)


class TriedForm(KeyedForm):
    """What came of a try at reaching somebody; `against` only where it was not known to be safe."""

    against = forms.CharField(
        label="Why you went ahead",
        max_length=500,
        required=False,
        widget=_WORDS,
        help_text="This way is not known to be safe. Where it is known to be unsafe, the "
        "supervisors are told.",
    )
    outcome = OneOf(
        label="What came of it", options=[Option(*choice) for choice in ContactAttempt.OUTCOMES]
    )
    words = forms.CharField(label="Note", max_length=500, required=False, widget=_WORDS)
    sometimes_needed = frozenset({"against"})

    def __init__(self, *args: object, safe: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if safe:
            del self.fields["against"]


class RuleForm(KeyedForm):
    """How one way to reach somebody stands, and when."""

    channel = OneOf(label="Way to reach them", options=[Option(c, words) for c, words in CHANNELS])
    answer = OneOf(label="Is it safe?", options=[Option(*choice) for choice in ContactRule.SAFE])
    words = forms.CharField(
        label="What to know",
        max_length=safe_contact.LONGEST,
        required=False,
        widget=_WORDS,
        help_text="Such as “ask for Sam and say you are from the library” or “leave no message”.",
    )
    days = AnyOf(
        label="On which days",
        help_text="If you select none, every day.",
        options=[Option(str(n), day) for n, day in enumerate(DAYS)],
        required=False,
    )
    from_time = TimeOfDay(
        label="From",
        required=False,
        max_length=20,
        help_text="Such as 9am or 14:05. If you leave both times blank, all day.",
    )
    until_time = TimeOfDay(label="To", required=False, max_length=20)
    until_date = DateParts(label="Last day", required=False)


class WordForm(KeyedForm):
    """A caller password."""

    word = forms.CharField(
        label="Caller password",
        max_length=caller_password.LONGEST,
        widget=forms.TextInput(attrs=UNKEPT),
        help_text="A word or two that only they would say. Capitals and accents make no "
        "difference. Nobody can read it here afterwards.",
    )


class SaidForm(KeyedForm):
    """What a caller said their password is."""

    word = forms.CharField(
        label="What the caller said", max_length=200, widget=forms.TextInput(attrs=UNKEPT)
    )
