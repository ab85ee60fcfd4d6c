"""The forms every desk shares: a step, an edit, an owner, a second person's decision."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict

from wansdyke.access.models import User
from wansdyke.access.sections import Section, sections_declared
from wansdyke.history.seen import SeenForm, shown
from wansdyke.kernel.flow import Step
from wansdyke.ui.forms import LondonMoment, OneOf, Option, PlainForm

HIDDEN = ("key", "version")
KEEP, THEIRS = "keep-", "theirs"
NOT_PAYLOAD = frozenset({*HIDDEN, "reason", "occurred_at"})


def fresh_key() -> str:
    """A key that makes one sending of a form one effect."""
    return uuid.uuid4().hex


class Lines(forms.CharField):
    """Text of several lines. A browser sends a carriage return at each break; none is kept, so
    that text nobody touched is the same text."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n")


class KeyedForm(PlainForm):
    """A form that is safe to send twice: its hidden key says which sending this is."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = fresh_key()


class Mergeable(KeyedForm):
    """A form that knows which version of the record its author saw, and can be sent again after a
    colleague's change with a choice for each field."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def given_up(self) -> set[str]:
        """The fields in which what the colleague wrote is to stand."""
        kept = (n.removeprefix(KEEP) for n in self.data if n.startswith(KEEP))
        return {name for name in kept if self.data.get(KEEP + name) == THEIRS}

    def resend(self, version: int, untouched: Iterable[str] = ()) -> list[tuple[str, str]]:
        """Everything that was typed, to be sent again on another version with a key of its own.

        Fields that the user left `untouched` go with the choice of what the colleague wrote.
        """
        ours = ("csrfmiddlewaretoken", *HIDDEN)
        sent = self.data if isinstance(self.data, QueryDict) else QueryDict()
        typed = [
            (name, value)
            for name, values in sent.lists()
            if name not in ours and not name.startswith(KEEP)
            for value in values
        ]
        theirs = [(KEEP + name, THEIRS) for name in untouched]
        return [*typed, *theirs, ("version", str(version)), ("key", fresh_key())]


class CaseForm(Mergeable):
    """A desk's form for the facts of a case: its fields are named as the model's.

    Given an `item` it starts from what that says, and has only the fields whose section is among
    the `visible` ones; `values` is what to write.
    """

    def __init__(
        self,
        *args: Any,
        item: Any = None,
        visible: frozenset[Section] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        if item is None:
            return
        self.fields["version"].required = True
        sections = sections_declared(type(item))
        for name in [n for n in self.fields if n in sections]:
            if visible is not None and sections[name] not in visible:
                del self.fields[name]
            else:
                self.fields[name].initial = getattr(item, name)

    def values(self) -> dict[str, Any]:
        """What was typed, by field of the model, without what the user gave up in a merge."""
        held = NOT_PAYLOAD | self.given_up()
        return {k: v for k, v in self.cleaned_data.items() if k not in held}


class StepForm(Mergeable):
    """What a step asks for: a reason where it needs one, and when it happened if not now.

    A desk's own step forms add fields; those named as fields of the desk's model are written.
    `rewrites` marks a form that would overwrite what a colleague may have changed meanwhile.
    """

    rewrites = False
    reason = Lines(max_length=2000, label="Reason")
    occurred_at = LondonMoment(required=False, label="When did it happen?")

    def __init__(
        self, *args: Any, step: Step, at: datetime, item: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.step, self.item, self.at = step, item, at
        self.fields["occurred_at"].help_text = "Leave blank if it is happening now."
        self.fields["version"].required = self.rewrites
        if not step.needs_reason:
            del self.fields["reason"]

    def payload(self) -> dict[str, Any]:
        """What the step's effect gets: every field of the desk's own."""
        held = NOT_PAYLOAD | self.given_up()
        return {k: v for k, v in self.cleaned_data.items() if k not in held}


class DecisionForm(KeyedForm):
    """A second person's decision on a proposed step, as the case stood when they looked."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    agreed = OneOf(
        label="What do you decide?",
        options=(Option("yes", "Agree: it takes effect now"), Option("no", "Refuse")),
    )
    reason = Lines(
        max_length=2000,
        required=False,
        label="Reason",
        help_text="Needed if you refuse.",
    )


class OwnerForm(KeyedForm, SeenForm):
    """Who a case is given to."""

    watched = ("owner",)

    owner = forms.ChoiceField(label="Owner")

    def __init__(self, *args: Any, people: list[User], owner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = shown({"owner": owner})
        offered = [(user.username, user.name) for user in people]
        cast("forms.ChoiceField", self.fields["owner"]).choices = offered


class FilterForm(PlainForm):
    """The filters of a desk's list; it only ever reads."""

    marks_optional = False

    def __init__(self, *args: Any, choices: list[tuple[str, str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label, options in choices:
            self.fields[key] = forms.ChoiceField(
                label=label, choices=[("", "All"), *options], required=False
            )
