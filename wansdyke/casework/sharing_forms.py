"""The forms of sharing and marking a case."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms

from wansdyke.access.models import Root
from wansdyke.access.sections import Section
from wansdyke.casework import sharing
from wansdyke.casework.forms import KeyedForm, Lines
from wansdyke.casework.models import Marker, Share
from wansdyke.casework.models.sharing import BASES, GATEWAYS
from wansdyke.kernel.calendar import end_of_day, london
from wansdyke.ui.forms import AnyOf, DateParts, OneOf, Option, PlainForm, offer
from wansdyke.ui.words import date_words

USUAL, ANOTHER = "usual", "another-day"
WHAT = {
    Section.NARRATIVE: "What happened, notes and reasons",
    Section.IDENTITY: "Who the people are: names and dates of birth",
    Section.ADDRESS: "Where they live, and other addresses",
    Section.SAFE_CONTACT: "How to reach them safely",
    Section.HEALTH: "Health",
    Section.THIRD_PARTY: "What concerns other people",
    Section.SOURCE: "Who gave the information",
}
SENSITIVE = "Open this only if they cannot do their part without it."


class FindForm(PlainForm):
    """With whom somebody wants to share."""

    q = forms.CharField(
        label="Agency, team or person",
        max_length=80,
        help_text="Type part of a name. It need not be spelt exactly.",
    )


class ShareForm(KeyedForm):
    """What of a case somebody is to see, for what, on what basis, and until when."""

    sometimes_needed = frozenset({"until"})
    sections = AnyOf(
        label="What they will see",
        help_text="The case’s core facts are always included.",
        options=(),
        required=False,
    )
    level = OneOf(
        label="What they may do", options=[Option(str(n), words) for n, words in Share.LEVELS]
    )
    purpose = forms.CharField(
        label="What they need it for",
        max_length=sharing.LONGEST_PURPOSE,
        help_text="Do not name anybody: this is shown in the register of shares.",
    )
    lawful_basis = OneOf(label="Lawful basis", options=[Option(key, words) for key, words in BASES])
    gateway = forms.ChoiceField(label="Legal gateway", choices=GATEWAYS, required=False)
    proportionality = Lines(
        label="Why they need this much, and why less would not do", max_length=sharing.LONGEST
    )
    lasts = OneOf(label="Until when", options=())
    until = DateParts(
        label="Last day",
        required=False,
        help_text="You must enter this if you chose another day.",
    )

    def __init__(
        self,
        *args: Any,
        visible: frozenset[Section],
        markers: Iterable[Marker],
        at: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.at, self.markers = at, {one.reference: one for one in markers}
        offer(self, "sections", [_section(one) for one in sharing.OFFERED if one in visible])
        days = sharing.usual_end(at)
        lasts = [
            Option(USUAL, f"The usual time: until {date_words(london(days).date())}"),
            Option(ANOTHER, "Until another day"),
            *(
                Option(key, f"As long as marker {key} stands ({one.get_kind_display().lower()})")
                for key, one in self.markers.items()
            ),
        ]
        offer(self, "lasts", lasts)
        self.fields["lasts"].initial = USUAL
        self.fields["level"].initial = "1"
        today = london(at).date()
        field = cast("DateParts", self.fields["until"])
        field.earliest, field.latest = today, today + sharing.LONGEST_SHARE - timedelta(days=1)

    def clean(self) -> dict[str, Any]:
        """Another day must be said."""
        data = super().clean() or self.cleaned_data
        if data.get("lasts") == ANOTHER and not data.get("until") and "until" not in self.errors:
            self.add_error("until", "Enter the last day")
        return data

    def terms(self) -> sharing.Terms:
        """What was chosen."""
        data = self.cleaned_data
        return sharing.Terms(
            sections=frozenset(Section(one) for one in data["sections"]),
            level=int(data["level"]),
            purpose=data["purpose"],
            lawful_basis=data["lawful_basis"],
            gateway=data["gateway"],
            proportionality=data["proportionality"],
            until=end_of_day(data["until"]) if data["lasts"] == ANOTHER else None,
            marker=self.markers.get(data["lasts"]),
        )


def _section(one: Section) -> Option:
    return Option(one.value, WHAT[one], SENSITIVE if one in sharing.RARELY else "")


class RevokeForm(KeyedForm):
    """Why a share is taken back."""

    reason = Lines(label="Reason", max_length=sharing.LONGEST)


class MarkForm(KeyedForm):
    """How a case is to be marked, and why."""

    marking = OneOf(label="", options=())
    reason = Lines(
        label="Reason",
        max_length=2000,
        required=False,
        help_text="You must enter this unless you restrict what is standard.",
    )
    sometimes_needed = frozenset({"reason"})

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, offered: Iterable[int], now: int, of: str = "case", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = now
        several = list(offered)
        self.fields["marking"].label = f"How is this {of} to be marked?"
        offer(self, "marking", [MARKINGS[one] for one in several])
        if Root.RESTRICTED in several:
            # One press hides it; anything else is chosen.
            self.fields["marking"].initial = str(Root.RESTRICTED)


MARKINGS = {
    Root.STANDARD: Option(
        "0", "Standard", "Its team sees it, and it can be shared with teams and agencies."
    ),
    Root.RESTRICTED: Option(
        "1", "Restricted", "Only the people named on it see it. It can be shared with named people."
    ),
    Root.SEALED: Option(
        "2",
        "Sealed",
        "Only the people named on it see it. It cannot be shared, nor opened by breaking the"
        " glass.",
    ),
}
