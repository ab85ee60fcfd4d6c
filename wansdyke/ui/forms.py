"""Forms in GOV.UK words: what a person typed in, an object or a clear sentence out."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final, NoReturn

from django import forms

from wansdyke.ui.questions import indirect, named
from wansdyke.ui.typed_fields import NONE, AnyOf, DateParts, LondonMoment, OneOf, Option, TimeOfDay

__all__ = [
    "NONE",
    "AnyOf",
    "DateParts",
    "LondonMoment",
    "OneOf",
    "Option",
    "PlainForm",
    "TimeOfDay",
    "offer",
]

CHOOSING: Final = (forms.ChoiceField, forms.BooleanField, forms.FileField)


class PlainForm(forms.Form):
    """A form that `ui/form.html` draws, with errors in GOV.UK words unless a field has its own.

    `marks_optional` adds "(optional)" to the label of a field that need not be filled in, unless
    it is one of those `sometimes_needed`, whose hints say when.
    """

    use_required_attribute = False
    marks_optional = True
    sometimes_needed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.label is None:
                field.label = name.replace("_", " ").capitalize()
            _word(field, str(field.label))

    def render(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: a form has no look of its own.

        Raises:
            TypeError: always.
        """
        raise TypeError("Draw a form with the macros of ui/form.html.")

    __str__ = render
    __html__ = render


def in_sentence(label: str) -> str:
    """A label within a sentence: "Full name" becomes "full name", "What is it?" "what it is"; "GP
    surgery", "I agree" stay."""
    asks = label.endswith("?")
    label = label.rstrip("?: ")
    if label[1:2].isupper() or label.startswith(("I ", "I’", "I'")):
        return label
    inside = label[:1].lower() + label[1:]
    return indirect(inside) if asks else inside


def wording(field: forms.Field, label: str) -> dict[str, str]:
    """The error sentences of a field, by Django's error codes."""
    subject, inside = named(label), in_sentence(label)
    # Django fills in a limit or a choice as a %-template; other sentences it shows as they are.
    escaped = subject.replace("%", "%%")
    words = {
        "required": f"{'Select' if isinstance(field, CHOOSING) else 'Enter'} {inside}",
        "invalid": f"{subject} is not in a form that can be used",
        "invalid_choice": f"Choose {inside.replace('%', '%%')} from those listed",
        "invalid_list": f"Choose {inside} from those listed",
        "min_length": f"{escaped} must be %(limit_value)d characters or more",
        "max_value": f"{escaped} must be %(limit_value)s or less",
        "min_value": f"{escaped} must be %(limit_value)s or more",
        "null_characters_not_allowed": f"{subject} holds a character that cannot be stored",
    }
    if isinstance(field, forms.CharField):
        words["max_length"] = (
            f"{escaped} must be %(limit_value)d characters or fewer, not %(show_value)d"
        )
    if isinstance(field, forms.FileField):
        words["empty"] = f"{subject} is empty: select another file"
    elif isinstance(field, forms.EmailField):
        words["invalid"] = "Enter an email address in the correct format, like name@example.com"
    elif isinstance(field, (forms.FloatField, forms.DecimalField)):
        words["invalid"] = f"{subject} must be a number, like 2.5"
    elif isinstance(field, forms.IntegerField):
        words["invalid"] = f"{subject} must be a whole number, like 15"
    return words


def _word(field: forms.Field, label: str) -> None:
    usual: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        usual |= vars(kind).get("default_error_messages", {})
    for code, sentence in wording(field, label).items():
        # A sentence that the form's author wrote stands; only Django's own is replaced.
        if field.error_messages.get(code) == usual.get(code):
            field.error_messages[code] = sentence


def offer(form: forms.Form, name: str, options: Sequence[Option]) -> None:
    """Gives a OneOf or AnyOf field of a form its options, where they are known only now.

    Raises:
        TypeError: the field is of another kind.
    """
    field = form.fields[name]
    if not isinstance(field, OneOf | AnyOf):
        raise TypeError(f"{name} offers no options")
    field.options = tuple(options)
    field.choices = [(option.value, option.label) for option in options]
